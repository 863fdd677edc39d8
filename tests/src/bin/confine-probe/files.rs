//! Files.

use std::io::Write as _;
use std::os::fd::AsRawFd as _;

use crate::{Tools, text};

pub(crate) fn act(action: &str, tools: &Tools) -> Option<i64> {
    let path = tools.path.as_str();
    let root = tools.root.as_raw_fd();
    Some(match action {
        "open-passwd" => open("/etc/passwd", libc::O_RDONLY),
        "create" => {
            let file = std::env::temp_dir().join("assay-confine-probe");
            open(file.to_str()?, libc::O_CREAT | libc::O_WRONLY)
        }
        "open" => open(path, libc::O_RDONLY),
        "open-to-write" => open(path, libc::O_RDWR),
        "open-to-empty" => open(path, libc::O_RDONLY | libc::O_TRUNC),
        "read" => std::fs::read(path).map_or(-1, |bytes| bytes.len() as i64),
        "list" => std::fs::read_dir(path).map_or(-1, |entries| entries.count() as i64),
        "open-inherited" => {
            let name = text("etc/passwd");
            i64::from(unsafe { libc::openat(root, name.as_ptr(), libc::O_RDONLY) })
        }
        "read-left" => {
            let mut byte = [0_u8];
            unsafe { libc::read(tools.left, byte.as_mut_ptr().cast(), 1) as i64 }
        }
        "write-kept" => tools.kept.as_ref()?.write(b"x").map_or(-1, |written| written as i64),
        "stderr" => unsafe { libc::write(2, b"x".as_ptr().cast(), 1) as i64 },
        "unlink" => i64::from(unsafe { libc::unlink(text(path).as_ptr()) }),
        "memfd" => crate::call(libc::SYS_memfd_create, text("x").as_ptr() as u64, 0, 0),
        _ => return None,
    })
}

fn open(path: &str, flags: i32) -> i64 {
    i64::from(unsafe { libc::open(text(path).as_ptr(), flags, 0o600) })
}
