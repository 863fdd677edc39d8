//! Confined processes as others see them: they talk and are handed sockets, have nothing left, and end
//! with their parent.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;

use assay_call::transport::send_descriptor;
use assay_tests::Came::{self, Done, Signal};
use assay_tests::{attempt, confinement_supported, probe};
use tempfile::TempDir;

const SIGXFSZ: i32 = 25;

#[test]
fn a_process_with_threads_is_not_half_confined() {
    for profile in ["guest", "compiler", "engine", "gpu"] {
        assert_eq!(attempt(&[profile, "second-thread"]), Done, "{profile}");
    }
}

#[test]
fn the_socket_that_is_there_works() {
    if !confinement_supported() {
        return;
    }
    for profile in ["guest", "compiler", "engine", "gpu"] {
        let (mut command, mut ours) = probe(&[profile, "answer"]);
        let mut child = command.spawn().unwrap();
        ours.write_all(&[41]).unwrap();
        let mut answer = [0];
        ours.read_exact(&mut answer).unwrap();
        assert_eq!(answer, [42], "{profile}");
        assert_eq!(Came::from(child.wait().unwrap()), Done, "{profile}");
    }
}

#[test]
fn an_engine_is_handed_sockets() {
    if !confinement_supported() {
        return;
    }
    for profile in ["engine", "gpu"] {
        let (mut command, mut ours) = probe(&[profile, "receive"]);
        let mut child = command.spawn().unwrap();
        let (mut near, far) = UnixStream::pair().unwrap();
        send_descriptor(&ours, &far).unwrap();
        near.write_all(&[41]).unwrap();
        let mut answer = [0];
        ours.read_exact(&mut answer).unwrap();
        assert_eq!(answer, [42], "{profile}");
        assert_eq!(Came::from(child.wait().unwrap()), Done, "{profile}");
    }
}

#[test]
fn a_guest_cannot_write_to_a_file_that_it_was_left() {
    if !confinement_supported() {
        return;
    }
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("file");
    assert_eq!(attempt(&["guest", "write-kept", file.to_str().unwrap()]), Signal(SIGXFSZ));
    assert_eq!(std::fs::read(file).unwrap(), b"");
}

#[test]
fn an_engines_messages_reach_a_file() {
    if !confinement_supported() {
        return;
    }
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("messages");
    let (mut command, _ours) = probe(&["engine", "stderr", "/"]);
    let status = command.stderr(std::fs::File::create(&file).unwrap()).status().unwrap();
    assert_eq!(Came::from(status), Done);
    assert_eq!(std::fs::read(file).unwrap(), b"x");
}

#[test]
fn from_outside_a_confined_process_has_nothing_left() {
    if !confinement_supported() {
        return;
    }
    for profile in ["guest", "compiler", "engine", "gpu"] {
        let (mut command, mut ours) = probe(&[profile, "wait"]);
        let mut child = command.spawn().unwrap();
        ours.read_exact(&mut [0]).unwrap();
        let of = |name: &str| std::fs::read_to_string(format!("/proc/{}/{name}", child.id()));
        let (status, limits) = (of("status").unwrap(), of("limits").unwrap());
        assert_privileges(profile, &status);
        let max = |name: &str| {
            let line = limits.lines().find(|line| line.starts_with(name)).unwrap();
            line[26..].split_whitespace().next().unwrap().to_owned()
        };
        assert_eq!(max("Max core file size"), "0", "{profile}");
        match profile {
            "guest" => {
                assert_eq!(max("Max processes"), "0");
                assert_eq!(max("Max file size"), "0");
                assert_eq!(max("Max open files"), "1");
                assert_eq!(max("Max cpu time"), "20");
                assert_eq!(max("Max data size"), (1_u64 << 30).to_string());
            }
            "compiler" => assert_eq!(max("Max open files"), "1"),
            _ => assert_ne!(max("Max open files"), "1"),
        }
        drop(ours);
        assert_eq!(Came::from(child.wait().unwrap()), Done, "{profile}");
    }
}

fn assert_privileges(profile: &str, status: &str) {
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim_start_matches(':').trim().to_owned()
    };
    assert_eq!(field("NoNewPrivs"), "1", "{profile}");
    assert_eq!(field("Seccomp"), "2", "{profile}");
    // Reading files of other users is left to an engine that had it; it is bit 2.
    let may = if profile == "engine" { 1_u64 << 2 } else { 0 };
    for set in ["CapEff", "CapPrm", "CapInh"] {
        let has = u64::from_str_radix(&field(set), 16).unwrap();
        assert_eq!(has & !may, 0, "{profile}: {set}");
    }
}

#[test]
fn a_confined_process_ends_with_its_parent() {
    if !confinement_supported() {
        return;
    }
    for profile in ["guest", "compiler", "engine", "gpu"] {
        let (mut command, mut ours) = probe(&["parent", profile, "wait"]);
        let mut parent = command.spawn().unwrap();
        drop(command);
        ours.read_exact(&mut [0]).unwrap();
        parent.kill().unwrap();
        parent.wait().unwrap();
        // It waits for a byte that never comes: only its end closes the last other end.
        assert_eq!(ours.read(&mut [0]).unwrap(), 0, "{profile}");
    }
}
