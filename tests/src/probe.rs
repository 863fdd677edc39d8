//! The program that confines itself and then tries one thing (`src/bin/confine-probe`).

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use crate::binary;

/// What came of one try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Came {
    /// It worked.
    Done,
    /// It was refused with this error.
    Refused(i32),
    /// The kernel ended the process for a system call.
    Killed,
    /// Another signal ended it.
    Signal(i32),
    /// It ended with this.
    Code(i32),
}
impl From<ExitStatus> for Came {
    fn from(status: ExitStatus) -> Self {
        assert!(!status.core_dumped(), "{status}");
        match (status.code(), status.signal()) {
            (Some(0), _) => Self::Done,
            (Some(code), _) if code > 100 => Self::Refused(code - 100),
            (Some(code), _) => Self::Code(code),
            (None, Some(31)) => Self::Killed,
            (None, signal) => Self::Signal(signal.unwrap_or_default()),
        }
    }
}

/// Whether the layers of confinement are there; says so if not.
pub fn confinement_supported() -> bool {
    let missing = assay_confine::support().missing();
    for line in &missing {
        eprintln!("skipped: {line}");
    }
    missing.is_empty()
}

/// The probe with its arguments, with one end of a socket as its standard input; and the other end.
///
/// # Panics
///
/// If there is no socket to be had.
pub fn probe(args: &[&str]) -> (Command, UnixStream) {
    let (ours, theirs) = UnixStream::pair().expect("sockets can be made");
    ours.set_read_timeout(Some(Duration::from_mins(1))).expect("a timeout can be set");
    let mut command = Command::new(binary("confine-probe"));
    command.args(args).env_clear();
    command.stdin(Stdio::from(OwnedFd::from(theirs))).stderr(Stdio::null());
    (command, ours)
}

/// What comes of the probe with these arguments.
///
/// # Panics
///
/// If it cannot be started.
pub fn attempt(args: &[&str]) -> Came {
    let (mut command, _ours) = probe(args);
    command.status().expect("the binary starts").into()
}
