//! What a measure is run on: tasks with their truths, and which of their networks. Everything is opened
//! before the first unit runs, since a typing mistake in the last task should not cost the run of the
//! others.

use std::sync::Arc;

use assay_ids::{ContestSeed, PhaseKey};
use assay_sandbox::SandboxLimits;
use assay_task::{PhaseView, Task, TaskView};

use super::truth::{Truth, truth_if_there};
use crate::args::Units;
use crate::failure::{Failure, USAGE};
use crate::output;

/// Tasks, ready to run measures on.
pub(crate) struct Stage {
    pub(crate) phase: PhaseView,
    pub(crate) seed: ContestSeed,
    pub(crate) threads: usize,
    pub(crate) limits: SandboxLimits,
    /// At the positions of the phase's tasks.
    parts: Vec<Part>,
}

struct Part {
    truth: Truth,
    /// The networks to run on, as the phase shows them, in its order.
    networks: Vec<String>,
}

/// One task of a stage.
#[derive(Clone, Copy)]
pub(crate) struct OnStage<'a> {
    /// Its position.
    pub(crate) at: usize,
    pub(crate) view: &'a TaskView,
    pub(crate) truth: &'a Truth,
    /// The networks to run on.
    pub(crate) networks: &'a [String],
}

impl Stage {
    /// Opens the tasks that a command line names, as a phase with this key shows them.
    pub(crate) fn open(units: &Units, key: Option<Arc<PhaseKey>>) -> Result<Self, Failure> {
        let tasks = units.task.iter().map(|dir| Task::open(dir).map_err(Failure::new));
        let tasks = tasks.collect::<Result<Vec<Task>, _>>()?;
        let truths = tasks.iter().map(truth).collect::<Result<Vec<Truth>, _>>()?;
        let phase = PhaseView::new(tasks, key);
        let networks = chosen(&phase, &units.only)?;
        let parts = truths.into_iter().zip(networks);
        let parts = parts.map(|(truth, networks)| Part { truth, networks }).collect();
        Ok(Self {
            phase,
            seed: ContestSeed(units.seed),
            threads: units.threads,
            limits: units.rules.limits(),
            parts,
        })
    }

    /// Its tasks, without those of which no network was chosen.
    pub(crate) fn tasks(&self) -> impl Iterator<Item = OnStage<'_>> {
        let all = self.phase.tasks().iter().zip(&self.parts).enumerate();
        let all =
            all.map(|(at, (view, Part { truth, networks }))| OnStage { at, view, truth, networks });
        all.filter(|task| !task.networks.is_empty())
    }

    /// Number of networks to run on.
    pub(crate) fn units(&self) -> usize {
        self.parts.iter().map(|part| part.networks.len()).sum()
    }
}

impl OnStage<'_> {
    /// Its name.
    pub(crate) fn name(&self) -> &str {
        self.view.task().name()
    }

    /// Whether networks were left out, so that there can be no score.
    pub(crate) fn partial(&self) -> bool {
        self.networks.len() < self.view.network_ids().len()
    }

    /// Why there is no score whatever the values are, if there is none.
    pub(crate) fn no_score(&self) -> Option<String> {
        if self.partial() {
            let (ran, count) = (self.networks.len(), self.view.network_ids().len());
            return Some(format!("{ran} of {count} networks ran (--only)"));
        }
        self.truth.missing().map(str::to_owned)
    }
}

/// The task's truth, with a note if it cannot be known.
fn truth(task: &Task) -> Result<Truth, Failure> {
    let truth = truth_if_there(task)?;
    if let Some(why) = truth.missing() {
        output::note(format!("{}: {why}, so there is no score", task.name()));
    }
    Ok(truth)
}

/// The networks of each task that were asked for: all, if none was named.
fn chosen(phase: &PhaseView, only: &[String]) -> Result<Vec<Vec<String>>, Failure> {
    let tasks = phase.tasks();
    for name in only {
        if !tasks.iter().any(|task| task.network_ids().contains(name)) {
            let list = |task: &TaskView| {
                format!("{} has {}", task.task().name(), task.network_ids().join(", "))
            };
            let lists: Vec<String> = tasks.iter().map(list).collect();
            let failure = Failure::new(format!("--only {name}: no task given has such a network"));
            return Err(failure.hint(lists.join("; ")).with_code(USAGE));
        }
    }
    let of = |task: &TaskView| -> Vec<String> {
        let ids = task.network_ids().iter();
        ids.filter(|id| only.is_empty() || only.contains(id)).cloned().collect()
    };
    Ok(tasks.iter().map(of).collect())
}
