//! The `gpu` lane: the same calls as the `cpu` lane's, with the heavy ones on a graphics adapter
//! through Burn's wgpu backend. Its numbers are *provisional*: close to the `cpu` lane's, not equal to
//! them, and a score counts once the `cpu` lane gives the networks the same order.
//!
//! | calls | run on |
//! |---|---|
//! | `networks.logits`, `logits-from`, `activations`, `activations-from` | the adapter, weights resident |
//! | `networks.objective`, `gradients`, `parameter-gradients` | the adapter; cotangents of logits on the `cpu` lane |
//! | `tensors.matmul` from [`MATMUL_MIN`] multiply-adds | the adapter |
//! | every other call | the `cpu` lane's kernels, in this process |
//!
//! Among the others are Jacobian- and Hessian-vector products (Burn's autodiff goes backwards, once)
//! and `networks.train`.
//!
//! Tensors live in memory, in the `cpu` lane's own [`Engine`](assay_engine::Engine): what the adapter
//! computes is read back at once. So handles, limits and every call that the adapter does not run are
//! the `cpu` lane's, bit for bit, given the same inputs.
//!
//! How far results may lie from the `cpu` lane's is [`TOLERANCE`]. It is stated for finite values:
//! shading languages promise nothing about NaN and infinities. On one adapter two runs give the same
//! bits: Burn is built without `autotune` and `fusion`, so no kernel is chosen by timing, and how a
//! batch is cut depends on shapes only.
//!
//! Must not know: wasm, how tasks are stored, HTTP.
//!
//! Begin with [`GpuEngine`], then `forward.rs`; `process.rs` is what the binary does.

mod adapter;
mod derivatives;
mod engine;
mod flow;
mod forward;
mod process;
mod resident;

pub use adapter::{Adapter, AdapterError, NoAdapter};
pub use derivatives::{gradients, objective, parameter_gradients};
pub use engine::{GpuEngine, MATMUL_MIN};
pub use forward::{TOLERANCE, forward};
pub use process::{ProcessError, serve_process};
pub use resident::ResidentNetwork;
