//! One unit in two processes, and what is known of it afterwards.

use assay_call::transport::{Beginning, Report};
use assay_call::{Budget, Detail, Limits, Meters, Recorder, Stopped};
use std::os::unix::net::UnixStream;

use assay_ids::{Digest, UnitSeed};
use assay_sandbox::{Outcome, SandboxLimits, UnitReport};

use crate::admission::hand_over;
use crate::guest::Job;
use crate::program::Process;
use crate::{Admission, Engines, Profile, Role, Worker, WorkerError};

/// One unit as it ran.
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    /// The network's id, as the phase shows it.
    pub id: String,
    /// What the guest's side knows.
    pub report: UnitReport,
    /// What the executing side knows; nothing if it was lost.
    pub used: Option<Used>,
    /// What each kind of call used, where a profile was asked for.
    pub profile: Option<Profile>,
}

/// What the executing side knows of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Used {
    /// The limits that held.
    pub limits: Limits,
    /// What the unit used.
    pub meters: Meters,
    /// Digest of its transcript.
    pub transcript: Digest,
    /// What the transcript covers.
    pub detail: Detail,
    /// Number of the transcript's entries.
    pub entries: u64,
}

/// Where a unit's transcript goes, entry by entry.
pub struct Recording {
    /// What it is to cover.
    pub detail: Detail,
    /// What takes the entries.
    pub recorder: Recorder,
}

impl Worker {
    /// Evaluates one network of a task with a fresh guest process. Everything that can happen is an
    /// outcome. Without a recording, the transcript covers what the guest saw.
    pub fn unit(
        &self,
        engines: &mut Engines,
        measure: &Admission,
        (task, network): (usize, &str),
        seed: UnitSeed,
        recording: Option<Recording>,
    ) -> Unit {
        let (report, used) = self
            .try_unit(engines, measure, (task, network), seed, recording)
            .unwrap_or_else(|error| (UnitReport::inconclusive(error.to_string(), seed), None));
        Unit { id: network.to_owned(), report, used, profile: None }
    }

    fn try_unit(
        &self,
        engines: &mut Engines,
        measure: &Admission,
        (task, network): (usize, &str),
        seed: UnitSeed,
        recording: Option<Recording>,
    ) -> Result<(UnitReport, Option<Used>), WorkerError> {
        let (guest, socket) = self.guest(measure, seed)?;
        let detail = recording.as_ref().map_or(Detail::Visible, |recording| recording.detail);
        let recorder = recording.map(|recording| recording.recorder);
        let beginning =
            Beginning { budget: Budget::PUBLISHED, detail, recorded: recorder.is_some() };
        engines.begin(task, network, beginning, &socket)?;
        // The engine has the socket's end now. While this process held it too, nobody would notice
        // that the engine is gone.
        drop(socket);
        let mut guest = Some(guest);
        Ok(match engines.report(recorder, || drop(guest.take()))? {
            Some(reported) => {
                let Report { limits, meters, transcript, entries, .. } = reported;
                let used = Used { limits, meters, transcript, detail, entries };
                {
                    let said = reported.said.as_deref();
                    (judge(said, reported.stopped, seed, &self.limits), Some(used))
                }
            }
            None => (UnitReport::inconclusive("the watchdog fired", seed), None),
        })
    }

    /// A guest process that evaluates a measure, and this side's end of its socket.
    pub(crate) fn guest(
        &self,
        measure: &Admission,
        seed: UnitSeed,
    ) -> Result<(Process, UnixStream), WorkerError> {
        let (guest, mut socket) = self.program.start(Role::Guest, [])?;
        let job = Job::Evaluate { limits: self.limits, seed };
        // How it fails depends on when the process went: before the bytes, or after some of them.
        hand_over(&mut socket, &job, &measure.code).map_err(|_| WorkerError::Lost)?;
        Ok((guest, socket))
    }
}

/// Puts together what the two sides say. The executing side's word goes first: it knows whether the
/// unit was stopped, whatever the guest's side makes of it.
pub fn judge(
    said: Option<&[u8]>,
    stopped: Option<Stopped>,
    seed: UnitSeed,
    limits: &SandboxLimits,
) -> UnitReport {
    let told = said.and_then(|said| postcard::from_bytes::<UnitReport>(said).ok());
    let mut report = told.map_or_else(
        || UnitReport::inconclusive(WorkerError::Lost.to_string(), seed),
        // Its process may have been taken over, and what it says is shown and recorded.
        |told| told.within(limits),
    );
    report.seed = seed;
    match stopped {
        Some(Stopped::OutOfWork(text)) => report.outcome = Outcome::OutOfWork(text),
        Some(Stopped::Inconclusive(text)) => report.outcome = Outcome::Inconclusive(text),
        None if report.outcome.value().is_some_and(f64::is_nan) => {
            report.outcome = Outcome::BadOutput;
        }
        None => {}
    }
    report
}
