//! The benchmark's worker without the benchmark: the protocol, and that what it computes is right.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use assay_tests::{binary, built_guest, shipped_task};
use serde_json::{Value, json};
use tempfile::TempDir;

struct Worker(Child, BufReader<std::process::ChildStdout>);

impl Worker {
    fn start() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bench-worker"));
        command.arg("2").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap());
        Self(child, answers)
    }

    fn ask(&mut self, request: Value) -> Value {
        writeln!(self.0.stdin.as_mut().unwrap(), "{request}").unwrap();
        let mut line = String::new();
        self.1.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // The pipe closes, which ends it.
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

fn floats(file: &Path, values: &[f32]) {
    fs::write(file, values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<_>>())
        .unwrap();
}

/// A network of one dense layer with ReLU, 2 -> 2, and two examples.
fn network(dir: &Path) {
    let layer = json!({"kind": "dense", "units": 2, "activation": "relu", "bias": true});
    fs::write(dir.join("layers.json"), json!({"input": [2], "layers": [layer]}).to_string())
        .unwrap();
    floats(&dir.join("weights.f32"), &[1.0, 2.0, 3.0, 4.0, 0.5, -20.0]);
    floats(&dir.join("inputs.f32"), &[1.0, 2.0, 3.0, 4.0]);
    fs::write(dir.join("labels.u32"), [0, 0, 0, 0, 1, 0, 0, 0]).unwrap();
}

#[test]
fn the_worker_runs_a_network_and_writes_its_output() {
    let dir = TempDir::new().unwrap();
    network(dir.path());
    let mut worker = Worker::start();
    assert!(worker.ask(json!({"do": "about"}))["ok"].is_string());
    assert!(worker.ask(json!({"do": "repeat", "times": 1}))["error"].is_string());
    let ready = json!({"do": "network", "path": dir.path(), "batch": 2, "what": "forward"});
    assert_eq!(worker.ask(ready), json!({"ok": null}));
    assert_eq!(worker.ask(json!({"do": "repeat", "times": 3})), json!({"ok": null}));
    let into = dir.path().join("out.f32");
    assert_eq!(worker.ask(json!({"do": "output", "into": into})), json!({"ok": null}));
    // [1 2; 3 4] [1 2; 3 4] + [0.5 -20], below zero cut off.
    let expected: Vec<u8> =
        [7.5_f32, 0.0, 15.5, 2.0].iter().flat_map(|value| value.to_le_bytes()).collect();
    assert_eq!(fs::read(into).unwrap(), expected);
}

#[test]
fn the_worker_derives_by_inputs_and_by_parameters() {
    let dir = TempDir::new().unwrap();
    network(dir.path());
    let mut worker = Worker::start();
    let into = dir.path().join("out.f32");
    let mut results = |what: &str| {
        let ready = json!({"do": "network", "path": dir.path(), "batch": 2, "what": what});
        assert_eq!(worker.ask(ready), json!({"ok": null}));
        assert_eq!(worker.ask(json!({"do": "output", "into": into})), json!({"ok": null}));
        let bytes = fs::read(&into).unwrap();
        bytes.as_chunks::<4>().0.iter().map(|value| f32::from_le_bytes(*value)).collect::<Vec<_>>()
    };
    // The logits are [7.5 0] and [15.5 2]; the first example's label is 0, the second's 1. The second
    // logit of the first example is cut off, so nothing goes back through it.
    let chance = |difference: f32| 1.0 / (1.0 + difference.exp());
    let (first, second) = (chance(7.5), 1.0 - chance(13.5));
    let by_inputs = [-first, -3.0 * first, second - 2.0 * second, 3.0 * second - 4.0 * second];
    let close = |found: &[f32], expected: &[f32]| {
        assert_eq!(found.len(), expected.len());
        let near = |(a, b): (&f32, &f32)| (a - b).abs() < 1e-5;
        assert!(found.iter().zip(expected).all(near), "{found:?} {expected:?}");
    };
    close(&results("inputs"), &by_inputs);
    let kernel = [3.0 * second - first, -3.0 * second, 4.0 * second - 2.0 * first, -4.0 * second];
    close(&results("parameters"), &[&kernel[..], &[second - first, -second]].concat());
}

#[test]
fn what_the_worker_cannot_do_it_says() {
    let dir = TempDir::new().unwrap();
    network(dir.path());
    let mut worker = Worker::start();
    assert!(worker.ask(json!({"do": "dance"}))["unsupported"].is_string());
    let ready = |batch: u32| json!({"do": "network", "path": dir.path(), "batch": batch, "what": "forward"});
    let answer = worker.ask(ready(3));
    assert!(answer["error"].as_str().unwrap().starts_with("no 3 examples"), "{answer}");
    floats(&dir.path().join("weights.f32"), &[1.0; 5]);
    let answer = worker.ask(ready(2));
    assert!(answer["error"].as_str().unwrap().starts_with("too few weights"), "{answer}");
    floats(&dir.path().join("weights.f32"), &[1.0; 7]);
    let answer = worker.ask(ready(2));
    assert!(answer["error"].as_str().unwrap().starts_with("too many weights"), "{answer}");
}

#[test]
fn the_worker_runs_a_unit_as_the_command_does() {
    let mut worker = Worker::start();
    let measure = built_guest("sum-of-squares");
    assert!(worker.ask(json!({"do": "unit", "network": "model_0"}))["error"].is_string());
    let task = json!({"do": "task", "path": shipped_task(), "measures": [measure]});
    assert_eq!(worker.ask(task), json!({"ok": null}));
    let unit = worker.ask(json!({"do": "unit", "network": "model_0"}));
    let args = ["run".as_ref(), measure.as_os_str(), "--json".as_ref(), "--task".as_ref()];
    let task = shipped_task();
    let run = assay_tests::assay(args.into_iter().chain([task.as_os_str()])).ok().json();
    let expected = &run["tasks"][0]["networks"][0];
    assert_eq!(expected["id"], "model_0");
    for field in ["value", "work", "fuel"] {
        assert_eq!(unit["ok"][field], expected[field], "{field}");
    }
}

#[test]
fn the_worker_runs_small_guests_in_one_process_and_in_several() {
    let mut worker = Worker::start();
    let units = |way: &str, call: &str, calls: u32| json!({"do": "units", "way": way, "call": call, "calls": calls, "units": 3});
    assert!(worker.ask(units("processes", "scalar", 1))["error"].is_string());
    let ready = json!({"do": "isolation", "task": shipped_task(), "program": binary("assay")});
    assert_eq!(worker.ask(ready), json!({"ok": null}));
    for way in ["in-process", "processes"] {
        for call in ["work-left", "scalar", "read"] {
            for calls in [0, 10] {
                assert_eq!(
                    worker.ask(units(way, call, calls)),
                    json!({"ok": null}),
                    "{way} {call}"
                );
            }
        }
    }
    // One call more than a unit may make: what ends early must not pass for fast.
    let answer = worker.ask(units("in-process", "work-left", 2_000_001));
    assert!(answer["error"].as_str().unwrap().starts_with("model_"), "{answer}");
    assert!(worker.ask(units("by hand", "scalar", 1))["unsupported"].is_string());
    assert!(worker.ask(units("processes", "dance", 1))["unsupported"].is_string());
}
