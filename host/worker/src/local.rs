//! Units in this process: the same sandbox and the same session, nothing between them.

use std::sync::{Arc, Mutex, PoisonError};

use assay_call::{Budget, Call, Detail, Host, Reply, Session, Stop};
use assay_engine::{Engine, Lane, PreparedData, PreparedNetwork};
use assay_ids::UnitSeed;
use assay_sandbox::{Measure, Sandbox};
use assay_task::Task;

use crate::{Unit, Used, WorkerError};

/// The `cpu` lane in this process.
pub struct Local {
    lane: Lane,
    data: Option<(usize, Arc<PreparedData>)>,
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

impl Local {
    /// With so many threads; 0 takes one for each core.
    pub fn new(threads: usize) -> Result<Self, WorkerError> {
        Ok(Self { lane: Lane::new(threads)?, data: None })
    }

    /// Evaluates one network of a task in a fresh instance. `at` tells tasks apart.
    ///
    /// # Errors
    /// The task cannot be read.
    pub fn unit(
        &mut self,
        (sandbox, measure): (&Sandbox, &Measure),
        (at, task): (usize, &Task),
        network: &str,
        seed: UnitSeed,
    ) -> Result<Unit, WorkerError> {
        let data = match &self.data {
            Some((of, data)) if *of == at => Arc::clone(data),
            _ => {
                let data = Arc::new(PreparedData::new(task.dataset()?));
                Arc::clone(&self.data.insert((at, data)).1)
            }
        };
        let prepared = Arc::new(PreparedNetwork::new(task.network(network)?));
        let operations = prepared.network().architecture().operations();
        let limits = Budget::PUBLISHED.limits(operations, data.dataset().examples() as u64);
        let engine = Engine::new(self.lane.clone(), prepared, data);
        let session = Arc::new(Mutex::new(Session::new(engine, limits, Detail::Visible)));
        let report = sandbox.run(measure, Box::new(Shared(Arc::clone(&session))), seed);
        let session = session.lock().unwrap_or_else(PoisonError::into_inner);
        let (meters, transcript) = (session.meters(), session.transcript().digest());
        let used = Some(Used { limits, meters, transcript });
        Ok(Unit { id: network.to_owned(), report, used })
    }
}
