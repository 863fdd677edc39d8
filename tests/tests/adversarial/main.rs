//! Hostile components: each has exactly one outcome, the same in one process and in several, and none
//! takes the host or the next unit along. `docs/adversarial.md` lists them all.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod admission;
mod alone;
mod boundaries;
mod calls;
mod handles;
mod many;
mod table;

use std::cell::RefCell;

use assay_sandbox::{Outcome, SandboxLimits};
use assay_tests::{Both, Guest};
use assay_worker::Unit;

/// Limits small enough that every test ends at once.
fn limits() -> SandboxLimits {
    SandboxLimits {
        fuel_max: 10_000_000,
        memory_bytes_max: 8 << 20,
        describe_fuel_max: 1_000_000,
        ..SandboxLimits::PUBLISHED
    }
}

thread_local! {
    /// A test has a thread of its own.
    static BOTH: RefCell<Both> = RefCell::new(Both::new(limits()));
}

/// What comes of a guest, in one process and in several.
fn unit(guest: &Guest) -> Unit {
    BOTH.with_borrow_mut(|both| both.run(guest))
}

fn outcome_of(guest: &Guest) -> Outcome {
    unit(guest).report.outcome
}

fn outcome(body: &str) -> Outcome {
    outcome_of(&Guest::new(body))
}

fn trap(text: &str) -> Outcome {
    Outcome::Trap(text.to_owned())
}

fn measure_error(text: &str) -> Outcome {
    Outcome::MeasureError(text.to_owned())
}

fn out_of_work(text: &str) -> Outcome {
    Outcome::OutOfWork(text.to_owned())
}

/// These instructions so many times, in one body.
fn times(count: u64, instructions: &str) -> String {
    format!(
        "(local $i i64)
         (loop
            {instructions}
            (br_if 0 (i64.lt_u
                (local.tee $i (i64.add (local.get $i) (i64.const 1))) (i64.const {count}))))
         "
    )
}

/// A guest that takes long, under these limits: in this process, and where long tests were asked for in
/// processes too, with the same result.
fn at_length(limits: SandboxLimits, guest: &Guest) -> Unit {
    let mut both = Both::new(limits);
    if std::env::var_os("ASSAY_FULL").is_some() { both.run(guest) } else { both.in_process(guest) }
}
