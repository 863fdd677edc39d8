//! What `--help` promises: scripts and habits rely on these forms.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::process::Command;

fn help(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_assay")).args(args).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_command_is_listed_and_explains_its_options() {
    let top = help(&["--help"]);
    for command in ["build", "check", "run", "score", "task", "train", "verify", "key"] {
        assert!(top.contains(&format!("  {command} ")), "{command} in\n{top}");
    }
    assert!(top.contains("Exit codes: 0 ok, 1 failed or differs, 2 usage, 3 inconclusive."));
    let run = help(&["run", "--help"]);
    for option in
        ["--task <DIR>", "--json", "--seed <SEED>", "--threads <THREADS>", "--phase-key <FILE>"]
    {
        assert!(run.contains(option), "{option} in\n{run}");
    }
    let task = help(&["task", "--help"]);
    for command in ["import", "verify", "inspect", "seal", "share", "unseal", "commitment"] {
        assert!(task.contains(&format!("  {command} ")), "{command} in\n{task}");
    }
    let seal = help(&["task", "seal", "--help"]);
    for option in ["--recipient <KEY>", "--recipients-file <FILE>", "--threshold <THRESHOLD>"] {
        assert!(seal.contains(option), "{option} in\n{seal}");
    }
    let unseal = help(&["task", "unseal", "--help"]);
    for option in ["--identity <FILE>", "--share <SHARE>"] {
        assert!(unseal.contains(option), "{option} in\n{unseal}");
    }
    let key = help(&["key", "--help"]);
    for command in ["new", "public", "phase", "commitment", "order"] {
        assert!(key.contains(&format!("  {command} ")), "{command} in\n{key}");
    }
}
