//! Memory, and code in it.

pub(crate) fn act(action: &str) -> Option<i64> {
    let (read, write, execute) = (libc::PROT_READ, libc::PROT_WRITE, libc::PROT_EXEC);
    let private = libc::MAP_PRIVATE;
    Some(match action {
        "map-code" => map(4096, read | execute, private) as i64,
        "make-code" => {
            let page = map(4096, read | write, private);
            i64::from(unsafe { libc::mprotect(page, 4096, read | execute) })
        }
        "map-shared" => map(4096, read | write, libc::MAP_SHARED) as i64,
        "map-downwards" => map(4096, read | write, private | libc::MAP_GROWSDOWN) as i64,
        "addresses" => map(128 << 30, libc::PROT_NONE, private | libc::MAP_NORESERVE) as i64,
        "fewer-addresses" => map(16 << 30, libc::PROT_NONE, private | libc::MAP_NORESERVE) as i64,
        "memory" => exhaust(),
        "some-memory" => i64::from(vec![1_u8; 100 << 20][99 << 20]),
        _ => return None,
    })
}

fn map(bytes: usize, protection: i32, flags: i32) -> *mut libc::c_void {
    let flags = flags | libc::MAP_ANONYMOUS;
    unsafe { libc::mmap(std::ptr::null_mut(), bytes, protection, flags, -1, 0) }
}

fn exhaust() -> i64 {
    let mut kept: Vec<Vec<u8>> = Vec::new();
    for _ in 0..100 {
        let mut block: Vec<u8> = Vec::new();
        if block.try_reserve_exact(64 << 20).is_err() {
            return -1;
        }
        block.resize(64 << 20, 1);
        kept.push(block);
    }
    kept.len() as i64
}
