//! `assay run`: a component on tasks, scored where the truth is at hand.

use assay_engine::Lane;
use assay_ids::ContestSeed;
use assay_sandbox::Outcome;
use assay_score::{
    ChanceFloor, Correlations, Predictions, Reference, chance_floor, check as refusals,
    correlations, json_number, pgdl_2020,
};
use assay_task::Task;
use serde_json::{Value, json};

use super::check;
use super::score::{DRAWS, SEED};
use super::truth::truth_if_there;
use super::unit::{Unit, run_task};
use crate::args::RunArgs;
use crate::failure::{FAILED, Failure, INCONCLUSIVE, read};
use crate::output;

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
}

pub(crate) fn run(args: &RunArgs) -> Result<(), Failure> {
    let bytes = read(&args.file)?;
    // Every task is opened before the first unit runs: a typing mistake in the last one should not
    // cost the run of the others.
    let tasks: Vec<Task> = args
        .task
        .iter()
        .map(|dir| Task::open(dir).map_err(Failure::new))
        .collect::<Result<_, _>>()?;
    let truths: Vec<Option<Reference>> = tasks.iter().map(truth).collect::<Result<_, _>>()?;
    let sandbox = check::sandbox()?;
    let measure =
        sandbox.admit(&bytes).map_err(|reasons| check::refused(args.file.display(), &reasons))?;
    let lane = Lane::new(args.threads).map_err(Failure::new)?;
    let mut reports = Vec::with_capacity(tasks.len());
    for (task, truth) in tasks.iter().zip(&truths) {
        let units = run_task(&sandbox, &measure, task, &lane, ContestSeed(args.seed))?;
        print_logs(task.name(), &units);
        let scored = truth.as_ref().map_or(Ok(None), |truth| score(task.name(), truth, &units))?;
        reports.push(TaskReport { name: task.name().to_owned(), units, scored });
    }
    if args.json {
        let tasks: Vec<Value> = reports.iter().map(json_of).collect();
        output::json(&json!({"schema": 1, "tasks": tasks}))?;
    } else {
        output::print(&reports.iter().map(text).collect::<Vec<_>>().join("\n"))?;
    }
    outcome(&reports)
}

/// The task's truth, with a note if there is none.
fn truth(task: &Task) -> Result<Option<Reference>, Failure> {
    let truth = truth_if_there(task)?;
    if truth.is_none() {
        eprintln!("note: {}: no truth beside the task, so there is no score", task.name());
    }
    Ok(truth)
}

fn score(task: &str, truth: &Reference, units: &[Unit]) -> Result<Option<Scored>, Failure> {
    let values = units.iter().map(|unit| Some((unit.id.as_str(), unit.report.outcome.value()?)));
    let Some(values) = values.collect::<Option<Vec<(&str, f64)>>>() else {
        return Ok(None);
    };
    let predictions = Predictions::from_pairs(values);
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
            eprintln!("{task} {} {}: {}", unit.id, line.level, line.text);
        }
    }
}

fn json_of(report: &TaskReport) -> Value {
    let units: Vec<Value> = report
        .units
        .iter()
        .map(|unit| {
            let outcome = &unit.report.outcome;
            let mut json = json!({
                "id": unit.id,
                "value": outcome.value().map(json_number),
                "fuel": unit.report.fuel,
                "work": unit.meters.work,
                "calls": unit.meters.calls,
                "bytes": unit.meters.bytes,
                "seed": unit.report.seed.0,
                "outcome": outcome.class(),
                "transcript": unit.transcript,
            });
            if outcome.value().is_none() {
                json["reason"] = outcome.explain().into();
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
    json
}

fn text(report: &TaskReport) -> String {
    let rows: Vec<Vec<String>> = report
        .units
        .iter()
        .map(|unit| {
            let outcome = &unit.report.outcome;
            let value =
                outcome.value().map_or_else(|| "-".to_owned(), |value| format!("{value:.9}"));
            let (fuel, work) = (unit.report.fuel.to_string(), unit.meters.work.to_string());
            vec![unit.id.clone(), value, fuel, work, outcome.class().to_owned()]
        })
        .collect();
    let table = output::table(&[&report.name, "value", "fuel", "work", "outcome"], &rows);
    let Some(scored) = &report.scored else {
        return format!("{table}no score\n");
    };
    format!(
        "{table}score {:.12}  (chance {:.4} +- {:.4}, 95 % below {:.4}; Kendall's tau {:.4})\n",
        scored.score,
        scored.chance.mean,
        scored.chance.sd,
        scored.chance.p95,
        scored.beside.kendall_tau,
    )
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
                if !matches!(outcome, Outcome::Inconclusive(_)) {
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
