//! Hidden phases: what a measure sees follows the phase's key in every way of running, what it computes
//! of single networks does not, and the key is nowhere that others can read.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use assay_ids::{Digest, PhaseKey};
use assay_record::{Bundle, BundleWriter, Record, read_phase_key};
use assay_task::{PhaseView, Task, TaskView};
use assay_tests::{GpuProcess, Ran, assay, binary, built_guest, shipped_task};
use assay_worker::{Engines, Program};
use serde_json::Value;
use tempfile::TempDir;

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A new key; its file and its commitment.
fn key(dir: &TempDir, name: &str) -> (PathBuf, String) {
    let file = dir.path().join(name);
    let made = assay(["key", "phase", text(&file)]).ok();
    (file, made.stdout.trim().to_owned())
}

fn run(measure: &str, more: &[&str]) -> Ran {
    let (measure, task) = (built_guest(measure), shipped_task());
    let mut args = vec!["run", text(&measure), "--task", text(&task), "--json"];
    args.extend(more);
    assay(args)
}

/// The task as a phase shows it.
fn view(key: &Path) -> TaskView {
    let key = Arc::new(read_phase_key(key).unwrap());
    TaskView::new(Task::open(&shipped_task()).unwrap(), Some(key))
}

/// What each network has in a run, by its id there.
fn networks(ran: &Ran, field: &str) -> BTreeMap<String, Value> {
    let json = ran.json();
    let networks = json["tasks"][0]["networks"].as_array().unwrap();
    let pair =
        |network: &Value| (network["id"].as_str().unwrap().to_owned(), network[field].clone());
    networks.iter().map(pair).collect()
}

/// What the guest `first-labels` gives for labels in this order.
fn spelled(labels: &[u32]) -> f64 {
    labels[..15].iter().fold(0.0, |digits, label| digits * 10.0 + f64::from(*label))
}

#[test]
fn the_order_of_examples_follows_the_key_in_every_way_of_running() {
    let dir = TempDir::new().unwrap();
    let ((one, _), (two, _)) = (key(&dir, "one"), key(&dir, "two"));
    let plain = spelled(Task::open(&shipped_task()).unwrap().dataset().unwrap().labels());
    let all = |ran: &Ran, expected: f64| {
        let values = networks(ran, "value");
        assert_eq!(values.len(), 16);
        assert!(values.values().all(|value| value.as_f64() == Some(expected)), "{values:?}");
    };
    all(&run("first-labels", &[]).ok(), plain);
    let mut seen = vec![plain];
    for key in [&one, &two] {
        let expected = spelled(view(key).dataset().unwrap().labels());
        assert!(!seen.contains(&expected), "another order");
        seen.push(expected);
        let hidden = ["--phase-key", text(key)];
        let apart = run("first-labels", &hidden).ok();
        all(&apart, expected);
        let within = run("first-labels", &[&hidden[..], &["--in-process"]].concat()).ok();
        assert_eq!(apart.stdout, within.stdout);
        if GpuProcess::binary().is_some() {
            all(&run("first-labels", &[&hidden[..], &["--lane", "gpu"]].concat()).ok(), expected);
        }
    }
}

#[test]
fn networks_have_neutral_ids_and_the_values_and_score_they_have_without_a_key() {
    let dir = TempDir::new().unwrap();
    let plain = run("sum-of-squares", &[]).ok();
    let score = &plain.json()["tasks"][0]["score"];
    assert!(score.is_number());
    let mut orders = Vec::new();
    for name in ["one", "two"] {
        let (key, commitment) = key(&dir, name);
        let hidden = run("sum-of-squares", &["--phase-key", text(&key)]).ok();
        assert!(!hidden.stdout.contains("model_"), "{}", hidden.stdout);
        assert!(!hidden.stderr.contains("model_"), "{}", hidden.stderr);
        assert_eq!(hidden.json()["tasks"][0]["score"], *score);
        assert_eq!(hidden.json()["phase_key"], commitment.as_str());
        let order = assay([
            "key",
            "order",
            "--phase-key",
            text(&key),
            "--task",
            text(&shipped_task()),
            "--json",
        ]);
        let order = order.ok().json();
        assert_eq!(order["phase_key"], commitment.as_str());
        let (task, own) = (&order["tasks"][0], networks(&plain, "value"));
        assert_eq!(task["task"], "fashion-mini");
        let pairs: Vec<(String, String)> = task["networks"]
            .as_array()
            .unwrap()
            .iter()
            .map(|pair| {
                ["id", "network"].map(|field| pair[field].as_str().unwrap().to_owned()).into()
            })
            .collect();
        assert_eq!(pairs.len(), 16);
        for field in ["value", "seed", "work", "fuel", "transcript"] {
            let (seen, own) = (networks(&hidden, field), networks(&plain, field));
            for (id, network) in &pairs {
                assert_eq!(seen[id], own[network], "{field} of {network} as {id}");
            }
        }
        assert!(pairs.iter().any(|(id, network)| id[8..] != network[6..]), "{pairs:?}");
        assert_eq!(own.len(), 16);
        orders.push(pairs);
        let seen: Vec<String> = networks(&hidden, "value").into_keys().collect();
        let ids: Vec<String> = (0..16).map(|at| format!("network-{at:02}")).collect();
        assert_eq!(seen, ids);
    }
    assert_ne!(orders[0], orders[1]);
}

fn replay(bundle: &Path, mode: &str, measure: &str, more: &[&str]) -> Ran {
    let (component, task) = (built_guest(measure), shipped_task());
    let mut args = vec!["replay", text(bundle), "--mode", mode, "--json"];
    args.extend(["--component", text(&component), "--task", text(&task)]);
    args.extend(more);
    assay(args)
}

#[test]
fn records_of_a_hidden_phase_are_replayed_with_its_key_and_no_other() {
    let dir = TempDir::new().unwrap();
    let ((ours, commitment), (other, _)) = (key(&dir, "ours"), key(&dir, "other"));
    let (out, again) = (dir.path().join("out"), dir.path().join("again"));
    for out in [&out, &again] {
        run("first-labels", &["--phase-key", text(&ours), "--record", text(out)]).ok();
    }
    let (bundle, second) = (Bundle::open(&out).unwrap(), Bundle::open(&again).unwrap());
    let mut salts: Vec<[u8; 32]> = Vec::new();
    for record in bundle.records().iter().chain(second.records()) {
        assert_eq!(record.phase_key.unwrap().to_string(), commitment);
        assert!(record.network_id.starts_with("model_"), "{}", record.network_id);
        assert!(!salts.contains(&record.salt.unwrap()));
        salts.push(record.salt.unwrap());
    }
    assert_ne!(bundle.head(), second.head(), "the salts differ, and nothing else");
    let verified = assay(["verify", text(&out), "--task", text(&shipped_task()), "--json"]).ok();
    assert!(verified.json()["scores"][0]["score"].is_number());

    replay(&out, "transcript", "first-labels", &[]).ok();
    let executed = replay(&out, "execute", "first-labels", &["--phase-key", text(&ours)]).ok();
    assert_eq!(executed.json()["units"].as_array().unwrap().len(), 16);
    let absent = replay(&out, "execute", "first-labels", &[]);
    assert_eq!(absent.code, 2);
    assert!(absent.stderr.contains(&commitment) && absent.stderr.contains("--phase-key"));
    let wrong = replay(&out, "execute", "first-labels", &["--phase-key", text(&other)]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.stderr.contains(text(&other)) && wrong.stderr.contains(&commitment));

    let public = dir.path().join("public");
    run("first-labels", &["--record", text(&public)]).ok();
    assert!(
        Bundle::open(&public).unwrap().records().iter().all(|record| record.phase_key.is_none())
    );
    let useless = replay(&public, "execute", "first-labels", &["--phase-key", text(&ours)]);
    assert_eq!(useless.code, 2);
    assert!(useless.stderr.contains("public phase"), "{}", useless.stderr);
}

/// A bundle that says of its last record that it was made under another key, or under none.
#[test]
fn records_under_several_keys_are_no_phase() {
    let dir = TempDir::new().unwrap();
    let (ours, _) = key(&dir, "ours");
    let out = dir.path().join("out");
    run("sum-of-squares", &["--phase-key", text(&ours), "--record", text(&out)]).ok();
    let bundle = Bundle::open(&out).unwrap();
    let (mixed, last) = (dir.path().join("mixed"), bundle.records().len() - 1);
    let mut writer = BundleWriter::create(&mixed, bundle.phase(), bundle.tasks().to_vec()).unwrap();
    for (at, record) in bundle.records().iter().enumerate() {
        let mut recorder = writer.begin(record.transcript.detail).unwrap();
        for entry in bundle.transcript(at).unwrap() {
            recorder(&entry.unwrap()).unwrap();
        }
        drop(recorder);
        let phase_key = record.phase_key.filter(|_| at < last);
        writer.append(Record { phase_key, ..record.clone() }).unwrap();
    }
    writer.finish(None).unwrap();
    let replayed = replay(&mixed, "execute", "sum-of-squares", &["--phase-key", text(&ours)]);
    assert_eq!(replayed.code, 2);
    assert!(replayed.stderr.contains("more than one phase key"), "{}", replayed.stderr);
}

#[test]
fn files_of_phase_keys_are_judged() {
    let dir = TempDir::new().unwrap();
    let (file, commitment) = key(&dir, "key");
    assert_eq!(assay(["key", "commitment", text(&file)]).ok().stdout.trim(), commitment);
    let line = fs::read_to_string(&file).unwrap();
    assert!(line.starts_with("assay-phase-key-1 ") && line.len() == 18 + 64 + 1, "{line}");
    let again = assay(["key", "phase", text(&file)]);
    assert_eq!(again.code, 1);
    assert!(again.stderr.contains("exists already"), "{}", again.stderr);
    assert_eq!(fs::read_to_string(&file).unwrap(), line);

    let signing = dir.path().join("signing");
    assay(["key", "new", text(&signing)]).ok();
    let missing = dir.path().join("missing");
    for (file, expected) in
        [(&signing, "does not begin with `assay-phase-key-1 `"), (&missing, "missing")]
    {
        let ran = run("sum-of-squares", &["--phase-key", text(file)]);
        assert_eq!(ran.code, 2);
        assert!(ran.stderr.contains(expected), "{}", ran.stderr);
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        let ran = run("sum-of-squares", &["--phase-key", text(&file)]);
        assert_eq!(ran.code, 2);
        assert!(ran.stderr.contains("mode 0644"), "{}", ran.stderr);
        // After the release it is no secret.
        assay(["key", "commitment", text(&file)]).ok();
    }
}

/// What everybody on the machine can read of the engine's process while it runs.
#[test]
fn the_key_is_in_no_argument_and_no_environment() {
    let own = fs::read_to_string("/proc/thread-self/children");
    let Ok(before) = own else {
        eprintln!("skipped: this system does not list the children of a process under /proc");
        return;
    };
    assert_eq!(before, "");
    let bytes: [u8; 32] = *b"a key that would be easy to find";
    let key = Arc::new(PhaseKey::from_bytes(bytes));
    let phase = PhaseView::new(vec![Task::open(&shipped_task()).unwrap()], Some(key));
    let program = Program::at(&binary("assay"));
    let mut engines = Engines::cpu(program, phase, 1, Duration::from_mins(1));
    engines.about().unwrap();
    let children = fs::read_to_string("/proc/thread-self/children").unwrap();
    let [engine] = children.split_whitespace().collect::<Vec<_>>()[..] else {
        panic!("{children}")
    };
    let digits = Digest::from_bytes(bytes).to_string();
    let arguments = fs::read(format!("/proc/{engine}/cmdline")).unwrap();
    assert!(String::from_utf8_lossy(&arguments).contains("engine"), "it is the engine's process");
    let environment = fs::read(format!("/proc/{engine}/environ")).unwrap();
    for place in [arguments, environment] {
        let text = String::from_utf8_lossy(&place);
        assert!(!text.contains(&digits) && !text.contains("easy to find"), "{text}");
    }
    drop(engines);
}
