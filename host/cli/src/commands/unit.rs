//! Runs the units of one task on this machine, in process.

use std::sync::{Arc, Mutex, PoisonError};

use assay_call::{Call, Detail, Host, Limits, Meters, Reply, Session, Stop};
use assay_engine::{Engine, Lane, PreparedData, PreparedNetwork};
use assay_ids::{ContestSeed, Digest, UnitSeed};
use assay_sandbox::{Admitted, Sandbox, UnitReport};
use assay_task::Task;

use crate::failure::Failure;
use crate::progress;

/// One unit as it ran.
pub(crate) struct Unit {
    pub(crate) id: String,
    pub(crate) report: UnitReport,
    pub(crate) meters: Meters,
    pub(crate) transcript: Digest,
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
    lane: &Lane,
    contest: ContestSeed,
) -> Result<Vec<Unit>, Failure> {
    let data = Arc::new(PreparedData::new(task.dataset().map_err(Failure::new)?));
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
        units.push(run_unit(sandbox, measure, id, network, &data, lane, seed));
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(units)
}

fn run_unit(
    sandbox: &Sandbox,
    measure: &Admitted,
    id: &str,
    network: assay_network::Network,
    data: &Arc<PreparedData>,
    lane: &Lane,
    seed: UnitSeed,
) -> Unit {
    let operations = network.architecture().operations();
    let limits = Limits::for_network(operations, data.dataset().examples() as u64);
    let prepared = Arc::new(PreparedNetwork::new(network));
    let engine = Engine::new(lane.clone(), prepared, Arc::clone(data));
    let session = Arc::new(Mutex::new(Session::new(engine, limits, Detail::Visible)));
    let report = sandbox.run(measure, Box::new(Shared(Arc::clone(&session))), seed);
    let session = session.lock().unwrap_or_else(PoisonError::into_inner);
    let (meters, transcript) = (session.meters(), session.transcript().digest());
    Unit { id: id.to_owned(), report, meters, transcript }
}
