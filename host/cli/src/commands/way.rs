//! The two ways to run a measure on tasks: in processes of its own, or in this one.

use assay_ids::{ContestSeed, Digest, UnitSeed};
use assay_sandbox::{Admitted, Description, Sandbox, SandboxLimits};
use assay_task::PhaseView;
use assay_worker::{ATTEMPTS_MAX, Admission, Engines, Local, Recording, Unit, Worker, attempts};

use super::recorder::RunRecorder;
use super::stage::{OnStage, Stage};
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
    InProcess { sandbox: Box<Sandbox>, measure: Box<Admitted>, profile: bool },
}

/// A [`Way`] with what answers the calls of its guests, on a stage's tasks.
pub(crate) struct Computer<'a> {
    /// Digest of the component.
    component: Digest,
    contest: ContestSeed,
    answers: Answers<'a>,
}

/// How a measure is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// In processes of its own.
    Apart,
    /// In this process.
    Within,
    /// In this process, with a profile of each unit.
    Profiled,
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
        kind: Kind,
    ) -> Result<Self, Failure> {
        if kind != Kind::Apart {
            let sandbox = Sandbox::new(limits)
                .map_err(|error| Failure::new(format!("the sandbox cannot start: {error}")))?;
            let measure = sandbox.admit(bytes).map_err(|reasons| admit::refused(file, &reasons))?;
            let (sandbox, measure) = (Box::new(sandbox), Box::new(measure));
            return Ok(Self::InProcess { sandbox, measure, profile: kind == Kind::Profiled });
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

    /// What the measure says of itself, and the component's digest.
    pub(crate) fn measure(&self) -> (&Description, Digest) {
        match self {
            Self::Processes { measure, .. } => (&measure.description, measure.digest),
            Self::InProcess { measure, .. } => (&measure.description, measure.digest),
        }
    }

    /// A computer on a lane for a stage's tasks.
    pub(crate) fn computer<'a>(
        &'a self,
        lane: LaneName,
        stage: &'a Stage,
    ) -> Result<Computer<'a>, Failure> {
        let threads = stage.threads;
        let answers = match self {
            Self::Processes { worker, measure } => {
                let engines = Box::new(engines(worker, lane, &stage.phase, threads)?);
                Answers::Processes { worker, measure, engines }
            }
            Self::InProcess { sandbox, measure, profile } => {
                let local = Local::new(threads).map_err(Failure::new)?.with_profile(*profile);
                Answers::InProcess { sandbox, measure, local }
            }
        };
        Ok(Computer { component: self.measure().1, contest: stage.seed, answers })
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
    /// Runs the measure on the networks of a task that were chosen, each in a fresh instance. An
    /// inconclusive unit is run again, which stderr says.
    pub(crate) fn run_task(
        &mut self,
        on: OnStage<'_>,
        mut recorder: Option<&mut RunRecorder>,
        progress: &Progress,
    ) -> Result<Vec<Unit>, Failure> {
        let (name, contest) = (on.name(), self.contest);
        progress.activity(name);
        let mut units = Vec::with_capacity(on.networks.len());
        for id in on.networks {
            progress.step(id);
            let digest = on.view.network_digest(id).ok_or_else(|| {
                Failure::new(format!("{name}: {id} has no digest in the manifest"))
            })?;
            let seed = UnitSeed::derive(contest, self.component, digest);
            let run = || {
                let recording = recorder.as_deref_mut().map(RunRecorder::begin).transpose()?;
                self.unit(on, id, seed, recording)
            };
            let unit = attempts(run, |reason, attempt| {
                progress.aside(|| {
                    output::note(format!(
                        "{name} {id}: inconclusive ({reason}); attempt {attempt} of {ATTEMPTS_MAX}"
                    ));
                });
            })?;
            if let Some(recorder) = recorder.as_deref_mut() {
                recorder.append((self.component, on.view), contest, &unit)?;
            }
            units.push(unit);
            progress.advance();
        }
        Ok(units)
    }

    fn unit(
        &mut self,
        on: OnStage<'_>,
        id: &str,
        seed: UnitSeed,
        recording: Option<Recording>,
    ) -> Result<Unit, Failure> {
        match &mut self.answers {
            Answers::Processes { worker, measure, engines } => {
                Ok(worker.unit(engines, measure, (on.at, id), seed, recording))
            }
            Answers::InProcess { sandbox, measure, local } => {
                let measure = (*sandbox, &measure.measure);
                local.unit(measure, (on.at, on.view), id, seed, recording).map_err(Failure::new)
            }
        }
    }
}
