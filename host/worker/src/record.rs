//! The record of a unit that ran here.

use assay_call::transport::WORLD;
use assay_call::{Budget, LIMITS, Limits, Meters};
use assay_engine::SimdLevel;
use assay_ids::{ContestSeed, Digest};
use assay_record::{
    HostBuild, Outcome, Record, SandboxBuild, TranscriptSummary, limits_digest, log_digest,
};
use assay_sandbox::{Sandbox, SandboxLimits, UnitReport};
use assay_task::TaskView;

use crate::{Unit, Used, WorkerError};

/// What a record of a hidden phase has and one of a public phase has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HiddenPhase {
    /// The commitment of the phase's key.
    pub key: Digest,
    /// Random bytes, new for each record.
    pub salt: [u8; 32],
}

/// What a unit ran in, as far as the unit itself does not know it.
#[derive(Clone, Copy)]
pub struct Circumstances<'a> {
    /// Digest of the component.
    pub component: Digest,
    /// The task, as the phase shows it.
    pub task: &'a TaskView,
    /// Of a hidden phase.
    pub hidden: Option<HiddenPhase>,
    /// Seed of the contest.
    pub contest: ContestSeed,
    /// The sandbox's limits.
    pub limits: SandboxLimits,
    /// Name of the lane that computed.
    pub lane: &'a str,
}

/// The record of a unit, without a place in a chain. An inconclusive unit has none: it is run again.
///
/// # Errors
/// The sandbox cannot say what it is.
pub fn record(of: Circumstances<'_>, unit: &Unit) -> Result<Option<Record>, WorkerError> {
    let Some(Used { limits, meters, transcript, detail, entries }) = unit.used else {
        return Ok(None);
    };
    let (own, network) = (of.task.own_id(&unit.id), of.task.network_digest(&unit.id));
    let (Some(said), Some(own), Some(network)) = (said(&unit.report, meters), own, network) else {
        return Ok(None);
    };
    let task = of.task.task();
    let compatibility =
        Sandbox::compatibility().map_err(|error| WorkerError::Sandbox(error.to_string()))?;
    let levels: Vec<&str> = SimdLevel::available().into_iter().map(SimdLevel::name).collect();
    Ok(Some(Record {
        component: of.component,
        task: task.digest(),
        network_id: own.to_owned(),
        network,
        dataset: task.manifest().data.digest,
        limits: limits_of(of.limits, limits),
        world: WORLD.to_owned(),
        phase_key: of.hidden.map(|hidden| hidden.key),
        contest_seed: of.contest,
        unit_seed: unit.report.seed,
        host: HostBuild::of_this(),
        sandbox: SandboxBuild {
            version: Sandbox::ENGINE.to_owned(),
            compatibility: compatibility.to_string(),
        },
        lane: of.lane.to_owned(),
        processor: levels.join(" "),
        outcome: said.outcome,
        fuel: said.fuel,
        meters: said.meters,
        log: said.log,
        transcript: TranscriptSummary { detail, digest: transcript, entries },
        salt: of.hidden.map(|hidden| hidden.salt),
        previous: Digest::of(&[]),
    }))
}

/// What came of a unit, as a record keeps it.
#[derive(Debug, PartialEq)]
pub(crate) struct Said {
    pub(crate) outcome: Outcome,
    pub(crate) fuel: u64,
    pub(crate) meters: Meters,
    pub(crate) log: Digest,
}

impl Said {
    /// What a record says.
    pub(crate) fn of(record: &Record) -> Self {
        let Record { outcome, fuel, meters, log, .. } = record;
        Self { outcome: outcome.clone(), fuel: *fuel, meters: *meters, log: *log }
    }

    /// What two units differ in, each with both sides.
    pub(crate) fn differences(&self, now: &Self) -> Vec<String> {
        let mut found = Vec::new();
        let mut compare = |same: bool, what: &str, one: String, other: String| {
            if !same {
                found.push(format!("{what}: recorded {one}, now {other}"));
            }
        };
        let shown = |outcome: &Outcome| match outcome {
            Outcome::Value(value) => format!("{value} ({:016x})", value.to_bits()),
            Outcome::Failed { class, text } => format!("{class} ({text})"),
        };
        let same = self.outcome == now.outcome;
        compare(same, "outcome", shown(&self.outcome), shown(&now.outcome));
        let number = |number: u64| number.to_string();
        compare(self.fuel == now.fuel, "fuel", number(self.fuel), number(now.fuel));
        for (what, meter) in [
            ("work", (|meters| meters.work) as fn(Meters) -> u64),
            ("calls", |meters| meters.calls),
            ("bytes", |meters| meters.bytes),
        ] {
            let (one, other) = (meter(self.meters), meter(now.meters));
            compare(one == other, what, number(one), number(other));
        }
        compare(self.log == now.log, "log", self.log.to_string(), now.log.to_string());
        found
    }
}

/// What came of a unit; nothing of an inconclusive one.
pub(crate) fn said(report: &UnitReport, meters: Meters) -> Option<Said> {
    let outcome = match &report.outcome {
        assay_sandbox::Outcome::Value(value) => Outcome::Value(*value),
        assay_sandbox::Outcome::Inconclusive(_) => return None,
        failed => Outcome::Failed { class: failed.class().to_owned(), text: failed.explain() },
    };
    let lines: Vec<(String, &str)> =
        report.log.iter().map(|line| (line.level.to_string(), line.text.as_str())).collect();
    let log = log_digest(lines.iter().map(|(level, text)| (level.as_str(), *text)));
    Some(Said { outcome, fuel: report.fuel, meters, log })
}

/// Digest of everything that limits a unit: the border's table, the budget, the sandbox, and the work
/// that came of the budget.
fn limits_of(sandbox: SandboxLimits, unit: Limits) -> Digest {
    let budget = Budget::PUBLISHED.rows();
    let rows = LIMITS.iter().chain(&budget).map(|row| (row.name, row.value));
    limits_digest(rows.chain(sandbox.numbers()).chain([("work_max", unit.work_max)]))
}
