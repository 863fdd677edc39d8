//! The end that executes: answers until the other end is done.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;

use serde::{Deserialize, Serialize};

use super::{Report, TransportError, frame, greet};
use crate::limits::SAID_BYTES_MAX;
use crate::{Call, Execute, Exhausted, Fault, Host, Limits, Reply, Session, Stop};

/// What the asking side says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum Request {
    Call(Call),
    Note {
        name: String,
        text: String,
    },
    /// The unit is over; what the guest's side has to say of it is not for this side to read.
    End(Vec<u8>),
}

/// What it hears for a call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum Response {
    Reply(Reply),
    Stop(Halt),
}

/// A [`Stop`] as it travels. A call's name is known at the other end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Halt {
    Work,
    Calls { max: u64 },
    Transcript { max: u64 },
    Handle,
    Fault(String),
}

impl From<Stop> for Halt {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Work(Exhausted) => Self::Work,
            Stop::Calls { max } => Self::Calls { max },
            Stop::Transcript { max } => Self::Transcript { max },
            Stop::Handle { .. } => Self::Handle,
            Stop::Fault(Fault(text)) => Self::Fault(text),
        }
    }
}

impl Halt {
    /// The stop that this was, for the call of this name.
    pub(super) fn stop(self, call: &'static str) -> Stop {
        match self {
            Self::Work => Stop::Work(Exhausted),
            Self::Calls { max } => Stop::Calls { max },
            Self::Transcript { max } => Stop::Transcript { max },
            Self::Handle => Stop::Handle { call },
            Self::Fault(text) => Stop::Fault(Fault(text)),
        }
    }
}

/// One unit of an engine process: greets the guest, answers its calls, and says what is known at the
/// end, however it comes.
pub fn unit<E: Execute>(mut guest: UnixStream, session: &mut Session<E>, limits: Limits) -> Report {
    let served = greet(&mut guest).and_then(|()| serve(&mut guest, session));
    // A guest that breaks the conversation is lost, whatever broke it.
    let said = served.unwrap_or_default();
    let (meters, transcript) = (session.meters(), session.transcript());
    let (transcript, entries) = (transcript.digest(), transcript.entries());
    let stopped = session.stop().map(Stop::stopped);
    Report { limits, meters, transcript, entries, stopped, said }
}

/// Answers the calls of one unit until its other end says that it is done, or closes the stream.
/// Gives what the other end said at its end, if it came to that.
pub fn serve(
    stream: &mut (impl Read + Write),
    host: &mut impl Host,
) -> Result<Option<Vec<u8>>, TransportError> {
    while let Some(request) = frame::read(stream, "request")? {
        match request {
            Request::Call(call) => {
                let response = match host.call(call) {
                    Ok(reply) => Response::Reply(reply),
                    Err(stop) => Response::Stop(stop.into()),
                };
                frame::write(stream, &response)?;
            }
            Request::Note { name, text } => host.note(&name, &text),
            Request::End(said) if said.len() as u64 > SAID_BYTES_MAX => {
                let (length, max) = (said.len() as u64, SAID_BYTES_MAX);
                return Err(TransportError::TooLarge { length, max });
            }
            Request::End(said) => return Ok(Some(said)),
        }
    }
    Ok(None)
}
