//! What native code can do in a process that has confined itself: nothing but what its role needs.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use assay_tests::{assay, binary};

/// What came of one try.
#[derive(Debug, PartialEq, Eq)]
enum Came {
    /// It worked.
    Done,
    /// It was refused with this error.
    Refused(i32),
    /// The kernel ended the process.
    Killed,
    Other(Option<i32>, Option<i32>),
}
use Came::{Done, Killed, Refused};

/// Whether the layers are there; says so if not.
fn supported() -> bool {
    let missing = assay_confine::support().missing();
    for line in &missing {
        eprintln!("skipped: {line}");
    }
    missing.is_empty()
}

fn attempt(profile: &str, action: &str, path: &Path) -> Came {
    attempt_within(profile, action, path, path)
}

/// The same in a process that may read below a directory which is not the path.
fn attempt_within(profile: &str, action: &str, path: &Path, directory: &Path) -> Came {
    let (_ours, theirs) = UnixStream::pair().unwrap();
    let mut command = Command::new(binary("confine-probe"));
    // As the worker starts its processes: with nothing in the environment that asks for backtraces.
    command.env_clear();
    command.arg(profile).arg(action).arg(path).arg(directory);
    command.stdin(Stdio::from(OwnedFd::from(theirs)));
    let status = command.stderr(Stdio::null()).status().unwrap();
    match (status.code(), status.signal()) {
        (Some(0), _) => Done,
        (Some(code), _) if code > 100 => Refused(code - 100),
        (_, Some(31)) => Killed,
        (code, signal) => Came::Other(code, signal),
    }
}

fn assert_all(profile: &str, expected: &[(&str, Came)]) {
    let dir = tempfile::tempdir().unwrap();
    for (action, came) in expected {
        assert_eq!(&attempt(profile, action, dir.path()), came, "{profile}: {action}");
    }
}

/// What ends a process of every role: sockets, other processes, other programs, more of anything.
const FOR_NOBODY: [&str; 14] = [
    "inet",
    "unix",
    "netlink",
    "ptrace",
    "kill",
    "fork",
    "vfork",
    "exec",
    "memfd",
    "read-parent",
    "io-uring",
    "bpf",
    "userfaultfd",
    "raise-limit",
];
/// Memory that is executed, made after the process was confined.
const NEW_CODE: [&str; 2] = ["map-code", "make-code"];

const EACCES: i32 = 13;
const EPERM: i32 = 1;
const EBADF: i32 = 9;
const ENOMEM: i32 = 12;

#[test]
fn a_guest_can_compute_and_nothing_else() {
    if !supported() {
        return;
    }
    let works = ["nothing", "some-memory", "panic"].map(|action| (action, Done));
    assert_all("guest", &works);
    let killed = ["open-passwd", "create", "open", "open-inherited", "thread"];
    assert_all("guest", &killed.map(|action| (action, Killed)));
    assert_all("guest", &NEW_CODE.map(|action| (action, Killed)));
    assert_all("guest", &FOR_NOBODY.map(|action| (action, Killed)));
    assert_all("guest", &[("memory", Refused(ENOMEM)), ("stderr", Refused(EBADF))]);
}

#[test]
fn a_compiler_can_use_threads_too() {
    if !supported() {
        return;
    }
    let works = ["nothing", "some-memory", "panic", "thread", "make-code"];
    assert_all("compiler", &works.map(|action| (action, Done)));
    // Libraries look for files there, and live without them.
    let refused = ["open-passwd", "create", "open", "open-inherited"];
    assert_all("compiler", &refused.map(|action| (action, Refused(EACCES))));
    assert_all("compiler", &FOR_NOBODY.map(|action| (action, Killed)));
    assert_all("compiler", &[("memory", Refused(ENOMEM)), ("stderr", Refused(EBADF))]);
}

#[test]
fn an_engine_reads_below_its_directories_and_not_beside_them() {
    if !supported() {
        return;
    }
    let works = ["nothing", "some-memory", "panic", "thread", "open", "stderr"];
    assert_all("engine", &works.map(|action| (action, Done)));
    let refused = ["open-passwd", "create", "open-inherited"];
    assert_all("engine", &refused.map(|action| (action, Refused(EACCES))));
    assert_all("engine", &NEW_CODE.map(|action| (action, Killed)));
    assert_all("engine", &FOR_NOBODY.map(|action| (action, Killed)));
}

#[test]
fn neither_dots_nor_links_lead_an_engine_out() {
    if !supported() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let (inside, beside) = (dir.path().join("task"), dir.path().join("task.truth"));
    std::fs::create_dir(&inside).unwrap();
    std::fs::create_dir(&beside).unwrap();
    std::fs::write(beside.join("secret"), "x").unwrap();
    std::os::unix::fs::symlink(beside.join("secret"), inside.join("link")).unwrap();
    assert_eq!(attempt("engine", "open", &inside), Done);
    let open = |path: &Path| attempt_within("engine", "open", path, &inside);
    assert_eq!(open(&inside.join("link")), Refused(EACCES));
    assert_eq!(open(&inside.join("../task.truth/secret")), Refused(EACCES));
    assert_eq!(open(&beside.join("secret")), Refused(EACCES));
    std::fs::write(inside.join("own"), "x").unwrap();
    assert_eq!(open(&inside.join("own")), Done);
}

#[test]
fn a_driver_gets_no_network_and_no_other_process() {
    if !supported() {
        return;
    }
    let works = ["nothing", "thread", "unix", "make-code"];
    assert_all("gpu", &works.map(|action| (action, Done)));
    let refused = ["inet", "netlink", "ptrace", "kill", "exec", "read-parent", "io-uring", "bpf"];
    assert_all("gpu", &refused.map(|action| (action, Refused(EPERM))));
    assert_all("gpu", &[("create", Refused(EACCES))]);
}

#[test]
fn a_process_with_threads_is_not_half_confined() {
    assert_eq!(attempt("guest", "second-thread", Path::new("/")), Done);
}

#[test]
fn the_doctor_says_what_is_there() {
    let ran = assay(["doctor", "--json"]);
    assert_eq!(ran.code, i32::from(!assay_confine::support().complete()));
    let json = ran.json();
    let find = |name: &str| {
        let findings = json["findings"].as_array().unwrap();
        findings.iter().find(|finding| finding["name"] == name).unwrap().clone()
    };
    assert_eq!(find("Landlock")["ok"], assay_confine::support().landlock.is_ok());
    assert_eq!(find("Landlock")["needed"], true);
    assert_eq!(find("assay-gpu")["needed"], false);
    assert!(assay(["doctor"]).stdout.starts_with("Landlock"));
}
