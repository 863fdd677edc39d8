//! The threads that a lane computes on.

use std::sync::Arc;

use crate::cpu::level::{self, LevelError, SimdLevel};

/// A pool of threads and the instruction set of their kernels. Results depend on neither.
#[derive(Clone)]
pub struct Lane {
    pool: Arc<rayon::ThreadPool>,
    level: SimdLevel,
}

/// No lane could be made.
#[derive(Debug, thiserror::Error)]
pub enum LaneError {
    /// The system gave no threads.
    #[error("cannot start {threads} computing threads: {source}")]
    Threads {
        /// Threads asked for; 0 stands for one for each core.
        threads: usize,
        /// What the system said.
        source: rayon::ThreadPoolBuildError,
    },
    /// The instruction set that was asked for does not exist or is not on this processor.
    #[error(transparent)]
    Level(#[from] LevelError),
}

impl Lane {
    /// A lane of `threads` threads; 0 takes one for each core. The instruction set is the one that
    /// `ASSAY_SIMD` names, or the processor's best.
    pub fn new(threads: usize) -> Result<Self, LaneError> {
        Self::with_level(threads, SimdLevel::chosen()?)
    }

    /// A lane whose kernels use this instruction set, whatever `ASSAY_SIMD` says.
    pub fn with_level(threads: usize, level: SimdLevel) -> Result<Self, LaneError> {
        let level = level.checked()?;
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|index| format!("lane-{index}"))
            .start_handler(move |_| level::settle(level))
            .build()
            .map(|pool| Self { pool: Arc::new(pool), level })
            .map_err(|source| LaneError::Threads { threads, source })
    }

    /// Number of threads.
    pub fn threads(&self) -> usize {
        self.pool.current_num_threads()
    }

    /// The instruction set of this lane's kernels.
    pub fn level(&self) -> SimdLevel {
        self.level
    }

    /// Runs `work` with this lane's threads under its parallel iterators and this lane's level in its
    /// kernels.
    pub(crate) fn run<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        self.pool.install(work)
    }
}
