//! What `assay run` says of a task.

use std::fmt::Display;

use assay_sandbox::Outcome;
use assay_score::json_number;
use assay_worker::{Profile, Unit, Used};
use serde_json::{Value, json};

use crate::commands::confirm::Verdict;
use crate::commands::profile;
use crate::commands::scored::Scored;
use crate::failure::{FAILED, Failure, INCONCLUSIVE};
use crate::output::{self, Text};

pub(crate) struct TaskReport {
    pub(crate) name: String,
    pub(crate) units: Vec<Unit>,
    /// Nothing if a unit has no value, networks were left out, or the truth is not at hand.
    pub(crate) scored: Option<Scored>,
    /// Why there is no score whatever the values are.
    pub(crate) missing: Option<String>,
    /// Whether networks were left out.
    pub(crate) partial: bool,
    pub(crate) confirmation: Option<Confirmation>,
}

/// The same task again on the `cpu` lane.
pub(crate) struct Confirmation {
    pub(crate) units: Vec<Unit>,
    pub(crate) verdict: Verdict,
}

impl TaskReport {
    /// What all units used, by the kind of call, where profiles were asked for.
    pub(crate) fn profile(&self) -> Option<Profile> {
        let mut all: Option<Profile> = None;
        for profile in self.units.iter().filter_map(|unit| unit.profile.as_ref()) {
            all.get_or_insert_default().add(profile);
        }
        all
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

pub(crate) fn json_of(report: &TaskReport) -> Value {
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
            if let Some(profile) = &unit.profile {
                json["profile"] = profile::json_of(profile);
            }
            json
        })
        .collect();
    let mut json = json!({"task": report.name, "score": null, "networks": units});
    if report.partial {
        json["partial"] = true.into();
    }
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

pub(crate) fn text(report: &TaskReport, provisional: bool) -> Text {
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
        let why = report.missing.as_ref().map_or_else(String::new, |why| format!(": {why}"));
        text.line(format_args!("no score{why}"));
    }
    if let Some(label) = label {
        text.line(label);
    }
    text
}

/// A run that the `cpu` lane was asked to confirm fails where it does not.
pub(crate) fn confirmed(reports: &[TaskReport]) -> Result<(), Failure> {
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

/// A unit without a value fails the run; if all such units are inconclusive, so is the run. Units come
/// with the name of their task.
pub(crate) fn outcome(tasks: &[(impl Display, &[Unit])]) -> Result<(), Failure> {
    let mut lines = Vec::new();
    let mut code = INCONCLUSIVE;
    for (name, units) in tasks {
        for unit in *units {
            let outcome = &unit.report.outcome;
            if outcome.value().is_none() {
                lines.push(format!("{name} {}: {}", unit.id, outcome.explain()));
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
