//! Scores from recorded values.

use std::collections::BTreeMap;

use assay_ids::Digest;
use assay_score::{Predictions, Reference, check, pgdl_2020};

use crate::{Bundle, Outcome, Problem, Record};

/// What is known of a task apart from the bundle.
#[derive(Debug, Clone)]
pub struct TaskFacts {
    /// Its digest.
    pub digest: Digest,
    /// Digest of its training data.
    pub dataset: Digest,
    /// Its networks' ids and digests.
    pub networks: Vec<(String, Digest)>,
    /// Its truth, where that is at hand.
    pub truth: Option<Reference>,
}

/// One measure's part of a bundle, on one task and lane.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// Name of the task.
    pub task: String,
    /// Digest of the component.
    pub component: Digest,
    /// The lane.
    pub lane: String,
    /// Number of its records.
    pub units: usize,
    /// How many of them have no value.
    pub failed: usize,
    /// The score, where the truth is given and every network has a value.
    pub score: Option<f64>,
}

/// A record with its position.
type At<'a> = (usize, &'a Record);

/// The score of every measure, and what in its records does not fit the tasks.
pub(crate) fn scores(bundle: &Bundle, facts: &[TaskFacts]) -> (Vec<Score>, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut scores = Vec::new();
    for task in bundle.tasks() {
        let facts = facts.iter().find(|facts| facts.digest == task.digest);
        for ((component, lane), records) in groups(bundle.records(), task.digest) {
            let before = problems.len();
            problems.extend(repeated(&records));
            if let Some(facts) = facts {
                problems.extend(unfit(&records, facts, &task.name));
            }
            let fits = problems.len() == before;
            let truth = facts.and_then(|facts| facts.truth.as_ref()).filter(|_| fits);
            let values: Vec<(&str, f64)> = records.iter().filter_map(value).collect();
            let failed = records.len() - values.len();
            let score = match truth.filter(|_| failed == 0) {
                Some(truth) => {
                    let scored = score(truth, values);
                    scored
                        .map_err(|what| problems.push(Problem { file: task.name.clone(), what }))
                        .ok()
                }
                None => None,
            };
            let (task, lane) = (task.name.clone(), lane.to_owned());
            scores.push(Score { task, component, lane, units: records.len(), failed, score });
        }
    }
    (scores, problems)
}

/// A task's records by component and lane.
fn groups(records: &[Record], task: Digest) -> BTreeMap<(Digest, &str), Vec<At<'_>>> {
    let mut groups: BTreeMap<_, Vec<At<'_>>> = BTreeMap::new();
    for (at, record) in records.iter().enumerate().filter(|(_, record)| record.task == task) {
        let group = (record.component, record.lane.as_str());
        groups.entry(group).or_default().push((at, record));
    }
    groups
}

/// Two records of one unit: one of them would be the one that counts, and nobody could tell which.
fn repeated(records: &[At<'_>]) -> Vec<Problem> {
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    let mut problems = Vec::new();
    for (at, record) in records {
        if let Some(before) = first.insert(&record.network_id, *at) {
            let file = Bundle::record_name(before);
            let what = format!("it is of the unit that {file} is of, too");
            problems.push(Problem { file: Bundle::record_name(*at), what });
        }
    }
    problems
}

/// What in the records does not fit the task.
fn unfit(records: &[At<'_>], facts: &TaskFacts, task: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut missing: BTreeMap<&str, Digest> =
        facts.networks.iter().map(|(id, digest)| (id.as_str(), *digest)).collect();
    for (at, record) in records {
        let mut problem =
            |what: String| problems.push(Problem { file: Bundle::record_name(*at), what });
        let id = &record.network_id;
        if record.dataset != facts.dataset {
            let (found, expected) = (record.dataset, facts.dataset);
            problem(format!("its training data are {found}, {task} has {expected}"));
        }
        match missing.remove(id.as_str()) {
            Some(digest) if digest != record.network => {
                problem(format!("its network {id} is {}, {task} has {digest}", record.network));
            }
            None if !facts.networks.iter().any(|(known, _)| known == id) => {
                problem(format!("{task} has no network {id}"));
            }
            Some(_) | None => {}
        }
    }
    if let Some((_, record)) = records.first() {
        problems.extend(missing.into_keys().map(|id| Problem {
            file: task.to_owned(),
            what: format!("component {} has no record of {id}", record.component),
        }));
    }
    problems
}

fn value<'a>((_, record): &At<'a>) -> Option<(&'a str, f64)> {
    match &record.outcome {
        Outcome::Value(value) => Some((&record.network_id, *value)),
        Outcome::Failed { .. } => None,
    }
}

fn score(truth: &Reference, values: Vec<(&str, f64)>) -> Result<f64, String> {
    let predictions = Predictions::from_pairs(values);
    check(truth, &predictions).map_err(|refusal| refusal.to_string())?;
    Ok(pgdl_2020(truth, &predictions).score)
}
