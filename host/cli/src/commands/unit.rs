//! Runs the units of one task on this machine.

use std::sync::{Arc, Mutex, PoisonError};

use assay_call::transport::Report;
use assay_call::{Call, Detail, Host, Limits, Reply, Session, Stop};
use assay_engine::{Engine, Lane, PreparedData, PreparedNetwork};
use assay_ids::{ContestSeed, UnitSeed};
use assay_network::{Dataset, Network};
use assay_sandbox::{Admitted, Outcome, Sandbox, UnitReport};
use assay_task::Task;

use super::gpu::GpuLane;
use crate::failure::Failure;
use crate::progress;

/// One unit as it ran.
pub(crate) struct Unit {
    pub(crate) id: String,
    pub(crate) report: UnitReport,
    /// What the executing side knows; nothing if it was lost.
    pub(crate) used: Option<Report>,
}

/// Where calls are computed.
pub(crate) enum Computer {
    /// In this process, bit-exact.
    Cpu(Lane),
    /// In `assay-gpu`.
    Gpu(GpuLane),
}

/// A session that this side keeps while the sandbox uses it, to read its meters afterwards.
struct Shared(Arc<Mutex<Session<Engine>>>);

impl Host for Shared {
    fn call(&mut self, call: Call) -> Result<Reply, Stop> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).call(call)
    }

    fn note(&mut self, name: &str, text: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).note(name, text);
    }
}

/// Runs a measure on every network of a task, each in a fresh instance.
pub(crate) fn run_task(
    sandbox: &Sandbox,
    measure: &Admitted,
    task: &Task,
    computer: &mut Computer,
    contest: ContestSeed,
) -> Result<Vec<Unit>, Failure> {
    let mut data = TaskData::new(task.dataset().map_err(Failure::new)?, computer);
    let ids = task.network_ids();
    let bar = progress::bar(ids.len(), task.name());
    let mut units = Vec::with_capacity(ids.len());
    for id in ids {
        bar.set_message(id.to_owned());
        let network = task.network(id).map_err(Failure::new)?;
        let digest = task.network_digest(id).ok_or_else(|| {
            Failure::new(format!("{}: {id} has no digest in the manifest", task.name()))
        })?;
        let seed = UnitSeed::derive(contest, measure.digest, digest);
        let run = |host: Box<dyn Host + Send>| sandbox.run(measure, host, seed);
        let (report, used) = data.unit(network, seed, run);
        units.push(Unit { id: id.to_owned(), report, used });
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(units)
}

/// A task's data in the form that the lane wants.
enum TaskData<'a> {
    Cpu(&'a Lane, Arc<PreparedData>),
    Gpu(&'a mut GpuLane, Dataset),
}

impl<'a> TaskData<'a> {
    fn new(data: Dataset, computer: &'a mut Computer) -> Self {
        match computer {
            Computer::Cpu(lane) => Self::Cpu(lane, Arc::new(PreparedData::new(data))),
            Computer::Gpu(lane) => {
                lane.next_task();
                Self::Gpu(lane, data)
            }
        }
    }

    fn unit(
        &mut self,
        network: Network,
        seed: UnitSeed,
        run: impl FnOnce(Box<dyn Host + Send>) -> UnitReport,
    ) -> (UnitReport, Option<Report>) {
        let operations = network.architecture().operations();
        let limits = |data: &Dataset| Limits::for_network(operations, data.examples() as u64);
        match self {
            Self::Cpu(lane, data) => {
                let limits = limits(data.dataset());
                let prepared = Arc::new(PreparedNetwork::new(network));
                let engine = Engine::new(lane.clone(), prepared, Arc::clone(data));
                let session = Session::new(engine, limits, Detail::Visible);
                let session = Arc::new(Mutex::new(session));
                let report = run(Box::new(Shared(Arc::clone(&session))));
                let session = session.lock().unwrap_or_else(PoisonError::into_inner);
                let (meters, transcript) = (session.meters(), session.transcript().digest());
                (report, Some(Report { meters, transcript }))
            }
            Self::Gpu(lane, data) => {
                let limits = limits(data);
                lane.unit(data, &network, limits, run).unwrap_or_else(|error| {
                    let outcome = Outcome::Inconclusive(format!("the gpu lane failed: {error}"));
                    (UnitReport { outcome, fuel: 0, seed, log: Vec::new() }, None)
                })
            }
        }
    }
}
