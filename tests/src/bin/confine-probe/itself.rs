//! The process's own limits and privileges; and what it must be able to do.

use crate::{Tools, call};

pub(crate) fn act(action: &str, tools: &Tools) -> Option<i64> {
    Some(match action {
        // The number takes the place of a path.
        "call" => call(tools.path.parse().unwrap(), 0, 0, 0),
        "raise-limit" => {
            let limit =
                libc::rlimit { rlim_cur: libc::RLIM_INFINITY, rlim_max: libc::RLIM_INFINITY };
            i64::from(unsafe { libc::setrlimit(libc::RLIMIT_DATA, &raw const limit) })
        }
        "read-limit" => {
            let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
            i64::from(unsafe { libc::getrlimit(libc::RLIMIT_CORE, &raw mut limit) })
        }
        "new-privileges" => call(libc::SYS_prctl, libc::PR_SET_NO_NEW_PRIVS as u64, 0, 0),
        "dumpable" => call(libc::SYS_prctl, libc::PR_SET_DUMPABLE as u64, 1, 0),
        "outlive" => call(libc::SYS_prctl, libc::PR_SET_PDEATHSIG as u64, 0, 0),
        "abort" => std::process::abort(),
        "panic" => i64::from(std::panic::catch_unwind(|| panic!("on purpose")).is_err()),
        "overflow" => i64::from(overflow(1)),
        "spin" => loop {
            std::hint::spin_loop();
        },
        "sleep" => {
            std::thread::sleep(std::time::Duration::from_millis(1));
            0
        }
        "seeds" => {
            let map: std::collections::HashMap<i64, i64> = [(1, 0)].into();
            map[&1]
        }
        _ => return None,
    })
}

/// Takes all of the stack.
#[expect(unconditional_recursion, reason = "that is what it is for")]
fn overflow(depth: u8) -> u8 {
    let page = std::hint::black_box([depth; 4096]);
    overflow(page[1]).wrapping_add(page[2])
}
