//! Limits of resources: what is left when a process uses nothing but allowed calls.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::Profile;

/// Bytes that a guest may write to: its limit of 256 MiB of linear memory, its stack, handles, log
/// and one call's arguments come to less than half.
const GUEST_MEMORY_MAX: u64 = 1 << 30;

/// Bytes of addresses of a guest or a compiler. A guest reserves 4 GiB and guard pages for each of a
/// few linear memories. What is only reserved costs little, but not nothing: reading 64 GiB of zeros
/// takes 128 MiB of page tables, which no other limit counts.
const ADDRESSES_MAX: u64 = 64 << 30;

/// Descriptors of a guest or a compiler. `poll` takes as many as this, and a new one may only get a
/// number below it; nothing on their lists of calls makes one.
const DESCRIPTORS_MAX: u64 = 1;

/// Descriptors of an engine: one for each unit at work, one for the file being read.
const ENGINE_DESCRIPTORS_MAX: u64 = 1024;

/// Sets a role's limits, for good.
pub(crate) fn apply(profile: &Profile) -> rustix::io::Result<()> {
    // A dump of memory would hold weights and data.
    at_most(Resource::Core, 0)?;
    match profile {
        Profile::Guest { processor_max } => {
            closed(processor_max.as_secs(), GUEST_MEMORY_MAX)?;
            // It has one thread. (Not for the others: the limit counts all threads of a user.)
            at_most(Resource::Nproc, 0)
        }
        Profile::Compiler { processor_max, memory_max } => {
            closed(processor_max.as_secs(), *memory_max)
        }
        // No limit of file size: its messages go to a standard error that may be a file, which
        // would then end it. It cannot open a file for writing. Nor of processor time: it serves
        // as long as its worker does.
        Profile::Engine { .. } => at_most(Resource::Nofile, ENGINE_DESCRIPTORS_MAX),
        // Drivers keep code and buffers in memory that counts as files, and descriptors for much.
        Profile::GpuEngine => Ok(()),
    }
}

/// The limits of a process that only computes.
fn closed(processor_seconds: u64, memory_max: u64) -> rustix::io::Result<()> {
    at_most(Resource::Fsize, 0)?;
    at_most(Resource::Nofile, DESCRIPTORS_MAX)?;
    at_most(Resource::Data, memory_max)?;
    at_most(Resource::As, ADDRESSES_MAX)?;
    at_most(Resource::Cpu, processor_seconds.max(1))
}

/// Lowers a limit; one that is lower already stays.
fn at_most(resource: Resource, max: u64) -> rustix::io::Result<()> {
    let now = getrlimit(resource).maximum.unwrap_or(u64::MAX);
    let max = Some(max.min(now));
    setrlimit(resource, Rlimit { current: max, maximum: max })
}
