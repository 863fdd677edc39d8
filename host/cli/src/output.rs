//! The one place where text leaves this program: data to stdout, everything else to stderr.
//!
//! Much of what is shown was written by others: names, logs, reasons, file names. So a line is escaped
//! here whatever it holds ([`assay_ids::Plain`]), and line breaks are ours alone. Clippy refuses
//! `println!` and `eprintln!` everywhere else in this crate.

use std::fmt::{self, Display, Write as _};
use std::io::Write as _;

use assay_ids::{Plain, PlainText, steers};
use serde_json::Value;

use crate::failure::Failure;

/// Text for stdout, line by line.
#[derive(Debug, Default)]
pub(crate) struct Text(String);

impl Text {
    /// A text of one line.
    pub(crate) fn of(line: impl Display) -> Self {
        let mut text = Self::default();
        text.line(line);
        text
    }

    /// Adds one line, whatever it holds.
    pub(crate) fn line(&mut self, line: impl Display) -> &mut Self {
        // Writing to a String cannot fail.
        let _ = writeln!(self.0, "{}", Plain(line));
        self
    }

    /// Adds an empty line.
    pub(crate) fn blank(&mut self) -> &mut Self {
        self.line("")
    }

    /// Adds another text.
    pub(crate) fn text(&mut self, other: &Self) -> &mut Self {
        self.0.push_str(&other.0);
        self
    }

    /// Adds a table with a header; numbers to the right, the first column to the left.
    pub(crate) fn table(&mut self, header: &[&str], rows: &[Vec<String>]) -> &mut Self {
        let plain = |cells: &mut dyn Iterator<Item = &str>| -> Vec<String> {
            cells.map(|cell| Plain(cell).to_string()).collect()
        };
        let head = plain(&mut header.iter().copied());
        let rows: Vec<Vec<String>> =
            rows.iter().map(|row| plain(&mut row.iter().map(String::as_str))).collect();
        let lines = || std::iter::once(&head).chain(&rows);
        let width = |column: usize| {
            let cells = lines().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..header.len()).map(width).collect();
        for row in lines() {
            let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, width))| {
                if column == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
            });
            let line: Vec<String> = cells.collect();
            self.line(line.join("  ").trim_end());
        }
        self
    }

    /// Prints it. A reader that has gone away (`| head`) is no failure of ours.
    pub(crate) fn print(&self) -> Result<(), Failure> {
        print(&self.0)
    }
}

/// A table alone.
pub(crate) fn table(header: &[&str], rows: &[Vec<String>]) -> Text {
    let mut text = Text::default();
    text.table(header, rows);
    text
}

/// Prints one JSON document. Of what steers a terminal, JSON itself escapes C0 alone.
pub(crate) fn json(value: &Value) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| Failure::new(format!("cannot write JSON: {error}")))?;
    print(&format!("{}\n", escaped_json(&text)))
}

/// The same document. Outside of strings nothing in it steers but the line breaks.
fn escaped_json(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if steers(character) && character != '\n' {
            // All of them lie in the plane that one such escape reaches.
            let _ = write!(escaped, "\\u{:04x}", u32::from(character));
        } else {
            escaped.push(character);
        }
    }
    escaped
}

fn print(text: &str) -> Result<(), Failure> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Failure::new(format!("cannot write to stdout: {error}"))),
    }
}

/// Something to know, on stderr.
pub(crate) fn note(message: impl Display) {
    say(Message { label: "note: ", message });
}

/// Something that is not as it should be, on stderr.
pub(crate) fn warning(message: impl Display) {
    say(Message { label: "warning: ", message });
}

/// Why a command failed, on stderr.
pub(crate) fn error(message: impl Display) {
    say(Message { label: "error: ", message });
}

/// What to do about it, on stderr.
pub(crate) fn hint(message: impl Display) {
    say(Message { label: "hint: ", message });
}

/// A message without a label, on stderr.
pub(crate) fn say(message: impl Display) {
    // Where stderr is gone, nobody is there to be told.
    let _ = writeln!(std::io::stderr().lock(), "{}", Indented(message));
}

struct Message<T> {
    label: &'static str,
    message: T,
}

impl<T: Display> Display for Message<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}{}", self.label, self.message)
    }
}

/// A message of several lines, as compilers and parsers write them. All but the first are indented, so
/// that none of them looks like a message of ours.
struct Indented<T>(T);

impl<T: Display> Display for Indented<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = PlainText(&self.0).to_string();
        for (at, line) in text.trim_end().split('\n').enumerate() {
            out.write_str(if at == 0 { "" } else { "\n  " })?;
            out.write_str(line)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str = "a\u{1b}[2J\nerror: b\u{9b}\u{202e}";

    #[test]
    fn lines_and_cells_hold_what_they_hold_in_one_line() {
        let mut text = Text::of(HOSTILE);
        text.table(&["x", HOSTILE], &[vec![HOSTILE.to_owned(), "1".to_owned()]]).blank();
        let mut all = Text::of("first");
        all.text(&text);
        assert_eq!(all.0.lines().count(), 5, "{}", all.0);
        assert!(all.0.lines().all(|line| !line.contains(steers)), "{}", all.0);
        let widths: Vec<usize> = all.0.lines().skip(2).take(2).map(str::len).collect();
        assert_eq!(widths[0], widths[1], "cells are as wide as they are shown");
    }

    #[test]
    fn json_stays_the_same_document() {
        let value = serde_json::json!({HOSTILE: [HOSTILE, "\u{7f}"]});
        let text = escaped_json(&serde_json::to_string_pretty(&value).unwrap());
        assert!(!text.replace('\n', "").contains(steers), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }

    #[test]
    fn no_line_of_a_message_looks_like_another_message() {
        let message = Message { label: "error: ", message: "a\u{1b}\nhint: run this\n" };
        assert_eq!(Indented(message).to_string(), "error: a\\u{1b}\n  hint: run this");
    }
}
