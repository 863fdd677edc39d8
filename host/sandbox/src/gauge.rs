//! Fuel as seen while a unit runs, for profiles.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Shows how much fuel a unit had used when its component last called the host. Whoever answers the call
/// can read it; the component cannot tell whether somebody does.
#[derive(Debug, Clone, Default)]
pub struct FuelGauge(Arc<AtomicU64>);

impl FuelGauge {
    /// Instructions executed until the last call.
    pub fn used(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn set(&self, used: u64) {
        self.0.store(used, Ordering::Relaxed);
    }
}
