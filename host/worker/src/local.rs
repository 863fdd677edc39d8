//! Units in this process: the same sandbox and the same session, nothing between them.

use std::sync::{Arc, Mutex, PoisonError};

use assay_call::{Budget, Detail, Session};
use assay_engine::{Engine, Lane, PreparedNetwork};
use assay_ids::UnitSeed;
use assay_sandbox::{FuelGauge, Measure, Sandbox};
use assay_task::TaskView;

use crate::last_data::LastData;
use crate::profile::{Profiler, finished};
use crate::{Recording, Unit, Used, WorkerError};

/// The `cpu` lane in this process.
pub struct Local {
    lane: Lane,
    data: LastData,
    profile: bool,
}

impl Local {
    /// With so many threads; 0 takes one for each core.
    pub fn new(threads: usize) -> Result<Self, WorkerError> {
        Ok(Self { lane: Lane::new(threads)?, data: LastData::default(), profile: false })
    }

    /// Makes a profile of every unit. Nothing else of a unit changes.
    #[must_use]
    pub fn with_profile(self, profile: bool) -> Self {
        Self { profile, ..self }
    }

    /// Evaluates one network of a task, by the id under which the phase shows it, in a fresh instance.
    /// `at` tells tasks apart.
    ///
    /// # Errors
    /// The task cannot be read.
    pub fn unit(
        &mut self,
        (sandbox, measure): (&Sandbox, &Measure),
        (at, task): (usize, &TaskView),
        network: &str,
        seed: UnitSeed,
        recording: Option<Recording>,
    ) -> Result<Unit, WorkerError> {
        let data = self.data.of(at, task)?;
        let prepared = Arc::new(PreparedNetwork::new(task.network(network)?));
        let limits = Budget::PUBLISHED.of_unit(prepared.network(), data.dataset());
        let engine = Engine::new(self.lane.clone(), prepared, data);
        let detail = recording.as_ref().map_or(Detail::Visible, |recording| recording.detail);
        let mut session = Session::new(engine, limits, detail);
        if let Some(Recording { recorder, .. }) = recording {
            session = session.with_recorder(recorder);
        }
        let session = Arc::new(Mutex::new(session));
        let (report, profile) = if self.profile {
            let gauge = FuelGauge::default();
            let profiler = Profiler::new(Arc::clone(&session), gauge.clone());
            let profile = profiler.profile();
            let report = sandbox.run_gauged(measure, Box::new(profiler), seed, gauge);
            let profile = finished(&profile, report.fuel);
            (report, Some(profile))
        } else {
            (sandbox.run(measure, Box::new(Arc::clone(&session)), seed), None)
        };
        let session = session.lock().unwrap_or_else(PoisonError::into_inner);
        let (meters, transcript) = (session.meters(), session.transcript());
        let (transcript, entries) = (transcript.digest(), transcript.entries());
        let used = Some(Used { limits, meters, transcript, detail, entries });
        Ok(Unit { id: network.to_owned(), report, used, profile })
    }
}
