//! How a command fails: one line that says what and where, a hint, an exit code.

use std::fmt::Display;

use crate::output;

/// Failed, or differs from what was expected.
pub(crate) const FAILED: u8 = 1;
/// Not used as the command line says.
pub(crate) const USAGE: u8 = 2;
/// Neither failed nor ok: run it again.
pub(crate) const INCONCLUSIVE: u8 = 3;

/// Why a command did not end well.
#[derive(Debug)]
pub(crate) struct Failure {
    lines: Vec<String>,
    hint: Option<String>,
    code: u8,
}

impl Failure {
    /// A failure with exit code 1.
    pub(crate) fn new(message: impl Display) -> Self {
        Self { lines: vec![message.to_string()], hint: None, code: FAILED }
    }

    /// A failure with several messages.
    pub(crate) fn all(lines: Vec<String>) -> Self {
        Self { lines, hint: None, code: FAILED }
    }

    /// Adds what to do about it.
    pub(crate) fn hint(mut self, hint: impl Display) -> Self {
        self.hint = Some(hint.to_string());
        self
    }

    /// Changes the exit code.
    pub(crate) fn with_code(mut self, code: u8) -> Self {
        self.code = code;
        self
    }

    /// Its first message.
    pub(crate) fn first_line(&self) -> &str {
        self.lines.first().map_or("", String::as_str)
    }

    pub(crate) fn code(&self) -> u8 {
        self.code
    }

    /// Prints to stderr.
    pub(crate) fn print(&self) {
        for line in &self.lines {
            output::error(line);
        }
        if let Some(hint) = &self.hint {
            output::hint(hint);
        }
    }
}

/// Reads a file, or says which one could not be read.
pub(crate) fn read(path: &std::path::Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| {
        let failure = Failure::new(format!("cannot read {}: {error}", path.display()));
        match error.kind() {
            std::io::ErrorKind::NotFound => {
                failure.hint("check the path; it is taken from the current directory")
            }
            _ => failure,
        }
    })
}
