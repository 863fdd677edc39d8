//! The system calls of each role, and what several roles share. Calls that one platform lacks are
//! left out there.

use std::collections::BTreeSet;

use libc::{c_int, c_long};

use crate::Profile;

pub(crate) mod compiler;
pub(crate) mod engine;
pub(crate) mod gpu;
pub(crate) mod guest;

/// What is asked of the arguments of a call.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Want {
    /// The argument has no bits but these.
    Within(u8, u64),
    /// Its lower half is this number: for arguments that the kernel takes as an `int`.
    Is(u8, u32),
    /// Its lower half is not this number.
    Not(u8, u32),
    /// It is this process.
    Own(u8),
}

/// A call that is allowed if everything in one of the lists is so.
pub(crate) type Checked = (c_long, &'static [&'static [Want]]);

/// What becomes of a call that is on no list, or whose arguments are none of those that are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Otherwise {
    /// The process ends by SIGSYS.
    Killed,
    /// The call fails as one that the kernel does not have.
    Absent,
}

/// The system calls of a role.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Calls {
    /// Allowed with any arguments.
    pub(crate) allowed: &'static [&'static [c_long]],
    /// Allowed with some arguments.
    pub(crate) checked: &'static [&'static [Checked]],
    /// Not made, but answered with an error, since libraries try and live without.
    pub(crate) refused: &'static [(c_int, &'static [c_long])],
    /// The rest.
    pub(crate) otherwise: Otherwise,
}

/// The system calls of a profile.
pub(crate) fn calls(profile: &Profile) -> &'static Calls {
    match profile {
        Profile::Guest { .. } => &guest::CALLS,
        Profile::Compiler { .. } => &compiler::CALLS,
        Profile::Engine { .. } => &engine::CALLS,
        Profile::GpuEngine => &gpu::CALLS,
    }
}

/// Numbers of the system calls that a confined process of a profile may make: with any arguments, or
/// with some; and those that are answered with an error and do nothing.
pub fn system_calls(profile: &Profile) -> BTreeSet<c_long> {
    let calls = calls(profile);
    let whole = calls.allowed.iter().copied().flatten().copied();
    let checked = calls.checked.iter().copied().flatten().map(|(call, _)| *call);
    let refused = calls.refused.iter().flat_map(|(_, calls)| calls.iter().copied());
    whole.chain(checked).chain(refused).collect()
}

/// Talking over a socket that is open already, waiting for it, closing it. Not `sendmsg`, which could
/// give a descriptor away.
const TALK: &[c_long] = &[
    libc::SYS_read,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_recvfrom,
    libc::SYS_sendto,
    libc::SYS_close,
    libc::SYS_shutdown,
    libc::SYS_ppoll,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_poll,
];

/// Builds with assertions look whether a descriptor is open before they close it.
const CLOSE: &[Checked] = &[(libc::SYS_fcntl, &[&[Want::Is(1, libc::F_GETFD as u32)]])];

/// Giving memory back, moving it, advice about it; the heap.
const MEMORY: &[c_long] = &[libc::SYS_munmap, libc::SYS_mremap, libc::SYS_madvise, libc::SYS_brk];

const DATA: u64 = (libc::PROT_READ | libc::PROT_WRITE) as u64;
/// `PROT_BTI` of ARM64 marks where code may be jumped to; elsewhere the bit has no meaning.
const CODE: u64 = DATA | libc::PROT_EXEC as u64 | 0x10;

/// Private memory. Shared memory would escape the limit of memory, as would memory that grows downwards
/// (it counts as stack).
const PRIVATE: u64 = (libc::MAP_PRIVATE
    | libc::MAP_ANONYMOUS
    | libc::MAP_FIXED
    | libc::MAP_FIXED_NOREPLACE
    | libc::MAP_NORESERVE
    | libc::MAP_POPULATE
    | libc::MAP_STACK
    | libc::MAP_DENYWRITE) as u64;

/// New memory, private and never executed: what was code when the process was confined is all the
/// code there will be.
const NO_NEW_CODE: &[Checked] = &[
    (libc::SYS_mmap, &[&[Want::Within(2, DATA), Want::Within(3, PRIVATE)]]),
    (libc::SYS_mprotect, &[&[Want::Within(2, DATA)]]),
];

/// New memory, private, and code in it.
const NEW_CODE: &[Checked] = &[
    (libc::SYS_mmap, &[&[Want::Within(2, CODE), Want::Within(3, PRIVATE)]]),
    (libc::SYS_mprotect, &[&[Want::Within(2, CODE)]]),
];

/// Traps of a component and overflows of a stack arrive as signals.
const SIGNALS: &[c_long] = &[
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_getpid,
    libc::SYS_gettid,
];

/// `abort` sends a signal to its own thread. Nobody else gets one.
const ABORT: &[Checked] = &[(libc::SYS_tgkill, &[&[Want::Own(0)]])];

/// Locks, the clock of a timeout, seeds of hash maps, the end.
const RUN: &[c_long] = &[
    libc::SYS_futex,
    libc::SYS_sched_yield,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_getrandom,
    libc::SYS_restart_syscall,
    libc::SYS_exit,
    libc::SYS_exit_group,
];

/// What a new thread does first; how many processors there are.
const THREADS: &[c_long] =
    &[libc::SYS_set_robust_list, libc::SYS_rseq, libc::SYS_sched_getaffinity];

/// What a C library makes a thread with: everything shared, no namespace of its own.
const THREAD: u32 = (libc::CLONE_VM
    | libc::CLONE_FS
    | libc::CLONE_FILES
    | libc::CLONE_SYSVSEM
    | libc::CLONE_SIGHAND
    | libc::CLONE_THREAD
    | libc::CLONE_SETTLS
    | libc::CLONE_PARENT_SETTID
    | libc::CLONE_CHILD_CLEARTID) as u32;

/// musl sets a bit more, which means nothing any more.
const THREAD_OF_MUSL: u32 = THREAD | libc::CLONE_DETACHED as u32;

/// Starting threads of this process, and no process.
const NEW_THREADS: &[Checked] =
    &[(libc::SYS_clone, &[&[Want::Is(0, THREAD)], &[Want::Is(0, THREAD_OF_MUSL)]])];

/// Naming threads: nothing else of the many things that this call does.
const NAMES: &[Checked] = &[(libc::SYS_prctl, &[&[Want::Is(0, libc::PR_SET_NAME as u32)]])];

/// C libraries ask for threads by `clone3` first, whose flags lie in memory, where a filter cannot see
/// them; told that there is none, they take `clone`.
const NO_CLONE3: (c_int, &[c_long]) = (libc::ENOSYS, &[libc::SYS_clone3]);

/// Reading files that are open, and looking at names. Which files are opened is Landlock's part; names
/// it does not hide.
const FILES: &[c_long] = &[
    libc::SYS_fstat,
    libc::SYS_newfstatat,
    libc::SYS_statx,
    libc::SYS_lseek,
    libc::SYS_pread64,
    libc::SYS_readv,
    libc::SYS_getdents64,
    libc::SYS_readlinkat,
    libc::SYS_getcwd,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_readlink,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_stat,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_lstat,
];

/// Being handed a guest's socket, and asking what it is.
const HANDED: &[c_long] =
    &[libc::SYS_recvmsg, libc::SYS_getsockopt, libc::SYS_getpeername, libc::SYS_getsockname];

/// A second descriptor for the same socket, and its flags; not `F_SETOWN`, by which a descriptor sends
/// signals to others.
const DUPLICATES: &[Checked] = &[(
    libc::SYS_fcntl,
    &[
        &[Want::Is(1, libc::F_DUPFD_CLOEXEC as u32)],
        &[Want::Is(1, libc::F_GETFD as u32)],
        &[Want::Is(1, libc::F_SETFD as u32)],
        &[Want::Is(1, libc::F_GETFL as u32)],
        &[Want::Is(1, libc::F_SETFL as u32)],
    ],
)];

/// Timeouts of a socket, in both widths of a clock; not filters, which are programs in the kernel.
const TIMEOUTS: &[Checked] = &[(
    libc::SYS_setsockopt,
    &[
        &[SOCKET_LEVEL, Want::Is(2, libc::SO_RCVTIMEO as u32)],
        &[SOCKET_LEVEL, Want::Is(2, libc::SO_SNDTIMEO as u32)],
        &[SOCKET_LEVEL, Want::Is(2, SO_RCVTIMEO_NEW)],
        &[SOCKET_LEVEL, Want::Is(2, SO_SNDTIMEO_NEW)],
    ],
)];

const SOCKET_LEVEL: Want = Want::Is(1, libc::SOL_SOCKET as u32);
const SO_RCVTIMEO_NEW: u32 = 66;
const SO_SNDTIMEO_NEW: u32 = 67;
