//! The call boundary: everything that a measure can ask of the host is one [`Call`], answered by
//! one [`Reply`]. Nothing else crosses.
//!
//! Because of that a call can be checked and priced from shapes alone ([`check`]), executed in
//! process or elsewhere ([`Execute`]), recorded ([`Transcript`]) and charged ([`Ledger`]), in one
//! place: [`Session`]. What was recorded, one [`Entry`] a step, answers the same calls again
//! ([`Replayer`]) or is compared with another execution ([`Comparer`]). What a result was made of is
//! its [`lineage()`].
//!
//! Must not know: wasm, Burn, how tasks are stored.
//!
//! Begin with [`Call`], then `session.rs`, then `check.rs`.

mod bytes;
mod call;
pub mod canonical;
mod check;
mod derivatives;
mod encode;
mod entry;
mod handles;
mod images;
mod ledger;
mod limits;
mod lineage;
mod operations;
pub mod price;
mod replay;
mod reply;
mod session;
mod transcript;
pub mod transport;

pub use call::Call;
pub use check::{Inventory, Live, Plan, Rejected, check};
pub use derivatives::{Descent, Objective, Tangent};
pub use entry::{Ending, Entry};
pub use handles::{DatasetHandle, NetworkHandle, Pass, TensorHandle};
pub use images::ImageOp;
pub use ledger::{Exhausted, Ledger};
pub use limits::{Budget, LIMITS, Limit, Limits};
pub use lineage::{Operand, dataset_lineage, lineage, network_lineage, part};
pub use operations::{
    Area, BinaryOp, Border, Cells, Direction, ReduceOp, Tap, TapPoint, UnaryOp, ValueRange,
};
pub use replay::{Comparer, Divergence, Replayer, Step};
pub use reply::{CallError, ErrorKind, Reply, Statistics};
pub use session::{Execute, Fault, Host, Meters, Recorder, Session, Stop, Stopped};
pub use transcript::{Detail, Transcript};
