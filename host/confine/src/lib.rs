//! A process gives up what it does not need: files, sockets, other processes, privileges.
//!
//! Each role has a [`Profile`]. [`confine`] applies it in layers that do not rely on each other:
//! resource limits, descriptors closed, no new privileges, Landlock (which files may be reached),
//! seccomp (which system calls may be made). [`Confined`] says which of them hold; [`support`] says
//! beforehand which ones the system has.
//!
//! Must not know: wasm, tasks, Burn, HTTP, the store.
//!
//! Begin with [`Profile`], then `calls.rs`, which is the list of system calls with a reason for each
//! group, then `linux.rs`.

#[cfg(target_os = "linux")]
mod calls;
#[cfg(target_os = "linux")]
mod descriptors;
#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(target_os = "linux")]
mod files;
#[cfg(target_os = "linux")]
mod filter;
#[cfg(target_os = "linux")]
mod linux;
mod profile;
mod support;

#[cfg(not(target_os = "linux"))]
pub use elsewhere::{confine, support};
#[cfg(target_os = "linux")]
pub use linux::{confine, support};
pub use profile::Profile;
pub use support::{Confined, Layer, Support};

/// Why a process could not be confined. It must not go on: only a layer that the system lacks is
/// forgiven, and is reported in [`Confined`].
#[derive(Debug, thiserror::Error)]
pub enum ConfineError {
    /// There is a second thread, which some of the layers would not reach.
    #[error("a process is confined before it starts threads; it has {0}")]
    Threads(usize),
    /// A layer that the system has was refused.
    #[error("{layer} cannot be applied: {reason}")]
    Layer {
        /// Which one.
        layer: Layer,
        /// Why.
        reason: String,
    },
}
