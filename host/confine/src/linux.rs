//! The layers on Linux, in the order in which they are applied.

use std::fs;
use std::os::fd::BorrowedFd;

use rustix::process::{
    DumpableBehavior, Resource, Rlimit, Signal, set_dumpable_behavior,
    set_parent_process_death_signal, setrlimit,
};
use rustix::thread::set_no_new_privs;

use crate::{ConfineError, Confined, Layer, Profile, Support, descriptors, files, filter};

/// Bytes that a guest may write to: its limit of 256 MiB of linear memory, its stack, handles, log and
/// one call's arguments come to less than half.
const GUEST_MEMORY_MAX: u64 = 1 << 30;

/// What of the layers this system has.
pub fn support() -> Support {
    let actions = fs::read_to_string("/proc/sys/kernel/seccomp/actions_avail");
    let seccomp = match actions {
        Ok(actions) if actions.split_whitespace().any(|action| action == "kill_process") => Ok(()),
        Ok(actions) => Err(format!("the kernel only knows the actions {}", actions.trim())),
        Err(error) => Err(format!("/proc/sys/kernel/seccomp/actions_avail: {error}")),
    };
    Support { landlock: files::support(), seccomp }
}

/// Confines this process, for good. It must have one thread, and own no descriptor that it needs
/// but those it names to keep.
///
/// # Errors
/// There is another thread, or a layer that the system has cannot be applied. The process is then
/// confined in part, and must end.
pub fn confine(profile: &Profile, keep: &[BorrowedFd<'_>]) -> Result<Confined, ConfineError> {
    let threads = fs::read_dir("/proc/self/task").map_or(1, Iterator::count);
    if threads != 1 {
        return Err(ConfineError::Threads(threads));
    }
    let has = support();
    limits(profile).map_err(failed(Layer::Limits))?;
    match profile {
        Profile::Guest { .. } | Profile::Compiler { .. } => {
            descriptors::close_others(keep).map_err(failed(Layer::Descriptors))?;
        }
        // These open files and are handed sockets, which must not become the standard error that
        // messages go to; so the standard streams stay.
        Profile::Engine { .. } | Profile::GpuEngine => {}
    }
    privileges().map_err(failed(Layer::Privileges))?;
    let landlock = match has.landlock {
        Ok(_) => files::restrict(profile).map_err(failed(Layer::Landlock))?,
        Err(_) => false,
    };
    let seccomp = has.seccomp.is_ok();
    if seccomp {
        for program in filter::programs(profile).map_err(failed(Layer::Seccomp))? {
            seccompiler::apply_filter(&program).map_err(failed(Layer::Seccomp))?;
        }
    }
    Ok(Confined { landlock, seccomp })
}

fn failed<E: std::fmt::Display>(layer: Layer) -> impl Fn(E) -> ConfineError {
    move |error| ConfineError::Layer { layer, reason: error.to_string() }
}

fn limits(profile: &Profile) -> rustix::io::Result<()> {
    let to = |resource, max| setrlimit(resource, Rlimit { current: Some(max), maximum: Some(max) });
    to(Resource::Core, 0)?;
    match profile {
        Profile::Guest { processor_max } => {
            to(Resource::Fsize, 0)?;
            to(Resource::Data, GUEST_MEMORY_MAX)?;
            to(Resource::Cpu, processor_max.as_secs().max(1))?;
        }
        Profile::Compiler { processor_max, memory_max } => {
            to(Resource::Fsize, 0)?;
            to(Resource::Data, *memory_max)?;
            to(Resource::Cpu, processor_max.as_secs().max(1))?;
        }
        Profile::Engine { .. } => to(Resource::Fsize, 0)?,
        // Drivers keep what they compiled in files and in memory that counts as files.
        Profile::GpuEngine => {}
    }
    Ok(())
}

fn privileges() -> rustix::io::Result<()> {
    set_no_new_privs(true)?;
    // Not to be traced, nor dumped, by others of the same user.
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    set_parent_process_death_signal(Some(Signal::KILL))
}
