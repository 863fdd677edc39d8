//! Interface `budget`.

use super::interface::functions;

functions! {
    /// The functions of the budget.
    Budget:
    work_limit() -> u64;
    work_left() -> u64;
    fuel_limit() -> u64;
    fuel_left() -> u64;
}
