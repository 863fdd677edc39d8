//! The filter of system calls, from a role's lists.

use std::collections::BTreeMap;

use libc::{c_int, c_long};
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition,
    SeccompFilter, SeccompRule, TargetArch,
};

use crate::Profile;
use crate::roles::{self, Calls, Otherwise, Want};

type Rules = BTreeMap<c_long, Vec<SeccompRule>>;

/// The programs of a role, all of them to be installed. The kernel takes the strictest answer of all.
pub(crate) fn programs(profile: &Profile) -> Result<Vec<BpfProgram>, BackendError> {
    let calls = roles::calls(profile);
    let refusing = calls.refused.iter().map(|(error, calls)| refusing(calls, *error));
    refusing.chain([allowing(calls)]).collect()
}

/// Lets through what is on the lists, and what another program refuses.
fn allowing(calls: &Calls) -> Result<BpfProgram, BackendError> {
    let refused = calls.refused.iter().map(|(_, calls)| *calls);
    let whole = calls.allowed.iter().copied().chain(refused).flatten();
    let mut rules: Rules = whole.map(|call| (*call, Vec::new())).collect();
    for (call, alternatives) in calls.checked.iter().copied().flatten() {
        let alternatives = alternatives.iter().map(|wants| rule(wants));
        rules.insert(*call, alternatives.collect::<Result<_, _>>()?);
    }
    let otherwise = match calls.otherwise {
        Otherwise::Killed => SeccompAction::KillProcess,
        Otherwise::Absent => SeccompAction::Errno(libc::ENOSYS.unsigned_abs()),
    };
    program(rules, otherwise, SeccompAction::Allow)
}

/// An error for the calls on a list.
fn refusing(calls: &[c_long], error: c_int) -> Result<BpfProgram, BackendError> {
    let rules = calls.iter().map(|call| (*call, Vec::new())).collect();
    program(rules, SeccompAction::Allow, SeccompAction::Errno(error.unsigned_abs()))
}

/// The rule that everything in a list is so.
fn rule(wants: &[Want]) -> Result<SeccompRule, BackendError> {
    SeccompRule::new(wants.iter().map(|want| condition(*want)).collect::<Result<_, _>>()?)
}

fn condition(want: Want) -> Result<SeccompCondition, BackendError> {
    let (argument, length, operation, value) = match want {
        Want::Within(argument, bits) => {
            (argument, SeccompCmpArgLen::Qword, SeccompCmpOp::MaskedEq(!bits), 0)
        }
        Want::Is(argument, value) => {
            (argument, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, u64::from(value))
        }
        Want::Not(argument, value) => {
            (argument, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, u64::from(value))
        }
        Want::Own(argument) => {
            let own = u64::from(std::process::id());
            (argument, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, own)
        }
    };
    SeccompCondition::new(argument, length, operation, value)
}

fn program(
    rules: Rules,
    otherwise: SeccompAction,
    listed: SeccompAction,
) -> Result<BpfProgram, BackendError> {
    let platform = TargetArch::try_from(std::env::consts::ARCH)?;
    SeccompFilter::new(rules, otherwise, listed, platform)?.try_into()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::time::Duration;

    use super::*;

    fn profiles() -> [Profile; 4] {
        let processor_max = Duration::from_secs(1);
        [
            Profile::Guest { processor_max },
            Profile::Compiler { processor_max, memory_max: 1 },
            Profile::Engine { read: Vec::new() },
            Profile::GpuEngine,
        ]
    }

    #[test]
    fn every_role_has_a_filter() {
        for (profile, count) in profiles().iter().zip([1, 3, 2, 2]) {
            let programs = programs(profile).unwrap();
            assert_eq!(programs.len(), count, "{}", profile.name());
            assert!(programs.iter().all(|program| !program.is_empty()));
        }
    }

    #[test]
    fn a_call_is_on_one_list_of_a_role() {
        for profile in profiles() {
            let calls = roles::calls(&profile);
            let mut seen = BTreeSet::new();
            let whole = calls.allowed.iter().copied().flatten();
            let refused = calls.refused.iter().flat_map(|(_, calls)| *calls);
            let checked = calls.checked.iter().copied().flatten().map(|(call, _)| call);
            for call in whole.chain(refused).chain(checked) {
                assert!(seen.insert(*call), "{}: call {call} twice", profile.name());
            }
        }
    }

    #[test]
    fn nobody_may_start_a_program_or_look_into_another_process() {
        let never = [
            libc::SYS_execve,
            libc::SYS_execveat,
            libc::SYS_ptrace,
            libc::SYS_process_vm_readv,
            libc::SYS_process_vm_writev,
            libc::SYS_pidfd_open,
            libc::SYS_pidfd_getfd,
            libc::SYS_kill,
            libc::SYS_socket,
            libc::SYS_connect,
            libc::SYS_sendmsg,
            libc::SYS_bpf,
            libc::SYS_io_uring_setup,
            libc::SYS_userfaultfd,
            libc::SYS_perf_event_open,
            libc::SYS_open_by_handle_at,
            libc::SYS_setns,
            libc::SYS_unshare,
        ];
        for profile in profiles() {
            let calls = roles::calls(&profile);
            let checked = calls.checked.iter().copied().flatten().map(|(call, _)| call);
            let mut may = calls.allowed.iter().copied().flatten().chain(checked);
            assert_eq!(may.find(|call| never.contains(call)), None, "{}", profile.name());
        }
    }
}
