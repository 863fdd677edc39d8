//! The whole winning measure over tasks, against its authors' own steps under the competition's runner.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::Bench;
use super::pair::{Pairs, Spread, in_turn};
use super::table::{self, mebibytes};
use super::worker;
use crate::{guests, step};

/// The part's name on the command line.
pub(super) const PART: &str = "winner";
/// The measure's component.
const MEASURE: &str = "dbi-mixup.wasm";
/// Tasks of the shared test data, if that is at hand.
const SHARED: [&str; 2] = ["task8_mini", "task1_mini"];
/// The task that `tests/bench/task.py` writes, with its networks.
const LARGE: &str = "task_large";
const LARGE_NETWORKS: [(&str, &str, bool); 2] = [
    ("model_0", "VGG of three blocks up to 512 wide, 32x32x3", false),
    ("model_1", "VGG of one block 512 wide, 32x32x3", true),
];
/// Values may differ by what midpoints whose logits nearly tie can change: the index times this.
const TOLERANCE: f64 = 0.02;

const HEADERS: [&str; 10] = [
    "task",
    "networks",
    "threads",
    "as submitted, s",
    "same steps, exact, s",
    "Assay, s",
    "faster than submitted",
    "faster than exact",
    "TensorFlow MiB",
    "Assay MiB",
];

/// Networks that are measured and told as one row.
struct Case {
    title: String,
    /// In the competition's layout, for TensorFlow.
    theirs: PathBuf,
    /// Imported, for Assay.
    ours: PathBuf,
    networks: Vec<String>,
    /// Also run the steps as they were submitted.
    submitted: bool,
}

pub(super) fn run(bench: &Bench<'_>) -> Result<String> {
    if !bench.wants(PART) {
        return Ok(String::new());
    }
    step::run("guests", "cargo xtask guests", || guests::run(bench.workspace))?;
    let mut rows = Vec::new();
    for case in cases(bench)? {
        for &threads in &bench.threads {
            eprintln!("   {}, {threads} threads", case.title);
            rows.push(case.measure(bench, threads)?);
        }
    }
    let table = table::markdown(&HEADERS, &rows);
    Ok(format!(
        "\n## Davies-Bouldin index x label-wise mixup, seconds for one network\n\n{table}\n"
    ))
}

/// Imports what is at hand and picks networks, evenly over each task's grid.
fn cases(bench: &Bench<'_>) -> Result<Vec<Case>> {
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
            cases.push(Case { title: name.to_owned(), theirs, ours, networks, submitted: true });
        }
    } else {
        eprintln!("   {} is absent (set ASSAY_SHARED): no small tasks", zoo.display());
    }
    let source = bench.dir().join("large");
    let mut write = Command::new(&bench.python);
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
                submitted: false,
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

impl Case {
    fn measure(&self, bench: &Bench<'_>, threads: usize) -> Result<Vec<String>> {
        let [mut theirs, mut ours] = worker::both(bench, threads)?;
        let component = bench.workspace.components_dir().join(MEASURE);
        theirs.must(&json!({"do": "task", "path": self.theirs}))?;
        ours.must(&json!({"do": "task", "path": self.ours, "measure": component}))?;
        let unit = |network: &str| json!({"do": "unit", "network": network});
        let form =
            |network: &str, form: &str| json!({"do": "unit", "network": network, "form": form});
        if self.submitted {
            // The first unit of a process pays for what all share. One network alone needs minutes, to
            // which this adds nothing.
            theirs.must(&form(&self.networks[0], "exact"))?;
            ours.must(&unit(&self.networks[0]))?;
        }
        let (mut exact, mut submitted) = (Pairs::default(), Pairs::default());
        for (round, id) in self.networks.iter().enumerate() {
            let (them, us) = in_turn(round, &mut theirs, &mut ours, &form(id, "exact"), &unit(id))?;
            agree(&self.title, id, &them.0, &us.0)?;
            exact.push(them.1, us.1);
            if self.submitted {
                let (_, sample) = theirs.timed(&form(id, "submitted"))?;
                submitted.push(sample, us.1);
            }
        }
        let seconds = |pairs: &Pairs, ours: bool| {
            let samples = if ours { &pairs.ours } else { &pairs.theirs };
            let spread = Spread::of(samples.iter().map(|sample| sample.wall).collect());
            spread.map_or_else(|| "-".to_owned(), |spread| format!("{:.3}", spread.median))
        };
        Ok(vec![
            self.title.clone(),
            self.networks.len().to_string(),
            threads.to_string(),
            seconds(&submitted, false),
            seconds(&exact, false),
            seconds(&exact, true),
            faster(&submitted),
            faster(&exact),
            mebibytes(theirs.peak()),
            mebibytes(ours.peak()),
        ])
    }
}

/// How many times faster ours is, on the clock.
fn faster(pairs: &Pairs) -> String {
    let times = pairs.theirs.iter().zip(&pairs.ours).map(|(theirs, ours)| theirs.wall / ours.wall);
    table::ratio(Spread::of(times.collect()))
}

/// Fails unless both sides found the same value, up to midpoints at the border of two classes.
fn agree(task: &str, network: &str, theirs: &Value, ours: &Value) -> Result<()> {
    let number = |value: &Value, name: &str| {
        value[name].as_f64().with_context(|| format!("{task} {network}: no number `{name}`"))
    };
    let (a, b) = (number(theirs, "value")?, number(ours, "value")?);
    let index = number(theirs, "davies_bouldin")?;
    // Written so that a NaN fails.
    if (a - b).abs() <= TOLERANCE * index {
        return Ok(());
    }
    bail!("{task} {network}: TensorFlow's value is {a}, Assay's {b}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_agree_up_to_a_few_midpoints() {
        let theirs = json!({"value": 0.5, "davies_bouldin": 2.0});
        assert!(agree("t", "n", &theirs, &json!({"value": 0.52})).is_ok());
        assert!(agree("t", "n", &theirs, &json!({"value": 0.55})).is_err());
        assert!(agree("t", "n", &theirs, &json!({"value": null})).is_err());
        assert!(agree("t", "n", &json!({"value": 0.5}), &json!({"value": 0.5})).is_err());
    }
}
