//! What a store holds while a component runs.

use std::fmt;

use assay_call::{Call, DatasetHandle, ErrorKind, Host, NetworkHandle, Reply, Stop, TensorHandle};
use assay_ids::{UnitSeed, printable};
use serde::{Deserialize, Serialize};
use wasmtime::component::ResourceTable;

use crate::SandboxLimits;
use crate::bindings::assay::measure::types::Error;
use crate::limits::Limiter;
use crate::wasi::Wasi;

/// A guest's tensor handle.
#[expect(unreachable_pub, reason = "the generated bindings re-export it")]
pub struct TensorEntry(pub(crate) TensorHandle);
/// A guest's network handle.
#[expect(unreachable_pub, reason = "the generated bindings re-export it")]
pub struct NetworkEntry(pub(crate) NetworkHandle);
/// A guest's dataset handle.
#[expect(unreachable_pub, reason = "the generated bindings re-export it")]
pub struct DatasetEntry(pub(crate) DatasetHandle);

/// How a measure rates a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Level {
    /// For the author.
    Debug,
    /// For everybody.
    Info,
    /// Something is not as it should be.
    Warning,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warning => "warning",
        })
    }
}

/// One message of a measure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// Its level.
    pub level: Level,
    /// The text, printable and on one line.
    pub text: String,
}

/// Data of one store.
pub(crate) struct State {
    pub(crate) table: ResourceTable,
    pub(crate) limiter: Limiter,
    pub(crate) limits: SandboxLimits,
    /// Fuel that this call of an export may use.
    pub(crate) fuel_max: u64,
    pub(crate) log: Vec<LogLine>,
    log_bytes: usize,
    pub(crate) wasi: Wasi,
    /// Why the unit was stopped from the host's side, if it was.
    pub(crate) stop: Option<Stop>,
    host: Box<dyn Host + Send>,
}

impl State {
    pub(crate) fn new(
        host: Box<dyn Host + Send>,
        limits: SandboxLimits,
        fuel_max: u64,
        seed: UnitSeed,
    ) -> Self {
        let mut table = ResourceTable::new();
        table.set_max_capacity(limits.handles_max);
        let limiter = Limiter::new(limits);
        let (log, wasi) = (Vec::new(), Wasi::new(seed, &limits));
        Self { table, limiter, limits, fuel_max, log, log_bytes: 0, wasi, stop: None, host }
    }

    /// Asks the host. The outer error stops the unit, the inner one is the guest's to see.
    pub(crate) fn ask(&mut self, call: Call) -> wasmtime::Result<Result<Reply, Error>> {
        match self.host.call(call) {
            Ok(Reply::Error(error)) => {
                let case = match error.kind {
                    ErrorKind::ShapeMismatch => Error::ShapeMismatch,
                    ErrorKind::OutOfRange => Error::OutOfRange,
                    ErrorKind::InvalidArgument => Error::InvalidArgument,
                    ErrorKind::Unsupported => Error::Unsupported,
                    ErrorKind::TooLarge => Error::TooLarge,
                };
                Ok(Err(case(error.message)))
            }
            Ok(reply) => Ok(Ok(reply)),
            Err(stop) => {
                let error = wasmtime::Error::msg(stop.to_string());
                self.stop = Some(stop);
                Err(error)
            }
        }
    }

    /// A reply of the wrong kind: the host's fault, not the guest's.
    pub(crate) fn unexpected(&mut self, reply: &Reply) -> wasmtime::Error {
        let fault = assay_call::Fault(format!("unexpected reply {reply:?}"));
        let error = wasmtime::Error::msg(fault.to_string());
        self.stop = Some(Stop::Fault(fault));
        error
    }

    /// An error value where the interface has none: the host's fault too.
    pub(crate) fn unexpected_error(&mut self, error: &Error) -> wasmtime::Error {
        let fault = assay_call::Fault(format!("unexpected error {error:?}"));
        let error = wasmtime::Error::msg(fault.to_string());
        self.stop = Some(Stop::Fault(fault));
        error
    }

    /// Tells the host what was answered on this side.
    pub(crate) fn note(&mut self, name: &str, text: &str) {
        self.host.note(name, text);
    }

    /// Writes a message to the log, within the limits; whether there was room for it.
    pub(crate) fn write(&mut self, level: Level, text: &str) -> bool {
        let text = printable(text, self.limits.text_bytes_max);
        let room = self.log.len() < self.limits.log_lines_max
            && self.log_bytes + text.len() <= self.limits.log_bytes_max;
        if room {
            self.log_bytes += text.len();
            self.log.push(LogLine { level, text });
        }
        room
    }

    /// Whether the log takes no further message, however short.
    pub(crate) fn log_is_full(&self) -> bool {
        self.log.len() >= self.limits.log_lines_max || self.log_bytes >= self.limits.log_bytes_max
    }
}

/// The host of a component that is handed nothing: every call stops it. `describe` runs on it.
pub struct NoHost;

impl Host for NoHost {
    fn call(&mut self, call: Call) -> Result<Reply, Stop> {
        Err(Stop::Handle { call: call.name() })
    }

    fn note(&mut self, _name: &str, _text: &str) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guests_text_stays_on_its_line_and_within_its_bytes() {
        assert_eq!(printable("a\nb\u{1b}[31m", 100), "a\\nb\\u{1b}[31m");
        assert_eq!(printable("a\u{202e}b", 100), "a\\u{202e}b");
        assert_eq!(printable("äää", 5), "ää");
        assert_eq!(printable("ab\n", 3), "ab");
    }

    #[test]
    fn the_log_stops_at_its_limits() {
        let mut limits = SandboxLimits::PUBLISHED;
        (limits.log_lines_max, limits.log_bytes_max) = (2, 5);
        let mut state = State::new(Box::new(NoHost), limits, 0, UnitSeed(0));
        for text in ["abc", "abc", "ab", "c"] {
            state.write(Level::Info, text);
        }
        let texts: Vec<&str> = state.log.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(texts, ["abc", "ab"]);
    }
}
