//! System calls that have no safe form: the one place here that needs `unsafe`.
#![expect(unsafe_code, reason = "closing descriptors by number, and asking the kernel what it has")]

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

/// The version of Landlock that the kernel offers.
pub(crate) fn landlock_version() -> io::Result<u32> {
    const VERSION: libc::c_uint = 1;
    let nowhere = std::ptr::null::<u8>();
    // SAFETY: with this flag the kernel takes no structure, and makes nothing.
    let version =
        unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, nowhere, 0_usize, VERSION) };
    u32::try_from(version).map_err(|_| io::Error::last_os_error())
}

/// Whether the kernel's seccomp can end a process.
pub(crate) fn seccomp_kills() -> io::Result<()> {
    let action = libc::SECCOMP_RET_KILL_PROCESS;
    let ask = libc::SECCOMP_GET_ACTION_AVAIL;
    // SAFETY: the kernel reads one number through the pointer, which outlives the call.
    let result = unsafe { libc::syscall(libc::SYS_seccomp, ask, 0, &raw const action) };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
