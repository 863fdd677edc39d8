//! The threads that a lane computes on.

use std::sync::Arc;

/// A pool of threads. Results do not depend on their number.
#[derive(Clone)]
pub struct Lane {
    pool: Arc<rayon::ThreadPool>,
}

/// The system gave no threads.
#[derive(Debug, thiserror::Error)]
#[error("cannot start {threads} computing threads: {source}")]
pub struct LaneError {
    threads: usize,
    source: rayon::ThreadPoolBuildError,
}

impl Lane {
    /// A lane of `threads` threads; 0 takes one for each core.
    pub fn new(threads: usize) -> Result<Self, LaneError> {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|index| format!("lane-{index}"))
            .build()
            .map(|pool| Self { pool: Arc::new(pool) })
            .map_err(|source| LaneError { threads, source })
    }

    /// Number of threads.
    pub fn threads(&self) -> usize {
        self.pool.current_num_threads()
    }

    /// Runs `work` with this lane's threads under its parallel iterators.
    pub(crate) fn run<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        self.pool.install(work)
    }
}
