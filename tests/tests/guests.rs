//! The probe: a guest that calls every function of the interface and checks every answer. The SDK's
//! examples: each runs, and gives what their README says.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::fs;
use std::path::Path;

use assay_tests::{assay, built_guest, import, shared, shipped_task};
use serde_json::Value;

fn probe(task: &std::path::Path) {
    let component = built_guest("probe");
    let args = [
        "run".as_ref(),
        component.as_os_str(),
        "--json".as_ref(),
        "--task".as_ref(),
        task.as_os_str(),
    ];
    let ran = assay(args);
    let json = ran.json();
    for network in json["tasks"][0]["networks"].as_array().unwrap() {
        assert_eq!(network["outcome"], "value", "{network}");
        let checks = network["value"].as_f64().unwrap();
        assert!(checks >= 400.0, "the probe made only {checks} checks");
    }
}

#[test]
fn every_function_answers_as_documented_on_pictures() {
    probe(&shipped_task());
}

#[test]
fn every_function_answers_as_documented_on_the_toy_task() {
    let Some(toy) = shared("pgdl/toy_data") else { return };
    let (_dir, tasks) = import(&toy);
    probe(&tasks.join("toy_data"));
}

/// A row of the README's table: an example, its value and work of `model_0`, and its score. What begins with
/// ≈ follows from the seed, and so from the component's bytes.
struct Row<'a> {
    example: &'a str,
    value: &'a str,
    score: &'a str,
    work: &'a str,
}

fn rows(readme: &str) -> Vec<Row<'_>> {
    let rows = readme.lines().filter(|line| line.starts_with("| [`0"));
    let row = |line| {
        let cells: Vec<&str> = str::split(line, '|').map(str::trim).collect();
        let &[_, example, _, value, score, work, _, _] = cells.as_slice() else {
            panic!("{line} has other columns than it should")
        };
        let example = example.split('`').nth(1).unwrap();
        Row { example, value, score, work }
    };
    rows.map(row).collect()
}

/// What is written exactly is so; what is about so is not ten times as large.
fn fits(written: &str, found: f64) -> bool {
    let Some(about) = written.strip_prefix('≈') else {
        let decimals = written.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        return format!("{found:.decimals$}") == written.replace(',', "");
    };
    found.abs() <= 10.0 * about.replace(',', "").trim().parse::<f64>().unwrap()
}

#[test]
fn the_examples_give_what_their_readme_says() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../guest-sdk/examples");
    let readme = fs::read_to_string(examples.join("README.md")).unwrap();
    let rows = rows(&readme);
    let names: Vec<&str> = rows.iter().map(|row| row.example).collect();
    let entries = fs::read_dir(&examples).unwrap().map(|entry| entry.unwrap());
    let projects = entries.filter(|entry| entry.path().join("Cargo.toml").is_file());
    let mut there: Vec<String> =
        projects.map(|entry| entry.file_name().into_string().unwrap()).collect();
    there.sort();
    assert_eq!(names, there, "the README lists every example");
    for row in rows {
        let (component, task) = (built_guest(row.example), shipped_task());
        let ran = assay([
            "run".as_ref(),
            component.as_os_str(),
            "--json".as_ref(),
            "--task".as_ref(),
            task.as_os_str(),
        ]);
        let json = ran.ok().json();
        let task = &json["tasks"][0];
        let number = |value: &Value| value.as_f64().unwrap_or_else(|| panic!("{value}"));
        let network = &task["networks"][0];
        assert_eq!(network["id"], "model_0");
        for (written, found) in [
            (row.value, &network["value"]),
            (row.score, &task["score"]),
            (row.work, &network["work"]),
        ] {
            let found = number(found);
            assert!(fits(written, found), "{}: {written} is written, {found} found", row.example);
        }
    }
}
