//! Runs measures, one network at a time, and keeps what came of each at once.
//!
//! Each network is a command of its own, isolated as in a contest, so that its time is known and that
//! little is lost when the whole is stopped. The bits are those of a run on all networks.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use super::Setting;
use super::list::Shipped;
use super::results::{ProfileResult, TaskResult, UnitResult};
use super::tasks::OnTask;
use crate::bench::table;
use crate::step;

/// Exit codes of `assay run` after which there is a result: all well, a unit failed, one is
/// inconclusive.
const RESULT: [i32; 3] = [0, 1, 3];

/// How measures are run.
pub(super) struct Runner {
    /// The program.
    pub(super) assay: PathBuf,
    pub(super) threads: usize,
    /// Whether to find the dearest calls.
    pub(super) profile: bool,
    /// Where flame graphs go, below `profile`.
    pub(super) dir: PathBuf,
}

impl Runner {
    /// Runs what is not done yet; names that are not given stand for all. Gives what went wrong so that a
    /// measure could not be run to its end, which does not keep others from running.
    pub(super) fn run(
        &self,
        setting: &Setting,
        only: &[String],
        tasks: &[String],
    ) -> Result<Vec<String>> {
        let wanted = |names: &[String], name: &str| {
            names.is_empty() || names.iter().any(|wanted| wanted == name)
        };
        let machine = table::processor()?;
        let measures = setting.measures.iter().filter(|measure| wanted(only, &measure.name));
        let tasks: Vec<&OnTask> =
            setting.tasks.iter().filter(|task| wanted(tasks, task.name())).collect();
        let pairs: Vec<(&Shipped, &OnTask)> =
            measures.flat_map(|measure| tasks.iter().map(move |task| (measure, *task))).collect();
        let mut problems = Vec::new();
        for (at, (measure, task)) in pairs.iter().enumerate() {
            eprintln!("== {} on {} ({} of {})", measure.name, task.name(), at + 1, pairs.len());
            if let Err(error) = self.on_task(setting, measure, task, &machine) {
                let problem = format!("{} on {}: {error:#}", measure.name, task.name());
                eprintln!("   {problem}");
                problems.push(problem);
            }
        }
        Ok(problems)
    }

    fn on_task(
        &self,
        setting: &Setting,
        measure: &Shipped,
        task: &OnTask,
        machine: &str,
    ) -> Result<()> {
        let (file, digest) = setting.component(measure)?;
        let mut known =
            setting.store.load(&measure.name, &digest, (task.name(), &task.digest()))?;
        for network in &task.networks {
            if known.has(&network.id) {
                continue;
            }
            let start = Instant::now();
            let (mut unit, _) = self.unit(&file, task, &network.id, None)?;
            unit.seconds = start.elapsed().as_secs_f64();
            unit.date = today()?;
            machine.clone_into(&mut unit.machine);
            eprintln!("   {}", told(&unit));
            known.put(unit);
            setting.store.save(&known)?;
        }
        if self.profile && known.profile.is_none() {
            known.profile = self.dearest(&file, task, &known)?;
            setting.store.save(&known)?;
        }
        Ok(())
    }

    /// The profile of the network that takes the most work; nothing if none has a value.
    fn dearest(
        &self,
        file: &Path,
        task: &OnTask,
        known: &TaskResult,
    ) -> Result<Option<ProfileResult>> {
        let valued = known.units.iter().filter(|unit| !unit.value.is_null());
        let Some(unit) = valued.max_by_key(|unit| unit.work) else { return Ok(None) };
        let pictures = self.dir.join("profile").join(&known.measure).join(task.name());
        let (again, profile) = self.unit(file, task, &unit.network, Some(&pictures))?;
        // The way of running must not show in what is deterministic.
        let meters = |unit: &UnitResult| (unit.value.clone(), unit.work, unit.fuel);
        if meters(&again) != meters(unit) {
            bail!("{} came out as {again:?} with a profile, and as {unit:?} before", unit.network);
        }
        profile.context("`assay run --profile --json` gave no profile").map(Some)
    }

    /// Runs one network, and gives what came of it.
    fn unit(
        &self,
        file: &Path,
        task: &OnTask,
        network: &str,
        pictures: Option<&Path>,
    ) -> Result<(UnitResult, Option<ProfileResult>)> {
        let mut command = Command::new(&self.assay);
        command.arg("run").arg(file).arg("--task").arg(task.dir());
        command.args(["--only", network, "--json", "--threads", &self.threads.to_string()]);
        if let Some(pictures) = pictures {
            command.arg("--profile").arg(pictures);
        }
        let output = command.stdin(Stdio::null()).output();
        let output = output.with_context(|| format!("cannot start {}", self.assay.display()))?;
        let said = String::from_utf8_lossy(&output.stderr);
        if !output.status.code().is_some_and(|code| RESULT.contains(&code))
            || output.stdout.is_empty()
        {
            bail!(
                "{network}: `{}` ended with {}: {}",
                step::spell(&command),
                output.status,
                said.trim()
            );
        }
        let json = String::from_utf8_lossy(&output.stdout);
        let (mut unit, profile) =
            UnitResult::parse(&json).context("the output of `assay run --json`")?;
        unit.warnings = warnings(&said, task.name(), network);
        Ok((unit, profile))
    }
}

/// Lines that should not be there: warnings of the measure, of the host, and of attempts that were lost.
/// Without the unit, which a measure's lines begin with.
fn warnings(said: &str, task: &str, network: &str) -> Vec<String> {
    let (unit, lost) =
        (format!("{task} {network} "), format!("note: {task} {network}: inconclusive"));
    let own = said.lines().map(|line| line.strip_prefix(&unit).unwrap_or(line));
    let bad = |line: &&str| line.starts_with("warning: ") || line.starts_with(&lost);
    own.filter(bad).map(str::to_owned).collect()
}

/// A line for whoever watches.
fn told(unit: &UnitResult) -> String {
    let what = unit.reason.as_deref().unwrap_or(&unit.outcome);
    let mut line = format!("{}: {what}, {:.1} s", unit.network, unit.seconds);
    for warning in &unit.warnings {
        line.push_str("\n      ");
        line.push_str(warning);
    }
    line
}

/// The date, in universal time.
fn today() -> Result<String> {
    let date = step::capture(Command::new("date").args(["-u", "+%Y-%m-%d"]))?;
    Ok(date.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_that_warn_are_kept() {
        let said = "t model_1 info: warning: of nothing\n\
                    t model_1 warning: few examples\n\
                    warning: no Landlock here\n\
                    note: drawn: work.svg\n\
                    note: t model_1: inconclusive (lost); attempt 2 of 3\n";
        let kept = warnings(said, "t", "model_1");
        let starts: Vec<&str> = kept.iter().map(|line| &line[..13]).collect();
        assert_eq!(starts, ["warning: few ", "warning: no L", "note: t model"]);
    }

    #[test]
    fn dates_sort_as_text() {
        let today = today().unwrap();
        assert!(today.len() == 10 && today.as_str() > "2026-01-01", "{today}");
    }
}
