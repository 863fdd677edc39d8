//! How long a build from nothing takes: the program `assay`, and everything.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result};

use super::Bench;
use super::table;
use crate::{step, workspace};

/// The part's name on the command line.
pub(super) const PART: &str = "build";

/// What is built: for readers, and cargo's arguments.
const SETS: [(&str, &[&str]); 2] = [
    ("`assay` alone", &["build", "--release", "--locked", "--package", "assay-cli"]),
    ("everything, with Burn", &["build", "--release", "--locked", "--workspace"]),
];

const HEADERS: [&str; 3] = ["what", "command", "seconds"];

pub(super) fn run(bench: &Bench<'_>) -> Result<String> {
    let root = bench.workspace.root();
    // Downloads depend on the network, and are not part of a build.
    step::cargo("sources", root, &["fetch", "--locked"], &[])?;
    let mut rows = Vec::new();
    for (title, words) in SETS {
        let target = Target::new(bench.dir().join("clean-build"))?;
        let seconds = seconds(root, words, &target.0)?;
        let command = format!("`cargo {}`", words.join(" "));
        table::keep(&mut rows, vec![title.to_owned(), command, format!("{seconds:.0}")]);
    }
    let table = table::markdown(&HEADERS, &rows);
    Ok(format!("\n## Builds from nothing, after `cargo fetch`\n\n{table}\n"))
}

fn seconds(root: &Path, words: &[&str], target: &Path) -> Result<f64> {
    let mut command = Command::new(workspace::cargo());
    command.current_dir(root).args(words).arg("--target-dir").arg(target);
    let start = Instant::now();
    step::inherit(&mut command)?;
    Ok(start.elapsed().as_secs_f64())
}

/// An empty target directory, which goes with this value.
struct Target(PathBuf);

impl Target {
    fn new(dir: PathBuf) -> Result<Self> {
        if dir.exists() {
            std::fs::remove_dir_all(&dir)
                .with_context(|| format!("cannot clear {}", dir.display()))?;
        }
        Ok(Self(dir))
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        // It takes gigabytes; if it cannot be removed, the next run says so.
        std::fs::remove_dir_all(&self.0).ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Workspace;

    #[test]
    fn a_target_directory_begins_empty_and_goes() {
        let root = Workspace::find().unwrap().target_dir();
        let dir = root.join(format!("clean-build-test-{}", std::process::id()));
        std::fs::create_dir_all(dir.join("debug")).unwrap();
        let target = Target::new(dir.clone()).unwrap();
        assert!(!dir.exists());
        std::fs::create_dir_all(dir.join("release")).unwrap();
        drop(target);
        assert!(!dir.exists());
    }
}
