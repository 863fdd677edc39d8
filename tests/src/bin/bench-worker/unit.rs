//! Units: one measure on the networks of one task, as `assay run` runs them.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use assay_call::{Budget, Detail, Session};
use assay_engine::{Cache, Engine, Lane, PreparedData, PreparedNetwork};
use assay_ids::{ContestSeed, UnitSeed};
use assay_sandbox::{Admitted, Sandbox, SandboxLimits};
use assay_task::Task;
use serde_json::json;

use crate::{Answer, Refusal};

/// A task opened and measures admitted.
pub(crate) struct Units {
    sandbox: Sandbox,
    measures: Vec<Admitted>,
    cache: Option<Arc<Cache>>,
    task: Task,
    data: Arc<PreparedData>,
    lane: Lane,
}

impl Units {
    /// `cache` is in bytes; without one, every unit computes everything.
    pub(crate) fn new(
        task: &Path,
        measures: &[&Path],
        cache: Option<u64>,
        lane: &Lane,
    ) -> Result<Self, Refusal> {
        let task = Task::open(task)?;
        let data = Arc::new(PreparedData::new(task.dataset()?));
        let sandbox = Sandbox::new(SandboxLimits::PUBLISHED)
            .map_err(|error| Refusal::Failed(format!("{error:#}")))?;
        let admit = |file: &&Path| {
            sandbox.admit(&std::fs::read(file)?).map_err(|reasons| {
                let reasons: Vec<String> = reasons.into_iter().map(|r| r.message).collect();
                Refusal::Failed(reasons.join("; "))
            })
        };
        let measures = measures.iter().map(admit).collect::<Result<_, _>>()?;
        let cache = cache.map(|bytes| Arc::new(Cache::new(bytes)));
        Ok(Self { sandbox, measures, cache, task, data, lane: lane.clone() })
    }

    /// Everything that belongs to one network: reading and checking its files, packing, the run.
    pub(crate) fn run(&self, measure: usize, id: &str) -> Answer {
        let measure = self.measures.get(measure);
        let measure = measure.ok_or_else(|| Refusal::Failed("no such measure".to_owned()))?;
        let network = self.task.network(id)?;
        let digest = self.task.network_digest(id);
        let digest = digest.ok_or_else(|| Refusal::Failed(format!("{id} has no digest")))?;
        let seed = UnitSeed::derive(ContestSeed(0), measure.digest, digest);
        let limits = Budget::PUBLISHED.of_unit(&network, self.data.dataset());
        let prepared = Arc::new(PreparedNetwork::new(network));
        let mut engine = Engine::new(self.lane.clone(), prepared, Arc::clone(&self.data));
        if let Some(cache) = &self.cache {
            engine = engine.with_cache(Arc::clone(cache));
        }
        let session = Arc::new(Mutex::new(Session::new(engine, limits, Detail::Visible)));
        let host = Box::new(Arc::clone(&session));
        let report = self.sandbox.run(&measure.measure, host, seed);
        let Some(value) = report.outcome.value() else {
            return Err(Refusal::Failed(report.outcome.explain()));
        };
        let meters = session.lock().unwrap_or_else(PoisonError::into_inner).meters();
        Ok(json!({"value": value, "work": meters.work, "fuel": report.fuel}))
    }
}
