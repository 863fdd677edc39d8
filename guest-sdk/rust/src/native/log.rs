//! Interface `log`.

pub use crate::bindings::assay::measure::plain::log::Level;

/// The function of the log.
pub trait Log {
    /// `write` of the contract.
    fn write(&self, level: Level, text: &str);
}

/// Writing never fails: outside a unit, a message goes nowhere.
pub(crate) fn write(level: Level, text: &str) {
    if let Some((_, host)) = super::innermost() {
        Log::write(&*host, level, text);
    }
}
