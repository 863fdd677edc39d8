//! What the unit may still spend. Both meters are deterministic, so a measure may adapt to them.
//! When one runs out, the unit is stopped; that is no error that could be caught.

use crate::bindings::assay::measure::budget as raw;

/// Work that the unit may use in all. One unit is about one multiply-add on the host's side.
pub fn work_limit() -> u64 {
    raw::work_limit()
}

/// Work left, after this call's own cost.
pub fn work_left() -> u64 {
    raw::work_left()
}

/// Fuel that the unit may use in all: instructions executed inside the component.
pub fn fuel_limit() -> u64 {
    raw::fuel_limit()
}

/// Fuel left.
pub fn fuel_left() -> u64 {
    raw::fuel_left()
}
