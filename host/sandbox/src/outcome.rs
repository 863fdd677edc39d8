//! What can come of one unit.

use assay_ids::{UnitSeed, printable};
use serde::{Deserialize, Serialize};

use crate::{LogLine, SandboxLimits};

/// The outcome of one unit. Every one but `Inconclusive` is deterministic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Outcome {
    /// The measure's value: finite or infinite, never NaN.
    Value(f64),
    /// The measure returned NaN.
    BadOutput,
    /// The measure returned an error with this text.
    MeasureError(String),
    /// The component trapped.
    Trap(String),
    /// The component executed all its instructions.
    OutOfFuel,
    /// The component asked for more tensor work than its budget, or made too many calls.
    OutOfWork(String),
    /// The component asked for more memory than it may have, and trapped.
    OutOfMemory,
    /// The host failed or the watchdog fired: run it again.
    Inconclusive(String),
}

impl Outcome {
    /// The reason class in JSON, records and pages.
    pub fn class(&self) -> &'static str {
        match self {
            Self::Value(_) => "value",
            Self::BadOutput => "bad-output",
            Self::MeasureError(_) => "measure-error",
            Self::Trap(_) => "trap",
            Self::OutOfFuel => "out-of-fuel",
            Self::OutOfWork(_) => "out-of-work",
            Self::OutOfMemory => "out-of-memory",
            Self::Inconclusive(_) => "inconclusive",
        }
    }

    /// What happened in one sentence, for the author.
    pub fn explain(&self) -> String {
        match self {
            Self::Value(value) => format!("the value {value}"),
            Self::BadOutput => "the measure returned NaN".to_owned(),
            Self::MeasureError(text) => format!("the measure returned an error: {text}"),
            Self::Trap(text) => format!("the component trapped: {text}"),
            Self::OutOfFuel => "the component used up its fuel".to_owned(),
            Self::OutOfWork(text) => text.clone(),
            Self::OutOfMemory => "the component asked for more memory than it may have".to_owned(),
            Self::Inconclusive(text) => format!("inconclusive: {text}"),
        }
    }

    /// The value, if there is one.
    pub fn value(&self) -> Option<f64> {
        match self {
            Self::Value(value) => Some(*value),
            _ => None,
        }
    }
}

/// One unit as the sandbox saw it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnitReport {
    /// What came of it.
    pub outcome: Outcome,
    /// Instructions executed.
    pub fuel: u64,
    /// The seed it was handed.
    pub seed: UnitSeed,
    /// What the measure logged, within the limits.
    pub log: Vec<LogLine>,
}

impl UnitReport {
    /// The report of a unit of which nothing is known but that it failed on the host's side.
    pub fn inconclusive(reason: impl Into<String>, seed: UnitSeed) -> Self {
        Self { outcome: Outcome::Inconclusive(reason.into()), fuel: 0, seed, log: Vec::new() }
    }
    /// The same within these limits: every text cut and printable, no more of a log and no more fuel than
    /// a sandbox under them gives. A sandbox's own report stays as it is; one that came from another
    /// process may be anything.
    #[must_use]
    pub fn within(self, limits: &SandboxLimits) -> Self {
        let shown = |text: &str| printable(text, limits.text_bytes_max);
        let outcome = match self.outcome {
            Outcome::MeasureError(text) => Outcome::MeasureError(shown(&text)),
            Outcome::Trap(text) => Outcome::Trap(shown(&text)),
            Outcome::OutOfWork(text) => Outcome::OutOfWork(shown(&text)),
            Outcome::Inconclusive(text) => Outcome::Inconclusive(shown(&text)),
            other => other,
        };
        let mut room = limits.log_bytes_max;
        let lines = self.log.into_iter().take(limits.log_lines_max);
        let lines = lines.map(|line| LogLine { text: shown(&line.text), ..line });
        let log = lines.map_while(|line| {
            room = room.checked_sub(line.text.len())?;
            Some(line)
        });
        Self { outcome, fuel: self.fuel.min(limits.fuel_max), seed: self.seed, log: log.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Level;

    #[test]
    fn a_report_of_another_process_is_brought_within_the_limits() {
        let limits = SandboxLimits::PUBLISHED;
        let line = |text: String| LogLine { level: Level::Info, text };
        let report = |outcome, log| UnitReport { outcome, fuel: u64::MAX, seed: UnitSeed(1), log };
        let steering = "\u{1b}[2J\u{202e}".repeat(3000);
        let all = [Outcome::MeasureError, Outcome::Trap, Outcome::OutOfWork, Outcome::Inconclusive];
        for of in all {
            let said = report(of(steering.clone()), vec![line(steering.clone()); 300]);
            let taken = said.within(&limits);
            let said = taken.outcome.explain();
            assert!(said.len() < 1100 && !said.contains(assay_ids::steers), "{said}");
            let bytes: usize = taken.log.iter().map(|line| line.text.len()).sum();
            assert!(bytes <= limits.log_bytes_max && !taken.log[0].text.contains('\u{1b}'));
            assert_eq!(taken.fuel, limits.fuel_max);
            assert_eq!(taken.clone().within(&limits), taken);
        }
    }
}
