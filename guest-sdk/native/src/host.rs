//! The host of a unit in this process: each function of the contract is one [`Call`] to the unit's
//! session, as in the sandbox. One file for each interface.

mod budget;
mod data;
mod images;
mod networks;
mod operations;
mod tensors;

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use assay_call::{Call, ErrorKind, Fault, Host as _, Reply, Session, Stop};
use assay_engine::Engine;
use assay_sdk::native::Error;

use crate::log::Lines;
use crate::panics;

/// Takes the reply of one form out of a reply; any other one stops the unit as a fault of the host.
macro_rules! taken {
    ($host:expr, $reply:expr, $pattern:pat => $value:expr) => {
        match $reply {
            $pattern => $value,
            other => $host.unexpected(&other),
        }
    };
}

use taken;

/// Answers the calls of one unit.
pub(crate) struct NativeHost {
    /// Checks, charges, executes and records, the same as in production.
    pub(crate) session: RefCell<Session<Engine>>,
    pub(crate) log: RefCell<Lines>,
    /// Why the unit was stopped, if it was.
    pub(crate) stop: RefCell<Option<Stop>>,
}

/// What unwinds through a measure that is stopped. It is no panic: no hook sees it.
struct Stopping;

impl NativeHost {
    pub(crate) fn new(session: Session<Engine>) -> Self {
        let (log, stop) = (RefCell::default(), RefCell::new(None));
        Self { session: RefCell::new(session), log, stop }
    }

    /// Asks the session. An error is the measure's to see; a stop is not: it unwinds.
    fn ask(&self, call: Call) -> Result<Reply, Error> {
        match self.call(call) {
            Ok(Reply::Error(error)) => {
                let case = match error.kind {
                    ErrorKind::ShapeMismatch => Error::ShapeMismatch,
                    ErrorKind::OutOfRange => Error::OutOfRange,
                    ErrorKind::InvalidArgument => Error::InvalidArgument,
                    ErrorKind::Unsupported => Error::Unsupported,
                    ErrorKind::TooLarge => Error::TooLarge,
                };
                Err(case(error.message))
            }
            Ok(reply) => Ok(reply),
            Err(stop) => self.stop(stop),
        }
    }

    /// As `ask`, for functions that cannot fail.
    fn ask_infallible(&self, call: Call) -> Reply {
        match self.ask(call) {
            Ok(reply) => reply,
            Err(error) => self.stop(Stop::Fault(Fault(format!("unexpected error {error:?}")))),
        }
    }

    fn call(&self, call: Call) -> Result<Reply, Stop> {
        if let Some(stop) = &*self.stop.borrow() {
            return Err(stop.clone());
        }
        let asked = AssertUnwindSafe(|| self.session.borrow_mut().call(call));
        // A panic of the host's code is not the measure's.
        panics::of_the_host(|| catch_unwind(asked))
            .unwrap_or_else(|_| Err(Stop::Fault(Fault("the host panicked".to_owned()))))
    }

    /// A handle that the measure dropped. Dropping must not unwind, so where the call stops the unit, the
    /// next one unwinds. While a panic unwinds nothing is dropped: in a component it is the end.
    fn drop_handle(&self, call: Call) {
        if std::thread::panicking() {
            return;
        }
        if let Err(stop) = self.call(call) {
            self.stop.borrow_mut().get_or_insert(stop);
        }
    }

    fn unexpected(&self, reply: &Reply) -> ! {
        self.stop(Stop::Fault(Fault(format!("unexpected reply {reply:?}"))))
    }

    fn stop(&self, stop: Stop) -> ! {
        self.stop.borrow_mut().get_or_insert(stop);
        resume_unwind(Box::new(Stopping))
    }
}
