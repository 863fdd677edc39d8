//! The log of a unit, within the sandbox's limits.

use std::fmt;

use assay_ids::printable;

// The sandbox's own numbers (`host/sandbox/src/limits.rs`), which this crate cannot depend on without
// wasmtime: a test holds them to `docs/limits.md`.
/// Fuel that a component may use.
pub(crate) const FUEL_MAX: u64 = 10_000_000_000;
/// Messages in the log.
const LINES_MAX: usize = 200;
/// The log's texts together.
const BYTES_MAX: usize = 16 << 10;
/// One message, and an error text.
pub(crate) const TEXT_MAX: usize = 1024;

/// How a measure rates a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// For the author.
    Debug,
    /// For everybody.
    Info,
    /// Something is not as it should be.
    Warning,
}

impl fmt::Display for Level {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warning => "warning",
        })
    }
}

/// One message of a measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// Its level.
    pub level: Level,
    /// The text, printable and on one line.
    pub text: String,
}

/// A log that fills up.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    lines: Vec<LogLine>,
    bytes: usize,
}

impl Lines {
    /// Keeps a message if there is room for it.
    pub(crate) fn write(&mut self, level: Level, text: &str) {
        let text = printable(text, TEXT_MAX);
        if self.lines.len() < LINES_MAX && self.bytes + text.len() <= BYTES_MAX {
            self.bytes += text.len();
            self.lines.push(LogLine { level, text });
        }
    }

    pub(crate) fn take(&mut self) -> Vec<LogLine> {
        std::mem::take(&mut self.lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limits_are_the_published_ones() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/limits.md");
        let page = std::fs::read_to_string(path).unwrap();
        let published = |name: &str| {
            let row = page.lines().find(|line| line.starts_with(&format!("| `{name}` |"))).unwrap();
            let number = row.split('|').nth(2).unwrap().trim().replace(',', "");
            number.parse::<u64>().unwrap()
        };
        assert_eq!(published("fuel_max"), FUEL_MAX);
        assert_eq!(published("log_lines_max"), LINES_MAX as u64);
        assert_eq!(published("log_bytes_max"), BYTES_MAX as u64);
        assert_eq!(published("text_bytes_max"), TEXT_MAX as u64);
    }

    #[test]
    fn a_full_log_drops_and_a_long_text_is_cut() {
        let mut log = Lines::default();
        for _ in 0..=LINES_MAX {
            log.write(Level::Info, "a\nb");
        }
        let lines = log.take();
        assert_eq!((lines.len(), lines[0].text.as_str()), (LINES_MAX, "a\\nb"));
        assert_eq!(printable(&"x".repeat(2 * TEXT_MAX), TEXT_MAX).len(), TEXT_MAX);
    }
}
