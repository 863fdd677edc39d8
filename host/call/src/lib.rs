//! The call boundary: everything that a measure can ask of the host is one [`Call`], answered by
//! one [`Reply`]. Nothing else crosses.
//!
//! Because of that a call can be checked and priced from shapes alone ([`check`]), executed in
//! process or elsewhere ([`Execute`]), recorded ([`Transcript`]) and charged ([`Ledger`]), in one
//! place and in that order: [`Session`].
//!
//! Must not know: wasm, Burn, how tasks are stored.
//!
//! Begin with [`Call`], then `session.rs`, then `check.rs`.

mod call;
mod check;
mod encode;
mod ledger;
mod limits;
mod operations;
pub mod price;
mod reply;
mod session;
mod transcript;

pub use call::{Call, DatasetHandle, NetworkHandle, TensorHandle};
pub use check::{Inventory, Plan, Rejected, check};
pub use ledger::{Exhausted, Ledger};
pub use limits::{LIMITS, Limit, Limits};
pub use operations::{BinaryOp, ReduceOp, Tap, TapPoint, UnaryOp};
pub use reply::{CallError, ErrorKind, Reply, Statistics};
pub use session::{Execute, Fault, Host, Meters, Session, Stop};
pub use transcript::{Detail, Transcript};
