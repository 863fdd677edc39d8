//! One unit: a network and its training data, on which code runs as a component would.

use std::rc::Rc;
use std::sync::{Arc, OnceLock};

use assay_call::{Budget, Detail, Limits, Session, Stop, Stopped};
use assay_engine::{Engine, Lane, PreparedData, PreparedNetwork};
use assay_ids::printable;
use assay_sdk::{Dataset, Measure, Network, native};

use crate::host::NativeHost;
use crate::log::TEXT_MAX;
use crate::panics::{Ended, watched};
use crate::{Error, Failure, Reason, Run, parts};

/// The seed of a unit that was given none.
pub const DEFAULT_SEED: u64 = 0;

/// A network with its training data, and what a measure is run under. Runs leave nothing behind: one unit
/// may run any number of measures, on any number of threads at once.
#[derive(Clone)]
pub struct Unit {
    lane: Lane,
    network: Arc<PreparedNetwork>,
    data: Arc<PreparedData>,
    limits: Limits,
    seed: u64,
}

impl Unit {
    /// A unit of a network and data made by hand; see [`parts`].
    ///
    /// # Errors
    /// The network does not take the data's examples, or has fewer outputs than there are classes.
    pub fn new(network: parts::Network, data: parts::Dataset) -> Result<Self, Error> {
        let architecture = network.architecture();
        let (input, shape) = (architecture.input(), data.shape());
        if input != shape {
            let text = format!("the network takes {input:?}, the examples have shape {shape:?}");
            return Err(Error::Misfit(text));
        }
        let (output, classes) = (architecture.output(), data.classes() as usize);
        if output.len() == 1 && output[0] < classes {
            let text = format!("the network has {} outputs for {classes} classes", output[0]);
            return Err(Error::Misfit(text));
        }
        Self::prepared(PreparedNetwork::new(network), Arc::new(PreparedData::new(data)))
    }

    pub(crate) fn prepared(
        network: PreparedNetwork,
        data: Arc<PreparedData>,
    ) -> Result<Self, Error> {
        let limits = Budget::PUBLISHED.of_unit(network.network(), data.dataset());
        Ok(Self { lane: lane()?, network: Arc::new(network), data, limits, seed: DEFAULT_SEED })
    }

    /// The same with another seed than [`DEFAULT_SEED`].
    #[must_use]
    pub fn with_seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// The same with another work budget than the published one.
    #[must_use]
    pub fn with_work_max(self, work_max: u64) -> Self {
        Self { limits: Limits { work_max }, ..self }
    }

    /// The seed that a measure is handed.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Work that a measure may use.
    pub fn work_max(&self) -> u64 {
        self.limits.work_max
    }

    /// Evaluates a measure.
    ///
    /// # Errors
    /// The measure has no value: it returned an error or NaN, panicked, or used up its budget.
    pub fn run<M: Measure>(&self) -> Result<Run, Failure> {
        let run = self.run_with(|network, dataset| M::evaluate(network, dataset, self.seed))?;
        if run.value.is_nan() {
            return Err(Failure { reason: Reason::BadOutput, until: run.with(()) });
        }
        Ok(run)
    }

    /// Runs any code that a measure could consist of, to test a part of one: the same checks, prices and
    /// budget. What it returns must be values, such as [`Tensor::to_vec`](assay_sdk::Tensor::to_vec) gives:
    /// tensors and networks end with the unit.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn run_with<T>(
        &self,
        work: impl FnOnce(&Network<'_>, &Dataset<'_>) -> Result<T, assay_sdk::Error>,
    ) -> Result<Run<T>, Failure> {
        let (network, data) = (Arc::clone(&self.network), Arc::clone(&self.data));
        let engine = Engine::new(self.lane.clone(), network, data);
        let session = Session::new(engine, self.limits, Detail::Visible);
        let host = Rc::new(NativeHost::new(session));
        let ended = native_run(&host, work);
        let until = used(&host);
        let stop = host.stop.take();
        let failed = |reason| Err(Failure { reason, until: until.clone() });
        // As in production, the executing side's word goes first, whatever the measure makes of it.
        match (stop.as_ref().map(Stop::stopped), ended) {
            (Some(Stopped::OutOfWork(text)), _) => failed(Reason::OutOfWork(text)),
            (Some(Stopped::Inconclusive(text)), _) => failed(Reason::Inconclusive(text)),
            (None, Ended::Panicked(text)) => failed(Reason::Trap(printable(&text, TEXT_MAX))),
            (None, Ended::Unwound) => {
                failed(Reason::Trap("unwound with a payload that is no text".to_owned()))
            }
            (None, Ended::Returned(Err(error))) => {
                failed(Reason::MeasureError(printable(&error.to_string(), TEXT_MAX)))
            }
            (None, Ended::Returned(Ok(value))) => Ok(until.with(value)),
        }
    }
}

fn native_run<T>(
    host: &Rc<NativeHost>,
    work: impl FnOnce(&Network<'_>, &Dataset<'_>) -> T,
) -> Ended<T> {
    let host: Rc<dyn native::Host> = Rc::clone(host) as _;
    // Watched inside the unit: the text of a panic goes to the unit's log.
    native::enter(host, |network, dataset| watched(|| work(network, dataset)))
}

fn used(host: &NativeHost) -> Run<()> {
    let session = host.session.borrow();
    let (meters, transcript) = (session.meters(), session.transcript().digest());
    Run {
        value: (),
        work: meters.work,
        calls: meters.calls,
        bytes: meters.bytes,
        log: host.log.borrow_mut().take(),
        transcript,
    }
}

/// The threads that all units of this process compute on: results do not depend on them.
fn lane() -> Result<Lane, Error> {
    static LANE: OnceLock<Result<Lane, String>> = OnceLock::new();
    let lane = LANE.get_or_init(|| Lane::new(0).map_err(|error| error.to_string()));
    lane.clone().map_err(Error::Lane)
}
