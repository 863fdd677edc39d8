//! What a phase shows of its tasks. In a hidden phase, the phase's key puts examples and networks into
//! another order and gives the networks neutral ids; in a public one, everything is as it lies on disk.
//!
//! `docs/phases.md` is the specification. What a measure computes on a view is the same as on the task,
//! as far as it does not depend on the order of the examples.

use std::sync::Arc;

use assay_ids::{Digest, Ordered, PhaseKey};
use assay_network::{Dataset, Network};

use crate::name::shortened;
use crate::task::DATA;
use crate::{Task, TaskError};

/// Digits of a neutral id, if there are not so many networks that it takes more.
const DIGITS: usize = 2;

/// The tasks of one phase as the phase shows them: all of them under its key, if it has one.
#[derive(Clone)]
pub struct PhaseView {
    key: Option<Arc<PhaseKey>>,
    tasks: Vec<TaskView>,
}

/// One task as a phase shows it.
#[derive(Clone)]
pub struct TaskView {
    task: Task,
    key: Option<Arc<PhaseKey>>,
    /// Ids as they are seen, in the order in which they are seen.
    ids: Vec<String>,
    /// At the same positions, positions in the manifest.
    networks: Vec<usize>,
}

impl PhaseView {
    /// The tasks under a key; without one, as they are.
    pub fn new(tasks: Vec<Task>, key: Option<Arc<PhaseKey>>) -> Self {
        let tasks = tasks.into_iter().map(|task| TaskView::new(task, key.clone())).collect();
        Self { key, tasks }
    }

    /// The phase's key, if the phase is a hidden one.
    pub fn key(&self) -> Option<&PhaseKey> {
        self.key.as_deref()
    }

    /// The tasks, in the order given.
    pub fn tasks(&self) -> &[TaskView] {
        &self.tasks
    }
}

impl TaskView {
    /// A task under a key; without one, as it is.
    pub fn new(task: Task, key: Option<Arc<PhaseKey>>) -> Self {
        let own: Vec<String> = task.network_ids().into_iter().map(str::to_owned).collect();
        let count = own.len();
        let Some(held) = &key else {
            return Self { task, key, ids: own, networks: (0..count).collect() };
        };
        // A manifest has far fewer networks than that.
        let order = held.order(Ordered::Networks, task.digest(), count as u32);
        let networks = order.into_iter().map(|at| at as usize).collect();
        let digits = count.saturating_sub(1).to_string().len().max(DIGITS);
        let ids = (0..count).map(|at| format!("network-{at:0digits$}")).collect();
        Self { task, key, ids, networks }
    }

    /// The task itself, which only those may see who may see through the key.
    pub fn task(&self) -> &Task {
        &self.task
    }

    /// The networks' ids as they are seen, in the order in which they are seen: `network-00`,
    /// `network-01`, … under a key, the task's own without one.
    pub fn network_ids(&self) -> &[String] {
        &self.ids
    }

    /// The way back: the task's own id of a network that is seen under an id.
    pub fn own_id(&self, seen: &str) -> Option<&str> {
        let at = self.ids.iter().position(|id| id == seen)?;
        self.task.network_ids().get(self.networks[at]).copied()
    }

    /// The id under which one of the task's networks is seen.
    pub fn seen_id(&self, own: &str) -> Option<&str> {
        let at = self.task.network_ids().iter().position(|id| *id == own)?;
        let seen = self.networks.iter().position(|network| *network == at)?;
        Some(&self.ids[seen])
    }

    /// Reads a network by the id under which it is seen.
    ///
    /// # Errors
    /// There is no such network, or the task's own cannot be read.
    pub fn network(&self, seen: &str) -> Result<Network, TaskError> {
        let own = self.own_id(seen).ok_or_else(|| TaskError::NoNetwork {
            task: self.task.name().to_owned(),
            id: seen.to_owned(),
            known: shortened(self.ids.iter().map(String::as_str)),
        })?;
        self.task.network(own)
    }

    /// A network's digest, by the id under which it is seen.
    pub fn network_digest(&self, seen: &str) -> Option<Digest> {
        self.task.network_digest(self.own_id(seen)?)
    }

    /// Reads the training examples in the order in which they are seen.
    ///
    /// # Errors
    /// The task's own cannot be read.
    pub fn dataset(&self) -> Result<Dataset, TaskError> {
        let own = self.task.dataset()?;
        match &self.key {
            Some(key) => reordered(&own, key, self.task.digest()),
            None => Ok(own),
        }
    }
}

/// Inputs and labels together in the key's order.
fn reordered(own: &Dataset, key: &PhaseKey, task: Digest) -> Result<Dataset, TaskError> {
    let count = u32::try_from(own.examples())
        .map_err(|_| TaskError::format(DATA, "over 4,294,967,295 examples cannot be ordered"))?;
    let order = key.order(Ordered::Examples, task, count);
    let mut inputs = Vec::with_capacity(own.inputs().len());
    let mut labels = Vec::with_capacity(own.examples());
    for at in order {
        let at = at as usize;
        inputs.extend_from_slice(own.example(at).unwrap_or_default());
        labels.push(own.labels()[at]);
    }
    Dataset::new(own.shape().to_vec(), inputs, labels, own.classes())
        .map_err(TaskError::dataset(DATA))
}
