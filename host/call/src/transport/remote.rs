//! The end that asks: a host whose session is in another process.

use std::io::{Read, Write};

use super::serve::{Request, Response};
use super::{TransportError, frame, greet};
use crate::{Call, Fault, Host, Reply, Stop};

/// Tells the other end that the unit is over, and what this side says of it.
pub fn say(stream: &mut impl Write, what: Vec<u8>) -> Result<(), TransportError> {
    frame::write(stream, &Request::End(what))
}

/// A [`Host`] at the other end of a stream. [`say`] ends a unit.
pub struct RemoteHost<S: Read + Write> {
    stream: S,
    /// What broke the conversation. After that the two ends may disagree about what comes next, so
    /// nothing more is sent.
    broken: Option<Fault>,
}

impl<S: Read + Write> RemoteHost<S> {
    /// A host over a stream of its own: greets first.
    pub fn connect(mut stream: S) -> Result<Self, TransportError> {
        greet(&mut stream)?;
        Ok(Self::over(stream))
    }

    /// A host over a stream on which both sides have greeted.
    pub fn over(stream: S) -> Self {
        Self { stream, broken: None }
    }

    fn ask(&mut self, request: &Request) -> Result<Response, TransportError> {
        frame::write(&mut self.stream, request)?;
        frame::read(&mut self.stream, "response")?.ok_or(TransportError::Closed)
    }

    fn fail(&mut self, error: &TransportError) -> Fault {
        let fault = Fault(format!("the engine process does not answer: {error}"));
        self.broken.get_or_insert(fault).clone()
    }
}

impl<S: Read + Write> Host for RemoteHost<S> {
    fn call(&mut self, call: Call) -> Result<Reply, Stop> {
        if let Some(fault) = &self.broken {
            return Err(Stop::Fault(fault.clone()));
        }
        let name = call.name();
        match self.ask(&Request::Call(call)) {
            Ok(Response::Reply(reply)) => Ok(reply),
            Ok(Response::Stop(halt)) => Err(halt.stop(name)),
            Err(error) => Err(Stop::Fault(self.fail(&error))),
        }
    }

    fn note(&mut self, name: &str, text: &str) {
        if self.broken.is_none() {
            let note = Request::Note { name: name.to_owned(), text: text.to_owned() };
            // A note has no answer; that it did not arrive shows at the next call.
            if let Err(error) = frame::write(&mut self.stream, &note) {
                self.fail(&error);
            }
        }
    }
}
