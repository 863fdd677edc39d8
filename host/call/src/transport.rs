//! Calls between processes: the same conversation as in process, over any stream of bytes.
//!
//! The side that executes (the engine process) keeps the [`Session`](crate::Session): it checks,
//! charges and records, and distrusts the other side. The asking side holds a [`RemoteHost`], which
//! is a [`Host`](crate::Host) like any other. What travels is a sequence of frames: a length in four
//! bytes, little-endian, and so many bytes of one message in postcard's encoding. The length is
//! checked against a limit before anything is read.
//!
//! A conversation begins with a greeting of both sides ([`greet`]), which finds programs of different
//! builds before they misunderstand each other. What an engine process is told before a unit (network,
//! data, budget) is in [`Link`] and [`Order`]; the last of it is the socket of the unit's guest, so that
//! calls go from the guest to the engine with nobody between.
//!
//! Begin with `frame.rs`, then `remote.rs` and `serve.rs`, which are the two ends.

mod descriptor;
mod frame;
mod greeting;
mod order;
mod remote;
mod serve;

pub use descriptor::{inherited_socket, receive_descriptor, send_descriptor};
pub use frame::{read, read_bytes, write, write_bytes};
pub use greeting::{Greeting, PROTOCOL, WORLD, greet};
pub use order::{
    Beginning, Link, Order, Report, accept, receive, recorder, refuse, report, send, take_order,
};
pub use remote::{RemoteHost, say};
pub use serve::{serve, unit};

/// Why a conversation between processes cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// The stream failed.
    #[error("the connection failed: {0}")]
    Stream(#[from] std::io::Error),
    /// The other side is gone.
    #[error("the other side closed the connection")]
    Closed,
    /// A frame is longer than one may be.
    #[error("a frame of {length} bytes, at most {max} may be sent")]
    TooLarge {
        /// Bytes of the frame.
        length: u64,
        /// The limit.
        max: u64,
    },
    /// A frame is no message that belongs here.
    #[error("a frame that is no {expected}: {reason}")]
    Garbled {
        /// The message that belongs here.
        expected: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// What the other side sent could not be kept.
    #[error(transparent)]
    Recorder(crate::Fault),
    /// The two programs do not speak the same language.
    #[error("the other program speaks {theirs}, this one {ours}: build both from one checkout")]
    Mismatch {
        /// This side's greeting.
        ours: Greeting,
        /// The other side's.
        theirs: Greeting,
    },
    /// The other side said that it cannot do what it was told.
    #[error("{0}")]
    Refused(String),
}
