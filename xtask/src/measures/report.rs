//! What the page tells, as numbers: for each measure and task the score, and what its networks used.

use std::collections::BTreeMap;

use anyhow::Result;

use super::Setting;
use super::limits::UnitLimits;
use super::list::Shipped;
use super::results::{ProfileResult, TaskResult, UnitResult};
use super::tasks::OnTask;

/// A share of a limit above which a unit is near it.
pub(super) const NEAR: f64 = 0.9;

/// All of it.
pub(super) struct Report {
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Row>,
}

/// A task.
pub(super) struct Column {
    pub(super) task: String,
    pub(super) networks: usize,
    /// What 95 of 100 random predictors stay below.
    pub(super) chance: Option<f64>,
}

/// A measure, with a cell for each task.
pub(super) struct Row {
    pub(super) measure: Shipped,
    pub(super) cells: Vec<Cell>,
    /// Whether it has no component, so that nothing can be known of it.
    pub(super) absent: bool,
}

/// A measure on a task.
#[derive(Default)]
pub(super) struct Cell {
    pub(super) units: Vec<Spent>,
    /// Nothing unless every network has a value.
    pub(super) score: Option<f64>,
    /// Why the values have no score.
    pub(super) refused: Option<String>,
    /// The call that took the most work, with its share of all.
    pub(super) dearest: Option<(String, f64)>,
}

/// What a unit used, and what was wrong with it.
pub(super) struct Spent {
    pub(super) network: String,
    pub(super) failed: Option<String>,
    pub(super) warnings: Vec<String>,
    pub(super) work: Share,
    pub(super) fuel: Share,
    pub(super) seconds: f64,
    /// As a share of the limit.
    pub(super) time: f64,
    pub(super) date: String,
    pub(super) machine: String,
}

/// A part of a limit.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Share {
    pub(super) used: u64,
    pub(super) of_limit: f64,
}

impl Share {
    fn new(used: u64, limit: u64) -> Self {
        Self { used, of_limit: used as f64 / limit.max(1) as f64 }
    }
}

impl Spent {
    fn new(unit: UnitResult, work_max: u64, limits: UnitLimits) -> Self {
        let failed = unit.value.is_null().then(|| unit.reason.unwrap_or(unit.outcome));
        Self {
            network: unit.network,
            failed,
            warnings: unit.warnings,
            work: Share::new(unit.work.unwrap_or(0), work_max),
            fuel: Share::new(unit.fuel.unwrap_or(0), limits.fuel),
            seconds: unit.seconds,
            time: unit.seconds / limits.seconds as f64,
            date: unit.date,
            machine: unit.machine,
        }
    }

    /// The limits that it comes near, with its share of each.
    pub(super) fn near(&self) -> impl Iterator<Item = (&'static str, f64)> {
        let shares =
            [("work", self.work.of_limit), ("fuel", self.fuel.of_limit), ("time", self.time)];
        shares.into_iter().filter(|(_, share)| *share > NEAR)
    }
}

impl Report {
    /// Reads what earlier runs left of every measure on every task.
    pub(super) fn new(setting: &Setting) -> Result<Self> {
        let column = |task: &OnTask| Column {
            task: task.name().to_owned(),
            networks: task.networks.len(),
            chance: task.chance(),
        };
        let mut rows = Vec::new();
        for measure in &setting.measures {
            let mut row = Row { measure: measure.clone(), cells: Vec::new(), absent: false };
            if let Ok((_, digest)) = setting.component(measure) {
                for task in &setting.tasks {
                    let about = (task.name(), &*task.digest());
                    let result = setting.store.load(&measure.name, &digest, about)?;
                    row.cells.push(cell(result, task, setting.limits));
                }
            } else {
                row.absent = true;
                row.cells.resize_with(setting.tasks.len(), Cell::default);
            }
            rows.push(row);
        }
        Ok(Self { columns: setting.tasks.iter().map(column).collect(), rows })
    }

    /// Units that are known.
    pub(super) fn units(&self) -> usize {
        self.all().count()
    }

    /// Every unit, with its measure and task.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &str, &Spent)> {
        self.rows.iter().flat_map(move |row| {
            self.columns.iter().zip(&row.cells).flat_map(|(column, cell)| {
                let about = (row.measure.name.as_str(), column.task.as_str());
                cell.units.iter().map(move |unit| (about.0, about.1, unit))
            })
        })
    }

    /// What is not as it should be, a line each: units that failed, warned or came near a limit, told
    /// together by measure and task, and values without a score. What has not run is none of it.
    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for row in &self.rows {
            for (column, cell) in self.columns.iter().zip(&row.cells) {
                let found = cell.problems().into_iter();
                problems.extend(
                    found.map(|line| format!("{} on {}: {line}", row.measure.name, column.task)),
                );
            }
        }
        problems
    }

    /// Measures of which nothing can be known, since they have no component, in a line.
    pub(super) fn absent(&self) -> Option<String> {
        let absent = self.rows.iter().filter(|row| row.absent);
        let names: Vec<&str> = absent.map(|row| row.measure.name.as_str()).collect();
        let hint = "`cargo xtask guests` builds them";
        (!names.is_empty()).then(|| format!("no component ({hint}): {}", names.join(", ")))
    }
}

impl Cell {
    fn problems(&self) -> Vec<String> {
        let units = || self.units.iter();
        let failed =
            units().flat_map(|unit| unit.failed.iter().map(move |why| (unit, why.clone())));
        let warned =
            units().filter_map(|unit| unit.warnings.first().map(|warning| (unit, warning.clone())));
        let near = units().filter_map(|unit| {
            let (limit, share) = unit.near().next()?;
            Some((unit, format!("{:.1} % of its {limit}", 100.0 * share)))
        });
        let mut lines: Vec<String> = self.refused.iter().cloned().collect();
        lines.extend(together("failed", failed.collect()));
        lines.extend(together("warned", warned.collect()));
        lines.extend(together("came near a limit", near.collect()));
        lines
    }
}

/// How many units, with the first and what is to say of it.
fn together(what: &str, units: Vec<(&Spent, String)>) -> Option<String> {
    let (first, why) = units.first()?;
    let count = units.len();
    let noun = if count == 1 { "network" } else { "networks" };
    Some(format!("{count} {noun} {what}, {}: {why}", first.network))
}

fn cell(result: TaskResult, task: &OnTask, limits: UnitLimits) -> Cell {
    let mut known: BTreeMap<String, UnitResult> =
        result.units.into_iter().map(|unit| (unit.network.clone(), unit)).collect();
    let mut cell = Cell { dearest: result.profile.and_then(dearest), ..Cell::default() };
    let ids = || task.networks.iter().map(|network| network.id.as_str());
    if ids().all(|id| known.get(id).is_some_and(|unit| !unit.value.is_null())) {
        match task.score(&ids().map(|id| (id, &known[id].value)).collect()) {
            Ok(score) => cell.score = score,
            Err(error) => cell.refused = Some(format!("{error:#}")),
        }
    }
    for network in &task.networks {
        let unit = known.remove(&network.id);
        cell.units.extend(unit.map(|unit| Spent::new(unit, network.work_max, limits)));
    }
    cell
}

/// The call that took the most work; of equals, the first by name.
fn dearest(profile: ProfileResult) -> Option<(String, f64)> {
    let all: u64 = profile.calls.iter().map(|call| call.work).sum();
    let order = |call: &super::results::CallCost| (std::cmp::Reverse(call.work), call.call.clone());
    let call = profile.calls.into_iter().min_by_key(order)?;
    Some((call.call, call.work as f64 / all.max(1) as f64))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::results::CallCost;
    use super::*;

    const LIMITS: UnitLimits = UnitLimits { fuel: 1000, seconds: 100 };

    fn unit(value: Value, work: u64) -> UnitResult {
        UnitResult {
            network: "model_1".to_owned(),
            outcome: "out-of-work".to_owned(),
            value,
            reason: Some("it asked for too much".to_owned()),
            work: Some(work),
            fuel: Some(10),
            seconds: 95.0,
            warnings: vec!["warning: w".to_owned()],
            date: String::new(),
            machine: String::new(),
        }
    }

    #[test]
    fn the_dearest_call_has_its_share() {
        let cost = |call: &str, work| CallCost { call: call.to_owned(), work };
        let profile = |calls| ProfileResult { network: "m".to_owned(), calls };
        let calls = vec![cost("b", 1), cost("c", 3), cost("a", 3), cost("d", 5)];
        assert_eq!(dearest(profile(calls)), Some(("d".to_owned(), 5.0 / 12.0)));
        assert_eq!(dearest(profile(vec![cost("b", 1), cost("a", 1)])).unwrap().0, "a");
        assert_eq!(dearest(profile(vec![])), None);
    }

    #[test]
    fn units_are_near_limits_above_nine_tenths() {
        let near = |work| {
            let spent = Spent::new(unit(json!(1.0), work), 100, LIMITS);
            assert_eq!(spent.failed, None);
            spent.near().map(|(limit, _)| limit).collect::<Vec<_>>()
        };
        assert_eq!(near(90), ["time"]);
        assert_eq!(near(91), ["work", "time"]);
    }

    #[test]
    fn problems_name_the_unit() {
        let measure = Shipped {
            name: "m".to_owned(),
            description: "d".to_owned(),
            group: 0,
            published: None,
        };
        let spent = |value, work| Spent::new(unit(value, work), 100, LIMITS);
        let units = vec![spent(Value::Null, 50), spent(json!(1.0), 100)];
        let refused = Some("ties".to_owned());
        let cells = vec![Cell { units, refused, ..Cell::default() }];
        let columns = vec![Column { task: "t".to_owned(), networks: 2, chance: None }];
        let mut report = Report { columns, rows: vec![Row { measure, cells, absent: false }] };
        assert_eq!((report.units(), report.absent()), (2, None));
        let expected = [
            "m on t: ties",
            "m on t: 1 network failed, model_1: it asked for too much",
            "m on t: 2 networks warned, model_1: warning: w",
            "m on t: 2 networks came near a limit, model_1: 95.0 % of its time",
        ];
        assert_eq!(report.problems(), expected);
        report.rows[0].absent = true;
        assert!(report.absent().unwrap().ends_with(": m"));
    }
}
