//! What a process of each role may still do.

use std::path::PathBuf;
use std::time::Duration;

/// The role of a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Profile {
    /// Runs one component whose code is in memory already: computes in one thread, and talks over the
    /// sockets it has.
    Guest {
        /// Processor time after which the kernel ends it, whatever watches it. Whole seconds.
        processor_max: Duration,
    },
    /// Compiles one component: computes in several threads, and talks over the socket it has.
    Compiler {
        /// Processor time after which the kernel ends it. Whole seconds.
        processor_max: Duration,
        /// Bytes of memory that it may write to.
        memory_max: u64,
    },
    /// Answers calls: computes in several threads, reads files below some directories, and is handed
    /// sockets over the one it has.
    Engine {
        /// The directories. One that is not there is passed over: opening it will say so.
        read: Vec<PathBuf>,
    },
    /// Answers calls on a graphics adapter, through a driver that wants devices, libraries, and more
    /// system calls. A call that is not on its list does not end it, but fails as if the kernel did
    /// not have it, since nobody can know every driver.
    GpuEngine,
}

impl Profile {
    /// The role's name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Guest { .. } => "guest",
            Self::Compiler { .. } => "compiler",
            Self::Engine { .. } => "engine",
            Self::GpuEngine => "gpu engine",
        }
    }
}
