//! Which part of WASI a component may import, in which versions, and what it is told where it may not.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use assay_ids::UnitSeed;
use assay_sandbox::{NoHost, Outcome, Refusal, RefusalClass, Sandbox, SandboxLimits};
use assay_tests::{Guest, wasi_guest, wasi_guest_describing};

fn limits() -> SandboxLimits {
    SandboxLimits { fuel_max: 50_000_000, ..SandboxLimits::PUBLISHED }
}

fn run(limits: SandboxLimits, component: &[u8]) -> Outcome {
    let sandbox = Sandbox::new(limits).unwrap();
    match sandbox.admit(component) {
        Ok(admitted) => sandbox.run(&admitted.measure, Box::new(NoHost), UnitSeed(0)).outcome,
        Err(reasons) => panic!("{reasons:?}"),
    }
}

#[test]
fn every_interface_of_the_part_may_be_imported() {
    let text = [
        "cli/environment",
        "cli/exit",
        "cli/stdin",
        "cli/stdout",
        "cli/stderr",
        "cli/terminal-input",
        "cli/terminal-output",
        "cli/terminal-stdin",
        "cli/terminal-stdout",
        "cli/terminal-stderr",
        "clocks/monotonic-clock",
        "clocks/wall-clock",
        "filesystem/preopens",
        "filesystem/types",
        "io/error",
        "io/poll",
        "io/streams",
        "random/random",
        "random/insecure",
        "random/insecure-seed",
    ]
    .map(|interface| format!("(import \"wasi:{interface}@0.2.6\" (instance))"));
    let guest = Guest::new("f64.const 1").extra(&text.join("\n"));
    assert_eq!(run(limits(), &guest.bytes()), Outcome::Value(1.0));
}

fn refusals(limits: SandboxLimits, component: &[u8]) -> Vec<Refusal> {
    Sandbox::new(limits).unwrap().admit(component).map(|admitted| admitted.imports).unwrap_err()
}

#[test]
fn what_is_not_in_the_part_is_refused() {
    let guest = Guest::new("f64.const 0").extra(
        r#"(import "wasi:sockets/tcp@0.2.0" (instance))
           (import "wasi:http/types@0.2.0" (instance))
           (import "wasi:clocks/timezone@0.2.0" (instance))
           (import "wasi:clocks/wall-clock@0.2.0" (instance))
           (import "wasi:clocks/monotonic-clock@0.3.0" (instance))"#,
    );
    let refusals = refusals(limits(), &guest.bytes());
    let shown: Vec<&str> = refusals.iter().map(|refusal| refusal.message.as_str()).collect();
    assert_eq!(
        shown,
        [
            "it imports `wasi:sockets/tcp@0.2.0`: that is not offered",
            "it imports `wasi:http/types@0.2.0`: that is not offered",
            "it imports `wasi:clocks/timezone@0.2.0`: that is not offered",
            "it imports `wasi:clocks/monotonic-clock@0.3.0`: that is not offered in this version",
        ]
    );
    assert!(refusals[0].hint.contains("sockets"), "{}", refusals[0].hint);
    assert!(refusals[3].hint.contains("0.2"), "{}", refusals[3].hint);
}

#[test]
fn a_function_that_a_later_release_has_is_refused_with_its_name() {
    let guest = Guest::new("f64.const 0").extra(
        r#"(import "wasi:random/random@0.2.99" (instance (export "get-random-u128" (func (result u64)))))"#,
    );
    let refusals = refusals(limits(), &guest.bytes());
    assert!(refusals[0].message.contains("get-random-u128"), "{}", refusals[0].message);
    assert!(refusals[0].hint.contains("0.2.12"), "{}", refusals[0].hint);
}

#[test]
fn a_contest_may_forbid_wasi() {
    let component = wasi_guest("f64.const 1", "");
    let forbidden = SandboxLimits { wasi: false, ..limits() };
    let refusals = refusals(forbidden, &component);
    assert_eq!(refusals.len(), 17);
    for refusal in refusals {
        assert_eq!(refusal.class, RefusalClass::ImportNotAllowed);
        assert!(refusal.message.ends_with(": WASI is forbidden here"), "{}", refusal.message);
        assert!(refusal.hint.contains("wasm32-unknown-unknown"), "{}", refusal.hint);
    }
    assert_eq!(run(limits(), &component), Outcome::Value(1.0));
    assert_eq!(run(forbidden, &Guest::new("f64.const 1").bytes()), Outcome::Value(1.0));
}

#[test]
fn describe_has_wasi_too_and_nothing_else() {
    let describe = "(drop (call $random)) (call $drop-pollable (call $duration (i64.const 9)))
        (call $write (call $stdout) (i32.const 2048) (i32.const 9) (i32.const 16))";
    let admit =
        |component: &[u8]| Sandbox::new(limits()).unwrap().admit(component).map(|a| a.description);
    let described = admit(&wasi_guest_describing(describe, "f64.const 1", "")).unwrap();
    assert_eq!(described.name, "uses-wasi");
    let refused = admit(&wasi_guest_describing("(call $exit (i32.const 0))", "f64.const 1", ""));
    let refused = refused.unwrap_err();
    assert_eq!(refused[0].class, RefusalClass::BadDescription);
    assert!(refused[0].message.contains("exited with status 0"), "{refused:?}");
}
