//! The `cpu` lane: executes calls with the same bits on every machine.
//!
//! Every output element is accumulated in one order that depends on shapes only, so vector width,
//! thread count and batch split cannot change it. Transcendental functions come from the `libm`
//! crate, never from the platform.
//!
//! Must not know: wasm, how tasks are stored, HTTP.
//!
//! Begin with [`Engine`], then `forward.rs`, then `cpu/gemm`, where the order is fixed.

mod cache;
mod cpu;
mod derivatives;
mod engine;
mod evaluate;
mod forward;
pub mod images;
mod lane;
mod linear;
mod prepared;
mod tensor;

pub use cache::{Cache, CacheStatistics};
pub use cpu::level::{LevelError, SimdLevel};
pub use derivatives::{
    Descent, Objective, Tangent, apply_linear, apply_transpose, gradients, hessian_vector,
    jacobian_vector, objective, parameter_gradients, train,
};
pub use engine::Engine;
pub use evaluate::{Evaluation, Misfit, evaluate};
pub use forward::{forward, forward_from};
pub use lane::{Lane, LaneError};
pub use prepared::{PreparedData, PreparedNetwork};
pub use tensor::Tensor;
