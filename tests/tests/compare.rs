//! Two measures side by side.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::fs;
use std::path::Path;

use assay_tests::{Guest, Ran, assay, built_guest, copy_directory, shipped_task};
use serde_json::Value;
use tempfile::TempDir;

fn compare(a: &Path, b: &Path, more: &[&str]) -> Ran {
    let task = shipped_task();
    let mut args = vec!["compare", a.to_str().unwrap(), b.to_str().unwrap()];
    args.extend(["--task", task.to_str().unwrap()]);
    args.extend(more);
    assay(args)
}

fn run(component: &Path) -> Value {
    let task = shipped_task();
    let args = ["run", component.to_str().unwrap(), "--task", task.to_str().unwrap(), "--json"];
    assay(args).ok().json()["tasks"][0].clone()
}

#[test]
fn both_have_the_values_and_scores_that_they_have_alone() {
    let dir = TempDir::new().unwrap();
    let measures = ["sum-of-squares", "distance-from-init"].map(built_guest);
    let plots = dir.path().join("plots");
    let ran =
        compare(&measures[0], &measures[1], &["--json", "--plot", plots.to_str().unwrap()]).ok();
    let json = ran.json();
    assert_eq!(json["schema"], 1);
    let task = &json["tasks"][0];
    for (at, measure) in measures.iter().enumerate() {
        let alone = run(measure);
        assert_eq!(task["scores"][at], alone["score"]);
        assert_eq!(task["kendall"][at], alone["kendall"]);
        let values = |networks: &Value, pick: fn(&Value, usize) -> Value| {
            let networks = networks.as_array().unwrap();
            networks.iter().map(|network| pick(network, at)).collect::<Vec<_>>()
        };
        assert_eq!(
            values(&task["networks"], |network, at| network["values"][at].clone()),
            values(&alone["networks"], |network, _| network["value"].clone()),
        );
    }
    assert_eq!(json["measures"][0]["name"], "sum-of-squares");
    assert!(task["networks"][0]["gap"].is_number());
    let tau = task["kendall_between"].as_f64().unwrap();
    assert!((-1.0..=1.0).contains(&tau));
    let picture = fs::read_to_string(plots.join("fashion-mini.svg")).unwrap();
    assert_eq!(picture.matches("<circle").count(), 32);
    assert!(picture.contains("distance-from-init on fashion-mini"), "{picture}");

    let text = compare(&measures[0], &measures[1], &[]).ok().stdout;
    for part in ["sum-of-squares", "gap", "model_15", "Kendall's tau between the two"] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn a_measure_agrees_with_itself_and_the_two_are_told_apart() {
    let measure = built_guest("sum-of-squares");
    let ran = compare(&measure, &measure, &["--in-process"]).ok();
    assert!(ran.stdout.contains("Kendall's tau between the two 1.0000"), "{}", ran.stdout);
    assert!(ran.stdout.contains("A (sum-of-squares ") && ran.stdout.contains("B (sum-of-squares "));
}

#[test]
fn what_fails_is_said_of_which_measure() {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("trap.wasm");
    fs::write(&file, Guest::new("unreachable").bytes()).unwrap();
    let sound = built_guest("sum-of-squares");
    let ran = compare(&sound, &file, &["--json", "--only", "model_2"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.stderr.contains("error: hostile: fashion-mini model_2: the component trapped"),
        "{}",
        ran.stderr
    );
    let network = &ran.json()["tasks"][0]["networks"][0];
    assert!(network["values"][0].is_number() && network["values"][1].is_null());
    assert_eq!(network["outcomes"][1], "trap");
    // Nothing runs before both can.
    fs::write(&file, "no component").unwrap();
    let ran = compare(&sound, &file, &[]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    assert!(ran.stderr.contains("trap.wasm: invalid-component"), "{}", ran.stderr);
    assert_eq!(assay(["compare", sound.to_str().unwrap()]).code, 2);
}

#[test]
fn without_a_truth_there_is_no_gap_and_no_picture() {
    let dir = TempDir::new().unwrap();
    let task = dir.path().join("fashion-mini");
    // The truth lies beside the task's directory, so it stays behind.
    copy_directory(&shipped_task(), &task);
    let (a, b) = (built_guest("sum-of-squares"), built_guest("distance-from-init"));
    let plots = dir.path().join("plots");
    let args =
        ["compare", a.to_str().unwrap(), b.to_str().unwrap(), "--task", task.to_str().unwrap()];
    let more = ["--only", "model_0", "--plot", plots.to_str().unwrap(), "--json"];
    let ran = assay(args.iter().chain(&more)).ok();
    let json = ran.json();
    assert!(json["tasks"][0]["networks"][0]["gap"].is_null());
    assert!(json["tasks"][0]["scores"][0].is_null());
    assert!(ran.stderr.contains("nothing is drawn"), "{}", ran.stderr);
}
