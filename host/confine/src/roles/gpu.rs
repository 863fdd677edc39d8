//! What an engine on a graphics adapter may use: files and system calls of drivers.
//!
//! Nobody can know every driver, so a call that is not listed fails as if the kernel did not have it,
//! instead of ending the process. It was tried with Mesa's lavapipe; other drivers are listed from
//! their documentation and sources.
//!
//! It makes no socket, not even a local one: by a local socket one reaches the machine's services
//! (a container daemon, a desktop), and no rule can tell one such socket from another. Drivers do
//! without: NVIDIA's asks its persistence daemon, Mesa asks a display which adapter it prefers, and
//! both go on unanswered.
//!
//! Compiled shaders are not kept on disk: what one unit leaves there the next could see.

use std::fs;
use std::path::PathBuf;

use libc::c_long;

use super::{
    ABORT, CODE, Calls, Checked, FILES, HANDED, MEMORY, NEW_THREADS, NO_CLONE3, Otherwise, RUN,
    SIGNALS, TALK, THREADS, TIMEOUTS, Want,
};

/// What a driver reads: libraries, lists of drivers, descriptions of devices and of this machine.
/// Of `/etc` and `/proc` only what drivers are known to want: the rest is about other programs.
pub(crate) const READ: [&str; 31] = [
    // Libraries, in the places of the usual distributions.
    "/usr",
    "/lib",
    "/lib64",
    "/opt",
    "/nix/store",
    "/run/opengl-driver",
    // Where libraries and drivers are, and how they are set up.
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/vulkan",
    "/etc/glvnd",
    "/etc/drirc",
    "/etc/nvidia",
    "/etc/OpenCL",
    "/etc/localtime",
    // Devices.
    "/sys/bus",
    "/sys/class",
    "/sys/dev",
    "/sys/devices",
    "/sys/module",
    "/sys/fs/cgroup",
    // This process and this machine.
    "/proc/self",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/devices",
    "/proc/modules",
    "/proc/version",
    "/proc/driver",
    "/proc/sys/kernel",
    "/proc/sys/vm",
    "/dev/urandom",
];

/// The devices of drivers, and two that are nothing.
pub(crate) fn devices() -> Vec<PathBuf> {
    let fixed = ["/dev/dri", "/dev/kfd", "/dev/dxg", "/dev/mali0", "/dev/null", "/dev/zero"];
    // A number for each adapter of NVIDIA, and some beside.
    let all = fs::read_dir("/dev").into_iter().flatten().flatten();
    let numbered = all.filter(|entry| entry.file_name().as_encoded_bytes().starts_with(b"nvidia"));
    fixed.iter().map(PathBuf::from).chain(numbered.map(|entry| entry.path())).collect()
}

/// More of files: asking whether they can be opened, writing to devices, files without a name for
/// buffers.
const MORE_FILES: &[c_long] = &[
    libc::SYS_openat,
    libc::SYS_faccessat,
    libc::SYS_faccessat2,
    libc::SYS_pwrite64,
    libc::SYS_preadv,
    libc::SYS_fstatfs,
    libc::SYS_statfs,
    libc::SYS_ftruncate,
    libc::SYS_fallocate,
    libc::SYS_fadvise64,
    libc::SYS_flock,
    libc::SYS_memfd_create,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_open,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_access,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_getdents,
];

/// More of descriptors: copies, pipes, pairs, counters, timers, and waiting for many.
const DESCRIPTORS: &[c_long] = &[
    libc::SYS_dup,
    libc::SYS_dup3,
    libc::SYS_pipe2,
    libc::SYS_socketpair,
    libc::SYS_eventfd2,
    libc::SYS_timerfd_create,
    libc::SYS_timerfd_settime,
    libc::SYS_epoll_create1,
    libc::SYS_epoll_ctl,
    libc::SYS_epoll_pwait,
    libc::SYS_pselect6,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_dup2,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_pipe,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_eventfd,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_epoll_create,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_epoll_wait,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_select,
];

/// More of memory: shared with a device, executed (what a driver compiled), held in place, near a
/// processor.
const MORE_MEMORY: &[c_long] = &[
    libc::SYS_mmap,
    libc::SYS_msync,
    libc::SYS_mlock,
    libc::SYS_mlock2,
    libc::SYS_munlock,
    libc::SYS_mincore,
    libc::SYS_membarrier,
    libc::SYS_mbind,
    libc::SYS_get_mempolicy,
    libc::SYS_set_mempolicy,
];

/// Who and where it is, on which processor its threads run, when it is.
const ASKING: &[c_long] = &[
    libc::SYS_uname,
    libc::SYS_sysinfo,
    libc::SYS_getcpu,
    libc::SYS_getppid,
    libc::SYS_getuid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getegid,
    libc::SYS_getrusage,
    libc::SYS_clock_getres,
    libc::SYS_gettimeofday,
    libc::SYS_times,
    libc::SYS_sched_getparam,
    libc::SYS_sched_getscheduler,
    libc::SYS_sched_get_priority_max,
    libc::SYS_sched_get_priority_min,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_time,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_getrlimit,
];

/// Requests to devices. `TIOCSTI` and `TIOCLINUX` type into the terminal that standard error may be: into
/// the shell of whoever started this.
const DEVICES: &[Checked] =
    &[(libc::SYS_ioctl, &[&[Want::Not(1, libc::TIOCSTI as u32), Want::Not(1, TIOCLINUX)]])];

const TIOCLINUX: u32 = 0x541C;

/// Code that a driver compiled.
const CODE_OF_DRIVERS: &[Checked] = &[(libc::SYS_mprotect, &[&[Want::Within(2, CODE)]])];

/// This process's limits, not to be set; the processors that its threads run on; whether two of its
/// descriptors are the same.
const ITSELF: &[Checked] = &[
    (
        libc::SYS_prlimit64,
        &[&[Want::Is(0, 0), Want::Within(2, 0)], &[Want::Own(0), Want::Within(2, 0)]],
    ),
    (libc::SYS_sched_setaffinity, &[&[Want::Is(0, 0)], &[Want::Own(0)]]),
    (libc::SYS_kcmp, &[&[Want::Own(0), Want::Own(1)]]),
];

/// Flags, copies and seals of descriptors; nothing by which one sends signals.
const FLAGS: &[Checked] = &[(
    libc::SYS_fcntl,
    &[&[
        Want::Not(1, libc::F_SETOWN as u32),
        Want::Not(1, F_SETOWN_EX),
        Want::Not(1, F_SETSIG),
        Want::Not(1, libc::F_NOTIFY as u32),
    ]],
)];

const F_SETSIG: u32 = 10;
const F_SETOWN_EX: u32 = 15;

/// Names of threads and of ranges of memory.
const MORE_NAMES: &[Checked] = &[(
    libc::SYS_prctl,
    &[
        &[Want::Is(0, libc::PR_SET_NAME as u32)],
        &[Want::Is(0, libc::PR_GET_NAME as u32)],
        &[Want::Is(0, libc::PR_SET_VMA as u32)],
    ],
)];

pub(crate) const CALLS: Calls = Calls {
    allowed: &[
        TALK,
        MEMORY,
        SIGNALS,
        RUN,
        THREADS,
        FILES,
        HANDED,
        MORE_FILES,
        DESCRIPTORS,
        MORE_MEMORY,
        ASKING,
    ],
    checked: &[NEW_THREADS, ABORT, DEVICES, CODE_OF_DRIVERS, ITSELF, FLAGS, TIMEOUTS, MORE_NAMES],
    refused: &[NO_CLONE3],
    otherwise: Otherwise::Absent,
};
