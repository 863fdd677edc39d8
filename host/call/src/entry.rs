//! What a transcript keeps of one step of a unit, and its canonical bytes.

use assay_ids::Digest;

use crate::canonical::{DIGEST, Malformed, Reader, Writer};
use crate::encode::{read_reply, reply};
use crate::limits::ENTRY_BYTES_MAX;
use crate::{Exhausted, Meters, Reply, Stop};

/// One step of a unit.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// A call that was answered.
    Call {
        /// Name of the call.
        name: String,
        /// Digest of the call with its handles.
        call: Digest,
        /// Work charged for it.
        work: u64,
        /// Bytes that it moved across the border, both ways.
        bytes: u64,
        /// What the guest saw.
        reply: Reply,
        /// In a full transcript, digests of the tensors or of the network that it made.
        contents: Vec<Digest>,
    },
    /// The call that ended the unit.
    Stop {
        /// Name of the call.
        name: String,
        /// Digest of the call with its handles.
        call: Digest,
        /// Work charged for it: the rest of the ledger, if that did not cover it.
        work: u64,
        /// Bytes that it moved across the border.
        bytes: u64,
        /// Why the unit ended.
        ending: Ending,
    },
    /// Something that the guest's side answered itself.
    Note {
        /// Name of the function.
        name: String,
        /// What was answered.
        text: String,
    },
}

/// A [`Stop`] that a transcript keeps: all but the host's own faults, after which a unit is run again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The work budget is exhausted.
    Work,
    /// One call more than a unit may make.
    Calls {
        /// The limit.
        max: u64,
    },
    /// One call after the transcript was full.
    Transcript {
        /// The limit in bytes.
        max: u64,
    },
    /// A handle that does not exist.
    Handle,
}

impl Ending {
    /// What a transcript keeps of a stop; nothing of the host's faults.
    pub fn of(stop: &Stop) -> Option<Self> {
        match stop {
            Stop::Work(Exhausted) => Some(Self::Work),
            Stop::Calls { max } => Some(Self::Calls { max: *max }),
            Stop::Transcript { max } => Some(Self::Transcript { max: *max }),
            Stop::Handle { .. } => Some(Self::Handle),
            Stop::Fault(_) => None,
        }
    }

    /// The stop that this was, for the call of this name.
    pub fn stop(self, call: &'static str) -> Stop {
        match self {
            Self::Work => Stop::Work(Exhausted),
            Self::Calls { max } => Stop::Calls { max },
            Self::Transcript { max } => Stop::Transcript { max },
            Self::Handle => Stop::Handle { call },
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Work => "out-of-work",
            Self::Calls { .. } => "too-many-calls",
            Self::Transcript { .. } => "transcript-full",
            Self::Handle => "unknown-handle",
        }
    }
}

/// The step's fields that a call has, answered or not.
pub(crate) struct Called<'a> {
    pub(crate) name: &'a str,
    pub(crate) call: Digest,
    pub(crate) work: u64,
    pub(crate) bytes: u64,
}

impl Called<'_> {
    /// The bytes of an answered call, without a copy of its reply.
    pub(crate) fn answered(&self, of: &Reply, contents: &[Digest]) -> Vec<u8> {
        let mut out = self.begin("call");
        reply(of, out.text("reply"));
        out.text("contents").count(contents.len());
        for content in contents {
            out.hash(*content);
        }
        out.finish()
    }

    pub(crate) fn stopped(&self, ending: Ending) -> Vec<u8> {
        let mut out = self.begin("stop");
        out.text("why").text(ending.name());
        if let Ending::Calls { max } | Ending::Transcript { max } = ending {
            out.text("max").number(max);
        }
        out.finish()
    }

    fn begin(&self, kind: &str) -> Writer {
        let mut out = Writer::new();
        out.text(kind).text("name").text(self.name).text("call").hash(self.call);
        out.text("work").number(self.work).text("bytes").number(self.bytes);
        out
    }
}

/// The bytes of a note.
pub(crate) fn note(name: &str, text: &str) -> Vec<u8> {
    let mut out = Writer::new();
    out.text("note").text("name").text(name).text("text").text(text);
    out.finish()
}

impl Entry {
    /// The step's bytes.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Call { name, call, work, bytes, reply, contents } => {
                let called = Called { name, call: *call, work: *work, bytes: *bytes };
                called.answered(reply, contents)
            }
            Self::Stop { name, call, work, bytes, ending } => {
                Called { name, call: *call, work: *work, bytes: *bytes }.stopped(*ending)
            }
            Self::Note { name, text } => note(name, text),
        }
    }

    /// The step of these bytes.
    ///
    /// # Errors
    /// The bytes are too many, or are not what [`encode`](Self::encode) writes.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        if bytes.len() as u64 > ENTRY_BYTES_MAX {
            let reason = format!("{} bytes, at most {ENTRY_BYTES_MAX} make an entry", bytes.len());
            return Err(Malformed { at: 0, reason });
        }
        let mut from = Reader::new(bytes);
        let entry = match from.text()? {
            "call" => Self::read_call(&mut from)?,
            "stop" => Self::read_stop(&mut from)?,
            "note" => {
                from.field("name")?;
                let name = from.text()?.to_owned();
                from.field("text")?;
                Self::Note { name, text: from.text()?.to_owned() }
            }
            other => return Err(from.malformed(format!("{other:?} names no kind of entry"))),
        };
        from.end()?;
        Ok(entry)
    }

    fn read_call(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let Called { name, call, work, bytes } = read_called(from)?;
        let name = name.to_owned();
        from.field("reply")?;
        let reply = read_reply(from)?;
        from.field("contents")?;
        let contents = from.list(DIGEST, Reader::hash)?;
        Ok(Self::Call { name, call, work, bytes, reply, contents })
    }

    fn read_stop(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let Called { name, call, work, bytes } = read_called(from)?;
        let name = name.to_owned();
        from.field("why")?;
        let why = from.text()?;
        let mut max = || {
            from.field("max")?;
            from.number()
        };
        let ending = match why {
            "out-of-work" => Ending::Work,
            "too-many-calls" => Ending::Calls { max: max()? },
            "transcript-full" => Ending::Transcript { max: max()? },
            "unknown-handle" => Ending::Handle,
            other => return Err(from.malformed(format!("{other:?} names no reason to stop"))),
        };
        Ok(Self::Stop { name, call, work, bytes, ending })
    }

    /// Name of the call or of the function.
    pub fn name(&self) -> &str {
        match self {
            Self::Call { name, .. } | Self::Stop { name, .. } | Self::Note { name, .. } => name,
        }
    }

    /// Number of digests of contents, which no limit counts.
    pub fn contents(&self) -> usize {
        match self {
            Self::Call { contents, .. } => contents.len(),
            Self::Stop { .. } | Self::Note { .. } => 0,
        }
    }

    /// What the step used.
    pub fn meters(&self) -> Meters {
        match self {
            Self::Call { work, bytes, .. } => Meters { work: *work, bytes: *bytes, calls: 1 },
            Self::Stop { work, bytes, ending, .. } => {
                // A call beyond a limit is stopped before it counts as made.
                let made = matches!(ending, Ending::Work | Ending::Handle);
                Meters { work: *work, bytes: *bytes, calls: u64::from(made) }
            }
            Self::Note { .. } => Meters::default(),
        }
    }
}

fn read_called<'a>(from: &mut Reader<'a>) -> Result<Called<'a>, Malformed> {
    from.field("name")?;
    let name = from.text()?;
    from.field("call")?;
    let call = from.hash()?;
    from.field("work")?;
    let work = from.number()?;
    from.field("bytes")?;
    Ok(Called { name, call, work, bytes: from.number()? })
}
