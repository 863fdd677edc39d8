//! A process gives up what it does not need: files, sockets, other processes, privileges.
//!
//! Each role has a [`Profile`]. [`confine`] applies it in layers that do not rely on each other:
//! resource limits, descriptors closed, privileges dropped, Landlock (which files may be reached),
//! seccomp (which system calls may be made). [`Confined`] says which of them hold; [`support`] says
//! beforehand which ones the system has. On systems other than Linux on x86-64 and ARM64 there is
//! none, and both say so.
//!
//! Must not know: wasm, tasks, Burn, HTTP, the store.
//!
//! Begin with [`Profile`]; then `roles/`, a file for each role with its system calls and the reason
//! for each group of them; then `linux.rs`, the order of the layers.

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
mod elsewhere;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod files;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod filter;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod limits;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod linux;
mod profile;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod raw;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod roles;
mod support;

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
pub use elsewhere::{confine, support, system_calls};
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
pub use linux::{confine, support};
pub use profile::Profile;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
pub use roles::system_calls;
pub use support::{Confined, Landlock, Layer, Support};

/// Why a process could not be confined. It must not go on: only a layer that the system lacks is
/// forgiven, and is reported in [`Confined`].
#[derive(Debug, thiserror::Error)]
pub enum ConfineError {
    /// There is a second thread, which some of the layers would not reach.
    #[error("a process is confined before it starts threads; it has {0}")]
    Threads(usize),
    /// It cannot be told whether there is a second thread.
    #[error(
        "the threads of this process cannot be counted: /proc/self/task: {0}\nhint: mount /proc"
    )]
    Uncounted(std::io::Error),
    /// A layer that the system has was refused.
    #[error("{layer} cannot be applied: {reason}")]
    Layer {
        /// Which one.
        layer: Layer,
        /// Why.
        reason: String,
    },
}
