//! The competition's own files against what TensorFlow computed on them: import, accuracy, loss,
//! logits, and the values of the measures that do not shuffle.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeMap;

use assay_call::{Tap, TapPoint};
use assay_engine::{Lane, PreparedNetwork, evaluate, forward};
use assay_task::Task;
use assay_tests::{assay, built_guest, import, shared};
use serde_json::Value;
use tempfile::TempDir;

/// The zoo's tasks, imported, with their reference values; nothing where the zoo is absent.
fn zoo() -> Option<(TempDir, Vec<(Task, Value)>)> {
    let source = shared("zoo")?;
    let (dir, into) = import(&source);
    let text = std::fs::read(source.join("reference_values.json")).unwrap();
    let reference: BTreeMap<String, Value> = serde_json::from_slice(&text).unwrap();
    assert_eq!(reference.len(), 4);
    let open = |(name, values): (String, Value)| (Task::open(&into.join(name)).unwrap(), values);
    let tasks = reference.into_iter().map(open).collect();
    Some((dir, tasks))
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn the_toy_task_verifies() {
    let Some(toy) = shared("pgdl/toy_data") else { return };
    let (_dir, tasks) = import(&toy);
    let task = tasks.join("toy_data");
    let ran = assay(["task".as_ref(), "verify".as_ref(), task.as_os_str(), "--json".as_ref()]);
    let json = ran.ok().json();
    let networks = json["networks"].as_array().unwrap();
    assert_eq!(networks.len(), 18);
    assert!(networks.iter().all(|network| network["ok"] == true), "{json}");
}

#[test]
fn accuracy_loss_and_logits_are_those_of_tensorflow() {
    let Some((_dir, tasks)) = zoo() else { return };
    let lane = Lane::new(0).unwrap();
    let mut compared = 0;
    for (task, reference) in &tasks {
        let dataset = task.dataset().unwrap();
        assert_eq!(number(&reference["train_examples"]), dataset.examples() as f64);
        assert_eq!(task.network_ids().len(), reference["models"].as_object().unwrap().len());
        for id in task.network_ids() {
            let expected = &reference["models"][id];
            let network = PreparedNetwork::new(task.network(id).unwrap());
            let architecture = network.network().architecture();
            let parameters = architecture.parameter_count() as f64;
            assert_eq!(parameters, number(&expected["parameters"]), "{} {id}", task.name());
            let found = evaluate(&lane, &network, &dataset).unwrap();
            assert_eq!(found.accuracy(), number(&expected["train_acc"]), "{} {id}", task.name());
            let loss = number(&expected["train_loss"]);
            assert!((found.loss - loss).abs() < 1e-4, "{} {id}: {found:?} {loss}", task.name());
            let Some(logits) = expected.get("logits_first_16") else { continue };
            let size: usize = dataset.shape().iter().product();
            let tap =
                Tap { layer: architecture.layers().len() as u32 - 1, point: TapPoint::Output };
            let values = forward(&lane, &network, &dataset.inputs()[..16 * size], &[tap]).remove(0);
            let expected =
                logits.as_array().unwrap().iter().flat_map(|row| row.as_array().unwrap());
            for (value, expected) in values.iter().zip(expected) {
                assert!(
                    (f64::from(*value) - number(expected)).abs() < 1e-3,
                    "{} {id}",
                    task.name()
                );
                compared += 1;
            }
        }
    }
    assert!(compared > 1000, "only {compared} logits were compared");
}

/// Values of a measure on every network of a task, by the command.
fn values(measure: &str, task: &Task) -> (BTreeMap<String, f64>, f64) {
    let component = built_guest(measure);
    let args = [
        "run".as_ref(),
        component.as_os_str(),
        "--json".as_ref(),
        "--task".as_ref(),
        task.dir().as_os_str(),
    ];
    let json = assay(args).ok().json();
    let task = &json["tasks"][0];
    let networks = task["networks"].as_array().unwrap();
    let value =
        |network: &Value| (network["id"].as_str().unwrap().to_owned(), number(&network["value"]));
    (networks.iter().map(value).collect(), number(&task["score"]))
}

#[test]
fn norms_are_those_of_tensorflow_and_so_are_their_scores() {
    let Some((_dir, tasks)) = zoo() else { return };
    for (task, reference) in &tasks {
        for measure in ["sum-of-squares", "distance-from-init"] {
            let (found, score) = values(measure, task);
            for (id, value) in &found {
                let expected = number(&reference["models"][id.as_str()]["measures"][measure]);
                let error = (value - expected).abs() / expected.abs();
                assert!(error < 1e-4, "{} {id} {measure}: {value} {expected}", task.name());
            }
            let expected = number(&reference["scores"][measure]);
            assert!(
                (score - expected).abs() < 1e-9,
                "{} {measure}: {score} {expected}",
                task.name()
            );
        }
    }
}

#[test]
fn mixup_accuracy_differs_from_tensorflow_by_few_flips() {
    let Some((_dir, tasks)) = zoo() else { return };
    for (task, reference) in &tasks {
        let flip = largest_flip(task);
        let (found, _) = values("mixup-accuracy", task);
        for (id, value) in &found {
            let expected = number(&reference["models"][id.as_str()]["measures"]["mixup-accuracy"]);
            // Logits that nearly tie may fall either way: at most two midpoints for each network,
            // or 1e-4 relative.
            let tolerance = (2.0 * flip).max(1e-4 * expected.abs()) + 1e-12;
            let error = (value - expected).abs();
            assert!(error <= tolerance, "{} {id}: {value} {expected}", task.name());
        }
    }
}

#[test]
fn the_winning_measure_is_that_of_tensorflow_and_so_are_its_scores() {
    let Some((_dir, tasks)) = zoo() else { return };
    for (task, reference) in &tasks {
        let flip = largest_flip(task);
        let (found, score) = values("dbi-times-mixup", task);
        let mut flipped = false;
        for (id, value) in &found {
            let measures = &reference["models"][id.as_str()]["measures"];
            let expected = number(&measures["dbi-times-mixup"]);
            let error = (value - expected).abs();
            let close = error <= 1e-4 * expected.abs();
            // As above: at most two midpoints, each of which the index multiplies.
            let flips = 2.0 * flip * number(&measures["davies-bouldin"]);
            assert!(close || error <= flips, "{} {id}: {value} {expected}", task.name());
            flipped |= !close;
        }
        let expected = number(&reference["scores"]["dbi-times-mixup"]);
        // The score looks at the order of the values only.
        assert!(flipped || (score - expected).abs() < 1e-9, "{}: {score} {expected}", task.name());
    }
}

/// Measures without midpoints, and what one predicted class that falls the other way can change.
const PLAIN: [(&str, f64); 3] =
    [("davies-bouldin", 0.0), ("margin-first-layer", 0.0), ("flip-penalty", 6.0)];

#[test]
fn the_parts_of_entries_are_those_of_tensorflow_and_so_are_their_scores() {
    let Some((_dir, tasks)) = zoo() else { return };
    for (task, reference) in &tasks {
        for (measure, flip) in PLAIN {
            let (found, score) = values(measure, task);
            let mut pairs = Vec::new();
            for (id, value) in &found {
                let expected = number(&reference["models"][id.as_str()]["measures"][measure]);
                let close = explained(*value, expected, flip);
                assert!(close, "{} {id} {measure}: {value} {expected}", task.name());
                pairs.push((*value, expected));
            }
            let expected = number(&reference["scores"][measure]);
            let same = (score - expected).abs() < 1e-9;
            assert!(same || !same_order(&pairs), "{} {measure}: {score} {expected}", task.name());
        }
    }
}

/// Whether two values differ by 1e-3 relative at most, or by one or two predicted classes besides. Such a
/// class costs `flip` in the place of a change of probability, which is at most 1.
fn explained(value: f64, expected: f64, flip: f64) -> bool {
    let (error, close) = ((value - expected).abs(), 1e-3 * expected.abs());
    let by = |flips: f64| error >= flips * (flip - 1.0) - close && error <= flips * flip + close;
    error <= close || (flip > 0.0 && (by(1.0) || by(2.0)))
}

/// Whether every two networks stand in the same order by either value: all that a score looks at.
fn same_order(values: &[(f64, f64)]) -> bool {
    let order = |a: &(f64, f64), b: &(f64, f64)| a.0.total_cmp(&b.0) == a.1.total_cmp(&b.1);
    values.iter().all(|a| values.iter().all(|b| order(a, b)))
}

/// What one midpoint can change at most: it counts most in the smallest class of a batch, of which
/// the mean over batches and then classes is taken.
fn largest_flip(task: &Task) -> f64 {
    let dataset = task.dataset().unwrap();
    let classes = dataset.classes() as usize;
    let mut largest = 0.0_f64;
    for class in 0..classes as u32 {
        let counts = dataset
            .labels()
            .chunks(10 * classes)
            .take(10)
            .map(|batch| batch.iter().filter(|label| **label == class).count());
        let pairs: Vec<usize> = counts.filter(|n| *n > 1).map(|n| n * (n - 1) / 2).collect();
        let batches = pairs.len().max(1) as f64;
        for pairs in &pairs {
            largest = largest.max(1.0 / (*pairs as f64 * batches * classes as f64));
        }
    }
    largest
}
