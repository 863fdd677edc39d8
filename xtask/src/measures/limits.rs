//! What a unit may use. The budget of work follows from the network and the task; fuel and time are the
//! sandbox's, and are read from `docs/limits.md`, which tests hold to the code.

use std::fs;

use anyhow::{Context, Result};
use assay_call::{Budget, Limits};

use crate::workspace::Workspace;

/// The page with the sandbox's limits.
const LIMITS: &str = "docs/limits.md";

/// The limits that are the same for every unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct UnitLimits {
    /// Instructions of one evaluation.
    pub(super) fuel: u64,
    /// Seconds after which a unit is inconclusive.
    pub(super) seconds: u64,
}

impl UnitLimits {
    /// Reads them.
    pub(super) fn read(workspace: &Workspace) -> Result<Self> {
        let path = workspace.root().join(LIMITS);
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {LIMITS}"))?;
        Self::parse(&text).with_context(|| format!("{LIMITS} (cargo xtask docs writes it)"))
    }

    fn parse(text: &str) -> Result<Self> {
        Ok(Self { fuel: limit(text, "fuel_max")?, seconds: limit(text, "wall_max")? })
    }
}

/// The number in a row of the page's tables: `| name | limit | …`.
fn limit(text: &str, name: &str) -> Result<u64> {
    let start = format!("| `{name}` | ");
    let row = text.lines().find_map(|line| line.strip_prefix(&start));
    let number = row.and_then(|row| row.split_once(" |")).map(|(number, _)| number);
    number
        .and_then(|number| number.replace(',', "").parse().ok())
        .with_context(|| format!("there is no number in a row of `{name}`"))
}

/// The default budget of work for a network of so many operations on so many examples.
pub(super) fn work_max(operations: u64, examples: usize) -> u64 {
    let Limits { work_max } = Budget::PUBLISHED.limits(operations, examples as u64);
    work_max
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_from_the_page_that_is_there() {
        let limits = UnitLimits::read(&Workspace::find().unwrap()).unwrap();
        assert!(limits.fuel > limits.seconds && limits.seconds > 60, "{limits:?}");
    }

    #[test]
    fn a_row_without_a_number_is_named() {
        let page = "| `fuel_max` | 1,234 | fuel | x | y |\n| `wall_max` | soon | seconds |\n";
        assert_eq!(limit(page, "fuel_max").unwrap(), 1234);
        let error = UnitLimits::parse(page).unwrap_err().to_string();
        assert_eq!(error, "there is no number in a row of `wall_max`");
    }
}
