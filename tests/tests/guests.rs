//! The probe: a guest that calls every function of the interface and checks every answer.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use assay_tests::{assay, built_guest, import, shared, shipped_task};

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
