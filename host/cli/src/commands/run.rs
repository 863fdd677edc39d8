//! `assay run`: a component on tasks, scored where the truth is at hand.

use std::path::Path;
use std::sync::Arc;

use assay_ids::{ContestSeed, PhaseKey};
use assay_record::read_phase_key;
use assay_sandbox::Outcome;
use assay_score::{
    ChanceFloor, Correlations, Predictions, Reference, chance_floor, check as refusals,
    correlations, json_number, pgdl_2020,
};
use assay_task::{PhaseView, Task, TaskView};
use assay_worker::{Unit, Used};
use serde_json::{Value, json};

use super::confirm::{Verdict, compare};
use super::recorder::{Kept, RunRecorder};
use super::score::{DRAWS, SEED};
use super::truth::{Truth, truth_if_there};
use super::way::Way;
use crate::args::{LaneName, RunArgs};
use crate::failure::{FAILED, Failure, INCONCLUSIVE, USAGE, read};
use crate::output::{self, Text};

/// What the truth adds to a task's values.
struct Scored {
    score: f64,
    chance: ChanceFloor,
    beside: Correlations,
}

struct TaskReport {
    name: String,
    units: Vec<Unit>,
    /// Nothing if a unit has no value, or the truth is not at hand.
    scored: Option<Scored>,
    /// Why the truth is not at hand, if it is not.
    missing: Option<&'static str>,
    confirmation: Option<Confirmation>,
}

/// The same task again on the `cpu` lane.
struct Confirmation {
    units: Vec<Unit>,
    verdict: Verdict,
}

pub(crate) fn run(args: &RunArgs) -> Result<(), Failure> {
    if args.confirm && args.lane == LaneName::Cpu {
        let failure = Failure::new("--confirm compares with the `cpu` lane, and this is its run");
        return Err(failure.hint("give it with --lane gpu").with_code(USAGE));
    }
    if args.in_process && args.lane == LaneName::Gpu {
        let failure = Failure::new("--in-process computes on the `cpu` lane");
        return Err(failure.hint("leave out one of --in-process and --lane gpu").with_code(USAGE));
    }
    let bytes = read(&args.file)?;
    // Every task is opened before the first unit runs: a typing mistake in the last one should not
    // cost the run of the others.
    let tasks: Vec<Task> = args
        .task
        .iter()
        .map(|dir| Task::open(dir).map_err(Failure::new))
        .collect::<Result<_, _>>()?;
    let truths: Vec<Truth> = tasks.iter().map(truth).collect::<Result<_, _>>()?;
    let key = args.phase_key.as_deref().map(phase_key).transpose()?;
    let phase = PhaseView::new(tasks, key);
    let limits = args.rules.limits();
    let way = Way::admit(&bytes, args.file.display(), limits, args.in_process)?;
    let mut recorder = args
        .record
        .as_deref()
        .map(|out| RunRecorder::create(out, &phase, args.lane, limits))
        .transpose()?;
    let mut computer = way.computer(args.lane, &phase, args.threads)?;
    let cpu = || way.computer(LaneName::Cpu, &phase, args.threads);
    let mut cpu = args.confirm.then(cpu).transpose()?;
    let seed = ContestSeed(args.seed);
    let mut reports = Vec::with_capacity(truths.len());
    for (at, (view, truth)) in phase.tasks().iter().zip(&truths).enumerate() {
        let name = view.task().name();
        let units = computer.run_task(at, seed, recorder.as_mut())?;
        print_logs(name, &units);
        let scored = truth.reference().map_or(Ok(None), |truth| score(view, truth, &units))?;
        let confirmation = match &mut cpu {
            Some(cpu) => {
                let again = cpu.run_task(at, seed, None)?;
                let verdict = compare(&units, &again);
                Some(Confirmation { units: again, verdict })
            }
            None => None,
        };
        let (name, missing) = (name.to_owned(), truth.missing());
        reports.push(TaskReport { name, units, scored, missing, confirmation });
    }
    // Before anything is printed: whoever reads the values finds the records.
    let kept = recorder.map(RunRecorder::finish).transpose()?;
    show(args, &phase, &reports, kept.as_ref())?;
    outcome(&reports)?;
    confirmed(&reports)
}

/// Prints what came of the run.
fn show(
    args: &RunArgs,
    phase: &PhaseView,
    reports: &[TaskReport],
    kept: Option<&Kept>,
) -> Result<(), Failure> {
    if args.json {
        let tasks: Vec<Value> = reports.iter().map(json_of).collect();
        let mut json = json!({"schema": 1, "lane": args.lane.name(), "tasks": tasks});
        if args.lane != LaneName::Cpu {
            json["provisional"] = true.into();
        }
        if let Some(key) = phase.key() {
            json["phase_key"] = json!(key.commitment());
        }
        if let Some(kept) = kept {
            json["head"] = kept.head.to_string().into();
            json["records"] = kept.records.into();
        }
        output::json(&json)?;
    } else {
        let provisional = args.lane != LaneName::Cpu;
        let mut all = Text::default();
        for (at, report) in reports.iter().enumerate() {
            if at > 0 {
                all.blank();
            }
            all.text(&text(report, provisional));
        }
        all.print()?;
    }
    if let Some(kept) = kept {
        output::note(format!("{} records, head {}", kept.records, kept.head));
    }
    Ok(())
}

fn phase_key(file: &Path) -> Result<Arc<PhaseKey>, Failure> {
    let key = read_phase_key(file).map_err(|error| Failure::new(error).with_code(USAGE));
    key.map(Arc::new).map_err(|failure| failure.hint("`assay key phase FILE` makes a phase's key"))
}

/// The task's truth, with a note if it cannot be known.
fn truth(task: &Task) -> Result<Truth, Failure> {
    let truth = truth_if_there(task)?;
    if let Some(why) = truth.missing() {
        output::note(format!("{}: {why}, so there is no score", task.name()));
    }
    Ok(truth)
}

fn score(view: &TaskView, truth: &Reference, units: &[Unit]) -> Result<Option<Scored>, Failure> {
    // The truth knows the task's own ids only.
    let value =
        |unit: &Unit| Some((view.own_id(&unit.id)?.to_owned(), unit.report.outcome.value()?));
    let values = units.iter().map(value);
    let Some(values) = values.collect::<Option<Vec<(String, f64)>>>() else {
        return Ok(None);
    };
    let predictions = Predictions::from_pairs(values);
    let task = view.task().name();
    refusals(truth, &predictions).map_err(|refusal| Failure::new(format!("{task}: {refusal}")))?;
    Ok(Some(Scored {
        score: pgdl_2020(truth, &predictions).score,
        chance: chance_floor(truth, DRAWS, SEED),
        beside: correlations(truth, &predictions),
    }))
}

fn print_logs(task: &str, units: &[Unit]) {
    for unit in units {
        for line in &unit.report.log {
            output::say(format!("{task} {} {}: {}", unit.id, line.level, line.text));
        }
    }
}

/// Fuel used; nothing of an inconclusive unit, whose meters depend on when it was lost.
fn fuel(unit: &Unit) -> Option<u64> {
    conclusive(unit).then_some(unit.report.fuel)
}

/// What the executing side counted; as with fuel.
fn used(unit: &Unit) -> Option<Used> {
    unit.used.filter(|_| conclusive(unit))
}

fn conclusive(unit: &Unit) -> bool {
    !matches!(unit.report.outcome, Outcome::Inconclusive(_))
}

fn json_of(report: &TaskReport) -> Value {
    let units: Vec<Value> = report
        .units
        .iter()
        .enumerate()
        .map(|(at, unit)| {
            let outcome = &unit.report.outcome;
            let used = used(unit);
            let mut json = json!({
                "id": unit.id,
                "value": outcome.value().map(json_number),
                "fuel": fuel(unit),
                "work": used.map(|used| used.meters.work),
                "calls": used.map(|used| used.meters.calls),
                "bytes": used.map(|used| used.meters.bytes),
                "seed": unit.report.seed.0,
                "outcome": outcome.class(),
                "transcript": used.map(|used| used.transcript),
            });
            if outcome.value().is_none() {
                json["reason"] = outcome.explain().into();
            }
            if let Some(confirmation) = &report.confirmation {
                let value = confirmation.units[at].report.outcome.value();
                json["cpu_value"] = value.map_or(Value::Null, json_number);
            }
            json
        })
        .collect();
    let mut json = json!({"task": report.name, "score": null, "networks": units});
    if let Some(scored) = &report.scored {
        json["score"] = json_number(scored.score);
        json["kendall"] = json_number(scored.beside.kendall_tau);
        json["chance"] = json!({
            "mean": json_number(scored.chance.mean),
            "sd": json_number(scored.chance.sd),
            "p95": json_number(scored.chance.p95),
        });
    }
    if let Some(Confirmation { verdict, .. }) = &report.confirmation {
        json["confirmed"] = verdict.confirmed().into();
        json["differing_pairs"] = json!(verdict.differing);
    }
    json
}

fn text(report: &TaskReport, provisional: bool) -> Text {
    let rows: Vec<Vec<String>> = report
        .units
        .iter()
        .map(|unit| {
            let outcome = &unit.report.outcome;
            let value =
                outcome.value().map_or_else(|| "-".to_owned(), |value| format!("{value:.9}"));
            let number = |number: Option<u64>| {
                number.map_or_else(|| "-".to_owned(), |number| number.to_string())
            };
            let (fuel, work) = (fuel(unit), used(unit).map(|used| used.meters.work));
            vec![unit.id.clone(), value, number(fuel), number(work), outcome.class().to_owned()]
        })
        .collect();
    let mut text = output::table(&[&report.name, "value", "fuel", "work", "outcome"], &rows);
    let label = match &report.confirmation {
        None if provisional => Some("  provisional: computed on the gpu lane"),
        None => None,
        Some(Confirmation { verdict, .. }) if verdict.confirmed() => {
            Some("  confirmed: the cpu lane gives the same order")
        }
        Some(_) => Some("  provisional: the cpu lane does not confirm it"),
    };
    if let Some(Scored { score, chance, beside }) = &report.scored {
        text.line(format_args!(
            "score {score:.12}  (chance {:.4} +- {:.4}, 95 % below {:.4}; Kendall's tau {:.4})",
            chance.mean, chance.sd, chance.p95, beside.kendall_tau,
        ));
    } else {
        let why = report.missing.map_or_else(String::new, |why| format!(": {why}"));
        text.line(format_args!("no score{why}"));
    }
    if let Some(label) = label {
        text.line(label);
    }
    text
}

/// A run that the `cpu` lane was asked to confirm fails where it does not.
fn confirmed(reports: &[TaskReport]) -> Result<(), Failure> {
    let mut lines = Vec::new();
    for report in reports {
        let Some(Confirmation { units, verdict }) = &report.confirmation else { continue };
        for unit in units.iter().filter(|unit| unit.report.outcome.value().is_none()) {
            let outcome = unit.report.outcome.explain();
            lines.push(format!("{} {} on the cpu lane: {outcome}", report.name, unit.id));
        }
        if let Some((first, second)) = verdict.differing.first() {
            let count = verdict.differing.len();
            lines.push(format!(
                "{}: the cpu lane orders {count} pairs of networks differently, {first} and {second} among them",
                report.name
            ));
        }
    }
    if lines.is_empty() {
        return Ok(());
    }
    Err(Failure::all(lines).hint("the cpu lane's values are the ones that count"))
}

/// A unit without a value fails the run; if all such units are inconclusive, so is the run.
fn outcome(reports: &[TaskReport]) -> Result<(), Failure> {
    let mut lines = Vec::new();
    let mut code = INCONCLUSIVE;
    for report in reports {
        for unit in &report.units {
            let outcome = &unit.report.outcome;
            if outcome.value().is_none() {
                lines.push(format!("{} {}: {}", report.name, unit.id, outcome.explain()));
                if conclusive(unit) {
                    code = FAILED;
                }
            }
        }
    }
    if lines.is_empty() {
        return Ok(());
    }
    let hint = match code {
        INCONCLUSIVE => "nothing was wrong with the measure: run it again",
        _ => "every network needs a value before a task has a score",
    };
    Err(Failure::all(lines).hint(hint).with_code(code))
}
