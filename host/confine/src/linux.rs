//! The layers on Linux, in the order in which they are applied.

use std::fs;
use std::io;
use std::os::fd::BorrowedFd;

use rustix::process::{
    DumpableBehavior, Signal, set_dumpable_behavior, set_parent_process_death_signal,
};
use rustix::stdio::{stderr, stdin, stdout};
use rustix::thread::{
    CapabilitySet, CapabilitySets, capabilities, set_capabilities, set_no_new_privs,
};

use crate::{
    ConfineError, Confined, Landlock, Layer, Profile, Support, files, filter, limits, raw,
};

/// What of the layers this system has.
pub fn support() -> Support {
    let landlock = raw::landlock_version().map(Landlock).map_err(|error| match error.kind() {
        io::ErrorKind::Unsupported => {
            "the kernel is older than 5.13 or built without it".to_owned()
        }
        _ => format!("the kernel does not offer it: {error}"),
    });
    let seccomp = raw::seccomp_kills();
    Support { landlock, seccomp: seccomp.map_err(|error| format!("the kernel lacks it: {error}")) }
}

/// Confines this process, for good. It must have one thread, and own no descriptor that it needs
/// but those it names to keep; an engine keeps its standard streams too.
///
/// From then on it is also killed when the *thread* that started it ends: whoever starts such a
/// process does so from a thread that outlives it.
///
/// # Errors
/// There is another thread, or a layer that the system has cannot be applied. The process is then
/// confined in part, and must end.
pub fn confine(profile: &Profile, keep: &[BorrowedFd<'_>]) -> Result<Confined, ConfineError> {
    // Asked first: later `/proc` is out of reach.
    let threads = fs::read_dir("/proc/self/task").map_err(ConfineError::Uncounted)?.count();
    if threads != 1 {
        return Err(ConfineError::Threads(threads));
    }
    let has = support();
    close(profile, keep).map_err(failed(Layer::Descriptors))?;
    privileges(profile).map_err(failed(Layer::Privileges))?;
    // Rules of files are made with descriptors, so the limits of those come after them.
    let landlock = match has.landlock {
        Ok(_) => files::restrict(profile).map_err(failed(Layer::Landlock))?,
        Err(_) => false,
    };
    limits::apply(profile).map_err(failed(Layer::Limits))?;
    // Last: the calls that the other layers are made with are not on any list.
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

fn close(profile: &Profile, keep: &[BorrowedFd<'_>]) -> io::Result<()> {
    match profile {
        Profile::Guest { .. } | Profile::Compiler { .. } => raw::close_others(keep),
        // These open files and are handed sockets, which must not get the number of a stream that
        // messages are written to; so the standard streams stay.
        Profile::Engine { .. } | Profile::GpuEngine => {
            let streams = [stdin(), stdout(), stderr()];
            raw::close_others(&[keep, streams.as_slice()].concat())
        }
    }
}

fn privileges(profile: &Profile) -> rustix::io::Result<()> {
    set_no_new_privs(true)?;
    // Whoever runs this as root still wants a process that is nobody. But an engine that root
    // starts reads task files of other users.
    let kept = match profile {
        Profile::Engine { .. } => CapabilitySet::DAC_READ_SEARCH,
        _ => CapabilitySet::empty(),
    };
    let kept = capabilities(None)?.permitted & kept;
    let inheritable = CapabilitySet::empty();
    set_capabilities(None, CapabilitySets { effective: kept, permitted: kept, inheritable })?;
    // Not to be traced, nor dumped, by others of the same user.
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    set_parent_process_death_signal(Some(Signal::KILL))
}
