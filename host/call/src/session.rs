//! One unit's conversation: check, charge, execute, record, in that order and in one place.

use std::sync::{Arc, Mutex, PoisonError};

use assay_ids::Digest;
use serde::{Deserialize, Serialize};

use crate::encode::call_digest;
use crate::entry::{Called, note};
use crate::{
    Call, Detail, Ending, Exhausted, Inventory, Ledger, Limits, NetworkHandle, Plan, Rejected,
    Reply, TensorHandle, Transcript, check, limits, price,
};

/// What the sandbox talks to: this process's [`Session`], or a connection to another's.
pub trait Host {
    /// Answers one call.
    fn call(&mut self, call: Call) -> Result<Reply, Stop>;

    /// Takes note of something that was answered on the guest's side.
    fn note(&mut self, name: &str, text: &str);
}

/// A host in two hands: who started a unit keeps one, and reads the meters afterwards.
impl<H: Host + ?Sized> Host for Arc<Mutex<H>> {
    fn call(&mut self, call: Call) -> Result<Reply, Stop> {
        self.lock().unwrap_or_else(PoisonError::into_inner).call(call)
    }

    fn note(&mut self, name: &str, text: &str) {
        self.lock().unwrap_or_else(PoisonError::into_inner).note(name, text);
    }
}

/// Is handed the bytes of each [`Entry`](crate::Entry) of a unit, in their order, before the guest
/// hears the answer. A fault makes the unit inconclusive.
pub type Recorder = Box<dyn FnMut(&[u8]) -> Result<(), Fault> + Send>;

/// Computes checked calls; the `cpu` lane's engine is one.
pub trait Execute: Inventory {
    /// Executes a call that [`check`] has passed with this plan.
    fn execute(&mut self, call: &Call, plan: &Plan) -> Result<Reply, Fault>;

    /// Digest of a tensor's shape and values.
    fn content(&self, tensor: TensorHandle) -> Option<Digest>;

    /// Digest of a network's parameters.
    fn network_content(&self, network: NetworkHandle) -> Option<Digest>;
}

/// The host failed, not the guest: the unit is inconclusive.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("host fault: {0}")]
pub struct Fault(pub String);

/// Why a unit cannot go on. The guest never sees it: it is stopped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stop {
    /// The work budget is exhausted.
    #[error(transparent)]
    Work(#[from] Exhausted),
    /// The unit made more calls than one unit may.
    #[error("the unit made more than {max} calls")]
    Calls {
        /// The limit.
        max: u64,
    },
    /// The unit's transcript is full, and the unit made one more call.
    #[error("the unit's transcript has reached {max} bytes")]
    Transcript {
        /// The limit.
        max: u64,
    },
    /// The guest's side named a handle that does not exist. No honest sandbox does that.
    #[error("call {call} names a handle that does not exist")]
    Handle {
        /// Name of the call.
        call: &'static str,
    },
    /// The host failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Stop {
    /// What it makes of the unit.
    pub fn stopped(&self) -> Stopped {
        match self {
            Self::Work(_) | Self::Calls { .. } | Self::Transcript { .. } => {
                Stopped::OutOfWork(self.to_string())
            }
            Self::Handle { .. } | Self::Fault(_) => Stopped::Inconclusive(self.to_string()),
        }
    }
}

/// What a [`Stop`] makes of its unit, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stopped {
    /// The measure asked for more than its budget.
    OutOfWork(String),
    /// The host failed, or the guest's side was not what it should be.
    Inconclusive(String),
}

/// What a unit used on the host's side.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meters {
    /// Work charged.
    pub work: u64,
    /// Calls made.
    pub calls: u64,
    /// Bytes moved across the border, both ways.
    pub bytes: u64,
}

impl Meters {
    /// Both together.
    #[must_use]
    pub fn plus(self, more: Self) -> Self {
        Self {
            work: self.work.saturating_add(more.work),
            calls: self.calls.saturating_add(more.calls),
            bytes: self.bytes.saturating_add(more.bytes),
        }
    }
}

/// One unit's conversation with an engine.
pub struct Session<E> {
    engine: E,
    ledger: Ledger,
    transcript: Transcript,
    recorder: Option<Recorder>,
    calls: u64,
    bytes: u64,
    stop: Option<Stop>,
}

impl<E: Execute> Session<E> {
    /// A fresh conversation under these limits.
    pub fn new(engine: E, limits: Limits, detail: Detail) -> Self {
        let (ledger, transcript) = (Ledger::new(limits.work_max), Transcript::new(detail));
        Self { engine, ledger, transcript, recorder: None, calls: 0, bytes: 0, stop: None }
    }

    /// Hands every entry to a recorder.
    pub fn with_recorder(self, recorder: Recorder) -> Self {
        Self { recorder: Some(recorder), ..self }
    }

    /// What the unit used.
    pub fn meters(&self) -> Meters {
        Meters { work: self.ledger.used(), calls: self.calls, bytes: self.bytes }
    }

    /// The transcript so far.
    pub fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    /// What stopped the unit, if anything did. A stopped unit stays stopped.
    pub fn stop(&self) -> Option<&Stop> {
        self.stop.as_ref()
    }

    fn answer(&mut self, call: &Call) -> Result<Reply, Stop> {
        let plan = match check(call, &self.engine) {
            Ok(plan) => plan,
            Err(Rejected::Error(error)) => return Ok(Reply::Error(error)),
            Err(Rejected::UnknownHandle) => return Err(Stop::Handle { call: call.name() }),
        };
        self.ledger.charge(plan.work)?;
        self.bytes = self.bytes.saturating_add(plan.bytes_out);
        match call {
            Call::BudgetWorkLimit => Ok(Reply::Number(self.ledger.limit())),
            Call::BudgetWorkLeft => Ok(Reply::Number(self.ledger.left())),
            _ => Ok(self.engine.execute(call, &plan)?),
        }
    }

    fn contents(&self, reply: &Reply) -> Vec<Digest> {
        if self.transcript.detail() != Detail::Full {
            return Vec::new();
        }
        let tensor = |handle: &TensorHandle| self.engine.content(*handle);
        match reply {
            Reply::Tensors(tensors) => {
                tensors.iter().filter_map(|(handle, _)| tensor(handle)).collect()
            }
            Reply::Ranking { values: (handle, _), .. } => tensor(handle).into_iter().collect(),
            Reply::Network(network) => self.engine.network_content(*network).into_iter().collect(),
            _ => Vec::new(),
        }
    }
}

impl<E: Execute> Host for Session<E> {
    fn call(&mut self, call: Call) -> Result<Reply, Stop> {
        if let Some(stop) = &self.stop {
            return Err(stop.clone());
        }
        let before = self.meters();
        let answer = self.charged(&call).and_then(|reply| {
            self.enter_call(&call, before, &reply)?;
            Ok(reply)
        });
        answer.map_err(|stop| {
            let stop = self.enter_stop(&call, before, stop);
            self.stop.insert(stop).clone()
        })
    }

    fn note(&mut self, name: &str, text: &str) {
        if self.stop.is_none() && self.transcript.full().is_none() {
            // A note has no answer: that it could not be recorded stops the unit at its next call.
            self.stop = self.enter(&note(name, text), 0).err().map(Stop::Fault);
        }
    }
}

impl<E: Execute> Session<E> {
    /// Charges and answers one call.
    fn charged(&mut self, call: &Call) -> Result<Reply, Stop> {
        if self.calls == limits::CALLS_MAX {
            return Err(Stop::Calls { max: limits::CALLS_MAX });
        }
        if let Some(max) = self.transcript.full() {
            return Err(Stop::Transcript { max });
        }
        self.calls += 1;
        self.bytes = self.bytes.saturating_add(call.bytes_in());
        // Charged before anything looks at the arguments: a refused call costs this too.
        let constant = price::bytes(call.bytes_in()).and_then(|b| b.checked_add(price::CALL));
        self.ledger.charge(constant)?;
        self.answer(call)
    }

    fn enter_call(&mut self, call: &Call, before: Meters, reply: &Reply) -> Result<(), Fault> {
        let contents = self.contents(reply);
        let entry = self.called(call, before).answered(reply, &contents);
        self.enter(&entry, contents.len())
    }

    /// Enters what ended the unit; nothing of a fault, since the unit will be run again.
    fn enter_stop(&mut self, call: &Call, before: Meters, stop: Stop) -> Stop {
        let Some(ending) = Ending::of(&stop) else { return stop };
        let entry = self.called(call, before).stopped(ending);
        self.enter(&entry, 0).err().map_or(stop, Stop::Fault)
    }

    fn called(&self, call: &Call, before: Meters) -> Called<'static> {
        Called {
            name: call.name(),
            call: call_digest(call),
            work: self.ledger.used() - before.work,
            bytes: self.bytes - before.bytes,
        }
    }

    fn enter(&mut self, entry: &[u8], contents: usize) -> Result<(), Fault> {
        let (length, max) = (entry.len() as u64, limits::ENTRY_BYTES_MAX);
        if length > max {
            let reason = format!("an entry of {length} bytes, a transcript takes at most {max}");
            return Err(Fault(reason));
        }
        if let Some(recorder) = &mut self.recorder {
            recorder(entry)?;
        }
        self.transcript.add(entry, contents);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
