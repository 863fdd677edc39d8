//! A bundle is what was written, to the byte.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use assay_call::{Comparer, Detail, Replayer, Session};
use assay_ids::steers;
use assay_record::{
    Bundle, BundleWriter, NamedTask, Outcome, PublicKey, Record, RecordError, SecretKey, Signed,
    TaskFacts, verify,
};
use assay_score::{Predictions, Reference, pgdl_2020};
use common::{add, bundle, digest, measure, record, task, unit};
use tempfile::TempDir;

/// Every file below a directory, by its path from there.
fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// What is wrong with a bundle, in one text; nothing if nothing is.
fn wrong(dir: &Path, key: Option<&PublicKey>) -> Option<String> {
    match verify(dir, key, &[]) {
        Err(error) => Some(error.to_string()),
        Ok(found) if found.problems.is_empty() => None,
        Ok(found) => Some(format!("{:?}", found.problems)),
    }
}

#[test]
fn what_was_written_reads_back() {
    let dir = TempDir::new().unwrap();
    let target = dir.path().join("phase/bundle");
    let key = SecretKey::generate().unwrap();
    let written = bundle(&target, &[1.5, -2.0], Some(&key));
    let read = Bundle::open(&target).unwrap();
    assert_eq!((read.phase(), read.tasks()), ("public", &[task()][..]));
    assert_eq!(read.records(), written.records());
    let values: Vec<&Outcome> = read.records().iter().map(|record| &record.outcome).collect();
    assert_eq!(values, [&Outcome::Value(1.5), &Outcome::Value(-2.0)]);
    let found = verify(&target, Some(&key.public()), &[]).unwrap();
    assert_eq!(found.problems, []);
    assert_eq!(found.signed, Signed::ByTheExpectedKey(key.public()));
    assert_eq!(found.records, 2);
    let names: Vec<PathBuf> = files(dir.path())
        .into_iter()
        .map(|path| path.strip_prefix(&target).unwrap().to_path_buf())
        .collect();
    let expected = [
        "bundle.json",
        "records/0000.record",
        "records/0001.record",
        "transcripts/0000.transcript",
        "transcripts/0001.transcript",
    ];
    assert_eq!(names, expected.map(PathBuf::from), "and nothing of the staging is left");
}

/// Nothing of a bundle is free: every byte of every file, and the case of every letter of its text.
#[test]
fn every_flipped_byte_is_found() {
    let dir = TempDir::new().unwrap();
    let key = SecretKey::generate().unwrap();
    for (name, key) in [("signed", Some(&key)), ("plain", None)] {
        let target = dir.path().join(name);
        bundle(&target, &[1.5, 2.5], key);
        assert_eq!(wrong(&target, None), None);
        let mut flips = 0;
        for path in files(&target) {
            let bytes = fs::read(&path).unwrap();
            let file = path.strip_prefix(&target).unwrap().to_str().unwrap();
            if key.is_none() && file != "bundle.json" {
                continue; // The same bytes as in the signed one.
            }
            for at in 0..bytes.len() {
                let bits: &[u8] = if file == "bundle.json" { &[1, 0x20] } else { &[1] };
                for bit in bits {
                    let mut changed = bytes.clone();
                    changed[at] ^= bit;
                    fs::write(&path, changed).unwrap();
                    let found = wrong(&target, None);
                    let found = found.unwrap_or_else(|| panic!("{name}: byte {at} of {file}"));
                    assert!(names(&found, file), "{name}: byte {at} of {file}: {found}");
                    flips += 1;
                }
            }
            fs::write(&path, bytes).unwrap();
        }
        assert!(flips > if key.is_some() { 3000 } else { 500 }, "{flips}");
        assert_eq!(wrong(&target, None), None, "and whole again");
    }
}

/// Whether what was found names the file. A change of the manifest may show as a file that it does not
/// speak of, or speaks of wrongly.
fn names(found: &str, file: &str) -> bool {
    found.contains(file) || (file == "bundle.json" && found.contains("records/"))
}

#[test]
fn a_replay_from_a_bundle_gives_the_same_digest_and_value() {
    let dir = TempDir::new().unwrap();
    let target = dir.path().join("bundle");
    let bundle = bundle(&target, &[1.5, 2.5], None);
    let record = &bundle.records()[1];
    let entries = bundle.transcript(1).unwrap().entries();
    let mut replayer = Replayer::new(entries, record.transcript.detail);
    assert_eq!(Outcome::Value(measure(&mut replayer)), record.outcome);
    assert_eq!(replayer.finish(), Ok(None));
    assert_eq!(replayer.transcript().digest(), record.transcript.digest);
    assert_eq!(replayer.meters(), record.meters);

    let comparer = Comparer::new(bundle.transcript(1).unwrap().entries());
    unit(1.5, comparer.recorder());
    let found = comparer.finish().unwrap().unwrap();
    assert_eq!((found.index, found.recorded.unwrap().name.as_str()), (1, "tensors.read"));
}

#[test]
fn files_too_many_and_too_few_are_named() {
    let dir = TempDir::new().unwrap();
    let target = dir.path().join("bundle");
    bundle(&target, &[1.0, 2.0, 3.0], None);
    for extra in ["notes.txt", "records/0003.record", "transcripts/x"] {
        fs::write(target.join(extra), b"x").unwrap();
        let found = wrong(&target, None).unwrap();
        assert!(found.contains(extra), "{found}");
        fs::remove_file(target.join(extra)).unwrap();
    }
    for file in ["records/0001.record", "transcripts/0002.transcript"] {
        let bytes = fs::read(target.join(file)).unwrap();
        fs::remove_file(target.join(file)).unwrap();
        let found = wrong(&target, None).unwrap();
        assert!(found.contains(file) && found.contains("missing"), "{found}");
        #[cfg(unix)]
        {
            let away = dir.path().join("away");
            fs::write(&away, &bytes).unwrap();
            std::os::unix::fs::symlink(&away, target.join(file)).unwrap();
            assert!(wrong(&target, None).unwrap().contains(file), "a link is no file");
            fs::remove_file(target.join(file)).unwrap();
        }
        fs::write(target.join(file), bytes).unwrap();
    }
    assert_eq!(wrong(&target, None), None);
    fs::remove_file(target.join("bundle.json")).unwrap();
    assert!(matches!(Bundle::open(&target), Err(RecordError::NotABundle { .. })));
}

#[test]
fn records_cannot_change_places_or_be_dropped() {
    let dir = TempDir::new().unwrap();
    let target = dir.path().join("bundle");
    bundle(&target, &[1.0, 2.0], None);
    let (first, second) = (target.join("records/0000.record"), target.join("records/0001.record"));
    let (one, two) = (fs::read(&first).unwrap(), fs::read(&second).unwrap());
    fs::write(&first, &two).unwrap();
    fs::write(&second, &one).unwrap();
    assert!(wrong(&target, None).unwrap().starts_with("records/0000.record: its chain"));
    fs::write(&first, &one).unwrap();
    fs::write(&second, &two).unwrap();

    // Dropping the last, with its count, is what the head is for.
    fs::remove_file(&second).unwrap();
    fs::remove_file(target.join("transcripts/0001.transcript")).unwrap();
    let manifest = fs::read_to_string(target.join("bundle.json")).unwrap();
    let fewer = manifest.replace("\"records\": 2", "\"records\": 1");
    assert_ne!(manifest, fewer);
    fs::write(target.join("bundle.json"), fewer).unwrap();
    assert!(wrong(&target, None).unwrap().starts_with("bundle.json: its head"));
}

#[test]
fn signatures_are_of_one_key_and_one_head() {
    let dir = TempDir::new().unwrap();
    let (key, other) = (SecretKey::generate().unwrap(), SecretKey::generate().unwrap());
    let (signed, plain) = (dir.path().join("signed"), dir.path().join("plain"));
    bundle(&signed, &[1.0], Some(&key));
    bundle(&plain, &[1.0], None);
    let found = verify(&signed, None, &[]).unwrap();
    assert_eq!((found.signed, found.problems.len()), (Signed::ByItsOwnKey(key.public()), 0));
    let found = wrong(&signed, Some(&other.public())).unwrap();
    assert!(found.contains("as expected"), "{found}");
    assert!(wrong(&plain, Some(&key.public())).unwrap().contains("not signed"));
    assert_eq!(verify(&plain, None, &[]).unwrap().signed, Signed::No);

    // A signature of another head by the right key.
    let longer = dir.path().join("longer");
    bundle(&longer, &[1.0, 2.0], Some(&key));
    let line = |dir: &Path| {
        let text = fs::read_to_string(dir.join("bundle.json")).unwrap();
        text.lines().find(|line| line.contains("\"signature\"")).unwrap().to_owned()
    };
    let text = fs::read_to_string(signed.join("bundle.json")).unwrap();
    let moved = text.replace(&line(&signed), &line(&longer));
    fs::write(signed.join("bundle.json"), moved).unwrap();
    let found = wrong(&signed, Some(&key.public())).unwrap();
    assert!(found.contains("not of its head"), "{found}");
}

/// Makes a record false in one way.
type Change<'a> = &'a dyn Fn(&mut Record);

#[test]
fn a_unit_may_be_begun_again_and_nothing_false_is_kept() {
    let dir = TempDir::new().unwrap();
    let target = dir.path().join("bundle");
    let mut writer = BundleWriter::create(&target, "public", vec![task()]).unwrap();
    // An engine that was lost: its unit is begun again.
    drop(unit(9.0, writer.begin(Detail::Visible).unwrap()));
    add(&mut writer, "a measure", "model_0", 1.0);

    let refused = |writer: &mut BundleWriter, change: Change<'_>| {
        let (session, value): (Session<_>, f64) = unit(1.0, writer.begin(Detail::Visible).unwrap());
        let mut record = record("a measure", "model_1", value, &session);
        change(&mut record);
        let error = writer.append(record).unwrap_err();
        assert!(matches!(error, RecordError::Refused { .. }), "{error}");
        error.to_string()
    };
    let changes: [(Change<'_>, &str); 8] = [
        (&|record| record.transcript.digest = digest("another"), "digest"),
        (&|record| record.transcript.entries += 1, "entries"),
        (&|record| record.meters.work -= 1, "used"),
        (&|record| record.task = digest("another"), "none of the phase's"),
        (&|record| record.unit_seed.0 += 1, "unit seed"),
        (&|record| record.outcome = Outcome::Value(f64::NAN), "NaN"),
        (&|record| record.lane.clear(), "lane"),
        (
            &|record| {
                let (class, text) = ("inconclusive".to_owned(), String::new());
                record.outcome = Outcome::Failed { class, text };
            },
            "run again",
        ),
    ];
    for (change, expected) in changes {
        let error = refused(&mut writer, change);
        assert!(error.contains(expected), "{error}");
    }
    let (session, value) = unit(1.0, common::keeper().1);
    let unbegun = writer.append(record("a measure", "model_1", value, &session)).unwrap_err();
    assert!(unbegun.to_string().contains("no unit was begun"), "{unbegun}");

    drop(unit(9.0, writer.begin(Detail::Visible).unwrap()));
    assert!(!target.exists());
    assert_eq!(writer.finish(None).unwrap().records().len(), 1);
    assert_eq!(wrong(&target, None), None);
    let again = BundleWriter::create(&target, "public", vec![task()]);
    assert!(matches!(again, Err(RecordError::Exists { .. })));
    drop(BundleWriter::create(&dir.path().join("dropped"), "public", vec![task()]).unwrap());
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "a dropped writer leaves nothing");
}

/// Eight models of three hyper-parameters with two values each; the gap grows with the number.
fn truth() -> Reference {
    let model = |at: usize| {
        let parameter = |bit: usize| {
            let value = (at >> bit) & 1;
            format!(r#""h{bit}": {{"current_value": {value}, "possible_values": [0, 1]}}"#)
        };
        let (parameters, test) = ([0, 1, 2].map(parameter).join(", "), 0.9 - 0.1 * at as f64);
        let metrics = format!(r#"{{"train_acc": 1.0, "test_acc": {test}}}"#);
        format!(r#""{at}": {{"hparams": {{{parameters}}}, "metrics": {metrics}}}"#)
    };
    let text = format!("{{{}}}", (0..8).map(model).collect::<Vec<_>>().join(", "));
    Reference::parse(text.as_bytes()).unwrap()
}

fn facts() -> TaskFacts {
    TaskFacts {
        digest: task().digest,
        dataset: digest("data"),
        networks: (0..8)
            .map(|at| format!("model_{at}"))
            .map(|id| (id.clone(), digest(&id)))
            .collect(),
        truth: Some(truth()),
    }
}

#[test]
fn scores_are_those_of_the_recorded_values() {
    let dir = TempDir::new().unwrap();
    let target = dir.path().join("bundle");
    let values = [1.0, 3.0, 2.0, 4.0, 5.5, 5.0, 7.0, 8.0];
    bundle(&target, &values, None);
    let found = verify(&target, None, &[facts()]).unwrap();
    assert_eq!(found.problems, []);
    let pairs = (0..8).map(|at| (format!("model_{at}"), f64::from(values[at])));
    let expected = pgdl_2020(&truth(), &Predictions::from_pairs(pairs)).score;
    assert!(expected.is_finite() && expected > 0.0);
    let [score] = &found.scores[..] else { panic!("{:?}", found.scores) };
    assert_eq!(score.score.map(f64::to_bits), Some(expected.to_bits()));
    assert_eq!((score.units, score.failed, score.task.as_str()), (8, 0, "small"));
    assert_eq!(verify(&target, None, &[]).unwrap().scores[0].score, None);
}

#[test]
fn records_must_fit_the_task_that_is_given() {
    let dir = TempDir::new().unwrap();
    let found = |name: &str, ids: &[&str], facts: TaskFacts| {
        let target = dir.path().join(name);
        let mut writer = BundleWriter::create(&target, "public", vec![task()]).unwrap();
        for id in ids {
            add(&mut writer, "a measure", id, 1.0);
        }
        writer.finish(None).unwrap();
        let found = verify(&target, None, &[facts]).unwrap();
        assert_eq!(found.scores[0].score, None);
        format!("{:?}", found.problems)
    };
    let all: Vec<String> = (0..8).map(|at| format!("model_{at}")).collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    assert!(found("few", &all[..7], facts()).contains("has no record of model_7"));
    let twice = found("twice", &[&all[..], &["model_1"]].concat(), facts());
    assert!(twice.contains("records/0008.record") && twice.contains("records/0001"), "{twice}");
    assert!(found("unknown", &[&all[..], &["model_8"]].concat(), facts()).contains("no network"));
    let data = TaskFacts { dataset: digest("other data"), ..facts() };
    assert!(found("data", &all, data).contains("training data"));
    let mut weights = facts();
    weights.networks[2].1 = digest("other weights");
    let weights = found("weights", &all, weights);
    assert!(weights.contains("records/0002.record") && weights.contains("model_2"), "{weights}");
}

#[test]
fn names_of_phases_and_tasks_are_told_apart() {
    let dir = TempDir::new().unwrap();
    let create = |name: &str, phase: &str, tasks: Vec<NamedTask>| {
        BundleWriter::create(&dir.path().join(name), phase, tasks)
    };
    assert!(create("empty", "", vec![task()]).is_err());
    assert!(create("twice", "public", vec![task(), task()]).is_err());
    let other = NamedTask { name: "other".to_owned(), ..task() };
    let head = |name: &str, phase: &str, task: NamedTask| {
        create(name, phase, vec![task]).unwrap().finish(None).unwrap().head()
    };
    let one = head("one", "public", task());
    assert_ne!(one, head("two", "board", task()));
    assert_ne!(one, head("three", "public", other));
}

/// As they stand in a manifest that somebody has made up.
#[test]
fn names_that_steer_a_terminal_are_refused() {
    let dir = TempDir::new().unwrap();
    for (at, steering) in
        ["\u{1b}]0;owned\u{7}", "a\nb", "\u{9b}2J", "\u{202e}lamb"].iter().enumerate()
    {
        let target = dir.path().join(at.to_string());
        assert!(BundleWriter::create(&target, steering, vec![task()]).is_err(), "{steering:?}");
        let other = NamedTask { name: (*steering).to_owned(), ..task() };
        assert!(BundleWriter::create(&target, "public", vec![other]).is_err(), "{steering:?}");
        bundle(&target, &[1.5], None);
        let file = target.join("bundle.json");
        let text = fs::read_to_string(&file).unwrap();
        for name in ["public", "small"] {
            let quoted = |name: &str| serde_json::to_string(name).unwrap();
            fs::write(&file, text.replace(&quoted(name), &quoted(steering))).unwrap();
            let error = Bundle::open(&target).unwrap_err().to_string();
            assert!(error.starts_with("bundle.json: "), "{error}");
            assert!(error.contains("steer a terminal") && !error.contains(steers), "{error:?}");
        }
    }
}
