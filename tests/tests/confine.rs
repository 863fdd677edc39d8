//! What native code can do in a process that has confined itself: nothing but what its role needs.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::path::Path;
use std::time::Duration;

use assay_confine::{Profile, system_calls};
use assay_tests::Came::{self, Done, Killed, Refused, Signal};
use assay_tests::{assay, attempt, confinement_supported};
use tempfile::TempDir;

const ENXIO: i32 = 6;
const EBADF: i32 = 9;
const ENOMEM: i32 = 12;
const EACCES: i32 = 13;
const ENOSYS: i32 = 38;

/// Tries each action with a file of three bytes, below a directory that an engine may read.
fn assert_all(profile: &str, expected: &[(&[&str], Came)]) {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "abc").unwrap();
    let (file, dir) = (file.to_str().unwrap(), dir.path().to_str().unwrap());
    for (actions, came) in expected {
        for action in *actions {
            assert_eq!(attempt(&[profile, action, file, dir]), *came, "{profile}: {action}");
        }
    }
    assert_eq!(std::fs::read(file).unwrap(), b"abc");
}

/// What nobody's native code may do.
const NEVER: &[&str] = &[
    "inet",
    "unix",
    "netlink",
    "connect",
    "listen",
    "give-away",
    "type",
    "ptrace",
    "kill",
    "signal-parent",
    "read-parent",
    "move-parent",
    "pidfd",
    "fork",
    "vfork",
    "thread-elsewhere",
    "unshare",
    "exec",
    "io-uring",
    "bpf",
    "userfaultfd",
    "perf",
    "keys",
    "other-calls",
    "raise-limit",
    "new-privileges",
    "dumpable",
    "outlive",
    "signals-of-a-socket",
    "unlink",
];

/// What everybody's may.
const ALWAYS: &[&str] = &["nothing", "some-memory", "panic", "sleep", "seeds"];

#[test]
fn a_guest_can_compute_and_nothing_else() {
    if !confinement_supported() {
        return;
    }
    let others = [
        "open-passwd",
        "create",
        "open",
        "list",
        "open-inherited",
        "memfd",
        "thread",
        "clone3",
        "map-code",
        "make-code",
        "map-shared",
        "map-downwards",
        "second-descriptor",
        "filter-of-a-socket",
        "timeout",
        "receive",
        "read-limit",
    ];
    assert_all(
        "guest",
        &[
            (ALWAYS, Done),
            (NEVER, Killed),
            (&others, Killed),
            (&["memory", "addresses"], Refused(ENOMEM)),
            (&["fewer-addresses"], Done),
            (&["stderr", "read-left"], Refused(EBADF)),
            (&["abort", "overflow"], Signal(SIGABRT)),
            (&["spin"], Signal(SIGKILL)),
        ],
    );
}

/// Numbers of `uretprobe` and `uprobe` on x86-64, which mean something only where a debugger has planted
/// a probe: since Linux 6.14 and 6.18 no filter is asked about them. Elsewhere the kernel itself ends who
/// makes the first, and refuses the second.
const PLANTED: [(i64, Came); 2] = [(335, Signal(SIGILL)), (336, Refused(ENXIO))];

/// Far above the last number that any kernel has given.
const NUMBERS: i64 = 600;

#[test]
fn no_other_system_call_is_left_to_a_guest() {
    if !confinement_supported() {
        return;
    }
    let listed = system_calls(&Profile::Guest { processor_max: Duration::from_secs(1) });
    assert!((30..50).contains(&listed.len()), "{listed:?}");
    for number in (0..NUMBERS).filter(|number| !listed.contains(number)) {
        let came = attempt(&["guest", "call", &number.to_string()]);
        let planted = PLANTED.contains(&(number, came));
        assert!(planted || came == Killed, "call {number}: {came:?}");
    }
}

const SIGILL: i32 = 4;
const SIGABRT: i32 = 6;
const SIGKILL: i32 = 9;

#[test]
fn a_compiler_can_use_threads_and_make_code_too() {
    if !confinement_supported() {
        return;
    }
    let others = [
        "memfd",
        "map-shared",
        "map-downwards",
        "second-descriptor",
        "filter-of-a-socket",
        "timeout",
        "receive",
        "read-limit",
    ];
    assert_all(
        "compiler",
        &[
            (ALWAYS, Done),
            (&["thread", "map-code", "make-code"], Done),
            (NEVER, Killed),
            (&others, Killed),
            // Libraries look for files there, and live without them.
            (&["open-passwd", "create", "open", "list", "open-inherited"], Refused(EACCES)),
            (&["clone3"], Refused(ENOSYS)),
            (&["memory", "addresses"], Refused(ENOMEM)),
            (&["stderr", "read-left"], Refused(EBADF)),
            (&["abort", "overflow"], Signal(SIGABRT)),
            (&["spin"], Signal(SIGKILL)),
        ],
    );
}

#[test]
fn an_engine_reads_below_its_directories_and_writes_nowhere() {
    if !confinement_supported() {
        return;
    }
    let others = [
        "memfd",
        "map-code",
        "make-code",
        "map-shared",
        "map-downwards",
        "filter-of-a-socket",
        "create",
        "open-to-write",
        "open-to-empty",
        "read-limit",
    ];
    assert_all(
        "engine",
        &[
            (ALWAYS, Done),
            (&["thread", "open", "read", "stderr", "second-descriptor", "timeout"], Done),
            (NEVER, Killed),
            (&others, Killed),
            (&["open-passwd", "open-inherited"], Refused(EACCES)),
            (&["clone3"], Refused(ENOSYS)),
            (&["read-left"], Refused(EBADF)),
            (&["abort", "overflow"], Signal(SIGABRT)),
        ],
    );
}

#[test]
fn neither_dots_nor_links_lead_an_engine_out() {
    if !confinement_supported() {
        return;
    }
    let dir = TempDir::new().unwrap();
    let (inside, beside) = (dir.path().join("task"), dir.path().join("task.truth"));
    std::fs::create_dir(&inside).unwrap();
    std::fs::create_dir(&beside).unwrap();
    let (own, secret) = (inside.join("own"), beside.join("secret"));
    std::fs::write(&own, "x").unwrap();
    std::fs::write(&secret, "x").unwrap();
    std::os::unix::fs::symlink(&secret, inside.join("link")).unwrap();
    std::os::unix::fs::symlink(&own, inside.join("link-inside")).unwrap();
    let reads = |path: &Path| {
        attempt(&["engine", "read", path.to_str().unwrap(), inside.to_str().unwrap()])
    };
    assert_eq!(reads(&own), Done);
    assert_eq!(reads(&inside.join("link-inside")), Done);
    assert_eq!(reads(&inside.join("link")), Refused(EACCES));
    assert_eq!(reads(&inside.join("../task.truth/secret")), Refused(EACCES));
    assert_eq!(reads(&secret), Refused(EACCES));
    let lists = |path: &Path| {
        attempt(&["engine", "list", path.to_str().unwrap(), inside.to_str().unwrap()])
    };
    assert_eq!(lists(&inside), Done);
    assert_eq!(lists(dir.path()), Refused(EACCES));
    // Through the process's own entry in /proc neither.
    assert_eq!(reads(Path::new("/proc/self/root/etc/passwd")), Refused(EACCES));
    assert_eq!(reads(Path::new("/proc/self/mem")), Refused(EACCES));
}

#[test]
fn a_driver_gets_no_network_and_no_other_process() {
    if !confinement_supported() {
        return;
    }
    let works = [
        "thread",
        "map-code",
        "make-code",
        "map-shared",
        "memfd",
        "second-descriptor",
        "timeout",
        "ask-device",
        "stderr",
        "read-limit",
    ];
    assert_all(
        "gpu",
        &[
            (ALWAYS, Done),
            (&works, Done),
            (NEVER, Refused(ENOSYS)),
            (&["clone3", "filter-of-a-socket"], Refused(ENOSYS)),
            (&["create", "open", "open-passwd", "open-inherited"], Refused(EACCES)),
            (&["read-left"], Refused(EBADF)),
            (&["abort", "overflow"], Signal(SIGABRT)),
        ],
    );
    let reads = |path: &str| attempt(&["gpu", "read", path]);
    assert_eq!(reads("/proc/cpuinfo"), Done);
    assert_eq!(reads("/proc/self/status"), Done);
    assert_eq!(reads("/proc/1/status"), Refused(EACCES));
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
