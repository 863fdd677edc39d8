//! What `assay run --record` keeps of a run.

use std::path::Path;

use assay_call::Detail;
use assay_ids::{ContestSeed, Digest, PhaseKey};
use assay_record::{BundleWriter, NamedTask, RecordError, new_salt};
use assay_sandbox::SandboxLimits;
use assay_task::{PhaseView, TaskView};
use assay_worker::{Circumstances, HiddenPhase, Recording, Unit, record};

use crate::args::LaneName;
use crate::failure::{Failure, USAGE};

/// The phase's name in bundles of runs that belong to no contest.
const PHASE: &str = "local";

/// A bundle while its run goes on.
pub(crate) struct RunRecorder {
    bundle: BundleWriter,
    lane: LaneName,
    limits: SandboxLimits,
    /// The commitment of the phase's key, in a hidden phase.
    key: Option<Digest>,
}

/// A bundle that is finished.
pub(crate) struct Kept {
    pub(crate) head: Digest,
    pub(crate) records: usize,
}

impl RunRecorder {
    /// A new bundle in a directory that is not there yet. An existing one is never touched.
    pub(crate) fn create(
        out: &Path,
        phase: &PhaseView,
        lane: LaneName,
        limits: SandboxLimits,
    ) -> Result<Self, Failure> {
        let tasks = phase.tasks().iter().map(TaskView::task);
        let named =
            tasks.map(|task| NamedTask { name: task.name().to_owned(), digest: task.digest() });
        let bundle = BundleWriter::create(out, PHASE, named.collect());
        let bundle = bundle.map_err(|error| match error {
            RecordError::Exists { .. } | RecordError::Refused { .. } => {
                Failure::new(error).hint("--record takes a new directory").with_code(USAGE)
            }
            other => Failure::new(other),
        })?;
        Ok(Self { bundle, lane, limits, key: phase.key().map(PhaseKey::commitment) })
    }

    /// A unit begins.
    pub(crate) fn begin(&mut self) -> Result<Recording, Failure> {
        // The most that can be kept, so that a replay can name the first tensor that differs.
        let detail = Detail::Full;
        let recorder = self.bundle.begin(detail).map_err(Failure::new)?;
        Ok(Recording { detail, recorder })
    }

    /// The unit is over. An inconclusive one leaves no record.
    pub(crate) fn append(
        &mut self,
        (component, task): (Digest, &TaskView),
        contest: ContestSeed,
        unit: &Unit,
    ) -> Result<(), Failure> {
        let (limits, lane) = (self.limits, self.lane.name());
        let hidden = |key| Ok(HiddenPhase { key, salt: new_salt().map_err(Failure::new)? });
        let hidden = self.key.map(hidden).transpose()?;
        let circumstances = Circumstances { component, task, hidden, contest, limits, lane };
        if let Some(record) = record(circumstances, unit).map_err(Failure::new)? {
            self.bundle.append(record).map_err(Failure::new)?;
        }
        Ok(())
    }

    /// The run is over: moves the bundle to its place.
    pub(crate) fn finish(self) -> Result<Kept, Failure> {
        let bundle = self.bundle.finish(None).map_err(Failure::new)?;
        Ok(Kept { head: bundle.head(), records: bundle.records().len() })
    }
}
