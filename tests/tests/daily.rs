//! `assay run` as a competitor uses it all day: on some networks, with a profile, again and again.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use assay_tests::{Guest, Ran, assay, binary, built_guest, shipped_task};
use serde_json::Value;
use tempfile::TempDir;

fn run(component: &Path, more: &[&str]) -> Ran {
    let task = shipped_task();
    let mut args = vec!["run", component.to_str().unwrap(), "--task", task.to_str().unwrap()];
    args.extend(more);
    assay(args)
}

fn networks(json: &Value) -> Vec<Value> {
    json["tasks"][0]["networks"].as_array().unwrap().clone()
}

#[test]
fn only_the_named_networks_run_and_there_is_no_score() {
    let measure = built_guest("sum-of-squares");
    let all = networks(&run(&measure, &["--json"]).ok().json());
    let some = run(&measure, &["--json", "--only", "model_11", "--only", "model_3"]).ok().json();
    assert_eq!(networks(&some), [all[3].clone(), all[11].clone()], "in the task's order");
    assert_eq!(
        (&some["tasks"][0]["score"], &some["tasks"][0]["partial"]),
        (&Value::Null, &true.into())
    );
    let text = run(&measure, &["--only", "model_3"]).ok().stdout;
    assert!(text.contains("no score: 1 of 16 networks ran (--only)"), "{text}");
    // All of them by name are all of them.
    let ids: Vec<&str> = all.iter().map(|network| network["id"].as_str().unwrap()).collect();
    let named: Vec<&str> =
        ["--json"].into_iter().chain(ids.iter().flat_map(|id| ["--only", *id])).collect();
    let named = run(&measure, &named).ok().json();
    assert!(named["tasks"][0]["score"].is_number() && named["tasks"][0]["partial"].is_null());
}

#[test]
fn an_unknown_network_is_named_with_those_that_there_are() {
    let ran = run(&built_guest("sum-of-squares"), &["--only", "model_3", "--only", "model_99"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("--only model_99"), "{}", ran.stderr);
    assert!(ran.stderr.contains("fashion-mini has model_0, model_1, "), "{}", ran.stderr);
}

#[test]
fn a_profile_adds_up_to_the_meters_and_changes_nothing() {
    let dir = TempDir::new().unwrap();
    let measure = built_guest("mixup-accuracy");
    let pictures = dir.path().join("profile");
    let only = ["--json", "--only", "model_0", "--only", "model_7"];
    let profile = [&only[..], &["--profile", pictures.to_str().unwrap()]].concat();
    let plain = run(&measure, &only).ok().json();
    let ran = run(&measure, &profile).ok();
    let mut profiled = ran.json();
    for network in profiled["tasks"][0]["networks"].as_array_mut().unwrap() {
        let profile = network.as_object_mut().unwrap().remove("profile").unwrap();
        let calls = profile["calls"].as_array().unwrap();
        let sum = |field: &str| calls.iter().map(|call| call[field].as_u64().unwrap()).sum::<u64>();
        assert_eq!(sum("work"), network["work"].as_u64().unwrap());
        assert_eq!(sum("bytes"), network["bytes"].as_u64().unwrap());
        assert_eq!(sum("calls"), network["calls"].as_u64().unwrap(), "it logs nothing");
        let rest = profile["fuel_after_last_call"].as_u64().unwrap();
        assert_eq!(sum("fuel") + rest, network["fuel"].as_u64().unwrap());
        assert!(rest > 0 && calls.iter().all(|call| call["fuel"].as_u64() > Some(0)), "{profile}");
        assert!(calls.iter().any(|call| call["call"] == "networks.logits"));
    }
    assert_eq!(profiled, plain, "values, fuel, work and transcripts are the same");
    for name in ["work.svg", "fuel.svg"] {
        let text = fs::read_to_string(pictures.join(name)).unwrap();
        assert!(text.starts_with("<svg ") && text.contains("<title>networks.logits: "), "{text}");
        assert!(ran.stderr.contains(&format!("{name}\n")), "{}", ran.stderr);
        run(&measure, &profile).ok();
        assert_eq!(fs::read_to_string(pictures.join(name)).unwrap(), text, "the same each time");
    }
    let table = run(&measure, &["--only", "model_0", "--profile", pictures.to_str().unwrap()]).ok();
    for part in ["call ", "networks.logits", "(after the last call)", "total"] {
        assert!(table.stdout.contains(part), "{part} in {}", table.stdout);
    }
}

/// A unit that fails has a profile too: that is when its author needs one most.
#[test]
fn what_is_answered_on_the_guests_side_and_what_fails_is_in_the_profile() {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("guest.wasm");
    let body = "(call $log (i32.const 1) (i32.const 512) (i32.const 7))
        (call $log (i32.const 1) (i32.const 512) (i32.const 7))
        (drop (call $tensor (f32.const 1))) unreachable";
    fs::write(&file, Guest::new(body).bytes()).unwrap();
    let pictures = dir.path().join("p");
    let ran = run(&file, &["--json", "--only", "model_0", "--profile", pictures.to_str().unwrap()]);
    assert_eq!(ran.code, 1);
    let network = &networks(&ran.json())[0];
    assert_eq!(network["outcome"], "trap");
    let calls = network["profile"]["calls"].as_array().unwrap();
    let of = |name: &str| calls.iter().find(|call| call["call"] == name).unwrap();
    assert_eq!((&of("log.write")["calls"], &of("log.write")["work"]), (&2.into(), &0.into()));
    assert_eq!(of("tensors.full")["work"], network["work"]);
    let fuel: u64 = calls.iter().map(|call| call["fuel"].as_u64().unwrap()).sum();
    let rest = network["profile"]["fuel_after_last_call"].as_u64().unwrap();
    assert_eq!(fuel + rest, network["fuel"].as_u64().unwrap());
}

#[test]
fn options_that_do_not_go_together_are_refused() {
    let measure = built_guest("sum-of-squares");
    let ran = run(&measure, &["--profile", "--lane", "gpu"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("--profile computes on the `cpu` lane"), "{}", ran.stderr);
    assert_eq!(run(&measure, &["--watch", "--record", "out"]).code, 2);
    // A file in the place of the directory.
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    let ran = run(&measure, &["--only", "model_0", "--profile", file.to_str().unwrap()]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("cannot write "), "{}", ran.stderr);
}

/// A command that goes on, and the lines of its output as they come.
struct Going {
    child: Child,
    lines: Receiver<String>,
}

impl Going {
    fn start(component: &Path) -> Self {
        let mut command = Command::new(binary("assay"));
        command.arg("run").arg(component).arg("--task").arg(shipped_task());
        command.args(["--only", "model_0", "--watch"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = channel();
        let stdout: Box<dyn std::io::Read + Send> = Box::new(child.stdout.take().unwrap());
        for stream in [stdout, Box::new(child.stderr.take().unwrap())] {
            let sender = sender.clone();
            thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    if sender.send(line).is_err() {
                        return;
                    }
                }
            });
        }
        Self { child, lines }
    }

    /// Waits for lines that hold these parts, each in its turn.
    fn until(&self, parts: &[&str]) {
        let mut seen = String::new();
        for part in parts {
            loop {
                let line = self.lines.recv_timeout(Duration::from_mins(5));
                let line = line.unwrap_or_else(|_| panic!("no `{part}` after {seen}"));
                seen.push_str(&line);
                seen.push('\n');
                if line.contains(part) {
                    break;
                }
            }
        }
    }
}

impl Drop for Going {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[test]
fn a_watched_component_runs_again_whenever_it_changes() {
    let dir = TempDir::new().unwrap();
    let file: PathBuf = dir.path().join("guest.wasm");
    let write = |body: &str| fs::write(&file, Guest::new(body).bytes()).unwrap();
    write("f64.const 3");
    let going = Going::start(&file);
    going.until(&["3.000000000", "waiting for a change"]);
    write("f64.const 4.5");
    going.until(&["4.500000000", "waiting for a change"]);
    fs::write(&file, "no component").unwrap();
    going.until(&["error: ", "waiting for a change"]);
    fs::remove_file(&file).unwrap();
    going.until(&["cannot read", "waiting for a change"]);
    write("f64.const 6");
    going.until(&["6.000000000", "waiting for a change"]);
}
