//! The system calls of an engine on the processor: threads that compute, files that are read, sockets
//! that are handed to it.
//!
//! It makes no socket, no process and no code, and opens nothing for writing, whether or not there is
//! Landlock to say which files.

use super::{
    ABORT, Calls, Checked, DUPLICATES, FILES, HANDED, MEMORY, NAMES, NEW_THREADS, NO_CLONE3,
    NO_NEW_CODE, Otherwise, RUN, SIGNALS, TALK, THREADS, TIMEOUTS, Want,
};

/// What a file may be opened with: nothing that writes, creates, empties or appends.
const READING: u64 = (libc::O_RDONLY
    | libc::O_CLOEXEC
    | libc::O_DIRECTORY
    | libc::O_NOFOLLOW
    | libc::O_NONBLOCK
    | libc::O_NOCTTY
    | libc::O_LARGEFILE
    // The number by which the kernel knows it, which 64-bit C libraries call 0.
    | LARGE
    | libc::O_PATH) as u64;

#[cfg(target_arch = "x86_64")]
const LARGE: libc::c_int = 0o100_000;
#[cfg(target_arch = "aarch64")]
const LARGE: libc::c_int = 0o400_000;

const OPEN: &[Checked] = &[(libc::SYS_openat, &[&[Want::Within(2, READING)]])];

pub(crate) const CALLS: Calls = Calls {
    allowed: &[TALK, MEMORY, SIGNALS, RUN, THREADS, FILES, HANDED],
    checked: &[NO_NEW_CODE, NEW_THREADS, NAMES, ABORT, DUPLICATES, TIMEOUTS, OPEN],
    refused: &[NO_CLONE3],
    otherwise: Otherwise::Killed,
};
