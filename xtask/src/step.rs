//! A step of a command: says what it does, how long it took, and how to repeat it when it fails.

use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Result, anyhow, bail};

use crate::workspace;

/// Runs a step that is code; `again` is the command that repeats it alone.
pub(crate) fn run(name: &str, again: &str, work: impl FnOnce() -> Result<()>) -> Result<()> {
    eprintln!("== {name}");
    let start = Instant::now();
    work().map_err(|error| anyhow!("step `{name}` failed: {error:#}\nto repeat it: {again}"))?;
    eprintln!("== {name}: ok, {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// Runs a step that is one cargo command in `dir`, with extra environment.
pub(crate) fn cargo(name: &str, dir: &Path, args: &[&str], env: &[(&str, &str)]) -> Result<()> {
    let mut words: Vec<String> = env.iter().map(|(key, value)| format!("{key}={value}")).collect();
    words.push(format!("cargo {}", args.join(" ")));
    let again = words.join(" ");
    run(name, &again, || {
        let mut command = Command::new(workspace::cargo());
        command.current_dir(dir).args(args).envs(env.iter().copied());
        inherit(&mut command)
    })
}

/// Runs a command with this program's own output, and fails with the command's words.
pub(crate) fn inherit(command: &mut Command) -> Result<()> {
    let status = match command.status() {
        Ok(status) => status,
        Err(error) => bail!("cannot start `{}`: {error}", spell(command)),
    };
    if !status.success() {
        bail!("`{}` ended with {status}", spell(command));
    }
    Ok(())
}

/// Runs a command, with standard error going to this program's, and returns its standard output.
pub(crate) fn capture(command: &mut Command) -> Result<String> {
    let output = match command.stdin(Stdio::null()).stderr(Stdio::inherit()).output() {
        Ok(output) => output,
        Err(error) => bail!("cannot start `{}`: {error}", spell(command)),
    };
    if !output.status.success() {
        bail!("`{}` ended with {}", spell(command), output.status);
    }
    String::from_utf8(output.stdout)
        .map_err(|_| anyhow!("`{}` wrote something else than text", spell(command)))
}

/// True when `cargo NAME` exists here.
pub(crate) fn has_cargo_command(name: &str) -> Result<bool> {
    let mut command = Command::new(workspace::cargo());
    command.args([name, "--version"]).stdin(Stdio::null());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    match command.status() {
        Ok(status) => Ok(status.success()),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            bail!("cargo is not on PATH; see https://rustup.rs")
        }
        Err(error) => bail!("cannot start `{}`: {error}", spell(&command)),
    }
}

/// The command as a person would type it.
pub(crate) fn spell(command: &Command) -> String {
    let mut words = vec![command.get_program().display().to_string()];
    words.extend(command.get_args().map(|argument| argument.display().to_string()));
    words.join(" ")
}
