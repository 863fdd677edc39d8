//! What calls cost. One unit of work is about one multiply-add. Every price depends on shapes
//! alone, grows with each of them, and is computed with checked arithmetic: `None` is an overflow,
//! which no budget covers.

/// Cost of any call, so that a million empty calls are not free.
pub const CALL: u64 = 1000;
/// Elements of `exp`, `log`, `tanh` and `sigmoid` cost this many simple ones.
pub const TRANSCENDENTAL: u64 = 16;

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
