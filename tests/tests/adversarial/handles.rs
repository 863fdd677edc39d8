//! Handles that are forged, stale or too many. A guest's own table refuses most of them; what a
//! process could do that forges a guest's side whole is in `tests/tests/processes.rs`.

use assay_sandbox::{Outcome, SandboxLimits};
use assay_tests::Guest;

use crate::{at_length, limits, measure_error, outcome, outcome_of, times, trap};

#[test]
fn a_dropped_handle_is_gone() {
    let use_after = "
        (local $t i32)
        (local.set $t (call $tensor (f32.const 1)))
        (call $drop-tensor (local.get $t))
        (call $value (local.get $t))";
    assert_eq!(outcome(use_after), trap("unknown handle index 3"));
    let twice = "
        (local $t i32)
        (local.set $t (call $tensor (f32.const 1)))
        (call $drop-tensor (local.get $t))
        (call $drop-tensor (local.get $t))
        f64.const 0";
    assert_eq!(outcome(twice), trap("unknown handle index 3"));
}

#[test]
fn what_evaluate_was_lent_is_dropped_once() {
    // The second drop is the one at the end of `evaluate`.
    let network = "(call $drop-network (global.get $network)) f64.const 0";
    assert_eq!(outcome(network), trap("unknown handle index 1"));
    let after = "
        (call $drop-dataset (global.get $dataset))
        (call $batch (global.get $dataset) (i32.const 0) (i32.const 1) (i32.const 1024))
        f64.const 0";
    assert_eq!(outcome(after), trap("unknown handle index 2"));
}

#[test]
fn a_forged_handle_is_refused() {
    for index in ["0", "3", "77", "0x0fffffff", "-1"] {
        let shown = match index {
            "-1" => u32::MAX.to_string(),
            "0x0fffffff" => 0x0fff_ffff.to_string(),
            other => other.to_owned(),
        };
        let refused = trap(&format!("unknown handle index {shown}"));
        assert_eq!(outcome(&format!("(call $value (i32.const {index}))")), refused);
        let dropped = format!("(call $drop-tensor (i32.const {index})) f64.const 0");
        assert_eq!(outcome(&dropped), refused);
    }
}

#[test]
fn a_handle_has_one_type() {
    let wrong = |index: u32| {
        trap(&format!(
            "handle index {index} used with the wrong type, expected guest-defined resource but found a different guest-defined resource"
        ))
    };
    assert_eq!(outcome("(call $value (global.get $network))"), wrong(1));
    assert_eq!(outcome("(call $drop-tensor (global.get $network)) f64.const 0"), wrong(1));
    let tensor = "
        (call $logits (call $tensor (f32.const 1)) (call $tensor (f32.const 1)) (i32.const 1024))
        f64.const 0";
    assert_eq!(outcome(tensor), wrong(3));
}

const MAKE: &str = "(call $full (i32.const 0) (i32.const 0) (f32.const 1) (i32.const 1024))";

const OVER: &str =
    "4097 tensors of 16388 bytes would be alive, at most 4096 of 2147483648 bytes may; drop some";

#[test]
fn handles_alive_are_limited() {
    let kept = |count| outcome_of(&Guest::new(&(times(count, MAKE) + "(call $check) f64.const 0")));
    assert_eq!(kept(4095), Outcome::Value(0.0));
    assert_eq!(kept(4096), Outcome::Value(0.0));
    assert_eq!(kept(4097), measure_error(OVER));
}

const MILLION: u64 = 1_000_000;

/// What comes of these instructions a million times, and how many calls that made.
fn a_million_times(instructions: &str) -> (Outcome, u64) {
    let limits = SandboxLimits { fuel_max: 1_000_000_000, ..limits() };
    let body = times(MILLION, instructions) + "(call $check) f64.const 0";
    // A million texts of errors do not fit beside each other.
    let unit = at_length(limits, &Guest::new(&body).realloc("i32.const 16384"));
    (unit.report.outcome, unit.used.unwrap().meters.calls)
}

#[test]
fn a_million_handles_one_after_another_are_no_matter() {
    let made = a_million_times(&format!("{MAKE} (call $drop-tensor (call $made))"));
    assert_eq!(made, (Outcome::Value(0.0), 2 * MILLION));
}

#[test]
fn a_million_handles_that_are_kept_are_refused_and_paid_for() {
    assert_eq!(a_million_times(MAKE), (measure_error(OVER), MILLION));
}

#[test]
fn a_million_empty_calls_are_paid_for() {
    assert_eq!(a_million_times("(drop (call $work-left))"), (Outcome::Value(0.0), MILLION));
}
