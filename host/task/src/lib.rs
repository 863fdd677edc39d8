//! Tasks on disk: the format, its reader and writer, and the importer of the reference contest's
//! released files.
//!
//! A task is a directory `NAME/` with a manifest (`task.toml`), `networks/<id>/` (layers, final and
//! initial weights) and `data/train.safetensors`. The truth (hyper-parameters and metrics of each
//! network) lies beside it, never inside, so that a process can be given the one without the other:
//!
//! ```text
//! NAME/task.toml                                 Manifest: names, digests, statistics
//! NAME/networks/model_20/layers.json             {"input": [32, 32, 3], "layers": [LayerKind, …]}
//! NAME/networks/model_20/weights.safetensors     "00.kernel", "00.bias", …: <layer>.<role>, F32 or F16
//! NAME/networks/model_20/initial.safetensors     the same before training (may be absent)
//! NAME/data/train.safetensors                    inputs [examples, ..shape] F32 or U8, labels U32
//! NAME.truth/model_configs.json                  the contest's own bytes, or instead of them
//! NAME.truth/sealed/                             the same, sealed until the release
//! ```
//!
//! Must not know: wasm, HTTP, the store, how networks are executed, how truth is scored or
//! sealed.
//!
//! Begin with [`Task`], then [`PhaseView`], then [`TaskWriter`], then [`import`].

mod digest;
mod error;
mod import;
mod layers;
mod manifest;
mod name;
#[doc(hidden)]
pub mod parts;
mod task;
mod tensors;
mod truth;
mod view;
mod writer;

pub use digest::{dataset_digest, network_digest};
pub use error::TaskError;
pub use import::{
    ConfigError, ImportedTask, Progress, RecordError, RecordReason, Stage, WeightsError, import,
};
pub use manifest::{Data, Manifest, NetworkEntry, Statistics, Storage};
pub use task::Task;
pub use tensors::Precision;
pub use truth::{Files, TruthForm};
pub use view::{PhaseView, TaskView};
pub use writer::{TaskWriter, occupied};
