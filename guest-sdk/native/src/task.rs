//! Units of a task on disk.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use assay_engine::{PreparedData, PreparedNetwork};
use assay_ids::{ContestSeed, Digest, UnitSeed};

use crate::{Error, Unit};

/// A task on disk. Its training data is read when the first unit is made, and kept.
pub struct Task {
    task: assay_task::Task,
    data: Mutex<Option<Arc<PreparedData>>>,
}

impl Task {
    /// Opens a task's directory. A test's relative paths begin at its package's directory:
    /// `concat!(env!("CARGO_MANIFEST_DIR"), "/…")` says so.
    ///
    /// # Errors
    /// The directory is absent or no task.
    pub fn open(dir: impl AsRef<Path>) -> Result<Self, Error> {
        Ok(Self { task: assay_task::Task::open(dir.as_ref())?, data: Mutex::new(None) })
    }

    /// The networks' ids, in numeric order.
    pub fn network_ids(&self) -> Vec<&str> {
        self.task.network_ids()
    }

    /// The unit of a network.
    ///
    /// # Errors
    /// There is no such network, or a file is missing or not what the task's manifest says.
    pub fn unit(&self, network: &str) -> Result<Unit, Error> {
        let prepared = PreparedNetwork::new(self.task.network(network)?);
        Unit::prepared(prepared, self.data()?)
    }

    /// The seed that `assay run --seed CONTEST` hands to a component for a network; without `--seed`,
    /// `contest` is 0. Nothing if there is no such network.
    pub fn seed(&self, network: &str, component: &[u8], contest: u64) -> Option<u64> {
        let (component, network) = (Digest::of(component), self.task.network_digest(network)?);
        Some(UnitSeed::derive(ContestSeed(contest), component, network).0)
    }

    fn data(&self) -> Result<Arc<PreparedData>, Error> {
        let mut held = self.data.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(data) = &*held {
            return Ok(Arc::clone(data));
        }
        let data = Arc::new(PreparedData::new(self.task.dataset()?));
        *held = Some(Arc::clone(&data));
        Ok(data)
    }
}
