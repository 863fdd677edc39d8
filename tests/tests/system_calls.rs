//! The system calls of confined processes as strace sees them from outside: once confined, they make
//! none that is not on their role's list.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use assay_confine::{Profile, system_calls};
use assay_ids::UnitSeed;
use assay_sandbox::{Outcome, SandboxLimits};
use assay_task::{PhaseView, Task};
use assay_tests::{Guest, binary, built_guest, confinement_supported, shipped_task};
use assay_worker::{Engines, Program, Worker};
use tempfile::TempDir;

/// Where strace is, if it is here and may trace; says so if not.
fn strace() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let places = std::env::split_paths(&path).map(|dir| dir.join("strace"));
    let found = places.into_iter().find(|place| place.is_file());
    let works = found.filter(|strace| {
        let mut command = Command::new(strace);
        command.args(["-n", "-o", "/dev/null", "true"]).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    });
    if works.is_none() {
        eprintln!("skipped: strace is not here or may not trace (run `cargo xtask setup`)");
    }
    works
}

/// A program that is `assay`, looked at: each of its processes writes its system calls to a file named
/// after its role. It is a child of the shell that the worker starts and ends, so it comes to its own
/// end, by which everything is written.
fn looked_at(strace: &Path, dir: &Path) -> Program {
    let script = dir.join("looked-at");
    let (strace, assay) = (strace.display(), binary("assay"));
    let text = format!(
        "#!/bin/sh\n'{strace}' -f -n -o '{}'/$2 '{}' \"$@\"\nexit\n",
        dir.display(),
        assay.display()
    );
    fs::write(&script, text).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    Program::at(&script)
}

/// What is in a file of strace's, once its process is at its end.
fn ended(file: &Path) -> String {
    let late = Instant::now() + Duration::from_mins(1);
    loop {
        let text = fs::read_to_string(file).unwrap_or_default();
        let first = text.split_whitespace().next().unwrap_or_default();
        let end = |line: &str| line.starts_with(first) && line.contains("] +++ ");
        if text.lines().any(end) {
            return text;
        }
        assert!(Instant::now() < late, "{} has no end: {text}", file.display());
        std::thread::yield_now();
    }
}

/// Numbers and names of the system calls in a file of strace's, after the last call that installs a
/// filter.
fn after_confinement(file: &Path) -> BTreeMap<i64, String> {
    let calls = ended(file).lines().filter_map(call).collect::<Vec<_>>();
    let last = calls.iter().rposition(|(_, name)| name == "seccomp");
    calls.into_iter().skip(last.expect("it confines itself") + 1).collect()
}

/// The call of a line: `PID [NUMBER] NAME(...`. Signals, ends, and second halves of calls have none.
fn call(line: &str) -> Option<(i64, String)> {
    let (number, rest) = line.split_once('[')?.1.split_once("] ")?;
    let name = rest.split_once('(')?.0;
    (!name.contains(' ')).then_some((number.trim().parse().ok()?, name.to_owned()))
}

#[test]
fn a_confined_process_makes_no_call_that_is_not_on_its_list() {
    let Some(strace) = strace().filter(|_| confinement_supported()) else { return };
    let dir = TempDir::new().unwrap();
    let program = looked_at(&strace, dir.path());
    let limits = SandboxLimits { fuel_max: 100_000_000, ..SandboxLimits::PUBLISHED };
    let plain = Worker::new(Program::at(&binary("assay")), limits, None).unwrap();
    let worker = Worker::new(program.clone(), limits, None).unwrap();
    let task = Task::open(&shipped_task()).unwrap();
    let network = task.network_ids()[0].to_owned();
    let guest = |body: &str| Guest::new(body).bytes();
    let trapped = "wasm trap: wasm `unreachable` instruction executed";
    let overflowed = "wasm trap: call stack exhausted";
    let mut seen = BTreeMap::new();
    for (component, trap) in [
        (fs::read(built_guest("sum-of-squares")).unwrap(), None),
        (guest("unreachable"), Some(trapped)),
        (guest("(f64.convert_i32_s (call $recurse (i32.const 0)))"), Some(overflowed)),
    ] {
        let measure = plain.admit(&component).unwrap();
        // One thread would make no other.
        let phase = PhaseView::new(vec![task.clone()], None);
        let mut engines = Engines::cpu(program.clone(), phase, 2, limits.wall_max);
        let unit = worker.unit(&mut engines, &measure, (0, &network), UnitSeed(0), None);
        drop(engines);
        match trap {
            Some(text) => assert_eq!(unit.report.outcome, Outcome::Trap(text.to_owned())),
            None => assert!(matches!(unit.report.outcome, Outcome::Value(_)), "{unit:?}"),
        }
        let processor_max = Duration::from_secs(1);
        for (role, profile) in [
            ("guest", Profile::Guest { processor_max }),
            ("engine", Profile::Engine { read: Vec::new() }),
        ] {
            let listed = system_calls(&profile);
            let file = dir.path().join(role);
            let made = after_confinement(&file);
            fs::remove_file(file).unwrap();
            let others: BTreeSet<&String> = made
                .iter()
                .filter(|(number, _)| !listed.contains(number))
                .map(|(_, name)| name)
                .collect();
            assert!(others.is_empty(), "{role}: {others:?} after it was confined");
            seen.entry(role).or_insert_with(BTreeMap::new).extend(made);
        }
    }
    for (role, made) in seen {
        let names: Vec<String> = made.into_values().collect();
        assert!(names.iter().any(|name| name == "sendto"), "{role}: {names:?}");
        eprintln!("{role}, once confined: {}", names.join(", "));
    }
}
