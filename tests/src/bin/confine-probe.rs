//! A process that confines itself and then tries one thing: what native code could do that took over a
//! guest, a compiler or an engine. It ends with 0 if the thing worked, with 100 and the error's number if
//! it was refused, and by SIGSYS if the kernel ended it.
//!
//! usage: confine-probe PROFILE ACTION PATH DIRECTORY

#![allow(unsafe_code, reason = "native code has no manners")]
#![allow(clippy::unwrap_used, reason = "a program of tests may end in a panic")]

use std::ffi::CString;
use std::os::fd::AsFd as _;
use std::path::PathBuf;
use std::time::Duration;

use assay_confine::{Profile, confine};

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let path = args.get(3).cloned().unwrap_or_default();
    let processor_max = Duration::from_secs(20);
    let profile = match args[1].as_str() {
        "guest" => Profile::Guest { processor_max },
        "compiler" => Profile::Compiler { processor_max, memory_max: 1 << 30 },
        "engine" => Profile::Engine { read: vec![PathBuf::from(&args[4])] },
        "gpu" => Profile::GpuEngine,
        other => panic!("no such profile: {other}"),
    };
    if args[2] == "second-thread" {
        let (hold, held) = std::sync::mpsc::channel::<()>();
        let thread = std::thread::spawn(move || held.recv().ok());
        let refused = confine(&profile, &[]).is_err();
        drop(hold);
        thread.join().unwrap();
        std::process::exit(i32::from(!refused));
    }
    let inherited = std::fs::File::open("/").unwrap();
    let socket = std::io::stdin();
    let confined = confine(&profile, &[socket.as_fd(), inherited.as_fd()]).unwrap();
    if !(confined.landlock && confined.seccomp) {
        std::process::exit(99);
    }
    let result = act(&args[2], &path, &inherited);
    let code =
        if result >= 0 { 0 } else { 100 + std::io::Error::last_os_error().raw_os_error().unwrap() };
    // Without the standard library's farewell, which may want what is forbidden.
    unsafe { libc::_exit(code) }
}

/// Does it; negative if it was refused.
fn act(action: &str, path: &str, inherited: &std::fs::File) -> i64 {
    use std::os::fd::AsRawFd as _;
    let at = |text: &str| CString::new(text).unwrap();
    let open =
        |path: &str, flags| i64::from(unsafe { libc::open(at(path).as_ptr(), flags, 0o600) });
    let call = |number, a: u64, b: u64, c: u64| unsafe { libc::syscall(number, a, b, c) };
    let map = |protection| {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        unsafe { libc::mmap(std::ptr::null_mut(), 4096, protection, flags, -1, 0) }
    };
    let (read, write) = (libc::PROT_READ, libc::PROT_WRITE);
    match action {
        "nothing" => 0,
        "open-passwd" => open("/etc/passwd", libc::O_RDONLY),
        "create" => {
            let file = std::env::temp_dir().join("assay-confine-probe");
            open(file.to_str().unwrap(), libc::O_CREAT | libc::O_WRONLY)
        }
        "open" => open(path, libc::O_RDONLY),
        "open-inherited" => {
            let name = at("etc/passwd");
            i64::from(unsafe { libc::openat(inherited.as_raw_fd(), name.as_ptr(), libc::O_RDONLY) })
        }
        "inet" => i64::from(unsafe { libc::socket(libc::AF_INET, libc::SOCK_STREAM, 0) }),
        "unix" => i64::from(unsafe { libc::socket(libc::AF_UNIX, libc::SOCK_STREAM, 0) }),
        "netlink" => i64::from(unsafe { libc::socket(libc::AF_NETLINK, libc::SOCK_RAW, 0) }),
        "ptrace" => call(libc::SYS_ptrace, 16, u64::from(std::os::unix::process::parent_id()), 0),
        "kill" => call(libc::SYS_kill, u64::from(std::os::unix::process::parent_id()), 0, 0),
        "fork" => i64::from(unsafe { libc::fork() }),
        "vfork" => call(libc::SYS_clone, 0x4000 | 0x11, 0, 0),
        "exec" => {
            let (program, none) = (at("/bin/true"), std::ptr::null::<*const libc::c_char>());
            i64::from(unsafe { libc::execve(program.as_ptr(), none, none) })
        }
        "thread" => {
            std::thread::Builder::new().spawn(|| ()).map_or(-1, |t| t.join().map_or(-1, |()| 0))
        }
        "map-code" => map(read | libc::PROT_EXEC) as i64,
        "make-code" => {
            let page = map(read | write);
            i64::from(unsafe { libc::mprotect(page, 4096, read | libc::PROT_EXEC) })
        }
        "memfd" => call(libc::SYS_memfd_create, at("x").as_ptr() as u64, 0, 0),
        "read-parent" => {
            call(libc::SYS_process_vm_readv, u64::from(std::os::unix::process::parent_id()), 0, 0)
        }
        "io-uring" => call(libc::SYS_io_uring_setup, 1, 0, 0),
        "bpf" => call(libc::SYS_bpf, 0, 0, 0),
        "userfaultfd" => call(libc::SYS_userfaultfd, 0, 0, 0),
        "raise-limit" => {
            let limit =
                libc::rlimit { rlim_cur: libc::RLIM_INFINITY, rlim_max: libc::RLIM_INFINITY };
            i64::from(unsafe { libc::setrlimit(libc::RLIMIT_DATA, &raw const limit) })
        }
        "memory" => {
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
        "some-memory" => i64::from(vec![1_u8; 100 << 20][99 << 20]),
        "panic" => i64::from(std::panic::catch_unwind(|| panic!("on purpose")).is_err()),
        "stderr" => unsafe { libc::write(2, b"x".as_ptr().cast(), 1) as i64 },
        other => panic!("no such action: {other}"),
    }
}
