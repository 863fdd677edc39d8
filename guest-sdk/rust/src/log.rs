//! Messages to the author, shown on public tasks and thrown away on hidden ones.
//!
//! Texts over 1,024 bytes are cut, and after 200 messages or 16 KiB the rest of a unit's messages is
//! dropped. The macros of the same names format: `log::info!("{count} pairs")`.

use crate::bindings::assay::measure::log::{self as raw, Level};

#[doc(inline)]
pub use crate::{__log_debug as debug, __log_info as info, __log_warning as warning};

/// Writes a message that matters while the measure is being written.
pub fn debug(text: &str) {
    raw::write(Level::Debug, text);
}

/// Writes a message about what the measure found.
pub fn info(text: &str) {
    raw::write(Level::Info, text);
}

/// Writes a message about what looks wrong.
pub fn warning(text: &str) {
    raw::write(Level::Warning, text);
}

/// Formats and writes a message at level debug.
#[doc(hidden)]
#[macro_export]
macro_rules! __log_debug {
    ($($format:tt)+) => { $crate::log::debug(&::std::format!($($format)+)) };
}

/// Formats and writes a message at level info.
#[doc(hidden)]
#[macro_export]
macro_rules! __log_info {
    ($($format:tt)+) => { $crate::log::info(&::std::format!($($format)+)) };
}

/// Formats and writes a message at level warning.
#[doc(hidden)]
#[macro_export]
macro_rules! __log_warning {
    ($($format:tt)+) => { $crate::log::warning(&::std::format!($($format)+)) };
}
