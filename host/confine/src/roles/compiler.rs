//! A compiler's system calls: threads that compute, and one socket.
//!
//! It may make memory executable, since a compiler that checks what it made loads it; it runs
//! nothing of it. No file, no socket, no process.

use libc::c_long;

use super::{
    ABORT, CLOSE, Calls, MEMORY, NAMES, NEW_CODE, NEW_THREADS, NO_CLONE3, Otherwise, RUN, SIGNALS,
    TALK, THREADS,
};

/// Libraries look for the number of processors in files, and live without them.
const LOOKED_FOR: &[c_long] = &[
    libc::SYS_openat,
    libc::SYS_newfstatat,
    libc::SYS_statx,
    libc::SYS_readlinkat,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_readlink,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_open,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_stat,
];

/// On ARM64 other processors are told of new code by this.
#[cfg(target_arch = "aarch64")]
const TOLD: &[c_long] = &[libc::SYS_membarrier];
#[cfg(not(target_arch = "aarch64"))]
const TOLD: &[c_long] = &[];

pub(crate) const CALLS: Calls = Calls {
    allowed: &[TALK, MEMORY, SIGNALS, RUN, THREADS, TOLD],
    checked: &[CLOSE, NEW_CODE, NEW_THREADS, NAMES, ABORT],
    refused: &[NO_CLONE3, (libc::EACCES, LOOKED_FOR)],
    otherwise: Otherwise::Killed,
};
