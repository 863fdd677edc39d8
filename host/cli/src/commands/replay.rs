//! `assay replay`: whether the units of a bundle run as their records say.

use std::sync::Arc;

use assay_call::{Divergence, Step};
use assay_ids::{Digest, PhaseKey};
use assay_record::{Bundle, HostBuild, Record, read_revealed_phase_key};
use assay_task::{PhaseView, Task};
use assay_worker::{Admission, Engines, Verdict, Worker};
use serde_json::{Value, json};

use super::way::engines;
use super::{admit, verify_bundle};
use crate::args::{LaneName, ReplayArgs, ReplayMode};
use crate::failure::{FAILED, Failure, INCONCLUSIVE, USAGE, read};
use crate::output::{self, Text};
use crate::progress::Progress;

/// One record and what came of its replay.
struct Replayed {
    file: String,
    task: String,
    network: String,
    verdict: Verdict,
}

/// Everything that replays units.
struct Stage {
    worker: Worker,
    measures: Vec<Admission>,
    phase: PhaseView,
    /// Only where everything is computed again.
    engines: Option<Engines>,
}

pub(crate) fn run(args: &ReplayArgs) -> Result<(), Failure> {
    let bundle = Bundle::open(&args.record).map_err(verify_bundle::unreadable)?;
    let stage = Stage::set(args, &bundle)?;
    note_other_builds(bundle.records());
    let replayed = stage.replay(args.mode, &bundle)?;
    if args.json {
        output::json(&json_of(args.mode, &replayed))?;
    } else {
        text(&replayed).print()?;
    }
    outcome(&replayed)
}

impl Stage {
    /// Opens and admits all that the records need, before the first unit runs.
    fn set(args: &ReplayArgs, bundle: &Bundle) -> Result<Self, Failure> {
        let usage = |failure: Failure| failure.with_code(USAGE);
        let tasks = args.task.iter().map(|dir| Task::open(dir).map_err(Failure::new));
        let tasks: Vec<Task> = tasks.collect::<Result<_, _>>().map_err(usage)?;
        let worker = admit::worker(args.rules.limits())?;
        let mut measures = Vec::new();
        for file in &args.component {
            measures.push(admit::admit(&worker, &read(file)?, file.display())?);
        }
        for record in bundle.records() {
            if !measures.iter().any(|measure| measure.digest == record.component) {
                let digest = record.component;
                let failure = Failure::new(format!("no component given has the digest {digest}"));
                return Err(usage(failure.hint("name the file that was run with --component")));
            }
            let given = tasks.iter().any(|task| task.digest() == record.task);
            if args.mode == ReplayMode::Execute && !given {
                let name = task_name(bundle, record.task);
                let failure = Failure::new(format!(
                    "no task given is {name} with the digest {}",
                    record.task
                ));
                return Err(usage(failure.hint("name its directory with --task")));
            }
        }
        let phase = PhaseView::new(tasks, phase_key(args, bundle)?);
        let engines = match args.mode {
            ReplayMode::Execute => Some(engines(&worker, LaneName::Cpu, &phase, args.threads)?),
            ReplayMode::Transcript => None,
        };
        Ok(Self { worker, measures, phase, engines })
    }

    fn replay(mut self, mode: ReplayMode, bundle: &Bundle) -> Result<Vec<Replayed>, Failure> {
        let records = bundle.records();
        let bar = Progress::new(records.len(), mode.name());
        let mut replayed = Vec::with_capacity(records.len());
        for (at, record) in records.iter().enumerate() {
            bar.step(&record.network_id);
            replayed.push(Replayed {
                file: Bundle::record_name(at),
                task: task_name(bundle, record.task),
                network: record.network_id.clone(),
                verdict: self.unit(bundle, at, record)?,
            });
            bar.advance();
        }
        Ok(replayed)
    }

    fn unit(&mut self, bundle: &Bundle, at: usize, record: &Record) -> Result<Verdict, Failure> {
        // A damaged transcript is no difference of the unit's.
        bundle.check_transcript(at).map_err(verify_bundle::unreadable)?;
        let transcript = bundle.transcript(at).map_err(verify_bundle::unreadable)?;
        let measure = self.measures.iter().find(|measure| measure.digest == record.component);
        let measure = measure.ok_or_else(|| Failure::new("a component is not at hand"))?;
        let Some(engines) = &mut self.engines else {
            let verdict = self.worker.answer_again(measure, record, transcript);
            return verdict.map_err(Failure::new);
        };
        if record.lane != LaneName::Cpu.name() {
            let lane = &record.lane;
            return Ok(Verdict::Inconclusive(format!(
                "recorded on the {lane} lane, which does not have the same bits everywhere"
            )));
        }
        let mut tasks = self.phase.tasks().iter().enumerate();
        let task = tasks.find(|(_, view)| view.task().digest() == record.task);
        let task = task.ok_or_else(|| Failure::new("a task is not at hand"))?;
        let verdict = self.worker.execute_again(engines, measure, task, record, transcript);
        verdict.map_err(Failure::new)
    }
}

/// The key that the records' phase had, where it is needed and has been given.
fn phase_key(args: &ReplayArgs, bundle: &Bundle) -> Result<Option<Arc<PhaseKey>>, Failure> {
    let usage = |failure: Failure| failure.with_code(USAGE);
    let mut recorded = bundle.records().iter().map(|record| record.phase_key);
    let first = recorded.next().flatten();
    if recorded.any(|other| other != first) {
        let failure = Failure::new("its records were made under more than one phase key");
        return Err(usage(failure.hint("a bundle is of one phase: ask whoever made this one")));
    }
    if args.mode == ReplayMode::Transcript {
        return Ok(None);
    }
    let given = match &args.phase_key {
        Some(file) => {
            Some((file, read_revealed_phase_key(file).map_err(Failure::new).map_err(usage)?))
        }
        None => None,
    };
    match (first, given) {
        (None, None) => Ok(None),
        (None, Some(_)) => {
            let failure = Failure::new("the records are of a public phase, which has no key");
            Err(usage(failure.hint("leave out --phase-key")))
        }
        (Some(recorded), None) => {
            let failure = Failure::new(format!(
                "the records are of a hidden phase, whose key has the commitment {recorded}"
            ));
            Err(usage(
                failure
                    .hint("give the key's file with --phase-key; `--mode transcript` needs no key"),
            ))
        }
        (Some(recorded), Some((_, key))) if key.commitment() == recorded => Ok(Some(Arc::new(key))),
        (Some(recorded), Some((file, key))) => Err(usage(
            Failure::new(format!(
                "{}: this key has the commitment {}, the records' phase {recorded}",
                file.display(),
                key.commitment()
            ))
            .hint("give the key that was revealed for this phase"),
        )),
    }
}

fn task_name(bundle: &Bundle, digest: Digest) -> String {
    let named = bundle.tasks().iter().find(|task| task.digest == digest);
    named.map_or_else(|| digest.to_string(), |task| task.name.clone())
}

/// Another build is no difference, but whoever sees one wants to know.
fn note_other_builds(records: &[Record]) {
    let own = HostBuild::of_this();
    let others = records.iter().filter(|record| record.host != own).count();
    if others > 0 {
        let count = records.len();
        output::note(format!("{others} of {count} records were made by another build"));
    }
}

fn json_of(mode: ReplayMode, replayed: &[Replayed]) -> Value {
    let step = |step: &Option<Step>| match step {
        Some(Step { name, digest }) => json!({"call": name, "digest": digest}),
        None => Value::Null,
    };
    let units = replayed.iter().map(|unit| {
        let mut json = json!({
            "record": unit.file,
            "task": unit.task,
            "id": unit.network,
            "verdict": name(&unit.verdict),
        });
        match &unit.verdict {
            Verdict::Same => {}
            Verdict::Differs { at, what } => {
                json["what"] = json!(what);
                if let Some(Divergence { index, recorded, now }) = at.as_deref() {
                    let (recorded, now) = (step(recorded), step(now));
                    json["at"] = json!({"index": index, "recorded": recorded, "now": now});
                }
            }
            Verdict::Inconclusive(reason) => json["reason"] = reason.as_str().into(),
        }
        json
    });
    let units: Vec<Value> = units.collect();
    json!({"schema": 1, "mode": mode.name(), "verdict": overall(replayed), "units": units})
}

fn name(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Same => "same",
        Verdict::Differs { .. } => "differs",
        Verdict::Inconclusive(_) => "inconclusive",
    }
}

/// The worst of all: one difference is one, whatever the others are.
fn overall(replayed: &[Replayed]) -> &'static str {
    let names: Vec<&str> = replayed.iter().map(|unit| name(&unit.verdict)).collect();
    let worst = ["differs", "inconclusive"].into_iter().find(|name| names.contains(name));
    worst.unwrap_or("same")
}

fn text(replayed: &[Replayed]) -> Text {
    let row = |unit: &Replayed| {
        vec![unit.file.clone(), unit.task.clone(), unit.network.clone(), name(&unit.verdict).into()]
    };
    let rows: Vec<Vec<String>> = replayed.iter().map(row).collect();
    let mut text = output::table(&["record", "task", "network", "verdict"], &rows);
    text.line(overall(replayed));
    text
}

fn outcome(replayed: &[Replayed]) -> Result<(), Failure> {
    let mut lines = Vec::new();
    for unit in replayed {
        match &unit.verdict {
            Verdict::Same => {}
            Verdict::Differs { at, what } => {
                let at = at.iter().map(ToString::to_string);
                let all = at.chain(what.iter().cloned());
                lines.extend(all.map(|line| format!("{}: {line}", unit.file)));
            }
            Verdict::Inconclusive(reason) => {
                lines.push(format!("{}: inconclusive: {reason}", unit.file));
            }
        }
    }
    match overall(replayed) {
        "same" => Ok(()),
        "differs" => Err(Failure::all(lines)
            .hint("entries are counted from 0; digests are of calls and of what came of them")
            .with_code(FAILED)),
        _ => Err(Failure::all(lines).hint("nothing is shown by this").with_code(INCONCLUSIVE)),
    }
}
