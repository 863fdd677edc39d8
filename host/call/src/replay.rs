//! Answering from a record, and comparing with one.

use std::sync::{Arc, Mutex, PoisonError};

use assay_ids::Digest;

use crate::encode::call_digest;
use crate::entry::note;
use crate::{Call, Detail, Entry, Fault, Host, Meters, Recorder, Reply, Stop, Transcript};

/// One step by its name and a digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Name of the call, or of the function that the guest's side answered.
    pub name: String,
    /// In a replay the digest of the call, or of a note's entry; in a comparison that of the whole
    /// entry, which covers price, reply and contents too.
    pub digest: Digest,
}

/// The first step at which a unit and its record differ.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("entry {index}: recorded {}, now {}", said(recorded.as_ref()), said(now.as_ref()))]
pub struct Divergence {
    /// Position of the entry, from 0.
    pub index: u64,
    /// The record's step; nothing if it ends before.
    pub recorded: Option<Step>,
    /// The unit's step; nothing if it ended before.
    pub now: Option<Step>,
}

fn said(step: Option<&Step>) -> String {
    match step {
        Some(Step { name, digest }) => format!("{name} ({digest})"),
        None => "nothing any more".to_owned(),
    }
}

/// Recorded entries in their order, each with its bytes.
struct Recorded<I> {
    entries: I,
    index: u64,
}

impl<I: Iterator<Item = Result<Vec<u8>, Fault>>> Recorded<I> {
    fn next(&mut self) -> Result<Option<(Entry, Vec<u8>)>, Fault> {
        let Some(bytes) = self.entries.next().transpose()? else { return Ok(None) };
        let entry = Entry::decode(&bytes)
            .map_err(|error| Fault(format!("entry {} of the record: {error}", self.index)))?;
        self.index += 1;
        Ok(Some((entry, bytes)))
    }
}

/// A [`Host`] that answers from a unit's recorded entries, without an engine, weights or data.
///
/// A difference stops the unit with a fault, and [`finish`](Self::finish) says what it was.
pub struct Replayer<I> {
    recorded: Recorded<I>,
    transcript: Transcript,
    meters: Meters,
    stop: Option<Stop>,
    divergence: Option<Divergence>,
}

impl<I: Iterator<Item = Result<Vec<u8>, Fault>>> Replayer<I> {
    /// Answers from these entries, of a transcript of this detail.
    pub fn new(entries: I, detail: Detail) -> Self {
        Self {
            recorded: Recorded { entries, index: 0 },
            transcript: Transcript::new(detail),
            meters: Meters::default(),
            stop: None,
            divergence: None,
        }
    }

    /// What the unit used, as far as it was replayed.
    pub fn meters(&self) -> Meters {
        self.meters
    }

    /// The transcript, as far as it was replayed.
    pub fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    /// What stopped the unit, if anything did.
    pub fn stop(&self) -> Option<&Stop> {
        self.stop.as_ref()
    }

    /// The unit is over: the first difference, if there was one. Entries that the unit did not come to
    /// are one too.
    ///
    /// # Errors
    /// The recorded entries could not be read.
    pub fn finish(&mut self) -> Result<Option<Divergence>, Fault> {
        if let (None, Some(Stop::Fault(fault))) = (&self.divergence, &self.stop) {
            return Err(fault.clone());
        }
        if self.divergence.is_none()
            && let Some((entry, bytes)) = self.recorded.next()?
        {
            self.diverge(Some((&entry, bytes.as_slice())), None);
        }
        Ok(self.divergence.clone())
    }

    /// The same with another limit of the transcript.
    #[cfg(test)]
    pub(crate) fn with_bytes_max(self, bytes_max: u64) -> Self {
        Self { transcript: self.transcript.with_bytes_max(bytes_max), ..self }
    }

    fn answer(&mut self, call: &Call) -> Result<Reply, Stop> {
        let now = Step { name: call.name().to_owned(), digest: call_digest(call) };
        let Some((entry, bytes)) = self.recorded.next()? else {
            return Err(self.diverge(None, Some(now)).into());
        };
        if call_of(&entry).is_none_or(|digest| digest != now.digest) || entry.name() != now.name {
            return Err(self.diverge(Some((&entry, bytes.as_slice())), Some(now)).into());
        }
        self.take(&entry, &bytes);
        match entry {
            Entry::Call { reply, .. } => Ok(reply),
            Entry::Stop { ending, .. } => Err(ending.stop(call.name())),
            Entry::Note { .. } => Err(Fault("a note answers no call".to_owned()).into()),
        }
    }

    fn take_note(&mut self, name: &str, text: &str) -> Result<(), Fault> {
        let bytes = note(name, text);
        match self.recorded.next()? {
            Some((entry, recorded)) if recorded == bytes => {
                self.take(&entry, &recorded);
                Ok(())
            }
            other => {
                let now = Step { name: name.to_owned(), digest: Digest::of(&bytes) };
                let recorded = other.as_ref().map(|(entry, bytes)| (entry, bytes.as_slice()));
                Err(self.diverge(recorded, Some(now)))
            }
        }
    }

    fn take(&mut self, entry: &Entry, bytes: &[u8]) {
        self.meters = self.meters.plus(entry.meters());
        self.transcript.add(bytes, entry.contents());
    }

    fn diverge(&mut self, recorded: Option<(&Entry, &[u8])>, now: Option<Step>) -> Fault {
        let recorded = recorded.map(|(entry, bytes)| Step {
            name: entry.name().to_owned(),
            digest: call_of(entry).unwrap_or_else(|| Digest::of(bytes)),
        });
        let index = self.transcript.entries();
        let divergence = Divergence { index, recorded, now };
        let fault = Fault(format!("the unit does not follow its record: {divergence}"));
        self.divergence = Some(divergence);
        fault
    }
}

fn call_of(entry: &Entry) -> Option<Digest> {
    match entry {
        Entry::Call { call, .. } | Entry::Stop { call, .. } => Some(*call),
        Entry::Note { .. } => None,
    }
}

impl<I: Iterator<Item = Result<Vec<u8>, Fault>>> Host for Replayer<I> {
    fn call(&mut self, call: Call) -> Result<Reply, Stop> {
        if let Some(stop) = &self.stop {
            return Err(stop.clone());
        }
        let answer = self.answer(&call);
        if let Err(stop) = &answer {
            self.stop = Some(stop.clone());
        }
        answer
    }

    fn note(&mut self, name: &str, text: &str) {
        if self.stop.is_none() && self.transcript.full().is_none() {
            // As in a session, what a note broke shows at the next call or at the end.
            self.stop = self.take_note(name, text).err().map(Stop::Fault);
        }
    }
}

/// Compares the entries of a unit that is executed again with those of its record.
///
/// The unit runs on after a difference, so that its outcome can be compared too.
pub struct Comparer<I>(Arc<Mutex<Comparison<I>>>);

struct Comparison<I> {
    recorded: Recorded<I>,
    divergence: Option<Divergence>,
}

impl<I: Iterator<Item = Result<Vec<u8>, Fault>> + Send + 'static> Comparer<I> {
    /// Compares with these entries.
    pub fn new(entries: I) -> Self {
        let recorded = Recorded { entries, index: 0 };
        Self(Arc::new(Mutex::new(Comparison { recorded, divergence: None })))
    }

    /// What a session's entries are handed to.
    pub fn recorder(&self) -> Recorder {
        let comparison = Arc::clone(&self.0);
        Box::new(move |bytes| {
            comparison.lock().unwrap_or_else(PoisonError::into_inner).entry(bytes)
        })
    }

    /// The unit is over: the first difference, if there was one.
    ///
    /// # Errors
    /// The recorded entries could not be read.
    pub fn finish(&self) -> Result<Option<Divergence>, Fault> {
        let mut comparison = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if comparison.divergence.is_none() {
            comparison.next(None)?;
        }
        Ok(comparison.divergence.clone())
    }
}

impl<I: Iterator<Item = Result<Vec<u8>, Fault>>> Comparison<I> {
    fn entry(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        if self.divergence.is_none() { self.next(Some(bytes)) } else { Ok(()) }
    }

    /// Compares one step of each side.
    fn next(&mut self, now: Option<&[u8]>) -> Result<(), Fault> {
        let index = self.recorded.index;
        let recorded = self.recorded.next()?;
        if recorded.as_ref().map(|(_, bytes)| bytes.as_slice()) == now {
            return Ok(());
        }
        let step = |entry: &Entry, bytes: &[u8]| Step {
            name: entry.name().to_owned(),
            digest: Digest::of(bytes),
        };
        let recorded = recorded.map(|(entry, bytes)| step(&entry, &bytes));
        let now = match now {
            Some(bytes) => {
                let entry = Entry::decode(bytes)
                    .map_err(|error| Fault(format!("entry {index} of this unit: {error}")))?;
                Some(step(&entry, bytes))
            }
            None => None,
        };
        self.divergence = Some(Divergence { index, recorded, now });
        Ok(())
    }
}
