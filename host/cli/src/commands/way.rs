//! The two ways to run a measure on tasks: in processes of its own, or in this one.

use assay_ids::{ContestSeed, Digest, UnitSeed};
use assay_sandbox::{Admitted, Sandbox, SandboxLimits};
use assay_task::{PhaseView, TaskView};
use assay_worker::{ATTEMPTS_MAX, Admission, Engines, Local, Recording, Unit, Worker, attempts};

use super::recorder::RunRecorder;
use super::{admit, beside};
use crate::args::LaneName;
use crate::failure::Failure;
use crate::output;
use crate::progress::Progress;

/// A measure, admitted, and where it runs.
pub(crate) enum Way {
    /// Guest and engine in processes of their own.
    Processes { worker: Box<Worker>, measure: Box<Admission> },
    /// Everything in this process.
    InProcess { sandbox: Box<Sandbox>, measure: Box<Admitted> },
}

/// A [`Way`] with what answers the calls of its guests, on a phase's tasks.
pub(crate) struct Computer<'a> {
    /// Digest of the component.
    component: Digest,
    phase: &'a PhaseView,
    answers: Answers<'a>,
}

enum Answers<'a> {
    Processes { worker: &'a Worker, measure: &'a Admission, engines: Box<Engines> },
    InProcess { sandbox: &'a Sandbox, measure: &'a Admitted, local: Local },
}

impl Way {
    /// Admits a component under these limits; `file` is its name in messages.
    pub(crate) fn admit(
        bytes: &[u8],
        file: impl std::fmt::Display,
        limits: SandboxLimits,
        in_process: bool,
    ) -> Result<Self, Failure> {
        if in_process {
            let sandbox = Sandbox::new(limits)
                .map_err(|error| Failure::new(format!("the sandbox cannot start: {error}")))?;
            let measure = sandbox.admit(bytes).map_err(|reasons| admit::refused(file, &reasons))?;
            return Ok(Self::InProcess { sandbox: Box::new(sandbox), measure: Box::new(measure) });
        }
        for missing in assay_confine::support().missing() {
            output::warning(format!(
                "{missing}; components are not fully isolated (see `assay doctor`)"
            ));
        }
        let worker = admit::worker(limits)?;
        let measure = admit::admit(&worker, bytes, file)?;
        Ok(Self::Processes { worker: Box::new(worker), measure: Box::new(measure) })
    }

    /// A computer on a lane for a phase's tasks.
    pub(crate) fn computer<'a>(
        &'a self,
        lane: LaneName,
        phase: &'a PhaseView,
        threads: usize,
    ) -> Result<Computer<'a>, Failure> {
        let (component, answers) = match self {
            Self::Processes { worker, measure } => {
                let engines = Box::new(engines(worker, lane, phase, threads)?);
                (measure.digest, Answers::Processes { worker, measure, engines })
            }
            Self::InProcess { sandbox, measure } => {
                let local = Local::new(threads).map_err(Failure::new)?;
                (measure.digest, Answers::InProcess { sandbox, measure, local })
            }
        };
        Ok(Computer { component, phase, answers })
    }
}

/// An engine process on a lane, started.
pub(crate) fn engines(
    worker: &Worker,
    lane: LaneName,
    phase: &PhaseView,
    threads: usize,
) -> Result<Engines, Failure> {
    let (phase, wall_max) = (phase.clone(), worker.limits().wall_max);
    let mut engines = match lane {
        LaneName::Cpu => Engines::cpu(worker.program().clone(), phase, threads, wall_max),
        LaneName::Gpu => {
            let binary = beside::beside("assay-gpu", "assay-gpu")?;
            Engines::gpu(&binary, phase, threads, wall_max)
        }
    };
    let about = engines.about();
    let about = about.map_err(|error| Failure::new(format!("{} lane: {error}", lane.name())))?;
    if lane == LaneName::Gpu {
        output::note(format!("gpu lane on {about}; its values are provisional"));
    }
    Ok(engines)
}

impl Computer<'_> {
    /// Runs the measure on every network of the task at a position, each in a fresh instance. An
    /// inconclusive unit is run again, which stderr says.
    pub(crate) fn run_task(
        &mut self,
        at: usize,
        contest: ContestSeed,
        mut recorder: Option<&mut RunRecorder>,
    ) -> Result<Vec<Unit>, Failure> {
        let phase = self.phase;
        let task = &phase.tasks()[at];
        let name = task.task().name();
        let ids = task.network_ids();
        let bar = Progress::new(ids.len(), name);
        let mut units = Vec::with_capacity(ids.len());
        for id in ids {
            bar.step(id);
            let digest = task.network_digest(id).ok_or_else(|| {
                Failure::new(format!("{name}: {id} has no digest in the manifest"))
            })?;
            let seed = UnitSeed::derive(contest, self.component, digest);
            let run = || {
                let recording = recorder.as_deref_mut().map(RunRecorder::begin).transpose()?;
                self.unit((at, task), id, seed, recording)
            };
            let unit = attempts(run, |reason, attempt| {
                bar.aside(|| {
                    output::note(format!(
                        "{name} {id}: inconclusive ({reason}); attempt {attempt} of {ATTEMPTS_MAX}"
                    ));
                });
            })?;
            if let Some(recorder) = recorder.as_deref_mut() {
                recorder.append((self.component, task), contest, &unit)?;
            }
            units.push(unit);
            bar.advance();
        }
        Ok(units)
    }

    fn unit(
        &mut self,
        (at, task): (usize, &TaskView),
        id: &str,
        seed: UnitSeed,
        recording: Option<Recording>,
    ) -> Result<Unit, Failure> {
        match &mut self.answers {
            Answers::Processes { worker, measure, engines } => {
                Ok(worker.unit(engines, measure, (at, id), seed, recording))
            }
            Answers::InProcess { sandbox, measure, local } => {
                let measure = (*sandbox, &measure.measure);
                local.unit(measure, (at, task), id, seed, recording).map_err(Failure::new)
            }
        }
    }
}
