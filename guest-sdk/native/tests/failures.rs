//! What goes wrong in a measure ends as it would in a component, and disturbs nothing else.

mod common;

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use assay_native::{Failure, Level, Reason, Run};
use assay_sdk::{Error, Measure, Tensor, log};

use common::larger_of_two;

struct NotANumber;

impl Measure for NotANumber {
    const NAME: &str = "not-a-number";
    const AUTHORS: &[&str] = &["Assay"];

    fn evaluate(
        _: &assay_sdk::Network<'_>,
        dataset: &assay_sdk::Dataset<'_>,
        _: u64,
    ) -> Result<f64, Error> {
        Ok(f64::NAN * f64::from(dataset.examples()))
    }
}

/// Runs code on the unit made by hand.
fn attempt<T>(code: impl FnOnce() -> Result<T, Error>) -> Result<Run<T>, Failure> {
    larger_of_two().run_with(|_, _| code())
}

fn reason<T>(code: impl FnOnce() -> Result<T, Error>) -> Reason {
    attempt(code).err().expect("it fails").reason
}

#[test]
fn an_error_of_the_host_can_be_returned_or_met() {
    let pair = || Tensor::from_values(&[2], &[1.0, 2.0]);
    let refused = reason(|| pair().try_reshape(&[3]));
    let Reason::MeasureError(text) = &refused else { panic!("{refused:?}") };
    assert!(text.starts_with("shape mismatch: "), "{text}");
    let met = attempt(|| {
        let other = pair().try_reshape(&[3]);
        Ok(matches!(other, Err(Error::ShapeMismatch(_))))
    });
    assert!(met.unwrap().value);
    assert_eq!(reason(|| Err::<(), _>("my\nreason".into())).class(), "measure-error");
    let Reason::MeasureError(text) = reason(|| Err::<(), _>("my\nreason".into())) else { panic!() };
    assert_eq!(text, "my\\nreason");
}

#[test]
fn nan_is_no_value_and_what_was_used_is_told() {
    let failure = larger_of_two().run::<NotANumber>().unwrap_err();
    assert_eq!((failure.reason.class(), failure.until.calls), ("bad-output", 1));
    assert_eq!(failure.to_string(), "the measure returned NaN");
    assert_eq!(attempt(|| Ok(f64::INFINITY)).unwrap().value, f64::INFINITY);
}

#[test]
fn a_panic_is_a_trap_with_its_text_in_the_log() {
    let add = || {
        let pair = Tensor::from_values(&[2], &[1.0, 2.0]);
        let three = Tensor::from_values(&[3], &[1.0, 2.0, 3.0]);
        Ok((&pair + &three).sum())
    };
    let failure = attempt(add).unwrap_err();
    let Reason::Trap(text) = &failure.reason else { panic!("{failure:?}") };
    assert!(text.contains("failures.rs") && text.contains("add: shape mismatch: "), "{text}");
    let [line] = &failure.until.log[..] else { panic!("{failure:?}") };
    assert_eq!((line.level, &line.text), (Level::Warning, text));
    // Two tensors, and the sum that was refused; a component drops nothing after a panic either.
    assert_eq!(failure.until.calls, 3);
}

#[test]
fn a_caught_panic_is_a_trap_all_the_same() {
    let caught = reason(|| Ok(catch_unwind(|| panic!("caught")).is_err()));
    let Reason::Trap(text) = &caught else { panic!("{caught:?}") };
    assert!(text.ends_with("\\ncaught"), "{text}");
}

#[test]
fn the_work_budget_ends_a_unit_whatever_the_measure_does_then() {
    let out_of_work = Reason::OutOfWork("the work budget is exhausted".to_owned());
    let unit = larger_of_two().with_work_max(2500);
    let full = |shape: &[u32]| Tensor::full(shape, 1.0);
    let failure = unit.run_with(|_, _| Ok(full(&[1000, 1000]).to_vec())).unwrap_err();
    assert_eq!((&failure.reason, failure.until.calls), (&out_of_work, 1));
    assert_eq!(failure.until.work, 2500, "what is not covered uses up the rest");
    assert!(failure.until.log.is_empty(), "being stopped is no panic");
    // Caught, and asked again.
    let failure = unit.run_with(|_, _| {
        let stopped = catch_unwind(|| full(&[1000, 1000])).is_err();
        let again = catch_unwind(|| full(&[])).is_err();
        Ok((stopped, again))
    });
    let failure = failure.unwrap_err();
    assert_eq!((&failure.reason, failure.until.calls), (&out_of_work, 1));
    // By a tensor that is dropped: three calls are too many.
    let failure = unit.run_with(|_, _| {
        drop(full(&[]));
        drop(full(&[]));
        Ok(())
    });
    let failure = failure.unwrap_err();
    assert_eq!((&failure.reason, failure.until.calls), (&out_of_work, 3));
    // Many at once: dropping them must not end the process.
    let failure = unit.run_with(|_, _| {
        drop(vec![full(&[]), full(&[])]);
        Ok(())
    });
    assert_eq!(failure.unwrap_err().reason, out_of_work);
}

#[test]
fn refusals_cost_and_are_counted() {
    let run = attempt(|| Ok((0..3).filter(|_| Tensor::try_full(&[1; 9], 0.0).is_err()).count()));
    let run = run.unwrap();
    assert_eq!((run.value, run.calls), (3, 3));
    assert!(run.work >= 3000, "{}", run.work);
}

#[test]
fn the_log_keeps_levels_and_limits() {
    let run = attempt(|| {
        log::debug!("{} pairs", 3);
        log::info("one\ntwo");
        (0..300).for_each(|_| log::warning("again"));
        Ok(())
    });
    let log = run.unwrap().log;
    assert_eq!(log.len(), 200);
    assert_eq!((log[0].level, log[0].text.as_str()), (Level::Debug, "3 pairs"));
    assert_eq!((log[1].level, log[1].text.as_str()), (Level::Info, "one\\ntwo"));
    assert_eq!(log[199].level.to_string(), "warning");
}

#[test]
fn handles_end_with_their_unit() {
    thread_local! { static KEPT: RefCell<Option<Tensor>> = const { RefCell::new(None) } }
    let keep = || {
        KEPT.set(Some(Tensor::from_scalar(1.0)));
        Ok(())
    };
    attempt(keep).unwrap();
    let late = reason(|| Ok(KEPT.with_borrow(|kept| kept.as_ref().map(Tensor::sum))));
    let Reason::Trap(text) = &late else { panic!("{late:?}") };
    assert!(text.contains("another unit"), "{text}");
    // Dropping it concerns nobody: the other unit's first tensor has the same number.
    let run = attempt(|| {
        let own = Tensor::from_scalar(2.0);
        KEPT.set(None);
        Ok(own.scalar())
    });
    assert_eq!(run.unwrap().value, 2.0);
    let outside = catch_unwind(AssertUnwindSafe(|| Tensor::from_scalar(1.0)));
    assert!(outside.is_err());
    log::info("outside a unit, writing is nothing");
}

#[test]
fn units_nest_and_only_the_inner_one_fails() {
    let outer = attempt(|| {
        let mine = Tensor::from_scalar(2.0);
        let inner = attempt(|| Ok(Tensor::from_scalar(1.0).reshape(&[5]).sum()));
        assert!(matches!(inner, Err(Failure { reason: Reason::Trap(_), .. })));
        Ok(mine.scalar())
    });
    let outer = outer.unwrap();
    assert_eq!((outer.value, outer.log.len(), outer.calls), (2.0, 0, 3));
}
