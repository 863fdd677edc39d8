//! The command as users meet it: outcomes, exit codes, hints, and nothing lost.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::fs;
use std::path::{Path, PathBuf};

use assay_tests::{Guest, assay, built_guest, import, shared, shipped_task};
use tempfile::TempDir;

fn write(dir: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = dir.path().join(name);
    fs::write(&path, bytes).unwrap();
    path
}

fn run(component: &Path, more: &[&str]) -> assay_tests::Ran {
    let task = shipped_task();
    let mut args = vec!["run", component.to_str().unwrap(), "--task", task.to_str().unwrap()];
    args.extend(more);
    assay(args)
}

#[test]
fn a_run_is_the_same_twice_and_for_every_thread_count() {
    let measure = built_guest("mixup-accuracy");
    let first = run(&measure, &["--json", "--threads", "1"]).ok();
    assert_eq!(run(&measure, &["--json", "--threads", "1"]).ok().stdout, first.stdout);
    assert_eq!(run(&measure, &["--json", "--threads", "2"]).ok().stdout, first.stdout);
    let networks = first.json()["tasks"][0]["networks"].as_array().unwrap().len();
    assert_eq!(networks, 16);
}

#[test]
fn the_contest_seed_reaches_the_measure() {
    let dir = TempDir::new().unwrap();
    let guest = Guest::new("(f64.convert_i64_u (local.get $seed))");
    let component = write(&dir, "seed.wasm", &guest.bytes());
    let values = |seed: &str| {
        let json = run(&component, &["--json", "--seed", seed]).ok().json();
        let networks = json["tasks"][0]["networks"].as_array().unwrap().clone();
        networks.iter().map(|network| network["value"].to_string()).collect::<Vec<_>>()
    };
    let zero = values("0");
    assert_eq!(zero, values("0"));
    assert_ne!(zero, values("1"));
    let mut distinct = zero.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), zero.len(), "each network has a seed of its own");
}

#[test]
fn failing_units_fail_the_run_and_the_others_still_run() {
    let dir = TempDir::new().unwrap();
    let trap_half =
        "(if (i64.eqz (i64.rem_u (local.get $seed) (i64.const 2))) (then unreachable)) f64.const 3";
    let component = write(&dir, "half.wasm", &Guest::new(trap_half).bytes());
    let ran = run(&component, &["--json"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("error: fashion-mini model_"), "{}", ran.stderr);
    assert!(ran.stderr.contains("hint: "), "{}", ran.stderr);
    let json = ran.json();
    assert!(json["tasks"][0]["score"].is_null());
    let outcomes: Vec<String> = json["tasks"][0]["networks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|network| network["outcome"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(outcomes.len(), 16);
    for expected in ["trap", "value"] {
        assert!(outcomes.iter().any(|outcome| outcome == expected), "{outcomes:?}");
    }
}

#[test]
fn each_way_to_fail_has_its_class() {
    let dir = TempDir::new().unwrap();
    let eat = "(loop (br_if 0 (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))) unreachable";
    for (body, class) in [("f64.const nan", "bad-output"), (eat, "out-of-memory")] {
        let component = write(&dir, "bad.wasm", &Guest::new(body).bytes());
        let ran = run(&component, &["--json"]);
        assert_eq!(ran.code, 1, "{class}");
        assert_eq!(ran.json()["tasks"][0]["networks"][3]["outcome"], class);
    }
}

#[test]
fn refused_components_say_why_and_what_to_do() {
    let dir = TempDir::new().unwrap();
    let guest = Guest::new("f64.const 0").extra(r#"(import "wasi:sockets/tcp@0.2.0" (instance))"#);
    let component = write(&dir, "wasi.wasm", &guest.bytes());
    for ran in [assay(["check".as_ref(), component.as_os_str()]), run(&component, &[])] {
        assert_eq!(ran.code, 1);
        assert!(ran.stderr.contains("import-not-allowed"), "{}", ran.stderr);
        assert!(ran.stderr.contains("wasi:sockets/tcp"), "{}", ran.stderr);
        assert!(ran.stderr.contains("hint: of WASI there are cli, clocks"), "{}", ran.stderr);
    }
    let json = assay(["check".as_ref(), component.as_os_str(), "--json".as_ref()]).json();
    assert_eq!(json["ok"], false);
    assert_eq!(json["reasons"][0]["class"], "import-not-allowed");
    let text = write(&dir, "notes.wasm", b"not wasm at all");
    let ran = assay(["check".as_ref(), text.as_os_str()]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("not a WebAssembly binary"), "{}", ran.stderr);
}

#[test]
fn admitted_components_list_what_they_import() {
    let measure = built_guest("mixup-accuracy");
    let json = assay(["check".as_ref(), measure.as_os_str(), "--json".as_ref()]).ok().json();
    assert_eq!(json["name"], "mixup-accuracy");
    let imports = json["imports"].as_array().unwrap();
    assert!(imports.iter().all(|import| import.as_str().unwrap().starts_with("assay:measure/")));
}

#[test]
fn wrong_use_exits_with_two_and_missing_files_with_one() {
    assert_eq!(assay(["run"]).code, 2);
    assert_eq!(assay(["frobnicate"]).code, 2);
    let missing = assay(["check", "no/such/file.wasm"]);
    assert_eq!(missing.code, 1);
    assert!(missing.stderr.contains("no/such/file.wasm"), "{}", missing.stderr);
    let measure = built_guest("sum-of-squares");
    let ran = assay(["run".as_ref(), measure.as_os_str(), "--task".as_ref(), "no/task".as_ref()]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("no/task"), "{}", ran.stderr);
}

#[test]
fn scoring_refuses_what_the_contest_refuses() {
    let dir = TempDir::new().unwrap();
    let reference = shipped_task().with_file_name("fashion-mini.truth").join("model_configs.json");
    let score = |predictions: &str, more: &[&str]| {
        let file = write(&dir, "x.predict", predictions.as_bytes());
        let mut args = vec!["score", "--reference", reference.to_str().unwrap()];
        args.extend(["--predictions", file.to_str().unwrap()]);
        args.extend(more);
        assay(args)
    };
    let ran = score(r#"{"model_0": "EXCEEDED"}"#, &[]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("EXCEEDED"), "{}", ran.stderr);
    let ran = score(r#"{"model_0": NaN}"#, &[]);
    assert_eq!(ran.code, 1);
    let ran = score(r#"{"model_0": NaN}"#, &["--unchecked", "--json"]).ok();
    assert_eq!(ran.json()["schema"], 1);
    let ran = score("{", &[]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("x.predict"), "{}", ran.stderr);
}

#[test]
fn the_shipped_task_verifies_and_inspects() {
    let task = shipped_task();
    let verified = assay(["task".as_ref(), "verify".as_ref(), task.as_os_str(), "--json".as_ref()]);
    let json = verified.ok().json();
    let networks = json["networks"].as_array().unwrap();
    assert_eq!(networks.len(), 16);
    assert!(networks.iter().all(|network| network["ok"] == true), "{json}");
    let text = assay(["task".as_ref(), "inspect".as_ref(), task.as_os_str()]).ok().stdout;
    assert!(text.contains("model_15") && text.contains("gaps "), "{text}");
}

#[test]
fn a_changed_truth_is_noticed() {
    let Some(toy) = shared("pgdl/toy_data") else { return };
    let (_dir, into) = import(&toy);
    let truth = into.join("toy_data.truth/model_configs.json");
    let text = fs::read_to_string(&truth).unwrap();
    fs::write(&truth, text.replacen("\"train_acc\": 0.875", "\"train_acc\": 0.88", 1)).unwrap();
    let task = into.join("toy_data");
    let ran = assay(["task".as_ref(), "verify".as_ref(), task.as_os_str(), "--json".as_ref()]);
    assert_eq!(ran.code, 1);
    assert_eq!(ran.json()["networks"][0]["ok"], false);
    assert!(ran.stderr.contains("model_0"), "{}", ran.stderr);
}
