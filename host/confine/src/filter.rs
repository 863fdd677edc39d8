//! The filter of system calls, from a role's list.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use libc::c_long;
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition,
    SeccompFilter, SeccompRule, TargetArch,
};

use crate::{Profile, calls};

type Rules = BTreeMap<c_long, Vec<SeccompRule>>;

/// The programs of a role, to be installed in this order. The kernel takes the strictest answer of
/// all of them.
pub(crate) fn programs(profile: &Profile) -> Result<Vec<BpfProgram>, BackendError> {
    match profile {
        Profile::Guest { .. } => Ok(vec![allowing(calls::GUEST, &[], Threads::None, Code::Fixed)?]),
        Profile::Compiler { .. } => both(calls::COMPILER, calls::REFUSED_COMPILER, Code::New),
        Profile::Engine { .. } => both(calls::ENGINE, &[], Code::Fixed),
        Profile::GpuEngine => Ok(vec![forbidding()?]),
    }
}

/// Whether a role starts threads.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Threads {
    None,
    Own,
}

/// Whether a role may have memory that is executed after it is confined.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Code {
    Fixed,
    New,
}

fn both(
    allowed: &[&[c_long]],
    refused: &[c_long],
    code: Code,
) -> Result<Vec<BpfProgram>, BackendError> {
    // glibc asks for threads by `clone3`, whose flags lie in memory where a filter cannot see them;
    // told that there is none, it takes `clone`.
    let absent = refusing(&[libc::SYS_clone3], libc::ENOSYS)?;
    // What installs a program is let through by the first one and refused by the last one.
    let refused = [refused, &[libc::SYS_prctl, libc::SYS_seccomp]].concat();
    let refuse = refusing(&refused, libc::EACCES)?;
    let answered = [refused.as_slice(), &[libc::SYS_clone3]].concat();
    Ok(vec![allowing(allowed, &answered, Threads::Own, code)?, absent, refuse])
}

/// Everything on the lists, and `mmap`, `mprotect` and `clone` as far as they are harmless; the end
/// for anything else. `answered` are calls that another program answers.
fn allowing(
    lists: &[&[c_long]],
    answered: &[c_long],
    threads: Threads,
    code: Code,
) -> Result<BpfProgram, BackendError> {
    let mut rules = Rules::new();
    for call in lists.iter().copied().flatten().chain(answered) {
        rules.insert(*call, Vec::new());
    }
    for call in [libc::SYS_mmap, libc::SYS_mprotect] {
        let harmless = match code {
            Code::Fixed => vec![without(2, libc::PROT_EXEC as u64)?],
            Code::New => Vec::new(),
        };
        rules.insert(call, harmless);
    }
    // Builds with assertions look whether a descriptor is open before they close it.
    if let Entry::Vacant(fcntl) = rules.entry(libc::SYS_fcntl) {
        fcntl.insert(vec![equal(1, libc::F_GETFD as u64)?]);
    }
    if threads == Threads::Own {
        rules.insert(libc::SYS_clone, vec![with(0, libc::CLONE_THREAD as u64)?]);
    }
    program(rules, SeccompAction::KillProcess, SeccompAction::Allow)
}

/// An error for the calls on a list.
fn refusing(calls: &[c_long], error: libc::c_int) -> Result<BpfProgram, BackendError> {
    let rules = calls.iter().map(|call| (*call, Vec::new())).collect();
    program(rules, SeccompAction::Allow, SeccompAction::Errno(error.unsigned_abs()))
}

/// For a driver's process: an error for what is forbidden, and for every new socket but local ones.
fn forbidding() -> Result<BpfProgram, BackendError> {
    let mut rules: Rules = calls::FORBIDDEN_GPU.iter().map(|call| (*call, Vec::new())).collect();
    let domain =
        SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, libc::AF_UNIX as u64)?;
    rules.insert(libc::SYS_socket, vec![SeccompRule::new(vec![domain])?]);
    program(rules, SeccompAction::Allow, SeccompAction::Errno(libc::EPERM.unsigned_abs()))
}

/// The rule that none of these bits of an argument is set.
fn without(argument: u8, bits: u64) -> Result<SeccompRule, BackendError> {
    masked(argument, bits, 0)
}

/// The rule that all of these bits of an argument are set.
fn with(argument: u8, bits: u64) -> Result<SeccompRule, BackendError> {
    masked(argument, bits, bits)
}

/// The rule that an argument has this value.
fn equal(argument: u8, value: u64) -> Result<SeccompRule, BackendError> {
    let (length, operation) = (SeccompCmpArgLen::Dword, SeccompCmpOp::Eq);
    SeccompRule::new(vec![SeccompCondition::new(argument, length, operation, value)?])
}

fn masked(argument: u8, bits: u64, value: u64) -> Result<SeccompRule, BackendError> {
    let operation = SeccompCmpOp::MaskedEq(bits);
    let length = SeccompCmpArgLen::Qword;
    SeccompRule::new(vec![SeccompCondition::new(argument, length, operation, value)?])
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
    use std::time::Duration;

    use super::*;

    #[test]
    fn every_role_has_a_filter() {
        let processor_max = Duration::from_secs(1);
        let roles = [
            (Profile::Guest { processor_max }, 1),
            (Profile::Compiler { processor_max, memory_max: 1 }, 3),
            (Profile::Engine { read: Vec::new() }, 3),
            (Profile::GpuEngine, 1),
        ];
        for (role, count) in roles {
            let programs = programs(&role).unwrap();
            assert_eq!(programs.len(), count, "{}", role.name());
            assert!(programs.iter().all(|program| !program.is_empty()));
        }
    }
}
