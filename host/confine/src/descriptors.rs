//! Closing what was inherited: the one place that needs `unsafe`.
#![expect(unsafe_code, reason = "closing descriptors by number has no safe form")]

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};

/// Closes every descriptor but those to keep.
pub(crate) fn close_others(keep: &[BorrowedFd<'_>]) -> io::Result<()> {
    let mut kept: Vec<RawFd> = keep.iter().map(AsRawFd::as_raw_fd).collect();
    kept.sort_unstable();
    let mut first = 0;
    for keep in kept {
        if keep > first {
            close_range(first, keep - 1)?;
        }
        first = keep + 1;
    }
    close_range(first, RawFd::MAX)
}

fn close_range(first: RawFd, last: RawFd) -> io::Result<()> {
    // SAFETY: no memory is involved. A descriptor that somebody in this process still owned would be
    // closed under its owner: the crate's contract is that a process is confined when it owns
    // nothing but what it names to keep, and the standard streams, whose use after this fails.
    let result = unsafe {
        libc::syscall(libc::SYS_close_range, first as libc::c_uint, last as libc::c_uint, 0)
    };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
