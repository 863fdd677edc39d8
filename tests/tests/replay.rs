//! Records of real runs: the same bytes however the run was cut up, and replays that name the first
//! step that is not the same.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use assay_call::Entry;
use assay_ids::Digest;
use assay_record::{Bundle, BundleWriter, Record, TranscriptSummary};
use assay_tests::{Guest, Ran, assay, binary, built_guest, golden, shipped_task};
use tempfile::TempDir;

/// Records a run of a component over the shipped task.
fn record(component: &Path, out: &Path, more: &[&str]) -> Ran {
    let task = shipped_task();
    let mut args = vec!["run", component.to_str().unwrap(), "--task", task.to_str().unwrap()];
    args.extend(["--record", out.to_str().unwrap(), "--json"]);
    args.extend(more);
    assay(args)
}

fn replay(bundle: &Path, mode: &str, component: &Path, task: Option<&Path>) -> Ran {
    let mut args = vec!["replay", bundle.to_str().unwrap(), "--mode", mode, "--json"];
    args.extend(["--component", component.to_str().unwrap()]);
    args.extend(task.iter().flat_map(|task| ["--task", task.to_str().unwrap()]));
    assay(args)
}

/// Every file below a directory, with its bytes.
fn files(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    found
}

fn named(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = files(dir).into_iter();
    files.map(|(path, bytes)| (path.strip_prefix(dir).unwrap().to_owned(), bytes)).collect()
}

/// Starts a recorded run of a component over the shipped task, without compiled code at hand.
fn another(component: &Path, out: &Path, cache: &Path) -> Command {
    let mut command = Command::new(binary("assay"));
    command.arg("run").arg(component).arg("--task").arg(shipped_task());
    command.arg("--record").arg(out).env("XDG_CACHE_HOME", cache);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

#[test]
fn a_run_leaves_the_same_bytes_however_it_was_computed() {
    let dir = TempDir::new().unwrap();
    let measure = built_guest("mixup-accuracy");
    let out = |name: &str| dir.path().join(name);
    // Two at the same time, with other numbers of threads.
    let mut other = another(&measure, &out("second"), dir.path());
    let mut other = other.args(["--threads", "2"]).spawn().unwrap();
    record(&measure, &out("first"), &["--threads", "1"]).ok();
    assert!(other.wait().unwrap().success());
    let expected = named(&out("first"));
    assert_eq!(expected.len(), 1 + 2 * 16);
    assert!(expected == named(&out("second")), "two threads, no cache of code");
    record(&measure, &out("third"), &["--in-process"]).ok();
    assert!(expected == named(&out("third")), "in one process");
}

/// Less work than the above: without instructions for it, a fused multiply-add takes very long. The
/// engine's own tests compare every function over all instruction sets.
#[test]
fn the_instruction_set_leaves_no_trace() {
    let dir = TempDir::new().unwrap();
    let measure = built_guest("sum-of-squares");
    let out = |name: &str| dir.path().join(name);
    record(&measure, &out("first"), &[]).ok();
    let mut other = another(&measure, &out("second"), dir.path());
    assert!(other.env("ASSAY_SIMD", "scalar").status().unwrap().success());
    assert!(named(&out("first")) == named(&out("second")));
    let mut wrong = another(&measure, &out("third"), dir.path());
    assert!(!wrong.env("ASSAY_SIMD", "abacus").status().unwrap().success());
    assert!(!out("third").exists(), "the engine obeys the variable");
}

#[test]
fn a_recorded_run_is_verified_and_replayed_in_both_modes() {
    let dir = TempDir::new().unwrap();
    let (measure, out, task) =
        (built_guest("sum-of-squares"), dir.path().join("out"), shipped_task());
    let ran = record(&measure, &out, &[]).ok().json();
    assert_eq!(ran["records"], 16);
    let verified =
        assay(["verify", out.to_str().unwrap(), "--json", "--task", task.to_str().unwrap()]);
    let verified = verified.ok().json();
    assert_eq!(verified["head"], ran["head"]);
    assert_eq!(verified["scores"][0]["score"], ran["tasks"][0]["score"]);
    for (mode, task) in [("execute", Some(task.as_path())), ("transcript", None)] {
        let replayed = replay(&out, mode, &measure, task).ok().json();
        assert_eq!(replayed["verdict"], "same", "{mode}");
        assert_eq!(replayed["units"].as_array().unwrap().len(), 16);
    }
}

#[test]
fn units_that_fail_have_records_too_and_fail_again() {
    let dir = TempDir::new().unwrap();
    let body = "(if (i64.eqz (i64.rem_u (local.get $seed) (i64.const 2))) (then unreachable))
                f64.const 3";
    let component = dir.path().join("half.wasm");
    fs::write(&component, Guest::new(body).bytes()).unwrap();
    let out = dir.path().join("out");
    assert_eq!(record(&component, &out, &[]).code, 1);
    let bundle = Bundle::open(&out).unwrap();
    assert_eq!(bundle.records().len(), 16);
    let failed = |record: &&Record| matches!(record.outcome, assay_record::Outcome::Failed { .. });
    let count = bundle.records().iter().filter(failed).count();
    assert!((1..16).contains(&count), "{count}");
    replay(&out, "transcript", &component, None).ok();
    replay(&out, "execute", &component, Some(&shipped_task())).ok();
}

/// Writes a bundle again with a change to its first record and that one's entries.
fn forged(from: &Path, to: &Path, change: impl Fn(&mut Record, &mut Vec<Entry>)) {
    let bundle = Bundle::open(from).unwrap();
    let mut writer = BundleWriter::create(to, bundle.phase(), bundle.tasks().to_vec()).unwrap();
    for (at, record) in bundle.records().iter().enumerate() {
        let mut record = record.clone();
        let detail = record.transcript.detail;
        let read = bundle.transcript(at).unwrap();
        let mut entries: Vec<Entry> =
            read.map(|entry| Entry::decode(&entry.unwrap()).unwrap()).collect();
        if at == 0 {
            change(&mut record, &mut entries);
        }
        let mut recorder = writer.begin(detail).unwrap();
        let mut transcript = assay_call::Transcript::new(detail);
        for entry in &entries {
            let bytes = entry.encode();
            recorder(&bytes).unwrap();
            transcript.add(&bytes, entry.contents());
        }
        let (digest, entries) = (transcript.digest(), transcript.entries());
        record.transcript = TranscriptSummary { detail, digest, entries };
        writer.append(record).unwrap();
    }
    writer.finish(None).unwrap();
}

#[test]
fn a_replay_names_the_first_step_that_is_not_the_same() {
    let dir = TempDir::new().unwrap();
    let (measure, task) = (built_guest("sum-of-squares"), shipped_task());
    let (out, other) = (dir.path().join("out"), dir.path().join("other"));
    record(&measure, &out, &[]).ok();
    // As if another program had been asked for something else in its third call.
    let mut at = 0;
    let lie = |_: &mut Record, entries: &mut Vec<Entry>| {
        let calls = entries.iter_mut().filter_map(|entry| match entry {
            Entry::Call { call, .. } => Some(call),
            _ => None,
        });
        *calls.into_iter().nth(2).unwrap() = Digest::of(b"another call");
    };
    forged(&out, &other, lie);
    let bundle = Bundle::open(&other).unwrap();
    for (index, entry) in bundle.transcript(0).unwrap().enumerate() {
        if let Entry::Call { call, .. } = Entry::decode(&entry.unwrap()).unwrap()
            && call == Digest::of(b"another call")
        {
            at = index;
        }
    }
    for (mode, task) in [("execute", Some(task.as_path())), ("transcript", None)] {
        let replayed = replay(&other, mode, &measure, task);
        assert_eq!(replayed.code, 1, "{mode}: {}", replayed.stderr);
        let json = replayed.json();
        assert_eq!(json["verdict"], "differs", "{mode}");
        let unit = &json["units"][0];
        assert_eq!(unit["at"]["index"], at, "{mode}: {unit}");
        assert_eq!(unit["at"]["recorded"]["call"], unit["at"]["now"]["call"], "{mode}");
        assert_ne!(unit["at"]["recorded"]["digest"], unit["at"]["now"]["digest"], "{mode}");
        let first = replayed.stderr.lines().find(|line| line.starts_with("error:")).unwrap();
        assert!(first.contains(&format!("entry {at}:")), "{first}");
        for other in &json["units"].as_array().unwrap()[1..] {
            assert_eq!(other["verdict"], "same");
        }
    }
}

#[test]
fn a_value_that_nobody_computed_is_named_with_both_sides() {
    let dir = TempDir::new().unwrap();
    let measure = built_guest("sum-of-squares");
    let (out, other) = (dir.path().join("out"), dir.path().join("other"));
    record(&measure, &out, &[]).ok();
    forged(&out, &other, |record, _| record.outcome = assay_record::Outcome::Value(0.25));
    let replayed = replay(&other, "transcript", &measure, None);
    assert_eq!(replayed.code, 1);
    let what = replayed.json()["units"][0]["what"][0].as_str().unwrap().to_owned();
    assert!(what.starts_with("outcome: recorded 0.25 (3fd0000000000000), now "), "{what}");
    forged(&out, &dir.path().join("gpu"), |record, _| record.lane = "gpu".to_owned());
    let gpu = dir.path().join("gpu");
    let replayed = replay(&gpu, "execute", &measure, Some(&shipped_task()));
    assert_eq!(replayed.code, 3, "{}", replayed.stderr);
    assert_eq!(replayed.json()["units"][0]["verdict"], "inconclusive");
    replay(&gpu, "transcript", &measure, None).ok();
}

#[test]
fn what_a_replay_lacks_is_said_and_nothing_is_overwritten() {
    let dir = TempDir::new().unwrap();
    let measure = built_guest("sum-of-squares");
    let out = dir.path().join("out");
    record(&measure, &out, &[]).ok();
    let before = files(&out);
    let again = record(&measure, &out, &[]);
    assert_eq!(again.code, 2);
    assert!(again.stderr.contains("exists already"), "{}", again.stderr);
    assert!(before == files(&out));
    let missing = replay(&out, "execute", &measure, None);
    assert_eq!(missing.code, 2);
    assert!(missing.stderr.contains("--task"), "{}", missing.stderr);
    let wrong = replay(&out, "transcript", &built_guest("distance-from-init"), None);
    assert_eq!(wrong.code, 2);
    assert!(wrong.stderr.contains("--component"), "{}", wrong.stderr);
    let nothing = replay(dir.path(), "transcript", &measure, None);
    assert_eq!(nothing.code, 2);
    assert!(nothing.stderr.contains("bundle.json"), "{}", nothing.stderr);
    let transcript = out.join("transcripts/0004.transcript");
    let mut bytes = fs::read(&transcript).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&transcript, bytes).unwrap();
    let damaged = replay(&out, "transcript", &measure, None);
    assert_eq!(damaged.code, 1);
    assert!(damaged.stderr.contains("transcripts/0004.transcript"), "{}", damaged.stderr);
}

/// Kernels, prices, encodings and the interface as they were when the record was made. If this fails on
/// purpose, `tests/golden/README.md` says how the golden record is made anew.
#[test]
fn the_golden_record_is_replayed_bit_for_bit() {
    let (bundle, component) = (golden().join("bundle"), golden().join("measure.wasm"));
    for (mode, task) in [("execute", Some(shipped_task())), ("transcript", None)] {
        let replayed = replay(&bundle, mode, &component, task.as_deref());
        assert_eq!(replayed.code, 0, "{mode}: {}", replayed.stderr);
        assert_eq!(replayed.json()["units"].as_array().unwrap().len(), 16, "{mode}");
    }
}

#[test]
fn every_call_there_is_gives_what_it_gave() {
    let (probe, task) = (golden().join("probe.wasm"), shipped_task());
    let args = ["run", probe.to_str().unwrap(), "--json", "--task", task.to_str().unwrap()];
    let ran = assay(args).ok();
    let expected = fs::read_to_string(golden().join("probe.json")).unwrap();
    assert_eq!(ran.json(), serde_json::from_str::<serde_json::Value>(&expected).unwrap());
}
