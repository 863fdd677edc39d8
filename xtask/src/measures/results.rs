//! What came of measures on tasks, kept from run to run: one JSON file for a component and a task.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The form of the files.
const SCHEMA: u32 = 1;
/// Digits of a component's digest in a file's name; the whole stands inside.
const DIGITS: usize = 12;
/// The outcome that says nothing of the measure.
const INCONCLUSIVE: &str = "inconclusive";

/// A component on a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct TaskResult {
    schema: u32,
    pub(super) measure: String,
    /// Digest of the component.
    component: String,
    pub(super) task: String,
    /// Digest of the task.
    task_digest: String,
    /// In the order in which they ran.
    pub(super) units: Vec<UnitResult>,
    /// Where the dearest network's budget went.
    pub(super) profile: Option<ProfileResult>,
}

/// One unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct UnitResult {
    pub(super) network: String,
    pub(super) outcome: String,
    /// A number, or the name of one that JSON has none for; null without a value.
    pub(super) value: Value,
    /// Why there is no value.
    pub(super) reason: Option<String>,
    /// Nothing of an inconclusive unit.
    pub(super) work: Option<u64>,
    pub(super) fuel: Option<u64>,
    /// By the clock, from the command's start to its end.
    pub(super) seconds: f64,
    /// What was said that should not be.
    pub(super) warnings: Vec<String>,
    /// When it ran, as 2026-01-31, and on what.
    pub(super) date: String,
    pub(super) machine: String,
}

/// What each kind of call used on one network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct ProfileResult {
    pub(super) network: String,
    pub(super) calls: Vec<CallCost>,
}

/// One kind of call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct CallCost {
    pub(super) call: String,
    pub(super) work: u64,
}

impl TaskResult {
    /// True if a unit of this network need not run again.
    pub(super) fn has(&self, network: &str) -> bool {
        let done = |unit: &&UnitResult| unit.network == network && unit.outcome != INCONCLUSIVE;
        self.units.iter().any(|unit| done(&unit))
    }

    /// Adds a unit in place of an earlier one of the same network.
    pub(super) fn put(&mut self, unit: UnitResult) {
        self.units.retain(|known| known.network != unit.network);
        self.units.push(unit);
    }
}

impl UnitResult {
    /// Reads the output of `assay run --json` on one network.
    pub(super) fn parse(json: &str) -> Result<(Self, Option<ProfileResult>)> {
        let output: Value = serde_json::from_str(json)?;
        let schema = output.get("schema").and_then(Value::as_u64);
        if schema != Some(1) {
            bail!("field `schema` is {schema:?}, and only 1 is known here");
        }
        let tasks = output.get("tasks").and_then(Value::as_array).map(Vec::as_slice);
        let Some([task]) = tasks else { bail!("field `tasks` does not hold exactly one task") };
        let networks = task.get("networks").and_then(Value::as_array).map(Vec::as_slice);
        let Some([unit]) = networks else {
            bail!("field `tasks[0].networks` does not hold exactly one network");
        };
        let text = |name: &str| {
            let text = unit.get(name).and_then(Value::as_str).map(str::to_owned);
            text.with_context(|| format!("field `tasks[0].networks[0].{name}` is no text"))
        };
        let network = text("id")?;
        let profile = unit.get("profile").map(|profile| {
            let calls = profile.get("calls").cloned().unwrap_or_default();
            let calls = serde_json::from_value(calls).context("field `profile.calls`")?;
            anyhow::Ok(ProfileResult { network: network.clone(), calls })
        });
        let result = Self {
            network,
            outcome: text("outcome")?,
            value: unit.get("value").cloned().unwrap_or_default(),
            reason: text("reason").ok(),
            work: unit.get("work").and_then(Value::as_u64),
            fuel: unit.get("fuel").and_then(Value::as_u64),
            seconds: 0.0,
            warnings: Vec::new(),
            date: String::new(),
            machine: String::new(),
        };
        Ok((result, profile.transpose()?))
    }
}

/// Where results are kept.
pub(super) struct Store {
    dir: PathBuf,
}

impl Store {
    pub(super) fn new(dir: &Path) -> Self {
        Self { dir: dir.join("results") }
    }

    fn file(&self, measure: &str, component: &str, task: &str) -> PathBuf {
        let digits = component.get(..DIGITS).unwrap_or(component);
        self.dir.join(measure).join(format!("{task}-{digits}.json"))
    }

    /// What is known of a component on a task; without a unit if that is nothing.
    pub(super) fn load(
        &self,
        measure: &str,
        component: &str,
        (task, task_digest): (&str, &str),
    ) -> Result<TaskResult> {
        let none = TaskResult {
            schema: SCHEMA,
            measure: measure.to_owned(),
            component: component.to_owned(),
            task: task.to_owned(),
            task_digest: task_digest.to_owned(),
            units: Vec::new(),
            profile: None,
        };
        let file = self.file(measure, component, task);
        if !file.is_file() {
            return Ok(none);
        }
        let bad = || format!("{} (remove it, and its units run again)", file.display());
        let found: TaskResult =
            serde_json::from_slice(&fs::read(&file).with_context(bad)?).with_context(bad)?;
        let same = found.schema == SCHEMA
            && found.component == component
            && found.task_digest == task_digest;
        Ok(if same { found } else { none })
    }

    /// Keeps it; a reader, or a run that goes on after this one was stopped, never sees half of it.
    pub(super) fn save(&self, result: &TaskResult) -> Result<()> {
        let file = self.file(&result.measure, &result.component, &result.task);
        let dir = file.parent().unwrap_or(&self.dir);
        fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
        let new = file.with_extension("new");
        fs::write(&new, serde_json::to_vec_pretty(result)?)
            .and_then(|()| fs::rename(&new, &file))
            .with_context(|| format!("cannot write {}", file.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(unit: &str) -> String {
        format!(r#"{{"schema":1,"tasks":[{{"task":"t","networks":[{unit}]}}]}}"#)
    }

    fn unit(network: &str, outcome: &str) -> UnitResult {
        let text = format!(r#"{{"id":"{network}","outcome":"{outcome}","value":1.5,"work":7}}"#);
        UnitResult::parse(&output(&text)).unwrap().0
    }

    #[test]
    fn a_unit_has_its_meters_and_its_profile() {
        let (found, profile) = UnitResult::parse(&output(
            r#"{"id":"model_1","value":"Infinity","fuel":3,"work":4,"outcome":"value","profile":
               {"calls":[{"call":"a.b","calls":2,"work":4,"fuel":1,"bytes":0}]}}"#,
        ))
        .unwrap();
        assert_eq!((found.work, found.fuel, &found.reason), (Some(4), Some(3), &None));
        assert_eq!(found.value, "Infinity");
        let calls = vec![CallCost { call: "a.b".to_owned(), work: 4 }];
        assert_eq!(profile.unwrap(), ProfileResult { network: "model_1".to_owned(), calls });
    }

    #[test]
    fn a_unit_without_a_value_says_why() {
        let text = r#"{"id":"m","value":null,"fuel":null,"outcome":"trap","reason":"it trapped"}"#;
        let found = UnitResult::parse(&output(text)).unwrap().0;
        assert_eq!((found.reason.as_deref(), found.fuel), (Some("it trapped"), None));
        let refused = |text: &str| UnitResult::parse(text).unwrap_err().to_string();
        assert_eq!(
            refused(&output(r#"{"id":"m"}"#)),
            "field `tasks[0].networks[0].outcome` is no text"
        );
        assert!(refused(&output("")).contains("exactly one network"));
        assert!(refused(r#"{"schema":2}"#).contains("`schema` is Some(2)"));
    }

    #[test]
    fn results_are_found_again_for_the_same_component_and_task_only() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::new(dir.path());
        let load = |component, digest| store.load("m", component, ("t", digest)).unwrap();
        let mut result = load("0123456789abcdef", "d");
        assert!(result.units.is_empty());
        result.put(unit("model_1", "inconclusive"));
        assert!(!result.has("model_1"));
        result.put(unit("model_1", "value"));
        store.save(&result).unwrap();
        let found = load("0123456789abcdef", "d");
        assert_eq!(found, result);
        assert!(found.has("model_1") && !found.has("model_2") && found.units.len() == 1);
        // The same name of a file, other digests inside.
        assert!(load("0123456789abcdee", "d").units.is_empty());
        assert!(load("0123456789abcdef", "e").units.is_empty());
        fs::write(store.file("m", "0123456789abcdef", "t"), "{").unwrap();
        let error = store.load("m", "0123456789abcdef", ("t", "d")).unwrap_err().to_string();
        assert!(error.contains("remove it"), "{error}");
    }
}
