//! Limits of the guest's side, in one table, and the limiter that enforces those of memory.

use std::time::Duration;

use assay_call::Limit;
use serde::{Deserialize, Serialize};
use wasmtime::ResourceLimiter;

/// A number of the table, as its row shows it.
trait Shown: Copy {
    fn shown(self) -> u64;
}

impl Shown for u64 {
    fn shown(self) -> u64 {
        self
    }
}

impl Shown for usize {
    fn shown(self) -> u64 {
        self as u64
    }
}

/// A setting: 1 if it is on.
impl Shown for bool {
    fn shown(self) -> u64 {
        u64::from(self)
    }
}

impl Shown for Duration {
    fn shown(self) -> u64 {
        self.as_secs()
    }
}

/// A field with a unit and a reason is a row of the table; one without is a setting.
macro_rules! limits {
    ($(
        #[doc = $what:literal]
        $name:ident: $kind:ty = $value:expr $(, $unit:literal, $reason:literal)?;
    )+) => {
        /// What one instance may use. Everything but `wall_max` is deterministic.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub struct SandboxLimits {
            $(
                #[doc = concat!($what $(, " In ", $unit, ": ", $reason, ".")?)]
                pub $name: $kind,
            )+
        }

        impl SandboxLimits {
            /// The published limits.
            pub const PUBLISHED: Self = Self { $($name: $value,)+ };

            /// Every field by name, settings too: what a digest of the limits is made of.
            pub fn numbers(&self) -> Vec<(&'static str, u64)> {
                vec![$((stringify!($name), self.$name.shown()),)+]
            }

            /// The limits as rows of a table, in order.
            pub fn rows(&self) -> Vec<Limit> {
                vec![$($(Limit {
                    name: stringify!($name),
                    value: self.$name.shown(),
                    what: $what.trim_ascii(),
                    unit: $unit,
                    reason: $reason,
                },)?)+]
            }
        }
    };
}

limits! {
    /// Size of a component.
    component_bytes_max: usize = 32 << 20, "bytes", "a Python component is about 18 MB";
    /// Instructions of one evaluation.
    fuel_max: u64 = 10_000_000_000, "fuel", "some seconds natively; tensor work is not in it";
    /// Instructions of `describe`.
    describe_fuel_max: u64 = 1_000_000_000, "fuel", "a Python interpreter starts with about a tenth";
    /// All linear memories together.
    memory_bytes_max: usize = 256 << 20, "bytes", "tensors live on the host's side";
    /// All tables together.
    table_elements_max: usize = 100_000, "elements", "some ten times what language runtimes use";
    /// Core instances.
    instances_max: usize = 50, "instances", "as many as a large adapter-built component has, and room to spare";
    /// Linear memories of all core instances.
    memories_max: usize = 4, "memories", "most components have one; an adapter may bring its own";
    /// Tables of all core instances.
    tables_max: usize = 20, "tables", "each core module of a component may bring its own";
    /// What is lifted from the guest in one call.
    hostcall_bytes_max: usize = 2 << 20, "bytes", "a window of 1 MiB, and as much again";
    /// Handles alive.
    handles_max: usize = 4352, "handles", "the tensors that may live, the two that `evaluate` is handed, and 254 of WASI's";
    /// Whether the deterministic part of WASI 0.2 may be imported; a contest may forbid it.
    wasi: bool = true;
    /// Random bytes that WASI hands out in one unit.
    random_bytes_max: usize = 16 << 20, "bytes", "a language runtime takes some thousands to start; a measure that wants more seeds a generator of its own";
    /// Pollables in one list of WASI's `poll`.
    poll_max: usize = 256, "pollables", "some ten times the streams and timers that there can be a use for";
    /// Messages in the log.
    log_lines_max: usize = 200, "messages", "enough to follow a run by; what comes after is dropped";
    /// The log's texts together.
    log_bytes_max: usize = 16 << 10, "bytes", "must fit what a guest's process says at its end (`said_bytes_max`)";
    /// One message, and an error text.
    text_bytes_max: usize = 1024, "bytes", "a sentence or two with numbers; longer ones are cut";
    /// Wall time after which a unit is inconclusive.
    wall_max: Duration = Duration::from_hours(1), "seconds", "the watchdog: such a unit is run again, never scored against the measure";
}

/// Counts memory and tables over all instances of a unit. It decides from its own counters alone,
/// never from what the machine has left, so that a growth succeeds or fails the same everywhere.
pub(crate) struct Limiter {
    limits: SandboxLimits,
    memory_bytes: usize,
    table_elements: usize,
    /// A growth of memory was refused: a later trap is most likely its consequence.
    pub(crate) memory_refused: bool,
    /// The machine refused what the limits allow: the unit is inconclusive.
    pub(crate) machine_refused: bool,
}

impl Limiter {
    pub(crate) fn new(limits: SandboxLimits) -> Self {
        Self {
            limits,
            memory_bytes: 0,
            table_elements: 0,
            memory_refused: false,
            machine_refused: false,
        }
    }
}

/// How wasmtime says that a memory's type does not allow a size.
const UNREPRESENTABLE: &str = "exceeds memory type's limits";

/// Grows a total; no change and `false` where it would pass the limit.
fn grow(total: &mut usize, current: usize, desired: usize, max: usize) -> bool {
    let grown = total.checked_add(desired.saturating_sub(current));
    match grown {
        Some(grown) if grown <= max => {
            *total = grown;
            true
        }
        _ => false,
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        // A growth past the memory's own maximum fails by the guest's own declaration.
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        let granted = grow(&mut self.memory_bytes, current, desired, self.limits.memory_bytes_max);
        self.memory_refused |= !granted;
        Ok(granted)
    }

    fn memory_grow_failed(&mut self, error: wasmtime::Error) -> wasmtime::Result<()> {
        // Two causes lead here, told apart by their text alone (a test holds it to this version of
        // wasmtime): a size that no memory of this type can have, which is the guest's doing and
        // the same everywhere, and a growth that we granted and the machine did not.
        if error.to_string().contains(UNREPRESENTABLE) {
            return Ok(());
        }
        self.machine_refused = true;
        Err(error)
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        let granted =
            grow(&mut self.table_elements, current, desired, self.limits.table_elements_max);
        self.memory_refused |= !granted;
        Ok(granted)
    }

    fn instances(&self) -> usize {
        self.limits.instances_max
    }

    fn tables(&self) -> usize {
        self.limits.tables_max
    }

    fn memories(&self) -> usize {
        self.limits.memories_max
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_counted_over_all_memories_to_the_byte() {
        let mut limits = SandboxLimits::PUBLISHED;
        limits.memory_bytes_max = 100;
        let mut limiter = Limiter::new(limits);
        assert!(limiter.memory_growing(0, 60, None).unwrap());
        assert!(limiter.memory_growing(0, 40, None).unwrap());
        assert!(!limiter.memory_refused);
        assert!(!limiter.memory_growing(40, 41, None).unwrap());
        assert!(limiter.memory_refused);
    }

    #[test]
    fn every_row_has_a_unit_and_a_reason_and_shows_its_number() {
        let rows = SandboxLimits::PUBLISHED.rows();
        assert!(
            rows.iter().all(|row| row.value > 0 && row.unit.len() > 3 && row.reason.len() > 10)
        );
        let value = |name| rows.iter().find(|row| row.name == name).map(|row| row.value);
        assert_eq!(value("component_bytes_max"), Some(33_554_432));
        assert_eq!(value("wall_max"), Some(3600));
    }

    #[test]
    fn a_memorys_own_maximum_is_no_refusal_of_ours() {
        let mut limiter = Limiter::new(SandboxLimits::PUBLISHED);
        assert!(!limiter.memory_growing(0, 200, Some(100)).unwrap());
        assert!(!limiter.memory_refused);
    }
}
