//! Guests that call nothing of the host: what they can do with their instructions, their memory and what
//! they return.

use assay_sandbox::Outcome;
use assay_tests::{Guest, SEED};

use crate::{measure_error, outcome, outcome_of, trap, unit};

const UNREACHABLE: &str = "wasm trap: wasm `unreachable` instruction executed";

#[test]
fn a_value_is_a_value_and_the_seed_arrives() {
    let seed = outcome("(f64.convert_i64_u (local.get $seed))");
    assert_eq!(seed, Outcome::Value(SEED.0 as f64));
    assert_eq!(outcome("f64.const inf"), Outcome::Value(f64::INFINITY));
    assert_eq!(outcome("f64.const -inf"), Outcome::Value(f64::NEG_INFINITY));
    let negative_zero = outcome("f64.const -0.0").value().map(f64::to_bits);
    assert_eq!(negative_zero, Some((-0.0_f64).to_bits()));
}

#[test]
fn nan_is_bad_output() {
    for nan in ["nan", "-nan", "nan:0x4000000000001", "nan:0x1"] {
        assert_eq!(outcome(&format!("f64.const {nan}")), Outcome::BadOutput, "{nan}");
    }
    assert_eq!(outcome("(f64.div (f64.const 0) (f64.const 0))"), Outcome::BadOutput);
}

#[test]
fn an_endless_loop_runs_out_of_fuel() {
    assert_eq!(outcome("(loop (br 0)) f64.const 0"), Outcome::OutOfFuel);
}

#[test]
fn an_endless_recursion_overflows_its_stack() {
    let recurse = "(f64.convert_i32_s (call $recurse (i32.const 0)))";
    assert_eq!(outcome(recurse), trap("wasm trap: call stack exhausted"));
}

#[test]
fn traps_are_named() {
    assert_eq!(outcome("unreachable"), trap(UNREACHABLE));
    assert_eq!(
        outcome("(f64.load (i32.const -8))"),
        trap("wasm trap: out of bounds memory access")
    );
    assert_eq!(
        outcome("(f64.convert_i32_s (i32.div_s (i32.const 1) (i32.const 0)))"),
        trap("wasm trap: integer divide by zero")
    );
    assert_eq!(
        outcome("(f64.convert_i32_s (i32.trunc_f32_s (f32.const nan)))"),
        trap("wasm trap: invalid conversion to integer")
    );
}

#[test]
fn eating_memory_ends_as_out_of_memory() {
    let eat = "(loop (br_if 0 (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) unreachable";
    assert_eq!(outcome(eat), Outcome::OutOfMemory);
    // A size that no memory can have is refused too, and is not the machine's fault.
    assert_eq!(outcome("(f64.convert_i32_s (memory.grow (i32.const -1)))"), Outcome::Value(-1.0));
    // A guest that copes with a refused growth goes on.
    assert_eq!(
        outcome("(f64.convert_i32_s (memory.grow (i32.const 60000)))"),
        Outcome::Value(-1.0)
    );
}

#[test]
fn one_bad_unit_leaves_the_next_alone() {
    let honest = Guest::new("f64.const 3");
    let expected = unit(&honest);
    for bad in ["unreachable", "(loop (br 0)) f64.const 0", "f64.const nan"] {
        assert_ne!(outcome(bad), Outcome::Value(3.0));
        assert_eq!(unit(&honest), expected, "after {bad}");
    }
}

#[test]
fn nothing_survives_from_one_unit_to_the_next() {
    let count = Guest::new(
        "(f64.store (i32.const 2048) (f64.add (f64.load (i32.const 2048)) (f64.const 1)))
         (drop (memory.grow (i32.const 1)))
         (drop (call $tensor (f32.const 1)))
         (f64.add (f64.load (i32.const 2048)) (f64.convert_i32_u (memory.size)))",
    );
    for _ in 0..3 {
        assert_eq!(outcome_of(&count), Outcome::Value(3.0));
    }
}

#[test]
fn what_evaluate_returns_must_be_what_it_says() {
    assert_eq!(
        outcome("(i32.store8 (i32.const 0) (i32.const 9)) f64.const 0"),
        trap("invalid expected discriminant")
    );
    let says = |at: &str, length: &str| {
        outcome(&format!(
            "(global.set $text (i32.const {at})) (global.set $text-length (i32.const {length}))
             (i32.store8 (i32.const 2048) (i32.const 0xff)) f64.const 0"
        ))
    };
    assert_eq!(says("512", "7"), measure_error("hostile"));
    assert_eq!(says("2048", "1"), trap("invalid utf-8 sequence of 1 bytes from index 0"));
    assert_eq!(says("-2", "8"), trap("string pointer/length out of bounds of memory"));
}

#[test]
fn a_trap_tells_nothing_that_the_guest_knows() {
    // Names of functions are the guest's choice, and could be weights.
    let functions = "(func $weights-are-0.125-and-0.25 (param f64) (result f64) unreachable)";
    let body = "(call $weights-are-0.125-and-0.25 (call $value (call $tensor (f32.const 0.125))))";
    assert_eq!(outcome_of(&Guest::new(body).functions(functions)), trap(UNREACHABLE));
}

#[test]
fn an_error_text_is_cut_and_stays_on_its_line() {
    let text = format!("weights:\\0a\\1b[2J{}", "w".repeat(2000));
    let body = "(global.set $text (i32.const 4096)) (global.set $text-length (i32.const 2013))
                f64.const 0";
    let guest = Guest::new(body).functions(&format!("(data (i32.const 4096) \"{text}\")"));
    // 1,024 bytes, of which the line break takes 2 and the escape 6.
    let shown = format!("weights:\\n\\u{{1b}}[2J{}", "w".repeat(1024 - 8 - 2 - 6 - 3));
    assert_eq!(outcome_of(&guest), measure_error(&shown));
}
