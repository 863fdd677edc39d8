//! The command `assay`, started as a user starts it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// What a command did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    /// Exit code; -1 if a signal ended it.
    pub code: i32,
    /// What it wrote to stdout.
    pub stdout: String,
    /// What it wrote to stderr.
    pub stderr: String,
}

impl Ran {
    /// The JSON document on stdout.
    ///
    /// # Panics
    ///
    /// If stdout is no JSON document.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The same, if the exit code is 0.
    ///
    /// # Panics
    ///
    /// If it is not.
    pub fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{}\n{}", self.stdout, self.stderr);
        self
    }
}

/// A binary of the workspace: they lie beside the folder of the test binaries.
///
/// # Panics
///
/// If it is not built.
pub fn binary(name: &str) -> PathBuf {
    let own = std::env::current_exe().expect("a test knows its own path");
    let path = own.ancestors().nth(2).expect("tests lie in target/PROFILE/deps").join(name);
    assert!(path.is_file(), "{} is missing: run `cargo build --workspace`", path.display());
    path
}

/// Runs `assay` with arguments.
///
/// # Panics
///
/// If it cannot be started.
pub fn assay<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>) -> Ran {
    let output = Command::new(binary("assay")).args(args).output().expect("the binary starts");
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Imports everything under a source with the command; gives the folder of tasks, which lives as
/// long as the first value.
///
/// # Panics
///
/// If the import fails.
pub fn import(source: &Path) -> (TempDir, PathBuf) {
    let dir = TempDir::new().expect("a temporary folder can be made");
    let into = dir.path().join("tasks");
    let (source, place) = (source.as_os_str(), into.as_os_str());
    assay(["task".as_ref(), "import".as_ref(), source, "--into".as_ref(), place]).ok();
    (dir, into)
}
