//! `cargo xtask measures`: runs every measure that ships on every task at hand, and writes the page
//! `guest-sdk/measures/README.md` about them.
//!
//! A whole run takes hours, so it can be stopped and goes on where it was: what came of a component on a
//! task is one file under `target/measures`, written anew after each network. The page is made from those
//! files, and says what is missing.

mod limits;
mod list;
mod page;
mod published;
mod report;
mod results;
mod run;
mod tables;
mod tasks;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use assay_ids::Digest;
use clap::Args;

use crate::workspace::Workspace;
use crate::{guests, step};
use limits::UnitLimits;
use list::Shipped;
use report::Report;
use results::Store;
use run::Runner;
use tasks::OnTask;

/// The page.
const PAGE: &str = "guest-sdk/measures/README.md";

#[derive(Args)]
pub(crate) struct MeasuresArgs {
    /// Run only this measure; repeat for several. The page has all of them.
    #[arg(long, value_name = "MEASURE")]
    only: Vec<String>,
    /// Run only on this task; repeat for several. The page has all of them.
    #[arg(long, value_name = "NAME")]
    task: Vec<String>,
    /// Run nothing: write the page from what earlier runs left.
    #[arg(long, conflicts_with_all = ["only", "task", "threads", "no_profile"])]
    page: bool,
    /// Write the page even where the one that is there tells of more units.
    #[arg(long)]
    fewer: bool,
    /// Computing threads of a unit; 0 takes one for each core. Only times depend on it.
    #[arg(long, value_name = "N", default_value_t = 0)]
    threads: usize,
    /// Leave out the extra run for each measure and task that finds its dearest call.
    #[arg(long)]
    no_profile: bool,
    /// A ready `assay` [default: the release build, which is built first].
    #[arg(long, value_name = "FILE")]
    assay: Option<PathBuf>,
    /// Where components lie as MEASURE.wasm [default: target/guests, where they are built first].
    #[arg(long, value_name = "DIR")]
    components: Option<PathBuf>,
}

/// What every part of the command needs.
struct Setting {
    /// Every measure that ships, in order of group and name.
    measures: Vec<Shipped>,
    /// The tasks at hand.
    tasks: Vec<OnTask>,
    limits: UnitLimits,
    store: Store,
    /// Where components lie.
    components: PathBuf,
}

impl Setting {
    /// A measure's component with its digest.
    fn component(&self, measure: &Shipped) -> Result<(PathBuf, String)> {
        let file = self.components.join(format!("{}.wasm", measure.name));
        let bytes = fs::read(&file).with_context(|| {
            format!("cannot read {} (`cargo xtask guests` builds it)", file.display())
        })?;
        Ok((file, Digest::of(&bytes).to_string()))
    }
}

pub(crate) fn run(workspace: &Workspace, args: MeasuresArgs) -> Result<()> {
    let measures = list::find(workspace)?;
    known("measure", &args.only, &mut measures.iter().map(|measure| measure.name.as_str()))?;
    let limits = UnitLimits::read(workspace)?;
    let dir = workspace.root().join("target/measures");
    fs::create_dir_all(&dir).with_context(|| format!("cannot make {}", dir.display()))?;
    let assay = if args.page { None } else { Some(program(workspace, args.assay)?) };
    let components = match args.components {
        Some(dir) => dir,
        None if args.page => workspace.components_dir(),
        None => {
            step::run("guests", "cargo xtask guests", || guests::run(workspace))?;
            workspace.components_dir()
        }
    };
    let tasks = tasks::find(workspace, &dir, assay.as_deref())?;
    known("task", &args.task, &mut tasks.iter().map(OnTask::name))?;
    let setting = Setting { measures, tasks, limits, store: Store::new(&dir), components };
    let mut problems = Vec::new();
    if let Some(assay) = assay {
        let runner = Runner { assay, threads: args.threads, profile: !args.no_profile, dir };
        problems = runner.run(&setting, &args.only, &args.task)?;
    }
    let report = Report::new(&setting)?;
    write(&workspace.root().join(PAGE), &page::text(&report), report.units(), args.fewer)?;
    problems.extend(report.absent());
    problems.extend(report.problems());
    if !problems.is_empty() {
        let (count, list) = (problems.len(), problems.join("\n  "));
        bail!("{count} things are not as they should be:\n  {list}");
    }
    Ok(())
}

/// The program that runs measures, built if none was named.
fn program(workspace: &Workspace, ready: Option<PathBuf>) -> Result<PathBuf> {
    if let Some(assay) = ready {
        if !assay.is_file() {
            bail!("--assay {}: there is no such file", assay.display());
        }
        return Ok(assay);
    }
    let build = ["build", "--release", "--package", "assay-cli"];
    step::cargo("assay", workspace.root(), &build, &[])?;
    Ok(workspace.target_dir().join("release/assay"))
}

/// Refuses a name that is none of those there are.
fn known(what: &str, asked: &[String], all: &mut dyn Iterator<Item = &str>) -> Result<()> {
    let all: Vec<&str> = all.collect();
    match asked.iter().find(|name| !all.contains(&name.as_str())) {
        Some(name) => bail!("there is no {what} `{name}`; there are {}", all.join(", ")),
        None => Ok(()),
    }
}

/// Writes the page, unless the one that is there tells of more units: it was made where more was at
/// hand.
fn write(path: &Path, text: &str, units: usize, fewer: bool) -> Result<()> {
    let there = fs::read_to_string(path).unwrap_or_default();
    if let Some(more) = page::units(&there).filter(|there| *there > units && !fewer) {
        eprintln!(
            "{PAGE} stays as it is: it tells of {more} units, and {units} are at hand here \
             (--fewer writes it all the same)"
        );
        return Ok(());
    }
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    eprintln!("{PAGE}: {units} units");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_not_there_are_refused_with_those_that_are() {
        let asked = |name: &str| known("task", &[name.to_owned()], &mut ["a", "b"].into_iter());
        assert!(asked("b").is_ok());
        let error = asked("c").unwrap_err().to_string();
        assert_eq!(error, "there is no task `c`; there are a, b");
    }

    #[test]
    fn a_page_of_more_units_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("page.md");
        let page = |units: usize| format!("{}\n", page::mark(units));
        let write = |units, fewer| {
            write(&path, &page(units), units, fewer).unwrap();
            page::units(&fs::read_to_string(&path).unwrap())
        };
        assert_eq!(write(5, false), Some(5));
        assert_eq!(write(4, false), Some(5));
        assert_eq!(write(6, false), Some(6));
        assert_eq!(write(3, true), Some(3));
    }
}
