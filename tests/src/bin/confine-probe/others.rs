//! Other processes, and the kernel's machinery.

use crate::{call, parent, text};

/// Everything that a C library shares between threads.
const THREAD: u64 = 0x003d_0f00;

pub(crate) fn act(action: &str) -> Option<i64> {
    Some(match action {
        "ptrace" => call(libc::SYS_ptrace, 16, parent(), 0),
        "kill" => call(libc::SYS_kill, parent(), 0, 0),
        "signal-parent" => call(libc::SYS_tgkill, parent(), parent(), 0),
        "read-parent" => call(libc::SYS_process_vm_readv, parent(), 0, 0),
        "pidfd" => call(libc::SYS_pidfd_open, parent(), 0, 0),
        "move-parent" => {
            let all = [u8::MAX; 128];
            call(libc::SYS_sched_setaffinity, parent(), 128, all.as_ptr() as u64)
        }
        "fork" => i64::from(unsafe { libc::fork() }),
        "vfork" => call(libc::SYS_clone, 0x4000 | 0x11, 0, 0),
        "clone3" => call(libc::SYS_clone3, 0, 0, 0),
        // A thread of its own network: `CLONE_NEWNET`. The stack is missing, which comes after.
        "thread-elsewhere" => call(libc::SYS_clone, THREAD | libc::CLONE_NEWNET as u64, 0, 0),
        "unshare" => call(libc::SYS_unshare, libc::CLONE_NEWUSER as u64, 0, 0),
        "exec" => {
            let (program, none) = (text("/bin/true"), std::ptr::null::<*const libc::c_char>());
            i64::from(unsafe { libc::execve(program.as_ptr(), none, none) })
        }
        "thread" => {
            let started = std::thread::Builder::new().name("named".to_owned()).spawn(|| ());
            started.map_or(-1, |thread| thread.join().map_or(-1, |()| 0))
        }
        "io-uring" => call(libc::SYS_io_uring_setup, 1, 0, 0),
        "bpf" => call(libc::SYS_bpf, 0, 0, 0),
        "userfaultfd" => call(libc::SYS_userfaultfd, 0, 0, 0),
        "perf" => call(libc::SYS_perf_event_open, 0, 0, 0),
        "keys" => call(libc::SYS_keyctl, 0, 0, 0),
        "other-calls" => call(0x4000_0000 | libc::SYS_getpid, 0, 0, 0),
        _ => return None,
    })
}
