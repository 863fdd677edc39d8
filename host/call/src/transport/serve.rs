//! The end that executes: answers until the other end is done.

use std::io::{Read, Write};

use serde::{Deserialize, Serialize};

use super::{TransportError, frame};
use crate::{Call, Execute, Exhausted, Fault, Host as _, Reply, Session, Stop};

/// What the asking side says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum Request {
    Call(Call),
    Note { name: String, text: String },
    End,
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
    Handle,
    Fault(String),
}

impl From<Stop> for Halt {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Work(Exhausted) => Self::Work,
            Stop::Calls { max } => Self::Calls { max },
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
            Self::Handle => Stop::Handle { call },
            Self::Fault(text) => Stop::Fault(Fault(text)),
        }
    }
}

/// Answers the calls of one unit until its other end says that it is done, or closes the stream.
pub fn serve<E: Execute>(
    stream: &mut (impl Read + Write),
    session: &mut Session<E>,
) -> Result<(), TransportError> {
    while let Some(request) = frame::read(stream, "request")? {
        match request {
            Request::Call(call) => {
                let response = match session.call(call) {
                    Ok(reply) => Response::Reply(reply),
                    Err(stop) => Response::Stop(stop.into()),
                };
                frame::write(stream, &response)?;
            }
            Request::Note { name, text } => session.note(&name, &text),
            Request::End => break,
        }
    }
    Ok(())
}
