//! The two ways to run a measure on tasks: in processes of its own, or in this one.

use assay_ids::{ContestSeed, Digest, UnitSeed};
use assay_sandbox::{Admitted, Sandbox, SandboxLimits};
use assay_task::Task;
use assay_worker::{Admission, Engines, Local, Unit, Worker};

use super::{admit, beside};
use crate::args::LaneName;
use crate::failure::Failure;
use crate::progress;

/// A measure, admitted, and where it runs.
pub(crate) enum Way {
    /// Guest and engine in processes of their own.
    Processes { worker: Box<Worker>, measure: Box<Admission> },
    /// Everything in this process.
    InProcess { sandbox: Box<Sandbox>, measure: Box<Admitted> },
}

/// Where the calls of a [`Way`]'s guests are answered.
pub(crate) enum Computer {
    Processes(Engines),
    InProcess(Local, Vec<Task>),
}

impl Way {
    /// Admits a component; `file` is its name in messages.
    pub(crate) fn admit(
        bytes: &[u8],
        file: impl std::fmt::Display,
        in_process: bool,
    ) -> Result<Self, Failure> {
        if in_process {
            let sandbox = Sandbox::new(SandboxLimits::PUBLISHED)
                .map_err(|error| Failure::new(format!("the sandbox cannot start: {error}")))?;
            let measure = sandbox.admit(bytes).map_err(|reasons| admit::refused(file, &reasons))?;
            return Ok(Self::InProcess { sandbox: Box::new(sandbox), measure: Box::new(measure) });
        }
        for missing in assay_confine::support().missing() {
            eprintln!("warning: {missing}; components are not fully isolated (see `assay doctor`)");
        }
        let worker = admit::worker()?;
        let measure = admit::admit(&worker, bytes, file)?;
        Ok(Self::Processes { worker: Box::new(worker), measure: Box::new(measure) })
    }

    /// A computer on a lane for some tasks.
    pub(crate) fn computer(
        &self,
        lane: LaneName,
        tasks: &[Task],
        threads: usize,
    ) -> Result<Computer, Failure> {
        let tasks = tasks.to_vec();
        let Self::Processes { worker, .. } = self else {
            let local = Local::new(threads).map_err(Failure::new)?;
            return Ok(Computer::InProcess(local, tasks));
        };
        let wall_max = worker.limits().wall_max;
        let mut engines = match lane {
            LaneName::Cpu => Engines::cpu(worker.program().clone(), tasks, threads, wall_max),
            LaneName::Gpu => {
                let binary = beside::beside("assay-gpu", "assay-gpu")?;
                Engines::gpu(&binary, tasks, threads, wall_max)
            }
        };
        let about = engines.about();
        let about =
            about.map_err(|error| Failure::new(format!("{} lane: {error}", lane.name())))?;
        if lane == LaneName::Gpu {
            eprintln!("note: gpu lane on {about}; its values are provisional");
        }
        Ok(Computer::Processes(engines))
    }

    /// Runs the measure on every network of the task at a position, each in a fresh instance.
    pub(crate) fn run_task(
        &self,
        computer: &mut Computer,
        at: usize,
        contest: ContestSeed,
    ) -> Result<Vec<Unit>, Failure> {
        let task = computer.tasks()[at].clone();
        let ids = task.network_ids();
        let bar = progress::bar(ids.len(), task.name());
        let mut units = Vec::with_capacity(ids.len());
        for id in ids {
            bar.set_message(id.to_owned());
            let digest = task.network_digest(id).ok_or_else(|| {
                Failure::new(format!("{}: {id} has no digest in the manifest", task.name()))
            })?;
            let seed = UnitSeed::derive(contest, self.digest(), digest);
            units.push(self.unit(computer, (at, &task), id, seed)?);
            bar.inc(1);
        }
        bar.finish_and_clear();
        Ok(units)
    }

    fn unit(
        &self,
        computer: &mut Computer,
        (at, task): (usize, &Task),
        id: &str,
        seed: UnitSeed,
    ) -> Result<Unit, Failure> {
        match (self, computer) {
            (Self::Processes { worker, measure }, Computer::Processes(engines)) => {
                Ok(worker.unit(engines, measure, (at, id), seed))
            }
            (Self::InProcess { sandbox, measure }, Computer::InProcess(local, _)) => {
                local.unit((sandbox, &measure.measure), (at, task), id, seed).map_err(Failure::new)
            }
            _ => Err(Failure::new("this computer was made for another way to run")),
        }
    }

    /// Digest of the component.
    pub(crate) fn digest(&self) -> Digest {
        match self {
            Self::Processes { measure, .. } => measure.digest,
            Self::InProcess { measure, .. } => measure.digest,
        }
    }
}

impl Computer {
    fn tasks(&self) -> &[Task] {
        match self {
            Self::Processes(engines) => engines.tasks(),
            Self::InProcess(_, tasks) => tasks,
        }
    }
}
