//! The tasks that measures run on: small ones of the shared test data, if that is at hand, and one of
//! the real tasks' size, which is made.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::Bench;
use crate::step;

/// Tasks of the shared test data.
const SHARED: [&str; 2] = ["task8_mini", "task1_mini"];
/// The task that `tests/bench/task.py` writes, with its networks, and which of them take minutes.
const LARGE: &str = "task_large";
const LARGE_NETWORKS: [(&str, &str, bool); 2] = [
    ("model_0", "VGG of three blocks up to 512 wide, 32x32x3", false),
    ("model_1", "VGG of one block 512 wide, 32x32x3", true),
];

/// Networks that are measured and told as one row.
pub(super) struct Case {
    pub(super) title: String,
    /// In the competition's layout, for TensorFlow.
    pub(super) theirs: PathBuf,
    /// Imported, for Assay.
    pub(super) ours: PathBuf,
    pub(super) networks: Vec<String>,
    /// Whether it is one network of the real tasks' size.
    pub(super) large: bool,
}

/// Imports what is at hand and picks networks, evenly over each task's grid.
pub(super) fn cases(bench: &Bench<'_>) -> Result<Vec<Case>> {
    let tasks = bench.dir().join("tasks");
    if tasks.exists() {
        fs::remove_dir_all(&tasks).with_context(|| format!("cannot clear {}", tasks.display()))?;
    }
    let mut cases = Vec::new();
    let shared = std::env::var_os("ASSAY_SHARED")
        .map_or_else(|| bench.workspace.root().join("../shared"), PathBuf::from);
    let zoo = shared.join("zoo");
    if zoo.is_dir() {
        import(bench, &zoo, &tasks)?;
        for name in SHARED {
            let ours = tasks.join(name);
            let all = networks(&ours)?;
            let step = all.len().div_ceil(bench.effort.networks);
            let networks: Vec<String> = all.into_iter().step_by(step).collect();
            let theirs = zoo.join("input_data").join(name);
            cases.push(Case { title: name.to_owned(), theirs, ours, networks, large: false });
        }
    } else {
        eprintln!("   {} is absent (set ASSAY_SHARED): no small tasks", zoo.display());
    }
    let source = bench.dir().join("large");
    let mut write = Command::new(bench.python()?);
    write.arg(bench.workspace.root().join("tests/bench/task.py")).arg(&source);
    step::inherit(write.env("TF_CPP_MIN_LOG_LEVEL", "3"))?;
    import(bench, &source, &tasks)?;
    for (id, title, long) in LARGE_NETWORKS {
        if !long || bench.effort.long {
            cases.push(Case {
                title: title.to_owned(),
                theirs: source.join("input_data").join(LARGE),
                ours: tasks.join(LARGE),
                networks: vec![id.to_owned()],
                large: true,
            });
        }
    }
    Ok(cases)
}

fn import(bench: &Bench<'_>, source: &Path, into: &Path) -> Result<()> {
    let mut assay = Command::new(bench.workspace.target_dir().join("release/assay"));
    step::capture(assay.args(["task", "import"]).arg(source).arg("--into").arg(into))?;
    Ok(())
}

/// Ids of a task's networks, in numeric order.
fn networks(task: &Path) -> Result<Vec<String>> {
    let dir = task.join("networks");
    let list = fs::read_dir(&dir).with_context(|| format!("cannot list {}", dir.display()))?;
    let mut found = Vec::new();
    for entry in list {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let number: u64 = name.trim_start_matches("model_").parse()?;
        found.push((number, name));
    }
    found.sort();
    Ok(found.into_iter().map(|(_, name)| name).collect())
}
