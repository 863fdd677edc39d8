//! Thousands of hostile units, one after another: none stops the next, leaves a process, or keeps memory
//! of the host.

use assay_sandbox::{Outcome, SandboxLimits};
use assay_tests::{Both, ChildProcess, Guest, resident};

use crate::limits;

/// Memory that a process may gain from the first half of the units to the second, at its highest after a
/// round. A round makes tensors of 200 MB in all, which a leak would show at once; allocators keep some
/// of what is given back, the engine's threads each their own.
const GROWTH_MAX: u64 = 64 << 20;

/// Whether a unit ended as it should.
type Ends = fn(&Outcome) -> bool;

/// Units of a round, and how each ends.
fn round() -> Vec<(Guest, Ends)> {
    let trap: Ends = |outcome| matches!(outcome, Outcome::Trap(_));
    let fuel: Ends = |outcome| *outcome == Outcome::OutOfFuel;
    let memory: Ends = |outcome| *outcome == Outcome::OutOfMemory;
    let value: Ends = |outcome| matches!(outcome, Outcome::Value(_));
    let work: Ends = |outcome| matches!(outcome, Outcome::OutOfWork(_));
    let bad: Ends = |outcome| *outcome == Outcome::BadOutput;
    let error: Ends = |outcome| matches!(outcome, Outcome::MeasureError(_));
    let keep = "(call $full (i32.const 0) (i32.const 0) (f32.const 1) (i32.const 1024))";
    let large = "
        (i32.store (i32.const 2048) (i32.const 1000000))
        (call $full (i32.const 2048) (i32.const 1) (f32.const 1) (i32.const 1024))";
    let too_much = "
        (i32.store (i32.const 2048) (i32.const 8192))
        (i32.store (i32.const 2052) (i32.const 4096))
        (call $full (i32.const 2048) (i32.const 2) (f32.const 1) (i32.const 1024))
        (loop (call $singular-values (call $made) (i32.const 1024)) (br 0)) unreachable";
    let flood = "(call $log (i32.const 1) (i32.const 512) (i32.const 1024))";
    let eat = "(loop (br_if 0 (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) unreachable";
    let list = "(call $full (i32.const -16) (i32.const 0x3fffffff) (f32.const 0) (i32.const 1024))";
    let many = |count, body: &str| crate::times(count, body);
    let read =
        "(call $read (call $tensor (f32.const 1)) (i32.const 0) (i32.const 1) (i32.const 1024))";
    vec![
        (Guest::new("unreachable"), trap),
        (Guest::new("(loop (br 0)) f64.const 0"), fuel),
        (Guest::new("(f64.convert_i32_s (call $recurse (i32.const 0)))"), trap),
        (Guest::new(eat), memory),
        (Guest::new(&format!("{list} f64.const 0")), trap),
        (Guest::new(&format!("{read} f64.const 0")).realloc("unreachable"), trap),
        (Guest::new(&format!("{read} f64.const 0")).realloc("i32.const -4"), trap),
        (
            Guest::new(&(many(5000, keep) + "(call $check) f64.const 0"))
                .realloc("i32.const 16384"),
            error,
        ),
        (Guest::new(&(many(20, large) + "f64.const 0")), value),
        (Guest::new(&(many(1000, flood) + "f64.const 0")), value),
        (Guest::new("(call $value (i32.const 77))"), trap),
        (Guest::new("f64.const nan"), bad),
        (Guest::new(too_much), work),
    ]
}

/// Runs so many rounds: what the second half gained of this process's memory, and of the engine's.
fn gained(rounds: usize, run: impl Fn(&mut Both, &Guest) -> Outcome) -> Vec<u64> {
    let mut both = Both::new(SandboxLimits { fuel_max: 1_000_000, ..limits() });
    let round = round();
    let mut half = || {
        let mut highest = [0; 2];
        for _ in 0..rounds / 2 {
            for (at, (guest, ends)) in round.iter().enumerate() {
                let outcome = run(&mut both, guest);
                assert!(ends(&outcome), "guest {at}: {outcome:?}");
            }
            let engines = ChildProcess::all().into_iter().map(|child| child.id);
            let now = [std::process::id()].into_iter().chain(engines).map(resident);
            highest.iter_mut().zip(now).for_each(|(highest, now)| *highest = now.max(*highest));
        }
        highest
    };
    let (before, after) = (half(), half());
    drop(both);
    assert_eq!(ChildProcess::all(), [], "nothing is left of them");
    before.iter().zip(&after).map(|(before, after)| after.saturating_sub(*before)).collect()
}

fn rounds(usual: usize, full: usize) -> usize {
    if std::env::var_os("ASSAY_FULL").is_some() { full } else { usual }
}

#[test]
fn many_hostile_units_leave_nothing_in_this_process() {
    // 208 units, or 2,002.
    let gained = gained(rounds(16, 154), |both, guest| both.in_process(guest).report.outcome);
    eprintln!("gained {gained:?} bytes");
    assert!(gained.iter().all(|gained| *gained < GROWTH_MAX), "{gained:?}");
}

#[test]
fn many_hostile_units_leave_nothing_in_the_engine() {
    // 52 units, or 416.
    let gained = gained(rounds(4, 32), |both, guest| both.apart(guest).report.outcome);
    eprintln!("gained {gained:?} bytes");
    assert!(gained.iter().all(|gained| *gained < GROWTH_MAX), "{gained:?}");
}
