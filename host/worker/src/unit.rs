//! One unit in two processes, and what is known of it afterwards.

use assay_call::transport::Report;
use assay_call::{Budget, Detail, Limits, Meters, Stopped};
use assay_ids::{Digest, UnitSeed};
use assay_sandbox::{Outcome, UnitReport};

use crate::admission::hand_over;
use crate::guest::Job;
use crate::{Admission, Engines, Role, Worker, WorkerError};

/// One unit as it ran.
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    /// The network's id.
    pub id: String,
    /// What the guest's side knows.
    pub report: UnitReport,
    /// What the executing side knows; nothing if it was lost.
    pub used: Option<Used>,
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
}

impl Worker {
    /// Evaluates one network of a task with a fresh guest process. Everything that can happen is an
    /// outcome.
    pub fn unit(
        &self,
        engines: &mut Engines,
        measure: &Admission,
        (task, network): (usize, &str),
        seed: UnitSeed,
    ) -> Unit {
        let (report, used) = self
            .try_unit(engines, measure, (task, network), seed)
            .unwrap_or_else(|error| (UnitReport::inconclusive(error.to_string(), seed), None));
        Unit { id: network.to_owned(), report, used }
    }

    fn try_unit(
        &self,
        engines: &mut Engines,
        measure: &Admission,
        (task, network): (usize, &str),
        seed: UnitSeed,
    ) -> Result<(UnitReport, Option<Used>), WorkerError> {
        let (guest, mut socket) = self.program.start(Role::Guest, [])?;
        let job = Job::Evaluate { limits: self.limits, seed };
        // How it fails depends on when the process went: before the bytes, or after some of them.
        hand_over(&mut socket, &job, &measure.code).map_err(|_| WorkerError::Lost)?;
        let budget = (Budget::PUBLISHED, Detail::Visible);
        engines.begin(task, network, budget, &socket)?;
        // The engine has the socket's end now. While this process held it too, nobody would notice
        // that the engine is gone.
        drop(socket);
        let mut guest = Some(guest);
        Ok(match engines.report(|| drop(guest.take()))? {
            Some(reported) => judge(reported, seed),
            None => (UnitReport::inconclusive("the watchdog fired", seed), None),
        })
    }
}

/// Puts together what the two sides say. The executing side's word goes first: it knows whether the
/// unit was stopped, whatever the guest's side makes of it.
fn judge(reported: Report, seed: UnitSeed) -> (UnitReport, Option<Used>) {
    let Report { limits, meters, transcript, stopped, said } = reported;
    let told = said.and_then(|said| postcard::from_bytes::<UnitReport>(&said).ok());
    let mut report =
        told.unwrap_or_else(|| UnitReport::inconclusive(WorkerError::Lost.to_string(), seed));
    report.seed = seed;
    match stopped {
        Some(Stopped::OutOfWork(text)) => report.outcome = Outcome::OutOfWork(text),
        Some(Stopped::Inconclusive(text)) => report.outcome = Outcome::Inconclusive(text),
        None if report.outcome.value().is_some_and(f64::is_nan) => {
            report.outcome = Outcome::BadOutput;
        }
        None => {}
    }
    (report, Some(Used { limits, meters, transcript }))
}
