//! Running a unit again beside its record: everything anew, or answered from the transcript.

use std::os::unix::net::UnixStream;

use assay_call::transport::{greet, serve};
use assay_call::{Comparer, Divergence, Fault, Replayer, Stop};
use assay_record::{Record, TranscriptReader};
use assay_sandbox::UnitReport;
use assay_task::TaskView;

use crate::record::{Circumstances, Said, record as record_of, said};
use crate::unit::judge;
use crate::{Admission, Engines, Recording, Unit, Worker, WorkerError};

/// Whether a unit ran as its record says.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Every entry and everything that the record says is the same.
    Same,
    /// Something is not.
    Differs {
        /// The first entry that differs, if one does.
        at: Option<Box<Divergence>>,
        /// What else of the record is not the same.
        what: Vec<String>,
    },
    /// The unit came to no end of its own, so nothing is shown: run it again.
    Inconclusive(String),
}

impl Worker {
    /// Runs a unit again on the lane of `engines`, and compares every entry. `at` is the task's position
    /// among those that the engines are for, under the key that the record's phase had.
    ///
    /// # Errors
    /// The transcript cannot be read, or the sandbox cannot start.
    pub fn execute_again(
        &self,
        engines: &mut Engines,
        measure: &Admission,
        (at, task): (usize, &TaskView),
        record: &Record,
        transcript: TranscriptReader,
    ) -> Result<Verdict, ReplayError> {
        let detail = transcript.detail();
        let comparer = Comparer::new(transcript.entries());
        let recording = Recording { detail, recorder: comparer.recorder() };
        let seen = task.seen_id(&record.network_id);
        let Some(seen) = seen else {
            let what = format!("network: the task has none with the id {}", record.network_id);
            return Ok(Verdict::Differs { at: None, what: vec![what] });
        };
        let place = (at, seen);
        let unit = self.unit(engines, measure, place, record.unit_seed, Some(recording));
        let divergence = comparer.finish()?;
        let circumstances = Circumstances {
            component: measure.digest,
            task,
            hidden: None,
            contest: record.contest_seed,
            limits: self.limits,
            lane: &record.lane,
        };
        let again = record_of(circumstances, &unit)?;
        let Unit { report, .. } = unit;
        let mut what = again.as_ref().map_or_else(Vec::new, |again| of_inputs(record, again));
        what.extend(again.iter().flat_map(|now| Said::of(record).differences(&Said::of(now))));
        Ok(verdict(&report, divergence, what))
    }

    /// Runs a unit again with the answers of its transcript: no network and no data is needed.
    ///
    /// # Errors
    /// The transcript cannot be read, or no process can be started.
    pub fn answer_again(
        &self,
        measure: &Admission,
        record: &Record,
        transcript: TranscriptReader,
    ) -> Result<Verdict, ReplayError> {
        let detail = transcript.detail();
        let mut replayer = Replayer::new(transcript.entries(), detail);
        let seed = record.unit_seed;
        let (guest, mut socket) = self.guest(measure, seed)?;
        let told = self.answer(&mut socket, &mut replayer);
        // Whatever it still does is of no interest.
        drop(guest);
        let stopped = replayer.stop().map(Stop::stopped);
        let report = judge(told.as_deref(), stopped, seed, &self.limits);
        let divergence = replayer.finish()?;
        let now = said(&report, replayer.meters());
        let what = now.map_or_else(Vec::new, |now| Said::of(record).differences(&now));
        Ok(verdict(&report, divergence, what))
    }

    /// Serves a guest; what it says at its end, if it comes to that.
    fn answer<I: Iterator<Item = Result<Vec<u8>, Fault>>>(
        &self,
        socket: &mut UnixStream,
        replayer: &mut Replayer<I>,
    ) -> Option<Vec<u8>> {
        socket.set_read_timeout(Some(self.limits.wall_max)).ok()?;
        socket.set_write_timeout(Some(self.limits.wall_max)).ok()?;
        greet(socket).ok()?;
        serve(socket, replayer).ok()?
    }
}

/// Why a unit cannot be replayed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The record's transcript cannot be read.
    #[error("the transcript: {0}")]
    Transcript(#[from] Fault),
    /// This machine cannot run it.
    #[error(transparent)]
    Worker(#[from] WorkerError),
}

/// A step that the unit took and the record does not have shows a difference whatever became of the
/// unit; that steps are missing shows nothing of a unit that was lost.
fn verdict(report: &UnitReport, divergence: Option<Divergence>, what: Vec<String>) -> Verdict {
    let taken = divergence.as_ref().is_some_and(|divergence| divergence.now.is_some());
    match &report.outcome {
        assay_sandbox::Outcome::Inconclusive(text) if !taken => Verdict::Inconclusive(text.clone()),
        _ if divergence.is_none() && what.is_empty() => Verdict::Same,
        _ => Verdict::Differs { at: divergence.map(Box::new), what },
    }
}

/// What the two were made of, as far as it decides about the unit.
fn of_inputs(record: &Record, again: &Record) -> Vec<String> {
    let digests = [
        ("network", record.network, again.network),
        ("training data", record.dataset, again.dataset),
        ("limits", record.limits, again.limits),
    ];
    let mut found: Vec<String> = digests
        .into_iter()
        .filter(|(_, recorded, now)| recorded != now)
        .map(|(what, recorded, now)| format!("{what}: recorded {recorded}, now {now}"))
        .collect();
    if record.world != again.world {
        found.push(format!("world: recorded {}, now {}", record.world, again.world));
    }
    found
}
