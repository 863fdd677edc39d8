//! `assay verify` and `assay key` as users meet them.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use assay_call::{Call, Detail, Host as _, Limits, Session};
use assay_engine::{Engine, Lane, PreparedData, PreparedNetwork};
use assay_ids::{ContestSeed, Digest, UnitSeed};
use assay_record::{
    BundleWriter, HostBuild, NamedTask, Outcome, Record, SandboxBuild, SecretKey,
    TranscriptSummary, limits_digest, log_digest,
};
use assay_score::{Predictions, Reference, pgdl_2020};
use assay_task::Task;
use serde_json::Value;
use tempfile::TempDir;

struct Ran {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Ran {
    fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", self.stdout))
    }
}

fn assay(args: &[&str]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_assay")).args(args).output().unwrap();
    Ran {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tasks/fashion-mini")
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// What the measure of these tests gives a network: a count that only the network knows, in a real
/// session.
fn value(session: &mut Session<Engine>) -> f64 {
    session.note("log.write", "counting");
    let network = assay_call::NetworkHandle(0);
    match session.call(Call::NetworkParameters { network }).unwrap() {
        assay_call::Reply::Parameters(list) => {
            list.iter().map(|parameter| parameter.shape.iter().product::<usize>() as f64).sum()
        }
        other => panic!("{other:?}"),
    }
}

/// A bundle of the shipped task; gives the values.
fn bundle(target: &Path, key: Option<&SecretKey>) -> Vec<(String, f64)> {
    let task = Task::open(&shipped()).unwrap();
    let named = NamedTask { name: task.name().to_owned(), digest: task.digest() };
    let mut writer = BundleWriter::create(target, "public", vec![named]).unwrap();
    let data = std::sync::Arc::new(PreparedData::new(task.dataset().unwrap()));
    let lane = Lane::new(1).unwrap();
    let mut values = Vec::new();
    for id in task.network_ids() {
        let network = std::sync::Arc::new(PreparedNetwork::new(task.network(id).unwrap()));
        let engine = Engine::new(lane.clone(), network, std::sync::Arc::clone(&data));
        let limits = Limits { work_max: 1_000_000 };
        let recorder = writer.begin(Detail::Full).unwrap();
        let mut session = Session::new(engine, limits, Detail::Full).with_recorder(recorder);
        let value = value(&mut session);
        let (component, network) = (Digest::of(b"counter"), task.network_digest(id).unwrap());
        writer
            .append(Record {
                component,
                task: task.digest(),
                network_id: id.to_owned(),
                network,
                dataset: task.manifest().data.digest,
                limits: limits_digest([("work", limits.work_max)]),
                world: "assay:measure@0.1.0".to_owned(),
                phase_key: None,
                contest_seed: ContestSeed(0),
                unit_seed: UnitSeed::derive(ContestSeed(0), component, network),
                host: HostBuild::of_this(),
                sandbox: SandboxBuild {
                    version: "none".to_owned(),
                    compatibility: "none".to_owned(),
                },
                lane: "cpu".to_owned(),
                processor: String::new(),
                outcome: Outcome::Value(value),
                fuel: 0,
                meters: session.meters(),
                log: log_digest([("info", "counting")]),
                transcript: TranscriptSummary {
                    detail: Detail::Full,
                    digest: session.transcript().digest(),
                    entries: session.transcript().entries(),
                },
                salt: None,
                previous: Digest::of(b""),
            })
            .unwrap();
        values.push((id.to_owned(), value));
    }
    writer.finish(key).unwrap();
    values
}

#[test]
fn a_sound_bundle_is_ok_and_scored_again() {
    let dir = TempDir::new().unwrap();
    let (target, secret) = (dir.path().join("bundle"), dir.path().join("secret"));
    let made = assay(&["key", "new", text(&secret)]);
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    assert_eq!(assay(&["key", "public", text(&secret)]).stdout, made.stdout);
    let values = bundle(&target, Some(&SecretKey::read(&secret).unwrap()));
    let public = dir.path().join("public");
    fs::write(&public, &made.stdout).unwrap();
    let digits = made.stdout.trim().rsplit(' ').next().unwrap();

    let truth = Task::open(&shipped()).unwrap().truth().unwrap();
    let truth = Reference::parse(truth.reveal()).unwrap();
    let expected = pgdl_2020(&truth, &Predictions::from_pairs(values)).score;
    let task = shipped();
    for key in [text(&public), digits] {
        let args = ["verify", text(&target), "--key", key, "--task", text(&task), "--json"];
        let ran = assay(&args);
        assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
        let json = ran.json();
        assert_eq!((&json["schema"], &json["ok"]), (&1.into(), &true.into()));
        assert_eq!((&json["records"], &json["signed"]), (&16.into(), &"expected-key".into()));
        assert_eq!(json["key"], digits);
        assert_eq!(json["scores"][0]["score"].as_f64().unwrap().to_bits(), expected.to_bits());
    }
    let plain = assay(&["verify", text(&target)]);
    assert_eq!(plain.code, Some(0), "{}", plain.stderr);
    assert!(plain.stdout.contains("see --key") && plain.stdout.contains("everything fits"));
}

#[test]
fn a_changed_bundle_differs_and_the_file_is_named() {
    let dir = TempDir::new().unwrap();
    let target = dir.path().join("bundle");
    bundle(&target, None);
    for (file, at) in [("transcripts/0003.transcript", 100), ("records/0005.record", 40)] {
        let path = target.join(file);
        let bytes = fs::read(&path).unwrap();
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        fs::write(&path, changed).unwrap();
        let ran = assay(&["verify", text(&target), "--json"]);
        assert_eq!(ran.code, Some(1), "{file}");
        let json = ran.json();
        assert_eq!(json["ok"], false);
        assert!(ran.stderr.contains("error: ") && ran.stderr.contains("hint: "), "{}", ran.stderr);
        assert!(ran.stderr.contains(file), "{file}: {}", ran.stderr);
        let problem = &json["problems"][0];
        assert!(problem.to_string().contains(file), "{file}: {problem}");
        fs::write(&path, bytes).unwrap();
    }
    let key = SecretKey::generate().unwrap().public().to_string();
    let ran = assay(&["verify", text(&target), "--key", &key]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("bundle.json: it is not signed"), "{}", ran.stderr);
}

#[test]
fn what_is_no_bundle_and_no_key_is_a_mistake_of_use() {
    let dir = TempDir::new().unwrap();
    let ran = assay(&["verify", text(dir.path())]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("bundle.json"), "{}", ran.stderr);
    let target = dir.path().join("bundle");
    bundle(&target, None);
    let key = assay(&["verify", text(&target), "--key", "nowhere"]);
    assert_eq!(key.code, Some(2));
    assert!(key.stderr.contains("nowhere") && key.stderr.contains("hint: --key"), "{}", key.stderr);
    let task = assay(&["verify", text(&target), "--task", text(dir.path())]);
    assert_eq!(task.code, Some(2), "{}", task.stderr);
    let secret = dir.path().join("secret");
    assert_eq!(assay(&["key", "new", text(&secret)]).code, Some(0));
    let again = assay(&["key", "new", text(&secret)]);
    assert_eq!(again.code, Some(1));
    assert!(again.stderr.contains("exists already"), "{}", again.stderr);
}
