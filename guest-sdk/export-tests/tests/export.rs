//! What a newcomer reads where `export_measure!` or the trait `Measure` is not used as it should be.
//!
//! Each file of `ui` is one mistake, with the compiler's words beside it. Words differ from release to
//! release of the compiler: `TRYBUILD=overwrite cargo test -p assay-sdk-export-tests` writes them anew.

#![allow(clippy::print_stderr, reason = "a test says that it skips")]

use std::process::Command;

/// The compiler whose words are committed.
const COMPILER: &str = "rustc 1.95.";

#[test]
fn mistakes_are_refused_in_words_that_help() {
    let version = Command::new("rustc").arg("--version").output();
    let version = version.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    if !version.as_ref().is_ok_and(|version| version.starts_with(COMPILER)) {
        eprintln!("skipped: the words are those of {COMPILER}*, and this is {version:?}");
        return;
    }
    trybuild::TestCases::new().compile_fail("ui/*.rs");
}
