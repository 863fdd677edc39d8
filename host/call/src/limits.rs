//! Every limit of a unit, in one table: number, unit and reason.

use assay_network::{Dataset, Network};
use serde::{Deserialize, Serialize};

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// Name in WIT documentation, records and JSON.
    pub name: &'static str,
    /// The number.
    pub value: u64,
    /// What is limited.
    pub what: &'static str,
    /// What the number counts.
    pub unit: &'static str,
    /// Why this number.
    pub reason: &'static str,
}

macro_rules! limits {
    ($(#[doc = $what:literal] $name:ident = $value:expr, $unit:literal, $reason:literal;)+) => {
        $(#[doc = $what] pub(crate) const $name: u64 = $value;)+
        /// The limits that hold for every unit, whatever its task.
        pub const LIMITS: &[Limit] = &[
            $(Limit {
                name: stringify!($name),
                value: $value,
                what: $what.trim_ascii(),
                unit: $unit,
                reason: $reason,
            },)+
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
    /// Bytes of what a guest's process says of its unit at the end.
    SAID_BYTES_MAX = 64 << 10, "bytes", "an outcome, its text and a full log come to less than half";
    /// Bytes of one entry of a transcript.
    ENTRY_BYTES_MAX = 8 << 20, "bytes", "holds what one frame can bring, with room for the lengths that frames write shorter";
    /// Bytes of a unit's transcript; the unit's next call ends it.
    TRANSCRIPT_BYTES_MAX = 1 << 30, "bytes", "a measure may read back a whole CIFAR-10 training set (0.6 GB); more fills disks";
    /// Calls of one unit.
    CALLS_MAX = 2_000_000, "calls", "bounds the transcript; the busiest published measure makes some ten thousand";
}

/// The limits of one unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Work that the unit may use.
    pub work_max: u64,
}

/// What a unit's limits follow from; a contest may set its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    /// Forward passes over the training data that a unit may spend.
    pub passes: u64,
    /// The passes never come to fewer examples than this, so that every published measure fits on
    /// small tasks too.
    pub examples_floor: u64,
    /// Work for everything that is not a forward pass: tensor arithmetic on tiny networks would
    /// otherwise starve.
    pub arithmetic: u64,
}

impl Budget {
    /// The published budget.
    pub const PUBLISHED: Self =
        Self { passes: 60, examples_floor: 1_000_000, arithmetic: 10_000_000_000 };

    /// The limits for a network on its task's training data.
    pub fn of_unit(self, network: &Network, data: &Dataset) -> Limits {
        self.limits(network.architecture().operations(), data.examples() as u64)
    }

    /// The budget as rows of the table.
    pub fn rows(self) -> [Limit; 3] {
        let row = |name, value, what, unit, reason| Limit { name, value, what, unit, reason };
        [
            row(
                "passes",
                self.passes,
                "Forward passes over the training data.",
                "passes",
                "the budget grows with network and data, so that it buys the same on every task",
            ),
            row(
                "examples_floor",
                self.examples_floor,
                "Examples that the passes come to at least.",
                "examples",
                "every published measure fits on small tasks too",
            ),
            row(
                "arithmetic",
                self.arithmetic,
                "Work on top, for everything that is not a forward pass.",
                "work",
                "tensor arithmetic on tiny networks would otherwise starve",
            ),
        ]
    }

    /// The limits for a network of `operations` multiply-adds per example on a task of `examples`
    /// training examples.
    pub fn limits(self, operations: u64, examples: u64) -> Limits {
        let passes = self.passes.saturating_mul(examples).max(self.examples_floor);
        let per_example = crate::price::forward(1, operations, 0).unwrap_or(u64::MAX);
        let work_max = passes.saturating_mul(per_example).saturating_add(self.arithmetic);
        Limits { work_max }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_tasks_get_the_floor_and_nothing_overflows() {
        let work = |operations, examples| Budget::PUBLISHED.limits(operations, examples).work_max;
        assert_eq!(work(100, 200), 100 * 1_000_000 + 10_000_000_000);
        assert_eq!(work(100, 50_000), 100 * 3_000_000 + 10_000_000_000);
        assert_eq!(work(u64::MAX, 50_000), u64::MAX);
    }

    #[test]
    fn every_limit_has_a_unit_and_a_reason() {
        for limit in LIMITS.iter().copied().chain(Budget::PUBLISHED.rows()) {
            let said = [limit.what, limit.unit, limit.reason];
            assert!(limit.value > 0 && said.iter().all(|text| text.len() > 3), "{limit:?}");
        }
    }
}
