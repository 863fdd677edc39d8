//! `assay run`: a component on tasks, scored where the truth is at hand.

mod report;

use std::path::Path;
use std::sync::Arc;

use assay_ids::PhaseKey;
use assay_record::read_phase_key;
use assay_task::PhaseView;
use assay_worker::Unit;
use serde_json::{Value, json};

pub(crate) use self::report::outcome;
use self::report::{Confirmation, TaskReport, confirmed, json_of, text};
use super::confirm::compare;
use super::recorder::{Kept, RunRecorder};
use super::scored::score;
use super::sources::Sources;
use super::stage::Stage;
use super::way::{Kind, Way};
use super::{build, profile};
use crate::args::{LaneName, RunArgs};
use crate::failure::{Failure, USAGE};
use crate::output::{self, Text};
use crate::progress::Progress;

pub(crate) fn run(args: &RunArgs) -> Result<(), Failure> {
    check(args)?;
    if args.watch { watch(args) } else { once(args) }
}

/// Options that do not go together.
fn check(args: &RunArgs) -> Result<(), Failure> {
    let usage = |message: &str, hint: &str| Err(Failure::new(message).hint(hint).with_code(USAGE));
    if args.confirm && args.lane == LaneName::Cpu {
        let message = "--confirm compares with the `cpu` lane, and this is its run";
        return usage(message, "give it with --lane gpu");
    }
    let within = if args.profile.is_some() { "--profile" } else { "--in-process" };
    if kind(args) != Kind::Apart && args.lane == LaneName::Gpu {
        let message = format!("{within} computes on the `cpu` lane");
        return usage(&message, &format!("leave out one of {within} and --lane gpu"));
    }
    Ok(())
}

fn kind(args: &RunArgs) -> Kind {
    match (&args.profile, args.units.in_process) {
        (Some(_), _) => Kind::Profiled,
        (None, true) => Kind::Within,
        (None, false) => Kind::Apart,
    }
}

/// Runs once now, and once more after each change, until the user ends it.
fn watch(args: &RunArgs) -> Result<(), Failure> {
    loop {
        // Looked at before the run: what changes while it goes on starts the next one.
        let sources = Sources::look(&args.file)?;
        if let Err(failure) = once(args) {
            failure.print();
        }
        output::note(format!("waiting for a change of {} (Ctrl-C ends)", args.file.display()));
        sources.wait_for_change();
    }
}

fn once(args: &RunArgs) -> Result<(), Failure> {
    let key = args.phase_key.as_deref().map(phase_key).transpose()?;
    let stage = Stage::open(&args.units, key)?;
    let bytes = build::component(&args.file)?;
    let way = Way::admit(&bytes, args.file.display(), stage.limits, kind(args))?;
    let mut recorder = args
        .record
        .as_deref()
        .map(|out| RunRecorder::create(out, &stage.phase, args.lane, stage.limits))
        .transpose()?;
    let mut computer = way.computer(args.lane, &stage)?;
    let cpu = || way.computer(LaneName::Cpu, &stage);
    let mut cpu = args.confirm.then(cpu).transpose()?;
    let progress = Progress::new(stage.units() * if args.confirm { 2 } else { 1 }, "");
    let mut reports = Vec::new();
    for task in stage.tasks() {
        let units = computer.run_task(task, recorder.as_mut(), &progress)?;
        progress.aside(|| print_logs(task.name(), &units));
        let scored = score(task, &units)?;
        let confirmation = match &mut cpu {
            Some(cpu) => {
                let again = cpu.run_task(task, None, &progress)?;
                let verdict = compare(&units, &again);
                Some(Confirmation { units: again, verdict })
            }
            None => None,
        };
        let (name, missing, partial) = (task.name().to_owned(), task.no_score(), task.partial());
        reports.push(TaskReport { name, units, scored, missing, partial, confirmation });
    }
    drop(progress);
    // Before anything is printed: whoever reads the values finds the records.
    let kept = recorder.map(RunRecorder::finish).transpose()?;
    show(args, &stage.phase, &reports, kept.as_ref())?;
    let units: Vec<(&str, &[Unit])> =
        reports.iter().map(|report| (report.name.as_str(), &*report.units)).collect();
    if let Some(dir) = &args.profile {
        profile::draw(dir, &way.measure().0.name, &units)?;
    }
    outcome(&units)?;
    confirmed(&reports)
}

/// Prints what came of the run.
fn show(
    args: &RunArgs,
    phase: &PhaseView,
    reports: &[TaskReport],
    kept: Option<&Kept>,
) -> Result<(), Failure> {
    if args.json {
        let tasks: Vec<Value> = reports.iter().map(json_of).collect();
        let mut json = json!({"schema": 1, "lane": args.lane.name(), "tasks": tasks});
        if args.lane != LaneName::Cpu {
            json["provisional"] = true.into();
        }
        if let Some(key) = phase.key() {
            json["phase_key"] = json!(key.commitment());
        }
        if let Some(kept) = kept {
            json["head"] = kept.head.to_string().into();
            json["records"] = kept.records.into();
        }
        output::json(&json)?;
    } else {
        let provisional = args.lane != LaneName::Cpu;
        let mut all = Text::default();
        for (at, report) in reports.iter().enumerate() {
            if at > 0 {
                all.blank();
            }
            all.text(&text(report, provisional));
            if let Some(profile) = report.profile() {
                all.blank().text(&profile::table(&profile));
            }
        }
        all.print()?;
    }
    if let Some(kept) = kept {
        output::note(format!("{} records, head {}", kept.records, kept.head));
    }
    Ok(())
}

fn phase_key(file: &Path) -> Result<Arc<PhaseKey>, Failure> {
    let key = read_phase_key(file).map_err(|error| Failure::new(error).with_code(USAGE));
    key.map(Arc::new).map_err(|failure| failure.hint("`assay key phase FILE` makes a phase's key"))
}

fn print_logs(task: &str, units: &[Unit]) {
    for unit in units {
        for line in &unit.report.log {
            output::say(format!("{task} {} {}: {}", unit.id, line.level, line.text));
        }
    }
}
