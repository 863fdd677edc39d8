//! An inconclusive unit is run again, a bounded number of times.

use assay_sandbox::Outcome;

use crate::Unit;

/// Attempts at one unit, the first among them. What makes a unit inconclusive is mostly gone the next
/// time: a machine short of memory, or so busy that the watchdog fires. What happens three times has a
/// cause that a fourth attempt does not remove, and each may take as long as the watchdog allows.
pub const ATTEMPTS_MAX: u32 = 3;

/// Runs a unit, and runs it again while it is inconclusive and attempts are left; the last one is what
/// came of it. `again` is told before each further attempt why, and its number.
///
/// # Errors
/// The first error of `run`: an attempt that could not be made at all is not repeated.
pub fn attempts<E>(
    mut run: impl FnMut() -> Result<Unit, E>,
    mut again: impl FnMut(&str, u32),
) -> Result<Unit, E> {
    let mut unit = run()?;
    for attempt in 2..=ATTEMPTS_MAX {
        let Outcome::Inconclusive(reason) = &unit.report.outcome else { break };
        again(reason, attempt);
        unit = run()?;
    }
    Ok(unit)
}

#[cfg(test)]
mod tests {
    use assay_ids::UnitSeed;
    use assay_sandbox::UnitReport;

    use super::*;

    /// Runs a unit that comes to these outcomes in turn; the outcome, and the attempts that were
    /// announced.
    fn after(outcomes: &[Outcome]) -> (Outcome, Vec<(String, u32)>) {
        let (mut left, mut said) = (outcomes.iter(), Vec::new());
        let run = || {
            let outcome = left.next().ok_or("one attempt too many")?.clone();
            let report = UnitReport { outcome, ..UnitReport::inconclusive("", UnitSeed(0)) };
            Ok::<_, &str>(Unit { id: "n".to_owned(), report, used: None, profile: None })
        };
        let unit = attempts(run, |reason, attempt| said.push((reason.to_owned(), attempt)));
        (unit.unwrap().report.outcome, said)
    }

    fn lost(reason: &str) -> Outcome {
        Outcome::Inconclusive(reason.to_owned())
    }

    #[test]
    fn only_an_inconclusive_unit_is_run_again_and_not_for_ever() {
        for ended in [Outcome::Value(1.0), Outcome::OutOfFuel, Outcome::BadOutput] {
            assert_eq!(after(std::slice::from_ref(&ended)), (ended, Vec::new()));
        }
        let said = vec![("a".to_owned(), 2)];
        assert_eq!(after(&[lost("a"), Outcome::OutOfMemory]), (Outcome::OutOfMemory, said));
        let said = vec![("a".to_owned(), 2), ("b".to_owned(), 3)];
        assert_eq!(after(&[lost("a"), lost("b"), lost("c")]), (lost("c"), said));
    }

    #[test]
    fn an_error_is_no_attempt() {
        let mut count = 0;
        let run = || {
            count += 1;
            Err("no task")
        };
        assert_eq!(attempts(run, |_, _| ()), Err("no task"));
        assert_eq!(count, 1);
    }
}
