//! Hostile components against the sandbox: each has exactly one outcome, and none takes the host
//! or the next unit along.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use assay_ids::UnitSeed;
use assay_sandbox::{Measure, NoHost, Outcome, Refusal, RefusalClass, Sandbox, SandboxLimits};
use assay_tests::Guest;

/// Limits small enough that every test ends at once.
fn limits() -> SandboxLimits {
    SandboxLimits {
        fuel_max: 10_000_000,
        memory_bytes_max: 8 << 20,
        describe_fuel_max: 1_000_000,
        ..SandboxLimits::PUBLISHED
    }
}

fn sandbox() -> Sandbox {
    Sandbox::new(limits()).unwrap()
}

fn admit(sandbox: &Sandbox, guest: &Guest) -> Measure {
    match sandbox.admit(&guest.bytes()) {
        Ok(admitted) => admitted.measure,
        Err(reasons) => panic!("{reasons:?}"),
    }
}

fn outcome(body: &str) -> Outcome {
    let sandbox = sandbox();
    let measure = admit(&sandbox, &Guest::new(body));
    sandbox.run(&measure, Box::new(NoHost), UnitSeed(7)).outcome
}

fn refusals(bytes: &[u8]) -> Vec<Refusal> {
    match sandbox().admit(bytes) {
        Ok(admitted) => panic!("admitted: {:?}", admitted.description),
        Err(reasons) => reasons,
    }
}

fn classes(bytes: &[u8]) -> Vec<RefusalClass> {
    refusals(bytes).iter().map(|refusal| refusal.class).collect()
}

#[test]
fn a_value_is_a_value_and_the_seed_arrives() {
    assert_eq!(outcome("(f64.convert_i64_u (local.get $seed))"), Outcome::Value(7.0));
    assert_eq!(outcome("f64.const inf"), Outcome::Value(f64::INFINITY));
    let negative_zero = outcome("f64.const -0.0").value().map(f64::to_bits);
    assert_eq!(negative_zero, Some((-0.0_f64).to_bits()));
}

#[test]
fn nan_is_bad_output() {
    assert_eq!(outcome("f64.const nan"), Outcome::BadOutput);
    assert_eq!(outcome("f64.const nan:0x4000000000001"), Outcome::BadOutput);
}

#[test]
fn an_endless_loop_runs_out_of_fuel() {
    assert_eq!(outcome("(loop (br 0)) f64.const 0"), Outcome::OutOfFuel);
}

#[test]
fn fuel_is_the_same_each_time_and_its_limit_is_exact() {
    let guest = Guest::new(
        "(local i32) (loop (br_if 0 (i32.lt_u (local.tee 1 (i32.add (local.get 1) (i32.const 1))) (i32.const 1000)))) f64.const 1",
    );
    let used = |fuel_max| {
        let sandbox = Sandbox::new(SandboxLimits { fuel_max, ..limits() }).unwrap();
        let measure = admit(&sandbox, &guest);
        sandbox.run(&measure, Box::new(NoHost), UnitSeed(0))
    };
    let report = used(10_000_000);
    assert_eq!(report.outcome, Outcome::Value(1.0));
    assert!(report.fuel > 4000, "{}", report.fuel);
    assert_eq!(used(10_000_000), report);
    assert_eq!(used(report.fuel + 1).outcome, Outcome::Value(1.0));
    assert_eq!(used(report.fuel / 2).outcome, Outcome::OutOfFuel);
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
fn a_memory_that_starts_too_large_does_not_start() {
    let sandbox = sandbox();
    let guest = Guest::new("f64.const 0").memory("1000");
    let refusals = sandbox.admit(&guest.bytes()).map(|_| ()).unwrap_err();
    assert_eq!(refusals[0].class, RefusalClass::BadDescription);
    assert!(refusals[0].message.contains("memory"), "{}", refusals[0].message);
}

#[test]
fn traps_are_named() {
    let trap = |body| match outcome(body) {
        Outcome::Trap(text) => text,
        other => panic!("{other:?}"),
    };
    assert!(trap("unreachable").contains("unreachable"));
    assert!(trap("(f64.load (i32.const -8))").contains("out of bounds"));
    assert!(trap("(f64.convert_i32_s (call $recurse (i32.const 0)))").contains("stack"));
    assert!(trap("(f64.convert_i32_s (i32.div_s (i32.const 1) (i32.const 0)))").contains("zero"));
}

#[test]
fn one_bad_unit_leaves_the_next_alone() {
    let sandbox = sandbox();
    let guest = Guest::new(
        "(if (i64.eqz (i64.rem_u (local.get $seed) (i64.const 2))) (then unreachable)) f64.const 3",
    );
    let measure = admit(&sandbox, &guest);
    let run = |seed| sandbox.run(&measure, Box::new(NoHost), UnitSeed(seed)).outcome;
    assert!(matches!(run(2), Outcome::Trap(_)));
    assert_eq!(run(1), Outcome::Value(3.0));
    assert!(matches!(run(4), Outcome::Trap(_)));
}

#[test]
fn nothing_survives_from_one_unit_to_the_next() {
    let sandbox = sandbox();
    let body = "(f64.store (i32.const 1024) (f64.add (f64.load (i32.const 1024)) (f64.const 1))) (f64.load (i32.const 1024))";
    let measure = admit(&sandbox, &Guest::new(body));
    for _ in 0..3 {
        let report = sandbox.run(&measure, Box::new(NoHost), UnitSeed(0));
        assert_eq!(report.outcome, Outcome::Value(1.0));
    }
}

#[test]
fn what_is_no_component_is_refused_by_its_form() {
    let message = |bytes: &[u8]| refusals(bytes)[0].message.clone();
    assert!(message(b"").contains("not a WebAssembly binary"));
    assert!(message(b"(component)").contains("not a WebAssembly binary"));
    assert!(message(&wat::parse_str("(module)").unwrap()).contains("core module"));
    assert!(message(b"\0asm\x63\0\0\0").contains("unknown version"));
    let engine_code = b"\x7fELF";
    assert!(message(engine_code).contains("not a WebAssembly binary"));
}

#[test]
fn damaged_components_are_refused() {
    let bytes = Guest::new("f64.const 0").bytes();
    for cut in [9, 40, bytes.len() / 2, bytes.len() - 1] {
        assert_eq!(classes(&bytes[..cut]), [RefusalClass::InvalidComponent], "cut at {cut}");
    }
    let mut trailing = bytes.clone();
    trailing.extend_from_slice(b"more");
    assert_eq!(classes(&trailing), [RefusalClass::InvalidComponent]);
}

#[test]
fn a_component_over_the_size_limit_is_refused() {
    let bytes = Guest::new("f64.const 0").bytes();
    let with_max = |component_bytes_max| {
        Sandbox::new(SandboxLimits { component_bytes_max, ..limits() }).unwrap()
    };
    assert!(with_max(bytes.len()).admit(&bytes).is_ok());
    let refusals = with_max(bytes.len() - 1).admit(&bytes).map(|_| ()).unwrap_err();
    assert_eq!(refusals[0].class, RefusalClass::TooLarge);
}

#[test]
fn every_unknown_import_is_listed() {
    let guest = Guest::new("f64.const 0").extra(
        r#"(import "wasi:sockets/tcp@0.2.0" (instance))
           (import "assay:measure/truth@0.1.0" (instance))
           (import "assay:measure/tensors@0.2.0" (instance))"#,
    );
    let refusals = refusals(&guest.bytes());
    assert!(refusals.iter().all(|refusal| refusal.class == RefusalClass::ImportNotAllowed));
    let text: Vec<&str> = refusals.iter().map(|refusal| refusal.message.as_str()).collect();
    assert_eq!(text.len(), 3, "{text:?}");
    assert!(text[0].contains("wasi:sockets/tcp"), "{text:?}");
}

/// Two components in one, of which one hands the other a string.
#[test]
fn a_component_that_is_composed_of_several_is_refused() {
    let bytes = wat::parse_str(
        r#"(component
          (component $inner
            (core module $m (memory (export "memory") 1)
              (func (export "take") (param i32 i32))
              (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 0))
            (core instance $i (instantiate $m))
            (func (export "take") (param "text" string) (canon lift (core func $i "take")
              (memory (core memory $i "memory")) (realloc (core func $i "realloc")))))
          (component $outer
            (import "take" (func $take (param "text" string)))
            (core module $libc (memory (export "memory") 1))
            (core instance $libc (instantiate $libc))
            (core func $take (canon lower (func $take) (memory (core memory $libc "memory"))))
            (core module $m (import "" "take" (func $take (param i32 i32)))
              (func (export "run") (call $take (i32.const 0) (i32.const 4))))
            (core instance $i (instantiate $m (with "" (instance (export "take" (func $take))))))
            (func (export "run") (canon lift (core func $i "run"))))
          (instance $inner (instantiate $inner))
          (instance $outer (instantiate $outer (with "take" (func $inner "take"))))
          (export "run" (func $outer "run")))"#,
    );
    let refusals = refusals(&bytes.unwrap());
    assert_eq!(refusals.len(), 1, "{refusals:?}");
    assert_eq!(refusals[0].class, RefusalClass::InvalidComponent);
    assert!(refusals[0].hint.contains("composed"), "{}", refusals[0].hint);
}

#[test]
fn missing_exports_are_all_listed() {
    let bytes = wat::parse_str("(component)").unwrap();
    let text: Vec<String> = refusals(&bytes).into_iter().map(|refusal| refusal.message).collect();
    assert_eq!(text, ["it does not export `describe`", "it does not export `evaluate`"]);
}

#[test]
fn a_description_must_be_usable_and_need_nothing() {
    let refused = |guest: Guest| {
        let reasons = refusals(&guest.bytes());
        assert_eq!(reasons[0].class, RefusalClass::BadDescription);
        reasons[0].message.clone()
    };
    let guest = || Guest::new("f64.const 0");
    assert!(refused(guest().name("No Spaces")).contains("No Spaces"));
    assert!(refused(guest().name("")).contains("name"));
    assert!(refused(guest().describe("unreachable")).contains("trapped"));
    assert!(refused(guest().describe("(loop (br 0)) i32.const 0")).contains("fuel"));
    // A string that lies outside the memory.
    assert!(refused(guest().describe("i32.const 65536")).contains("trapped"));
}
