//! Every limit of a unit, in one table: number, unit and reason.

use serde::{Deserialize, Serialize};

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// Name in WIT documentation, records and JSON.
    pub name: &'static str,
    /// The number.
    pub value: u64,
    /// What it counts.
    pub unit: &'static str,
    /// Why this number.
    pub reason: &'static str,
}

macro_rules! limits {
    ($($(#[$doc:meta])* $name:ident = $value:expr, $unit:literal, $reason:literal;)+) => {
        $($(#[$doc])* pub(crate) const $name: u64 = $value;)+
        /// The limits that hold for every unit, whatever its task.
        pub const LIMITS: &[Limit] = &[
            $(Limit { name: stringify!($name), value: $value, unit: $unit, reason: $reason },)+
        ];
    };
}

limits! {
    /// Values in one read, one `from-list` or one list of indices.
    WINDOW_MAX = 1 << 18, "values", "1 MiB of floats: one copy across the border stays under a millisecond";
    /// Axes of a tensor.
    AXES_MAX = 8, "axes", "two more than any published measure uses";
    /// Elements of one tensor.
    ELEMENTS_MAX = 1 << 26, "elements", "256 MiB: a batch of 500 widest activations of the largest published network is 2^28 bytes";
    /// Bytes of all tensors alive.
    LIVE_BYTES_MAX = 2 << 30, "bytes", "holds one CIFAR-10 training set (0.6 GB) and room to work";
    /// Tensors alive at once.
    LIVE_TENSORS_MAX = 4096, "tensors", "the largest published network has under 100 parameter arrays";
    /// Tensors in one concatenation.
    CONCAT_MAX = 1024, "tensors", "more parts are joined in two steps";
    /// Taps of one pass.
    TAPS_MAX = 256, "taps", "three points at each of 85 layers";
    /// Shorter axis of a matrix that is decomposed, and order of one that is solved.
    DECOMPOSED_MAX = 4096, "rows", "the widest published dense layer; the price grows with the cube";
    /// Networks alive at once: the unit's own and its copies.
    NETWORKS_MAX = 64, "networks", "populations of perturbed copies; their arrays count as tensors' bytes too";
    /// Steps of one call that trains.
    STEPS_MAX = 100_000, "steps", "bounds one call's time; more steps are more calls";
    /// Bytes of one frame between the processes of a unit.
    FRAME_BYTES_MAX = 4 << 20, "bytes", "what a guest may bring in one call (2 MiB) grows by at most a quarter when it is encoded";
    /// Calls of one unit.
    CALLS_MAX = 2_000_000, "calls", "bounds the transcript; the busiest published measure makes some ten thousand";
}

/// The limits of one unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Work that the unit may use.
    pub work_max: u64,
}

/// Forward passes over the training data that a unit may spend.
const PASSES: u64 = 60;
/// The budget never covers fewer examples than this, so that every published measure fits on small
/// tasks too.
const EXAMPLES_FLOOR: u64 = 1_000_000;
/// Work for everything that is not a forward pass: tensor arithmetic on tiny networks would
/// otherwise starve.
const ARITHMETIC: u64 = 10_000_000_000;

impl Limits {
    /// The limits for a network of `operations` multiply-adds per example on a task of `examples`
    /// training examples.
    pub fn for_network(operations: u64, examples: u64) -> Self {
        let passes = PASSES.saturating_mul(examples).max(EXAMPLES_FLOOR);
        let per_example = crate::price::forward(1, operations, 0).unwrap_or(u64::MAX);
        Self { work_max: passes.saturating_mul(per_example).saturating_add(ARITHMETIC) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_tasks_get_the_floor_and_nothing_overflows() {
        let small = Limits::for_network(100, 200);
        assert_eq!(small.work_max, 100 * EXAMPLES_FLOOR + ARITHMETIC);
        assert_eq!(Limits::for_network(100, 50_000).work_max, 100 * 3_000_000 + ARITHMETIC);
        assert_eq!(Limits::for_network(u64::MAX, 50_000).work_max, u64::MAX);
    }

    #[test]
    fn every_limit_has_a_unit_and_a_reason() {
        for limit in LIMITS {
            assert!(limit.value > 0 && !limit.unit.is_empty() && limit.reason.len() > 10);
        }
    }
}
