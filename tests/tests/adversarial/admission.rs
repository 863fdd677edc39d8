//! Components that should not be let in: each is refused with its reason, by the compiler's process as
//! by the sandbox in this one.

use assay_sandbox::{Outcome, Refusal, RefusalClass, Sandbox, SandboxLimits};
use assay_tests::{Both, Guest};

use crate::{BOTH, limits, unit};

/// The classes and messages of everything that speaks against a component.
fn refused(bytes: &[u8]) -> Vec<(RefusalClass, String)> {
    let refusals = BOTH.with_borrow(|both| both.refusals(bytes));
    refusals.into_iter().map(|Refusal { class, message, .. }| (class, message)).collect()
}

fn invalid(message: &str) -> Vec<(RefusalClass, String)> {
    vec![(RefusalClass::InvalidComponent, message.to_owned())]
}

fn undescribed(message: &str) -> Vec<(RefusalClass, String)> {
    vec![(RefusalClass::BadDescription, message.to_owned())]
}

fn honest() -> Guest {
    Guest::new("f64.const 0")
}

#[test]
fn text_and_other_files_are_refused() {
    let no_wasm = invalid("this is not a WebAssembly binary");
    for bytes in [&b""[..], b"\0as", b"(component)", b"\x7fELF", b"#!/bin/sh\n", b"PK\x03\x04"] {
        assert_eq!(refused(bytes), no_wasm, "{bytes:?}");
    }
    assert_eq!(refused(b"\0asm\x63\0\0\0"), invalid("this is WebAssembly of an unknown version"));
}

#[test]
fn a_core_module_is_refused() {
    let module = wat::parse_str("(module)").unwrap();
    assert_eq!(refused(&module), invalid("this is a core module, not a component"));
}

#[test]
fn precompiled_code_is_refused() {
    let sandbox = Sandbox::new(limits()).unwrap();
    let (_, code) = sandbox.compile(&honest().bytes()).unwrap();
    // It is real: this sandbox would run it, if it were vouched for.
    assert!(code.starts_with(b"\x7fELF"), "{:?}", &code[..8]);
    assert_eq!(refused(&code), invalid("this is precompiled code, which is never accepted"));
}

#[test]
fn bytes_after_the_end_are_refused() {
    let mut bytes = honest().bytes();
    let length = bytes.len();
    bytes.extend_from_slice(b"more");
    // It reads a section's number and its length before it finds out.
    let at = length + 2;
    let message = format!(
        "not a valid component: failed to parse WebAssembly module: unexpected end-of-file (at offset {at:#x})"
    );
    assert_eq!(refused(&bytes), invalid(&message));
}

#[test]
fn an_import_that_is_not_ours_is_refused() {
    let guest = honest().extra(r#"(import "assay:measure/truth@0.1.0" (instance))"#);
    let class = RefusalClass::ImportNotAllowed;
    assert_eq!(
        refused(&guest.bytes()),
        [(class, "it imports `assay:measure/truth@0.1.0`: that is not offered".to_owned())]
    );
}

#[test]
fn an_import_of_ours_with_another_type_is_refused() {
    let guest = honest().extra(
        r#"(import "assay:measure/images@0.1.0" (instance (export "no-such-function" (func))))"#,
    );
    assert_eq!(
        refused(&guest.bytes()),
        invalid(
            "it does not fit the world `measure`: component imports instance `assay:measure/images@0.1.0`, but a matching implementation was not found in the linker: instance export `no-such-function` has the wrong type: function implementation is missing"
        )
    );
}

/// A type in a type, so many times, as the type of what a function of the component takes.
fn nested(times: usize) -> Vec<u8> {
    let inner = (1..times).map(|at| format!("(type $t{at} (tuple $t{}))", at - 1));
    let types: Vec<String> =
        ["(type $t0 (tuple u8))".to_owned()].into_iter().chain(inner).collect();
    honest().extra(&types.concat()).bytes()
}

#[test]
fn ten_thousand_nested_types_are_refused() {
    let refused = refused(&nested(10_000));
    let [(RefusalClass::InvalidComponent, message)] = refused.as_slice() else {
        panic!("{refused:?}")
    };
    let (text, _offset) = message.split_once(" (at offset").unwrap();
    assert_eq!(
        text,
        "not a valid component: failed to parse WebAssembly module: type nesting is too deep"
    );
}

#[test]
fn ten_thousand_nested_components_are_refused() {
    // From the inside out: a header, and a section that holds the last.
    let header = wat::parse_str("(component)").unwrap();
    let deep = (0..10_000).fold(header.clone(), |inner, _| {
        let length = inner.len() as u32;
        let mut bytes = [&header[..], &[4]].concat();
        // A length in base 128, in as many digits as any takes.
        bytes.extend((0..4).map(|digit| (length >> (7 * digit)) as u8 & 0x7f | 0x80));
        bytes.push((length >> 28) as u8);
        [bytes, inner].concat()
    });
    assert_eq!(refused(&deep), invalid("components or modules lie in each other over 64 deep"));
}

#[test]
fn a_start_function_must_not_call_the_host() {
    let start = |body: &str| honest().functions(&format!("(func $start {body}) (start $start)"));
    assert_eq!(
        refused(&start("(drop (call $work-left))").bytes()),
        undescribed("describe failed: it called budget.work-left")
    );
    assert_eq!(
        refused(&start("(drop (call $tensor (f32.const 1)))").bytes()),
        undescribed("describe failed: it called tensors.full")
    );
    assert_eq!(
        refused(&start("unreachable").bytes()),
        undescribed(
            "describe failed: the component trapped: wasm trap: wasm `unreachable` instruction executed"
        )
    );
    assert_eq!(
        refused(&start("(loop (br 0))").bytes()),
        undescribed("describe failed: the component used up its fuel")
    );
}

#[test]
fn a_start_function_may_write_a_message() {
    let start =
        "(func $start (call $log (i32.const 1) (i32.const 512) (i32.const 7))) (start $start)";
    let report = unit(&honest().functions(start)).report;
    let texts: Vec<&str> = report.log.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(texts, ["hostile"]);
}

#[test]
fn a_description_must_not_call_the_host() {
    let described = |body: &str| refused(&honest().describe(body).bytes());
    let message = "describe failed: it called budget.work-left";
    assert_eq!(described("(drop (call $work-left)) i32.const 64"), undescribed(message));
}

#[test]
fn a_description_must_be_usable_and_need_nothing() {
    let no_name = |shown: &str| undescribed(&format!("the name `{shown}` cannot be used"));
    assert_eq!(refused(&honest().name("No Spaces").bytes()), no_name("No Spaces"));
    assert_eq!(refused(&honest().name("").bytes()), no_name(""));
    let described = |body: &str| refused(&honest().describe(body).bytes());
    assert_eq!(
        described("unreachable"),
        undescribed(
            "describe failed: the component trapped: wasm trap: wasm `unreachable` instruction executed"
        )
    );
    assert_eq!(
        described("(loop (br 0)) i32.const 0"),
        undescribed("describe failed: the component used up its fuel")
    );
    // What it returns lies outside the memory.
    assert_eq!(
        described("i32.const 65536"),
        undescribed("describe failed: the component trapped: pointer out of bounds of memory")
    );
}

#[test]
fn a_memory_that_starts_too_large_does_not_start() {
    let message = "describe failed: the component asked for more memory than it may have";
    assert_eq!(refused(&honest().memory("1000").bytes()), undescribed(message));
}

#[test]
fn a_damaged_component_is_refused() {
    let bytes = honest().bytes();
    for cut in [9, 40, bytes.len() / 2, bytes.len() - 1] {
        let classes: Vec<RefusalClass> =
            refused(&bytes[..cut]).into_iter().map(|(class, _)| class).collect();
        assert_eq!(classes, [RefusalClass::InvalidComponent], "cut at {cut}");
    }
}

#[test]
fn a_component_ends_exactly_at_its_limit() {
    let bytes = honest().bytes();
    let with = |component_bytes_max| {
        let both = Both::new(SandboxLimits { component_bytes_max, ..limits() });
        both.refusals(&bytes)
    };
    let most = bytes.len();
    let refusal = &with(most - 1)[0];
    assert_eq!(refusal.class, RefusalClass::TooLarge);
    assert_eq!(refusal.message, format!("{most} bytes, at most {} are admitted", most - 1));
    for component_bytes_max in [most, most + 1] {
        let mut both = Both::new(SandboxLimits { component_bytes_max, ..limits() });
        assert_eq!(both.run(&honest()).report.outcome, Outcome::Value(0.0));
    }
}

#[test]
fn every_reason_is_listed() {
    let guest = honest().extra(
        r#"(import "wasi:sockets/tcp@0.2.0" (instance))
           (import "assay:measure/truth@0.1.0" (instance))
           (import "assay:measure/tensors@0.2.0" (instance))"#,
    );
    let class = RefusalClass::ImportNotAllowed;
    let names =
        ["wasi:sockets/tcp@0.2.0", "assay:measure/truth@0.1.0", "assay:measure/tensors@0.2.0"];
    let expected = names.map(|name| (class, format!("it imports `{name}`: that is not offered")));
    assert_eq!(refused(&guest.bytes()), expected);
    let empty = wat::parse_str("(component)").unwrap();
    let class = RefusalClass::InvalidComponent;
    let expected =
        ["describe", "evaluate"].map(|name| (class, format!("it does not export `{name}`")));
    assert_eq!(refused(&empty), expected);
}
