//! The deterministic part of WASI: what each function answers, to the bit, and what a component that
//! misuses it comes to.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::sync::{Arc, Mutex};

use assay_call::{Call, Host, Reply, Stop};
use assay_ids::UnitSeed;
use assay_sandbox::{Level, Outcome, Sandbox, SandboxLimits, UnitReport};
use assay_tests::wasi_guest;

fn limits() -> SandboxLimits {
    SandboxLimits { fuel_max: 50_000_000, ..SandboxLimits::PUBLISHED }
}

/// A host that keeps the notes.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<String>>>);

impl Host for Notes {
    fn call(&mut self, call: Call) -> Result<Reply, Stop> {
        Err(Stop::Handle { call: call.name() })
    }

    fn note(&mut self, name: &str, text: &str) {
        self.0.lock().unwrap().push(format!("{name}: {text}"));
    }
}

fn run_under(limits: SandboxLimits, component: &[u8], seed: u64) -> (UnitReport, Vec<String>) {
    let sandbox = Sandbox::new(limits).unwrap();
    let admitted = match sandbox.admit(component) {
        Ok(admitted) => admitted,
        Err(reasons) => panic!("{reasons:?}"),
    };
    let notes = Notes::default();
    let report = sandbox.run(&admitted.measure, Box::new(notes.clone()), UnitSeed(seed));
    let notes = notes.0.lock().unwrap().clone();
    (report, notes)
}

fn run(body: &str, data: &str) -> (UnitReport, Vec<String>) {
    run_under(limits(), &wasi_guest(body, data), 7)
}

fn outcome(body: &str) -> Outcome {
    run(body, "").0.outcome
}

fn value(body: &str) -> f64 {
    let outcome = outcome(body);
    outcome.value().unwrap_or_else(|| panic!("{body}: {outcome:?}"))
}

fn trap(body: &str) -> String {
    match outcome(body) {
        Outcome::Trap(text) => text,
        other => panic!("{body}: {other:?}"),
    }
}

/// A number of `i32` at an address, as the value.
fn at(address: u32) -> String {
    format!("(f64.convert_i32_u (i32.load (i32.const {address})))")
}

#[test]
fn clocks_stand_still_at_zero() {
    let later =
        "(local.set $h (call $duration (i64.const 1000000000))) (call $block (local.get $h))";
    assert_eq!(value("(f64.convert_i64_u (call $now))"), 0.0);
    assert_eq!(value(&format!("{later} (f64.convert_i64_u (call $now))")), 0.0);
    assert_eq!(value("(f64.convert_i64_u (call $resolution))"), 1.0);
    // What was there before is overwritten: seconds at 1024, nanoseconds at 1032.
    let fill =
        "(i64.store (i32.const 1024) (i64.const -1)) (i64.store (i32.const 1032) (i64.const -1))";
    let seconds = "(f64.convert_i64_u (i64.load (i32.const 1024)))";
    let wall = |function: &str, read: &str| {
        value(&format!("{fill} (call ${function} (i32.const 1024)) {read}"))
    };
    assert_eq!(wall("wall-now", seconds), 0.0);
    assert_eq!(wall("wall-now", &at(1032)), 0.0);
    assert_eq!(wall("wall-resolution", seconds), 0.0);
    assert_eq!(wall("wall-resolution", &at(1032)), 1.0);
}

#[test]
fn whoever_waits_goes_on_at_once_and_whoever_spins_runs_out_of_fuel() {
    for timer in ["$duration (i64.const -1)", "$instant (i64.const -1)", "$instant (i64.const 0)"] {
        let ready = format!(
            "(local.set $h (call {timer})) (call $block (local.get $h))
             (local.set $i (call $ready (local.get $h))) (call $drop-pollable (local.get $h))
             (f64.convert_i32_u (local.get $i))"
        );
        assert_eq!(value(&ready), 1.0, "{timer}");
    }
    assert_eq!(outcome("(loop (br_if 0 (i64.eqz (call $now)))) f64.const 0"), Outcome::OutOfFuel);
}

/// Fills 1024.. with handles of timers, and polls the first so many of them.
fn poll(handles: u32, polled: u32) -> String {
    format!(
        "(loop
           (i32.store (i32.add (i32.const 1024) (i32.shl (local.get $i) (i32.const 2)))
             (call $duration (i64.const 5)))
           (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const {handles}))))
         (call $poll (i32.const 1024) (i32.const {polled}) (i32.const 16))"
    )
}

#[test]
fn a_poll_finds_everything_ready_up_to_its_limit() {
    let (count, last) =
        (at(20), "(f64.convert_i32_u (i32.load offset=4 (i32.load (i32.const 16))))");
    assert_eq!(value(&format!("{} {count}", poll(2, 2))), 2.0);
    assert_eq!(value(&format!("{} {last}", poll(2, 2))), 1.0);
    let max = limits().poll_max as u32;
    assert_eq!(value(&format!("{} {count}", poll(max, max))), f64::from(max));
    let over = trap(&format!("{} {count}", poll(max + 1, max + 1)));
    assert!(over.contains("257 pollables, at most 256"), "{over}");
    assert!(trap(&format!("{} {count}", poll(1, 0))).contains("empty list"));
    // The second word is no handle.
    assert!(trap(&format!("{} {count}", poll(1, 2))).contains("handle"));
}

#[test]
fn pollables_and_streams_count_among_the_handles() {
    for make in ["$duration (i64.const 1)", "$stdout", "$stdin", "$subscribe-out (call $stdout)"] {
        let text = trap(&format!("(loop (drop (call {make})) (br 0)) f64.const 0"));
        assert!(text.contains("resource table"), "{make}: {text}");
    }
    // Handles that are given back are no burden.
    let body = "(loop
        (call $drop-pollable (call $duration (i64.const 1)))
        (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 20000))))
        f64.const 1";
    assert_eq!(value(body), 1.0);
}

#[test]
fn random_numbers_follow_from_the_seed() {
    let draw = |body: &str, seed| {
        let (report, notes) = run_under(limits(), &wasi_guest(body, ""), seed);
        (report.outcome.value().unwrap().to_bits(), notes)
    };
    let twice =
        "(drop (call $random)) (f64.reinterpret_i64 (i64.shr_u (call $random) (i64.const 2)))";
    let bodies = [
        "(f64.reinterpret_i64 (i64.shr_u (call $random) (i64.const 2)))",
        twice,
        "(f64.reinterpret_i64 (i64.shr_u (call $insecure) (i64.const 2)))",
        "(call $insecure-seed (i32.const 1024))
         (f64.reinterpret_i64 (i64.shr_u (i64.load (i32.const 1024)) (i64.const 2)))",
        "(call $insecure-seed (i32.const 1024))
         (f64.reinterpret_i64 (i64.shr_u (i64.load (i32.const 1032)) (i64.const 2)))",
    ];
    let mut seen: Vec<u64> = Vec::new();
    for body in bodies {
        for seed in [1, 2] {
            let (drawn, notes) = draw(body, seed);
            assert_eq!(draw(body, seed), (drawn, notes));
            seen.push(drawn);
        }
    }
    let count = seen.len();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), count, "each body and seed gives numbers of its own");
    // Bytes go on where numbers ended: they are of one stream.
    let bytes = "(drop (call $random)) (call $random-bytes (i64.const 8) (i32.const 16))
        (f64.reinterpret_i64 (i64.shr_u (i64.load (i32.load (i32.const 16))) (i64.const 2)))";
    assert_eq!(draw(bytes, 1).0, draw(twice, 1).0);
}

/// Written down when it was made: a change here is a change of what old units saw.
#[test]
fn random_numbers_are_the_same_in_every_build() {
    let body = "(call $random-bytes (i64.const 4) (i32.const 16))
        (f64.convert_i32_u (i32.load (i32.load (i32.const 16))))";
    let (report, notes) = run(body, "");
    assert_eq!(report.outcome, Outcome::Value(971_856_557.0));
    assert_eq!(
        notes,
        ["wasi.random: 4 bytes, 75e937ba823e0431d615e7f4f11359aa60b3753fbaeaac9dafd345a793dbd61d"]
    );
}

#[test]
fn random_bytes_are_bounded_and_noted() {
    let body = "(call $random-bytes (i64.const 16) (i32.const 16))
        (drop (call $insecure)) (f64.load (i32.const 20))";
    let (_, notes) = run(body, "");
    assert_eq!(notes.len(), 2);
    assert!(notes[0].starts_with("wasi.random: 16 bytes, "), "{notes:?}");
    assert!(notes[1].starts_with("wasi.insecure-random: 8 bytes, "), "{notes:?}");
    for length in ["-1", "16777217"] {
        let text =
            trap(&format!("(call $random-bytes (i64.const {length}) (i32.const 16)) f64.const 0"));
        assert!(text.contains("at most 16777216 bytes"), "{text}");
    }
    // Small calls count as eight bytes.
    let few = SandboxLimits { random_bytes_max: 80, ..limits() };
    let body = "(loop (call $random-bytes (i64.const 0) (i32.const 16)) (br 0)) f64.const 0";
    let (report, notes) = run_under(few, &wasi_guest(body, ""), 7);
    assert!(matches!(report.outcome, Outcome::Trap(_)), "{report:?}");
    assert_eq!(notes.len(), 10);
}

#[test]
fn there_is_no_environment_no_directory_and_no_terminal() {
    let fill = "(i64.store (i32.const 16) (i64.const -1))";
    for list in ["environment", "arguments", "directories"] {
        assert_eq!(
            value(&format!("{fill} (call ${list} (i32.const 16)) {}", at(20))),
            0.0,
            "{list}"
        );
    }
    for option in ["initial-cwd", "terminal"] {
        let body = format!(
            "{fill} (call ${option} (i32.const 16)) (f64.convert_i32_u (i32.load8_u (i32.const 16)))"
        );
        assert_eq!(value(&body), 0.0, "{option}");
    }
}

#[test]
fn the_input_is_closed() {
    // 1 at 16: an error; 1 at 20 (24 where the result would be 64 bits wide): closed.
    let read = |function: &str, error: u32| {
        let call = format!("(call ${function} (call $stdin) (i64.const -1) (i32.const 16))");
        value(&format!(
            "{call} (f64.convert_i32_u (i32.add (i32.mul (i32.load8_u (i32.const 16)) (i32.const 10))
                (i32.load8_u (i32.const {error}))))"
        ))
    };
    assert_eq!(read("read", 20), 11.0);
    assert_eq!(read("blocking-read", 20), 11.0);
    assert_eq!(read("skip", 24), 11.0);
    let splice = "(call $splice (call $stdout) (call $stdin) (i64.const -1) (i32.const 16))
        (f64.convert_i32_u (i32.load8_u (i32.const 24)))";
    assert_eq!(value(splice), 1.0);
    assert_eq!(value("(f64.convert_i32_u (call $ready (call $subscribe-in (call $stdin))))"), 1.0);
}

/// Prints bytes from 2048 on.
fn print(stream: &str, length: u32) -> String {
    format!("(call $write (call ${stream}) (i32.const 2048) (i32.const {length}) (i32.const 16))")
}

#[test]
fn what_is_printed_goes_to_the_log_line_by_line() {
    let data = r#"(data (i32.const 2048) "one\0atwo\r\0a\0athree \1b[31m\ff")
        (data (i32.const 3072) " ends\0a")"#;
    let body = format!(
        "{} {}
         (call $flush (call $stdout) (i32.const 16))
         (call $blocking-write (call $stdout) (i32.const 3072) (i32.const 6) (i32.const 16)) {}",
        print("stdout", 22),
        print("stderr", 5),
        at(16),
    );
    let (report, notes) = run(&body, data);
    assert_eq!(report.outcome, Outcome::Value(0.0));
    let lines: Vec<(Level, &str)> =
        report.log.iter().map(|line| (line.level, line.text.as_str())).collect();
    let expected = [
        (Level::Info, "one"),
        (Level::Info, "two"),
        (Level::Info, ""),
        (Level::Warning, "one"),
        (Level::Info, "three \\u{1b}[31m\u{fffd} ends"),
        // Unfinished at the end.
        (Level::Warning, "t"),
    ];
    assert_eq!(lines, expected);
    assert_eq!(notes.len(), expected.len());
    assert_eq!(notes[0], "wasi.stdout: one");
    assert_eq!(notes[5], "wasi.stderr: t");
}

#[test]
fn what_was_printed_before_a_trap_is_kept() {
    let (report, _) =
        run(&format!("{} unreachable", print("stderr", 4)), r#"(data (i32.const 2048) "why?")"#);
    assert!(matches!(report.outcome, Outcome::Trap(_)));
    assert_eq!(report.log[0].text, "why?");
}

#[test]
fn printing_cannot_flood_the_log() {
    let forever = |length: u32, times: u32| {
        format!(
            "(local.set $h (call $stdout)) (loop
               (call $write (local.get $h) (i32.const 2048) (i32.const {length}) (i32.const 16))
               (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const {times}))))
             (f64.convert_i32_u (i32.load8_u (i32.const 16)))"
        )
    };
    let max = limits();
    // Many short lines: "x" and its end.
    let (report, notes) = run(&forever(2, 100_000), r#"(data (i32.const 2048) "x\0a")"#);
    assert_eq!(report.outcome, Outcome::Value(0.0), "printing never fails");
    assert_eq!(report.log.len(), max.log_lines_max);
    assert_eq!(notes.len(), max.log_lines_max);
    // One endless line, of zeros and then of letters.
    let (report, _) = run(&forever(4096, 10_000), "");
    assert_eq!(report.outcome, Outcome::Value(0.0));
    assert_eq!(report.log.len(), 1);
    assert!(report.log[0].text.len() <= max.text_bytes_max);
    let long = format!(r#"(data (i32.const 2048) "{}\0a")"#, "x".repeat(4000));
    let (report, _) = run(&forever(4001, 1000), &long);
    assert_eq!(report.outcome, Outcome::Value(0.0));
    assert_eq!(report.log.len(), max.log_bytes_max / max.text_bytes_max);
    assert!(report.log.iter().all(|line| line.text.len() == max.text_bytes_max));
}

#[test]
fn a_stream_takes_what_it_permits_and_no_more() {
    let permitted = "(call $check-write (call $stdout) (i32.const 16)) (f64.convert_i64_u (i64.load (i32.const 24)))";
    assert_eq!(value(permitted), 4096.0);
    assert_eq!(value(&format!("{} {}", print("stdout", 4096), at(16))), 0.0);
    assert!(trap(&format!("{} {}", print("stdout", 4097), at(16))).contains("takes 4096"));
    let zeroes = |length: &str| {
        format!(
            "(call $write-zeroes (call $stdout) (i64.const {length}) (i32.const 16)) {}",
            at(16)
        )
    };
    assert_eq!(value(&zeroes("4096")), 0.0);
    assert!(trap(&zeroes("4097")).contains("takes 4096"));
    assert!(trap(&zeroes("-1")).contains("takes 4096"));
    // Longer than the memory, and longer than what one call may bring.
    assert!(trap(&format!("{} f64.const 0", print("stdout", u32::MAX))).contains("bounds"));
}

#[test]
fn handles_are_used_while_they_live_and_as_what_they_are() {
    let dropped = "(local.set $h (call $stdout)) (call $drop-out (local.get $h))";
    for misuse in [
        "(call $check-write (local.get $h) (i32.const 16)) f64.const 0",
        "(call $drop-out (local.get $h)) f64.const 0",
    ] {
        let text = trap(&format!("{dropped} {misuse}"));
        assert!(text.contains("handle"), "{text}");
    }
    for forged in [
        "(call $flush (i32.const 77) (i32.const 16)) f64.const 0",
        "(call $flush (call $stdin) (i32.const 16)) f64.const 0",
        "(call $block (call $stdout)) f64.const 0",
    ] {
        let text = trap(forged);
        assert!(text.contains("handle"), "{forged}: {text}");
    }
    // A stream may go before what waits for it.
    let parted = "(local.set $h (call $stdout)) (local.set $i (call $subscribe-out (local.get $h)))
        (call $drop-out (local.get $h)) (call $block (local.get $i)) (call $drop-pollable (local.get $i)) f64.const 1";
    assert_eq!(value(parted), 1.0);
}

#[test]
fn a_measure_that_exits_has_no_value() {
    for (call, status) in [
        ("$exit (i32.const 0)", 0),
        ("$exit (i32.const 1)", 1),
        ("$exit-with-code (i32.const 42)", 42),
    ] {
        let text = trap(&format!("(call {call}) f64.const 3"));
        assert_eq!(
            text,
            format!("it exited with status {status}; a measure returns its value instead")
        );
    }
}
