//! The tasks that measures run on: the one that ships, and the small tasks of the shared test data, where
//! that is at hand.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use assay_score::{Predictions, Reference, chance_floor, check, pgdl_2020};
use assay_task::{Task, TruthForm};
use serde_json::Value;

use super::limits;
use crate::step;
use crate::workspace::Workspace;

/// The task that ships.
const SHIPPED: &str = "tasks/fashion-mini";
/// Draws of the chance floor and their seed, as `assay run` has them.
const DRAWS: usize = 1000;
const SEED: u64 = 0;

/// A task with its truth.
pub(super) struct OnTask {
    task: Task,
    truth: Option<Reference>,
    pub(super) networks: Vec<Budgeted>,
}

/// A network with its default budget of work.
pub(super) struct Budgeted {
    pub(super) id: String,
    pub(super) work_max: u64,
}

/// Every task at hand. Without a program to import with, only what was imported before is.
pub(super) fn find(workspace: &Workspace, dir: &Path, assay: Option<&Path>) -> Result<Vec<OnTask>> {
    let imported = dir.join("tasks");
    let shared = std::env::var_os("ASSAY_SHARED")
        .map_or_else(|| workspace.root().join("../shared"), PathBuf::from);
    let zoo = shared.join("zoo");
    if let Some(assay) = assay
        && zoo.is_dir()
    {
        import(assay, &zoo, &imported)?;
    }
    let mut tasks = vec![OnTask::open(&workspace.root().join(SHIPPED))?];
    for name in folders(&imported)? {
        // Truths lie beside their tasks.
        let dir = imported.join(name);
        if dir.join("task.toml").is_file() {
            tasks.push(OnTask::open(&dir)?);
        }
    }
    if tasks.len() == 1 {
        eprintln!("{} is absent (set ASSAY_SHARED): only {SHIPPED}", zoo.display());
    }
    Ok(tasks)
}

/// Imports the small tasks, unless all of them were imported before.
fn import(assay: &Path, zoo: &Path, into: &Path) -> Result<()> {
    let there = folders(into)?;
    if folders(&zoo.join("input_data"))?.iter().all(|name| there.contains(name)) {
        return Ok(());
    }
    // All or nothing: what an interrupted import leaves must not look like the tasks.
    let new = into.with_extension("new");
    for dir in [&new, &into.to_owned()] {
        if dir.exists() {
            fs::remove_dir_all(dir).with_context(|| format!("cannot clear {}", dir.display()))?;
        }
    }
    let mut command = Command::new(assay);
    step::capture(command.args(["task", "import"]).arg(zoo).arg("--into").arg(&new))?;
    fs::rename(&new, into).with_context(|| format!("cannot make {}", into.display()))
}

/// Names of the folders in a directory, sorted; none if it is absent.
fn folders(dir: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    if dir.is_dir() {
        for entry in fs::read_dir(dir).with_context(|| format!("cannot list {}", dir.display()))? {
            let entry = entry?;
            if entry.path().is_dir() {
                found.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
    }
    found.sort();
    Ok(found)
}

impl OnTask {
    fn open(dir: &Path) -> Result<Self> {
        let task = Task::open(dir)?;
        let truth = match task.truth_form() {
            TruthForm::Absent => None,
            _ => Some(Reference::parse(task.truth()?.reveal())?),
        };
        let examples = task.manifest().data.examples;
        let mut networks = Vec::new();
        for id in task.network_ids() {
            let operations = task.network(id)?.architecture().operations();
            let work_max = limits::work_max(operations, examples);
            networks.push(Budgeted { id: id.to_owned(), work_max });
        }
        Ok(Self { task, truth, networks })
    }

    pub(super) fn name(&self) -> &str {
        self.task.name()
    }

    pub(super) fn dir(&self) -> &Path {
        self.task.dir()
    }

    pub(super) fn digest(&self) -> String {
        self.task.digest().to_string()
    }

    /// The score of a value for every network; nothing if there is no truth.
    pub(super) fn score(&self, values: &BTreeMap<&str, &Value>) -> Result<Option<f64>> {
        let Some(truth) = &self.truth else { return Ok(None) };
        let predictions = Predictions::parse(&serde_json::to_vec(values)?)?;
        check(truth, &predictions)?;
        Ok(Some(pgdl_2020(truth, &predictions).score))
    }

    /// The score that 95 of 100 random predictors stay below.
    pub(super) fn chance(&self) -> Option<f64> {
        self.truth.as_ref().map(|truth| chance_floor(truth, DRAWS, SEED).p95)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_task_that_ships_has_budgets_and_scores_its_own_gaps() {
        let task = OnTask::open(&Workspace::find().unwrap().root().join(SHIPPED)).unwrap();
        assert_eq!((task.name(), task.networks.len()), ("fashion-mini", 16));
        assert!(task.networks.iter().all(|network| network.work_max > 10_000_000_000));
        let truth = task.truth.as_ref().unwrap();
        let scored = |value: &dyn Fn(f64) -> f64| {
            let gap = |id: &str| truth.model(id).unwrap().gap();
            let ids = task.networks.iter().map(|network| network.id.as_str());
            let values: Vec<_> = ids.map(|id| (id, json!(value(gap(id))))).collect();
            let values = values.iter().map(|(id, value)| (*id, value)).collect();
            task.score(&values).unwrap().unwrap()
        };
        // What knows the gaps is far above what luck gives; what knows nothing scores nothing.
        let chance = task.chance().unwrap();
        assert!(scored(&|gap| gap) > 2.0 * chance && chance > 0.0);
        assert!(scored(&|_| 1.0) < chance);
        let error = task.score(&BTreeMap::new()).unwrap_err().to_string();
        assert!(error.contains("model_0"), "{error}");
    }

    #[test]
    fn absent_directories_have_no_folders() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("b")).unwrap();
        fs::create_dir(dir.path().join("a")).unwrap();
        fs::write(dir.path().join("c"), "").unwrap();
        assert_eq!(folders(dir.path()).unwrap(), ["a", "b"]);
        assert_eq!(folders(&dir.path().join("d")).unwrap(), [""; 0]);
    }
}
