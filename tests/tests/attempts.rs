//! `assay run` while somebody kills its guests: an inconclusive unit is run again, never scored, and
//! what is printed does not show when it was lost.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use assay_tests::{ChildProcess, Guest, Ran, assay, binary, shipped_task};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// A component whose `evaluate` runs these instructions, and where it lies.
fn component(body: &str) -> (TempDir, PathBuf) {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("component.wasm");
    std::fs::write(&path, Guest::new(body).bytes()).unwrap();
    (dir, path)
}

/// Runs a component on the shipped task, and kills so many guests of its units.
fn run_and_kill(component: &Path, most: usize) -> Ran {
    let task = shipped_task();
    let mut command = Command::new(binary("assay"));
    command.arg("run").arg(component).arg("--task").arg(task).arg("--json");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut killed = Vec::new();
    while child.try_wait().unwrap().is_none() {
        let children = ChildProcess::all_of(child.id());
        // Admission is over, and its guest has said its name, once there is an engine.
        let admitted = children.iter().any(|child| child.role == "engine");
        let guests = children.into_iter().filter(|child| child.role == "guest");
        for guest in guests.filter(|_| admitted) {
            if killed.len() < most && !killed.contains(&guest.id) {
                let id = Pid::from_raw(guest.id as i32).unwrap();
                kill_process(id, Signal::KILL).ok();
                killed.push(guest.id);
            }
        }
        std::thread::yield_now();
    }
    let output = child.wait_with_output().unwrap();
    Ran {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn a_unit_that_is_lost_once_is_run_again_and_nothing_shows() {
    // Some tenths of a second on each of 16 networks: one of them will be met at work.
    let (_dir, component) = component(
        "(local $i i32)
         (loop (br_if 0 (i32.lt_u
            (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 20000000))))
         (f64.convert_i32_u (local.get $i))",
    );
    let task = shipped_task();
    let args = ["run".as_ref(), component.as_os_str(), "--json".as_ref(), "--task".as_ref()];
    let undisturbed = assay(args.into_iter().chain([task.as_os_str()])).ok();
    let disturbed = run_and_kill(&component, 1).ok();
    assert_eq!(disturbed.stdout, undisturbed.stdout);
    let notes: Vec<&str> =
        disturbed.stderr.lines().filter(|line| line.contains("attempt")).collect();
    let [note] = notes.as_slice() else { panic!("{}", disturbed.stderr) };
    assert!(note.starts_with("note: fashion-mini model_"), "{note}");
    assert!(
        note.ends_with(": inconclusive (the guest process was lost); attempt 2 of 3"),
        "{note}"
    );
}

#[test]
fn a_unit_that_is_always_lost_is_inconclusive_and_not_scored() {
    // Its fuel lasts for seconds, which none of them lives to see.
    let (_dir, component) = component("(loop (br 0)) f64.const 0");
    let ran = run_and_kill(&component, usize::MAX);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    let json = ran.json();
    assert_eq!(json["tasks"][0]["score"], serde_json::Value::Null);
    let networks = json["tasks"][0]["networks"].as_array().unwrap();
    assert_eq!(networks.len(), 16);
    for network in networks {
        let id = network["id"].as_str().unwrap();
        let expected = serde_json::json!({
            "id": id, "value": null, "fuel": null, "work": null, "calls": null, "bytes": null,
            "seed": network["seed"], "outcome": "inconclusive", "transcript": null,
            "reason": "inconclusive: the guest process was lost",
        });
        assert_eq!(*network, expected);
        for attempt in [2, 3] {
            let note = format!(
                "note: fashion-mini {id}: inconclusive (the guest process was lost); attempt {attempt} of 3\n"
            );
            assert_eq!(ran.stderr.matches(&note).count(), 1, "{}", ran.stderr);
        }
        let error = format!("error: fashion-mini {id}: inconclusive: the guest process was lost\n");
        assert_eq!(ran.stderr.matches(&error).count(), 1, "{}", ran.stderr);
    }
}
