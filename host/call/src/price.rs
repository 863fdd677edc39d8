//! What calls cost. One unit of work is about one multiply-add. Every price depends on shapes
//! alone, grows with each of them, and is computed with checked arithmetic: `None` is an overflow,
//! which no budget covers.
//!
//! [`PRICES`] is the list as it is published (`docs/prices.md`, by `cargo xtask docs`).

mod formula;
mod list;

pub use formula::{FormulaError, evaluate};
pub use list::{PRICES, Price, RATES, Rate, VARIABLES};

/// Cost of any call, so that a million empty calls are not free.
pub const CALL: u64 = 1000;
/// Elements of `exp`, `log`, `tanh` and `sigmoid` cost this many simple ones.
pub const TRANSCENDENTAL: u64 = 16;
/// Uniform random numbers cost this many simple elements each.
pub const UNIFORM: u64 = 4;

/// Bytes moved across the border, either way.
pub fn bytes(bytes: u64) -> Option<u64> {
    Some(bytes / 4)
}

/// `count` elements at `each` units.
pub fn elements(count: u64, each: u64) -> Option<u64> {
    count.checked_mul(each)
}

/// A matrix product `[m, k] x [k, n]`.
pub fn matmul(m: u64, k: u64, n: u64) -> Option<u64> {
    m.checked_mul(k)?.checked_mul(n)
}

/// A pass of `examples` through layers of `operations` multiply-adds, that keeps `kept` elements.
pub fn forward(examples: u64, operations: u64, kept: u64) -> Option<u64> {
    examples.checked_mul(operations)?.checked_add(kept)
}

/// Comparisons of an order over rows of `length` values, for `count` values in all.
pub fn order(count: u64, length: u64) -> Option<u64> {
    count.checked_mul(8 + formula::log2_ceil(length))
}

/// A decomposition of an `[m, n]` matrix that costs `each` times `m n min(m, n)`.
pub fn decomposition(m: u64, n: u64, each: u64) -> Option<u64> {
    matmul(m, n, m.min(n))?.checked_mul(each)
}

/// `passes` times a forward pass's multiply-adds for a derivative, and `kept` elements.
pub fn derivative(passes: u64, examples: u64, operations: u64, kept: u64) -> Option<u64> {
    forward(examples, operations.checked_mul(passes)?, kept)
}
