//! Components as ordinary WASI toolchains make them, through the command: admitted, run in processes of
//! their own, recorded and replayed.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use assay_tests::{Guest, Ran, assay, componentize_py, shipped_task};
use serde_json::Value;
use tempfile::TempDir;
use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// Wraps a module that uses WASI's first preview and the world `measure` into a component, by the official
/// adapter, as the linkers of wasip2 toolchains do.
fn adapted(mut module: Vec<u8>) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(root().join("wit/v0.1.0")).unwrap();
    let world = resolve.select_world(&[package], Some("measure")).unwrap();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    let encoder = ComponentEncoder::default().validate(true).module(&module).unwrap();
    let (name, adapter) =
        (WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER);
    encoder.adapter(name, adapter).unwrap().encode().unwrap()
}

/// A measure of hand-written WebAssembly that prints and draws by WASI's first preview.
const MODULE: &str = r#"(module
  (import "assay:measure/networks@0.1.0" "[resource-drop]network" (func $drop-network (param i32)))
  (import "assay:measure/data@0.1.0" "[resource-drop]dataset" (func $drop-dataset (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "clock_time_get" (func $clock (param i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 4)
  (data (i32.const 512) "adapted")
  (data (i32.const 64) "\00\02\00\00\07\00\00\00\00\02\00\00\01\00\00\00\00\00\00\00\00\00\00\00")
  (data (i32.const 1024) "printed\0a")
  ;; one piece of output; one subscription to the monotonic clock, an hour from now
  (data (i32.const 2048) "\00\04\00\00\08\00\00\00")
  (data (i32.const 3088) "\01\00\00\00\00\00\00\00\00\a0\b8\30\46\03\00\00")
  (global $next (mut i32) (i32.const 65536))
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (global.set $next (i32.and (i32.add (global.get $next) (i32.const 15)) (i32.const -16)))
    (global.get $next)
    (global.set $next (i32.add (global.get $next) (local.get 3))))
  (func $ok (param i32) (if (local.get 0) (then unreachable)))
  (func (export "describe") (result i32) i32.const 64)
  (func (export "evaluate") (param i32 i32 i64) (result i32)
    (call $drop-network (local.get 0))
    (call $drop-dataset (local.get 1))
    (call $ok (call $write (i32.const 1) (i32.const 2048) (i32.const 1) (i32.const 16)))
    (call $ok (call $poll (i32.const 3072) (i32.const 4096) (i32.const 1) (i32.const 16)))
    (call $ok (call $clock (i32.const 1) (i64.const 0) (i32.const 16)))
    (if (i64.ne (i64.load (i32.const 16)) (i64.const 0)) (then unreachable))
    (call $ok (call $random (i32.const 16) (i32.const 4)))
    (f64.store (i32.const 8) (f64.convert_i32_u (i32.load (i32.const 16))))
    i32.const 0))"#;

/// Runs a command on a file.
fn on(verb: &str, file: &Path, more: &[&str]) -> Ran {
    assay([&[verb, file.to_str().unwrap()], more].concat())
}

/// Runs a component on the shipped task.
fn run(file: &Path, more: &[&str]) -> Ran {
    let task = shipped_task();
    on("run", file, &[more, &["--task", task.to_str().unwrap()]].concat())
}

/// Everything that a user does with a component, which is to give values: they differ between networks,
/// and stay when it is run again. Gives what was logged.
fn lives(dir: &TempDir, component: &[u8]) -> String {
    let file = dir.path().join("measure.wasm");
    fs::write(&file, component).unwrap();
    let checked = on("check", &file, &["--json"]).ok().json();
    let imports = |field: &str| checked[field].as_array().unwrap().clone();
    let of_wasi = |import: &Value| import.as_str().unwrap().starts_with("wasi:");
    let wasi: Vec<Value> = imports("imports").into_iter().filter(of_wasi).collect();
    assert!(!wasi.is_empty());
    assert_eq!(imports("wasi"), wasi);
    let marked = on("check", &file, &[]).ok().stdout;
    assert_eq!(marked.matches("  (WASI)\n").count(), wasi.len(), "{marked}");

    let apart = run(&file, &["--json"]).ok();
    assert_eq!(apart.stdout, run(&file, &["--json", "--in-process"]).ok().stdout);
    let networks = apart.json()["tasks"][0]["networks"].as_array().unwrap().clone();
    let values: BTreeSet<String> =
        networks.iter().map(|network| network["value"].to_string()).collect();
    assert_eq!(values.len(), 16, "each unit draws its own numbers: {values:?}");

    let bundle = dir.path().join("bundle");
    run(&file, &["--record", bundle.to_str().unwrap()]).ok();
    let replay = |more: &[&str]| {
        on("replay", &bundle, &[&["--json", "--component", file.to_str().unwrap()], more].concat())
    };
    let task = shipped_task();
    let executed = replay(&["--mode", "execute", "--task", task.to_str().unwrap()]).ok();
    assert_eq!(executed.json()["verdict"], "same");
    assert_eq!(replay(&["--mode", "transcript"]).ok().json()["verdict"], "same");

    for refused in [
        on("check", &file, &["--no-wasi"]),
        run(&file, &["--no-wasi"]),
        run(&file, &["--no-wasi", "--in-process"]),
        replay(&["--mode", "transcript", "--no-wasi"]),
    ] {
        assert_eq!(refused.code, 1, "{refused:?}");
        assert!(refused.stderr.contains("WASI is forbidden here"), "{}", refused.stderr);
    }
    apart.stderr
}

#[test]
fn an_adapted_module_is_admitted_run_and_replayed() {
    let dir = TempDir::new().unwrap();
    let log = lives(&dir, &adapted(wat::parse_str(MODULE).unwrap()));
    assert_eq!(log.matches("info: printed\n").count(), 16, "{log}");
}

/// Whether WASI may be imported is among the limits, and so in every record.
#[test]
fn what_was_run_without_wasi_is_replayed_without_it() {
    let dir = TempDir::new().unwrap();
    let (file, bundle) = (dir.path().join("measure.wasm"), dir.path().join("bundle"));
    fs::write(&file, Guest::new("(f64.convert_i64_u (local.get $seed))").bytes()).unwrap();
    run(&file, &["--no-wasi", "--record", bundle.to_str().unwrap()]).ok();
    let task = shipped_task();
    let replay = |more: &[&str]| {
        let args = ["--mode", "execute", "--component", file.to_str().unwrap(), "--task"];
        on("replay", &bundle, &[&args[..], &[task.to_str().unwrap()], more].concat())
    };
    replay(&["--no-wasi"]).ok();
    let differs = replay(&[]);
    assert_eq!(differs.code, 1);
    assert!(differs.stderr.contains("0000.record: limits: recorded "), "{}", differs.stderr);
}

/// A module that clang makes of `tests/guests/printing-c` with a WASI libc; nothing, and a line that says
/// so, where it cannot.
fn compiled(dir: &TempDir) -> Option<Vec<u8>> {
    let module = dir.path().join("module.wasm");
    let mut clang = Command::new("clang");
    clang.args(["--target=wasm32-wasi", "-mexec-model=reactor", "-O2", "-s", "-o"]);
    clang.arg(&module).arg(root().join("tests/guests/printing-c/measure.c"));
    let made = clang.stdout(Stdio::null()).stderr(Stdio::null()).status();
    if made.is_ok_and(|status| status.success()) {
        return Some(fs::read(module).unwrap());
    }
    eprintln!(
        "skipped: clang with wasi-libc is absent (Debian: clang lld wasi-libc libclang-rt-dev-wasm32)"
    );
    None
}

#[test]
fn a_program_of_c_is_admitted_run_and_replayed() {
    let dir = TempDir::new().unwrap();
    let Some(module) = compiled(&dir) else { return };
    let log = lives(&dir, &adapted(module));
    for line in [" info: random ", " warning: no file: ", " warning: unfinished"] {
        assert_eq!(log.matches(line).count(), 16, "{line}: {log}");
    }
}

#[test]
fn python_runs_without_wasi_and_is_told_so_where_it_brings_sockets() {
    let Some(program) = componentize_py() else { return };
    let dir = TempDir::new().unwrap();
    let build = |stubs: &[&str]| {
        let file = dir.path().join("python.wasm");
        let mut command = Command::new(&program);
        command.arg("-d").arg(root().join("wit/v0.1.0")).args(["-w", "measure", "componentize"]);
        command.args(stubs).arg("-p").arg(root().join("tests/guests/plain-python"));
        command.arg("measure_app").arg("-o").arg(&file).stdout(Stdio::null());
        assert!(command.status().unwrap().success());
        file
    };
    let refused = on("check", &build(&[]), &[]);
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("`wasi:sockets/tcp@0.2."), "{}", refused.stderr);
    assert!(refused.stderr.contains("--stub-wasi"), "{}", refused.stderr);
    let stubbed = build(&["--stub-wasi"]);
    let checked = on("check", &stubbed, &["--no-wasi", "--json"]).ok().json();
    assert_eq!(checked["wasi"], Value::Array(Vec::new()));
    run(&stubbed, &["--no-wasi"]).ok();
}
