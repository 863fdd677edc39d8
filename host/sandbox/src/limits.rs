//! Limits of the guest's side, in one table, and the limiter that enforces those of memory.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use wasmtime::ResourceLimiter;

/// What one instance may use. Everything but `wall_max` is deterministic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SandboxLimits {
    /// Bytes of a component. 32 MiB: a Python component is about 18 MB.
    pub component_bytes_max: usize,
    /// Instructions of one evaluation. 10^10: some seconds natively; tensor work is not in it.
    pub fuel_max: u64,
    /// Instructions of `describe`. 10^9: a Python interpreter starts with about a tenth.
    pub describe_fuel_max: u64,
    /// Bytes of all linear memories together. 256 MiB: tensors live on the host's side.
    pub memory_bytes_max: usize,
    /// Elements of all tables together. 100,000: some ten times what language runtimes use.
    pub table_elements_max: usize,
    /// Core instances, as many as a large adapter-built component has and room to spare.
    pub instances_max: usize,
    /// Linear memories of all core instances.
    pub memories_max: usize,
    /// Tables of all core instances.
    pub tables_max: usize,
    /// Bytes lifted from the guest in one call: a window of 1 MiB, and as much again.
    pub hostcall_bytes_max: usize,
    /// Handles alive: the tensors that may live, and the two that `evaluate` is handed.
    pub handles_max: usize,
    /// Messages in the log.
    pub log_lines_max: usize,
    /// Bytes in the log.
    pub log_bytes_max: usize,
    /// Bytes of one message, and of an error text.
    pub text_bytes_max: usize,
    /// Wall time after which a unit is inconclusive: the watchdog, never a score.
    pub wall_max: Duration,
}

impl SandboxLimits {
    /// The published limits.
    pub const PUBLISHED: Self = Self {
        component_bytes_max: 32 << 20,
        fuel_max: 10_000_000_000,
        describe_fuel_max: 1_000_000_000,
        memory_bytes_max: 256 << 20,
        table_elements_max: 100_000,
        instances_max: 50,
        memories_max: 4,
        tables_max: 20,
        hostcall_bytes_max: 2 << 20,
        handles_max: 4098,
        log_lines_max: 200,
        log_bytes_max: 16 << 10,
        text_bytes_max: 1024,
        wall_max: Duration::from_hours(1),
    };
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
    fn a_memorys_own_maximum_is_no_refusal_of_ours() {
        let mut limiter = Limiter::new(SandboxLimits::PUBLISHED);
        assert!(!limiter.memory_growing(0, 200, Some(100)).unwrap());
        assert!(!limiter.memory_refused);
    }
}
