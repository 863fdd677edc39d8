//! What starts processes: which program plays them, under which limits, with which cache of code.

use assay_ids::Digest;
use assay_sandbox::{Sandbox, SandboxLimits};

use crate::{CodeCache, Program, WorkerError};

/// Starts the processes of units.
pub struct Worker {
    pub(crate) program: Program,
    pub(crate) limits: SandboxLimits,
    pub(crate) cache: Option<CodeCache>,
    pub(crate) compatibility: Digest,
}

impl Worker {
    /// A worker whose processes are played by `program`, under these limits. Without a cache, every
    /// admission compiles.
    pub fn new(
        program: Program,
        limits: SandboxLimits,
        cache: Option<CodeCache>,
    ) -> Result<Self, WorkerError> {
        let compatibility = Sandbox::compatibility();
        let compatibility =
            compatibility.map_err(|error| WorkerError::Sandbox(error.to_string()))?;
        Ok(Self { program, limits, cache, compatibility })
    }

    /// The program that plays its processes.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// The limits of its guests.
    pub fn limits(&self) -> SandboxLimits {
        self.limits
    }
}
