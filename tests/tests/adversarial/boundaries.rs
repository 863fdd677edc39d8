//! Limits that are met exactly, missed by one and passed by one.

use assay_call::LIMITS;
use assay_sandbox::{Outcome, SandboxLimits, UnitReport};
use assay_tests::{Both, Guest};

use crate::{
    at_length, limits, measure_error, out_of_work, outcome, outcome_of, times, trap, unit,
};

fn limit(name: &str) -> u64 {
    LIMITS.iter().find(|limit| limit.name == name).unwrap().value
}

#[test]
fn fuel_ends_exactly_at_its_limit() {
    let guest = Guest::new(
        "(local $i i32)
         (loop (br_if 0 (i32.lt_u
            (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 1000))))
         (call $value (call $tensor (f32.const 1)))",
    );
    let with = |fuel_max| Both::new(SandboxLimits { fuel_max, ..limits() }).run(&guest).report;
    let report = with(limits().fuel_max);
    assert_eq!(report.outcome, Outcome::Value(1.0));
    assert_eq!(with(report.fuel), report);
    // Fuel is looked at where a function or a loop begins, and not after the last of these: the 13
    // instructions that are left then come for nothing where there is no fuel for them.
    let least = report.fuel - 13;
    for fuel_max in [least, least + 1] {
        assert_eq!(with(fuel_max), UnitReport { fuel: fuel_max, ..report.clone() });
    }
    let below = with(least - 1);
    assert_eq!((below.outcome, below.fuel), (Outcome::OutOfFuel, least - 1));
}

/// Asks for decompositions of matrices of NaN, which are refused after they are paid for, until what is
/// left is little.
const SPEND: &str = "
    (func $spend
        (local $n i32) (local $t i32)
        (local.set $n (i32.const 2048))
        (loop $again
            (if (i64.gt_u (call $work-left) (call $price (i64.extend_i32_u (local.get $n))))
                (then
                    (i32.store (i32.const 2048) (local.get $n))
                    (i32.store (i32.const 2052) (local.get $n))
                    (call $full (i32.const 2048) (i32.const 2) (f32.const nan) (i32.const 1024))
                    (local.set $t (call $made))
                    (call $singular-values (local.get $t) (i32.const 1024))
                    (call $drop-tensor (local.get $t)))
                (else (local.set $n (i32.div_u (local.get $n) (i32.const 2)))))
            (br_if $again (i32.gt_u (local.get $n) (i32.const 16)))))
    ;; 64 n^3 for the values, n^2 for the matrix, and the calls.
    (func $price (param $n i64) (result i64)
        (i64.add (i64.const 10000) (i64.mul (i64.const 65)
            (i64.mul (local.get $n) (i64.mul (local.get $n) (local.get $n))))))";

#[test]
fn work_ends_exactly_at_its_limit() {
    // A call costs 1000, and 1 for each 4 bytes that it brings: here one length; then its elements.
    let with = |more: i32| {
        let body = format!(
            "(call $spend)
             (i32.store (i32.const 2048)
                (i32.add (i32.wrap_i64 (call $work-left)) (i32.const {more})))
             (call $full (i32.const 2048) (i32.const 1) (f32.const 0) (i32.const 1024))
             (call $check) f64.const 0"
        );
        let unit = unit(&Guest::new(&body).functions(SPEND));
        let used = unit.used.unwrap();
        (unit.report.outcome, used.limits.work_max - used.meters.work)
    };
    assert_eq!(with(-1002), (Outcome::Value(0.0), 1));
    assert_eq!(with(-1001), (Outcome::Value(0.0), 0));
    assert_eq!(with(-1000), (out_of_work("the work budget is exhausted"), 0));
}

#[test]
fn a_call_that_is_refused_is_paid_for_to_the_last_unit() {
    // With 999 left, even an empty call ends the unit.
    let body = "
        (call $spend)
        (i32.store (i32.const 2048) (i32.sub (i32.wrap_i64 (call $work-left)) (i32.const 2000)))
        (call $full (i32.const 2048) (i32.const 1) (f32.const 0) (i32.const 1024))
        (call $drop-tensor (call $made))
        f64.const 0";
    let unit = unit(&Guest::new(body).functions(SPEND));
    assert_eq!(unit.report.outcome, out_of_work("the work budget is exhausted"));
}

#[test]
fn memory_ends_exactly_at_its_limit() {
    let pages = limits().memory_bytes_max / 65536;
    let grow = |to: usize| {
        let more = to - 1;
        let body = format!(
            "(if (i32.eq (memory.grow (i32.const {more})) (i32.const -1)) (then unreachable))
             (f64.convert_i32_u (memory.size))"
        );
        outcome(&body)
    };
    assert_eq!(grow(pages - 1), Outcome::Value((pages - 1) as f64));
    assert_eq!(grow(pages), Outcome::Value(pages as f64));
    assert_eq!(grow(pages + 1), Outcome::OutOfMemory);
}

#[test]
fn tables_end_exactly_at_their_limit() {
    let grow = |to: usize| {
        // The guest's own table for `realloc` is one element.
        let body = format!(
            "(if (i32.eq (table.grow $more (ref.null func) (i32.const {})) (i32.const -1))
                (then unreachable))
             f64.const 0",
            to - 1
        );
        let guest = Guest::new(&body).functions("(table $more 0 funcref)");
        outcome_of(&guest)
    };
    let most = limits().table_elements_max;
    assert_eq!(grow(most - 1), Outcome::Value(0.0));
    assert_eq!(grow(most), Outcome::Value(0.0));
    assert_eq!(grow(most + 1), Outcome::OutOfMemory);
}

/// Brings so many values in one call.
fn bring(values: usize) -> Outcome {
    let body = format!(
        "(i32.store (i32.const 2048) (i32.const {values}))
         (call $from-list (i32.const 2048) (i32.const 1) (i32.const 4096) (i32.const {values})
            (i32.const 1024))
         (call $check) f64.const 0"
    );
    let guest = Guest::new(&body).memory("40");
    outcome_of(&guest)
}

#[test]
fn a_window_ends_exactly_at_its_limit() {
    let most = limit("WINDOW_MAX") as usize;
    assert_eq!(bring(most - 1), Outcome::Value(0.0));
    assert_eq!(bring(most), Outcome::Value(0.0));
    let over = format!("{} values at once, at most {most} may cross", most + 1);
    assert_eq!(bring(most + 1), measure_error(&over));
}

#[test]
fn what_one_call_lifts_ends_exactly_at_its_limit() {
    // The shape is one value of four bytes.
    let most = limits().hostcall_bytes_max / 4 - 1;
    let over = |count| measure_error(&format!("{count} values at once, at most 262144 may cross"));
    assert_eq!(bring(most - 1), over(most - 1));
    assert_eq!(bring(most), over(most));
    assert_eq!(
        bring(most + 1),
        trap(
            "too much data is being copied between the host and the guest: fuel allocated for hostcalls has been exhausted"
        )
    );
}

#[test]
fn the_log_ends_exactly_at_its_limits() {
    let log = |lengths: &[usize]| {
        let writes: Vec<String> = lengths
            .iter()
            .map(|n| format!("(call $log (i32.const 1) (i32.const 4096) (i32.const {n}))"))
            .collect();
        let writes = writes.concat();
        let body = format!(
            "(memory.fill (i32.const 4096) (i32.const 120) (i32.const 2048)) {writes} f64.const 0"
        );
        let report = unit(&Guest::new(&body)).report;
        report.log.iter().map(|line| line.text.len()).collect::<Vec<_>>()
    };
    assert_eq!(log(&[1023, 1024, 1025]), [1023, 1024, 1024]);
    let full = [1024; 15];
    let with = |more: &[usize]| log(&[&full, more].concat())[15..].to_vec();
    assert_eq!(with(&[1023, 1]), [1023, 1]);
    assert_eq!(with(&[1024, 0, 1]), [1024, 0]);
    assert_eq!(with(&[1023, 2, 1]), [1023, 1]);
    assert_eq!(log(&[1; 201]), [1; 200]);
}

#[test]
fn calls_end_exactly_at_their_limit() {
    let most = limit("CALLS_MAX");
    let make = |count| {
        let guest = Guest::new(&(times(count, "(drop (call $work-left))") + "f64.const 0"));
        let unit = at_length(SandboxLimits { fuel_max: 1_000_000_000, ..limits() }, &guest);
        (unit.report.outcome, unit.used.unwrap().meters.calls)
    };
    assert_eq!(make(most), (Outcome::Value(0.0), most));
    assert_eq!(make(most + 1), (out_of_work("the unit made more than 2000000 calls"), most));
}
