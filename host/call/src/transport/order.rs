//! What an engine process is told around its units: which network on which data, that a unit begins
//! and with whom; and what it answers: that it is ready, and what a unit used.
//!
//! An engine that may read tasks is told their names ([`Order::Select`]) and, in a hidden phase, its key
//! ([`Order::Phase`]); one that may not read, as on the `gpu` lane, is handed the arrays as the phase
//! shows them ([`Order::Data`], [`Order::Network`]).
//!
//! Orders come from the process that started the engine, which it trusts. Still nothing is allocated
//! for numbers that a message only claims: arrays arrive in pieces and grow as they come.

use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use assay_ids::{Digest, PhaseKey};
use assay_network::{Architecture, Dataset, Layer, Network};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{TransportError, frame, greet, send_descriptor};
use crate::limits::ENTRY_BYTES_MAX;
use crate::{Budget, Detail, Fault, Limits, Meters, Recorder, Stopped};

/// Values of one piece of an array: at most 1 MiB.
const PIECE: usize = 1 << 18;

/// An order as it travels; the arrays it announces follow in frames of their own.
#[derive(Debug, Serialize, Deserialize)]
enum Head {
    Phase,
    Data { shape: Vec<usize>, examples: usize, classes: u32 },
    Network { layers: Vec<Layer>, initial: bool },
    Select { task: u32, network: String },
    Unit(Beginning),
}

/// What a unit begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beginning {
    /// What its limits follow from.
    pub budget: Budget,
    /// What its transcript covers.
    pub detail: Detail,
    /// Whether every entry of the transcript is sent, as it comes.
    pub recorded: bool,
}

/// The answer to an order, or to a unit's end.
#[derive(Debug, Serialize, Deserialize)]
enum Answer {
    Ready(String),
    Refused(String),
    Report(Box<Report>),
    /// An entry of a recorded unit's transcript; so many bytes follow.
    Entry(usize),
}

/// What the executing side knows of a unit when it is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The limits that held.
    pub limits: Limits,
    /// What the unit used.
    pub meters: Meters,
    /// Digest of its transcript.
    pub transcript: Digest,
    /// Number of the transcript's entries.
    pub entries: u64,
    /// What stopped it, if anything did: this side's word, whatever the guest's side says.
    pub stopped: Option<Stopped>,
    /// What the guest's side said at its end, as it said it; nothing if it was lost before.
    pub said: Option<Vec<u8>>,
}

/// What an engine process is told. It has no `Debug`, since a key has none.
pub enum Order {
    /// Show all tasks as a hidden phase with this key does. It comes before the first network, or not
    /// at all. The key travels here and nowhere else: everybody on a machine can read a process's
    /// arguments, and too many can read its environment.
    Phase(PhaseKey),
    /// Take this training data for all networks to come.
    Data(Dataset),
    /// Take this network for all units to come.
    Network(Network),
    /// Take this network of a task that the process may read, and the task's data.
    Select {
        /// Position of the task among those that the process was started with.
        task: usize,
        /// The network's id, as the phase shows it.
        network: String,
    },
    /// A unit begins: the guest's socket follows ([`receive_descriptor`](super::receive_descriptor)),
    /// and what comes over that is for [`serve`](super::serve).
    Unit(Beginning),
}

/// The side that started an engine process.
pub struct Link {
    stream: UnixStream,
    about: String,
}

impl Link {
    /// Greets an engine process and waits until it is ready.
    pub fn connect(mut stream: UnixStream) -> Result<Self, TransportError> {
        greet(&mut stream)?;
        let about = ready(&mut stream)?;
        Ok(Self { stream, about })
    }

    /// What the engine process says of itself: what it computes on.
    pub fn about(&self) -> &str {
        &self.about
    }

    /// Hands over the key of a hidden phase.
    pub fn phase(&mut self, key: &PhaseKey) -> Result<(), TransportError> {
        self.head(&Head::Phase)?;
        send(&mut self.stream, key.reveal(), u8::to_le_bytes)?;
        ready(&mut self.stream).map(drop)
    }

    /// Hands over the training data.
    pub fn data(&mut self, data: &Dataset) -> Result<(), TransportError> {
        let (shape, examples) = (data.shape().to_vec(), data.examples());
        self.head(&Head::Data { shape, examples, classes: data.classes() })?;
        send(&mut self.stream, data.inputs(), f32::to_le_bytes)?;
        send(&mut self.stream, data.labels(), u32::to_le_bytes)?;
        ready(&mut self.stream).map(drop)
    }

    /// Hands over a network.
    pub fn network(&mut self, network: &Network) -> Result<(), TransportError> {
        let layers = network.architecture().layers().to_vec();
        self.head(&Head::Network { layers, initial: network.initial().is_some() })?;
        for array in network.weights().iter().chain(network.initial().into_iter().flatten()) {
            send(&mut self.stream, array, f32::to_le_bytes)?;
        }
        ready(&mut self.stream).map(drop)
    }

    /// Has the process read a network, and its task's data, itself.
    pub fn select(&mut self, task: usize, network: &str) -> Result<(), TransportError> {
        // No list of tasks is that long.
        let task = u32::try_from(task).unwrap_or(u32::MAX);
        self.head(&Head::Select { task, network: network.to_owned() })?;
        ready(&mut self.stream).map(drop)
    }

    /// Begins a unit. Its calls come over the other end of `guest`.
    pub fn begin(&mut self, unit: Beginning, guest: impl AsFd) -> Result<(), TransportError> {
        self.head(&Head::Unit(unit))?;
        send_descriptor(&self.stream, guest)?;
        ready(&mut self.stream).map(drop)
    }

    /// What a unit used, once its guest is done or lost; until then its entries go to the recorder.
    /// Gives up, as a timeout of the stream does, when `late` says so.
    pub fn report(
        &mut self,
        mut recorder: Option<Recorder>,
        late: impl Fn() -> bool,
    ) -> Result<Report, TransportError> {
        loop {
            match answer(&mut self.stream)? {
                Answer::Report(report) => return Ok(*report),
                Answer::Refused(reason) => return Err(TransportError::Refused(reason)),
                Answer::Ready(_) => return Err(unexpected("report", "it is another answer")),
                Answer::Entry(length) if length as u64 > ENTRY_BYTES_MAX => {
                    let (length, max) = (length as u64, ENTRY_BYTES_MAX);
                    return Err(TransportError::TooLarge { length, max });
                }
                Answer::Entry(length) => {
                    let entry = receive(&mut self.stream, length, u8::from_le_bytes)?;
                    let recorder = recorder.as_mut();
                    let recorder =
                        recorder.ok_or_else(|| unexpected("report", "it is an entry"))?;
                    recorder(&entry).map_err(TransportError::Recorder)?;
                }
            }
            if late() {
                return Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into());
            }
        }
    }

    fn head(&mut self, head: &Head) -> Result<(), TransportError> {
        frame::write(&mut self.stream, head)
    }
}

/// Takes the next order; nothing if there is none any more. [`accept`] or [`refuse`] answers
/// it.
pub fn take_order(stream: &mut impl Read) -> Result<Option<Order>, TransportError> {
    let Some(head) = frame::read(stream, "order")? else { return Ok(None) };
    let order = match head {
        Head::Phase => {
            let bytes = Zeroizing::new(receive(stream, PhaseKey::BYTES, u8::from_le_bytes)?);
            let bytes = bytes.as_slice().try_into();
            Order::Phase(PhaseKey::from_bytes(bytes.map_err(|_| unexpected("key", "its length"))?))
        }
        Head::Data { shape, examples, classes } => {
            let size = product(&shape).and_then(|size| size.checked_mul(examples));
            let size = size.ok_or_else(|| unexpected("dataset", "its size is beyond counting"))?;
            let inputs = receive(stream, size, f32::from_le_bytes)?;
            let labels = receive(stream, examples, u32::from_le_bytes)?;
            let data = Dataset::new(shape, inputs, labels, classes);
            Order::Data(data.map_err(|error| unexpected("dataset", error))?)
        }
        Head::Network { layers, initial } => Order::Network(network(stream, layers, initial)?),
        Head::Select { task, network } => Order::Select { task: task as usize, network },
        Head::Unit(unit) => Order::Unit(unit),
    };
    Ok(Some(order))
}

/// Says that an order, or the greeting, was taken; `about` is what the engine says of itself.
pub fn accept(stream: &mut impl Write, about: &str) -> Result<(), TransportError> {
    frame::write(stream, &Answer::Ready(about.to_owned()))
}

/// Says that an order, or the greeting, cannot be followed.
pub fn refuse(stream: &mut impl Write, reason: &str) -> Result<(), TransportError> {
    frame::write(stream, &Answer::Refused(reason.to_owned()))
}

/// Sends a unit's entries to whoever gave the order.
pub fn recorder(mut stream: UnixStream) -> Recorder {
    Box::new(move |entry| {
        let sent = frame::write(&mut stream, &Answer::Entry(entry.len()))
            .and_then(|()| send(&mut stream, entry, u8::to_le_bytes));
        sent.map_err(|error| Fault(format!("an entry cannot be sent: {error}")))
    })
}

/// Says what a unit used.
pub fn report(stream: &mut impl Write, report: Report) -> Result<(), TransportError> {
    frame::write(stream, &Answer::Report(Box::new(report)))
}

fn network(
    stream: &mut impl Read,
    layers: Vec<Layer>,
    initial: bool,
) -> Result<Network, TransportError> {
    let input = layers.first().map(|layer| layer.input.clone()).unwrap_or_default();
    // Shapes are worked out again: nothing depends on what the message says of them.
    let kinds = layers.into_iter().map(|layer| layer.kind).collect();
    let architecture =
        Architecture::new(&input, kinds).map_err(|error| unexpected("network", error))?;
    let mut arrays = || -> Result<Vec<Vec<f32>>, TransportError> {
        let sizes = architecture.parameters().iter().map(|p| p.shape.iter().product());
        sizes.map(|size| receive(stream, size, f32::from_le_bytes)).collect()
    };
    let weights = arrays()?;
    let initial = if initial { Some(arrays()?) } else { None };
    Network::new(Arc::new(architecture), weights, initial)
        .map_err(|error| unexpected("network", error))
}

fn ready(stream: &mut impl Read) -> Result<String, TransportError> {
    match answer(stream)? {
        Answer::Ready(about) => Ok(about),
        Answer::Refused(reason) => Err(TransportError::Refused(reason)),
        Answer::Report(_) | Answer::Entry(_) => {
            Err(unexpected("answer", "it belongs to a unit that is over"))
        }
    }
}

fn answer(stream: &mut impl Read) -> Result<Answer, TransportError> {
    frame::read(stream, "answer")?.ok_or(TransportError::Closed)
}

fn unexpected(expected: &'static str, reason: impl ToString) -> TransportError {
    TransportError::Garbled { expected, reason: reason.to_string() }
}

fn product(shape: &[usize]) -> Option<usize> {
    shape.iter().try_fold(1_usize, |size, axis| size.checked_mul(*axis))
}

/// Sends an array in pieces.
pub fn send<T: Copy, const N: usize>(
    stream: &mut impl Write,
    values: &[T],
    bytes: fn(T) -> [u8; N],
) -> Result<(), TransportError> {
    for piece in values.chunks(PIECE) {
        frame::write_bytes(stream, piece.iter().flat_map(|value| bytes(*value)))?;
    }
    Ok(())
}

/// Receives an array of `count` values in pieces; what is claimed is not allocated before it comes.
pub fn receive<T, const N: usize>(
    stream: &mut impl Read,
    count: usize,
    value: fn([u8; N]) -> T,
) -> Result<Vec<T>, TransportError> {
    let mut values = Vec::new();
    while values.len() < count {
        let piece = frame::read_bytes(stream)?.ok_or(TransportError::Closed)?;
        let (words, rest) = piece.as_chunks::<N>();
        if words.is_empty() || !rest.is_empty() || words.len() > count - values.len() {
            let reason =
                format!("{} bytes where {} values are left", piece.len(), count - values.len());
            return Err(unexpected("piece of an array", reason));
        }
        values.extend(words.iter().map(|word| value(*word)));
    }
    Ok(values)
}
