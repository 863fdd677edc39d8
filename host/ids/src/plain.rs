//! Text of others as it may be shown: nothing in it steers a terminal or forges what stands around it.

use std::fmt::{self, Display, Write};

/// Whether a character does anything but stand in its line: C0 and C1 controls and DEL, which steer
/// terminals; line and paragraph separators; and the marks, embeddings, overrides and isolates of the
/// Unicode Bidirectional Algorithm (UAX #9), which can make a line read as another one.
pub fn steers(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

/// A text of others cut to so many bytes, never inside a character or its escape, and on one line as
/// [`Plain`] writes it: so it can neither forge a second line nor turn a terminal.
///
/// ```
/// assert_eq!(assay_ids::printable("ab\ncd", 5), r"ab\nc");
/// assert_eq!(assay_ids::printable("ab\ncd", 3), "ab");
/// ```
pub fn printable(text: &str, bytes_max: usize) -> String {
    let mut result = String::new();
    for character in text.chars() {
        let start = result.len();
        if steers(character) {
            result.extend(character.escape_default());
        } else {
            result.push(character);
        }
        if result.len() > bytes_max {
            result.truncate(start);
            break;
        }
    }
    result
}

/// One line: every character that [`steers`] is written as its escape, newline and tab among them.
/// What is plain already stays as it is.
///
/// ```
/// assert_eq!(assay_ids::Plain("a\n\u{1b}[2J").to_string(), r"a\n\u{1b}[2J");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Plain<T>(pub T);

/// Text of several lines, as compilers and parsers write: as [`Plain`], but newline and tab stay.
///
/// ```
/// assert_eq!(assay_ids::PlainText("a\n\u{1b}[2J").to_string(), "a\n\\u{1b}[2J");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct PlainText<T>(pub T);

impl<T: Display> Display for Plain<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Escaping { out, kept: &[] }, "{}", self.0)
    }
}

impl<T: Display> Display for PlainText<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Escaping { out, kept: &['\n', '\t'] }, "{}", self.0)
    }
}

struct Escaping<'a, 'f> {
    out: &'a mut fmt::Formatter<'f>,
    kept: &'static [char],
}

impl Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            if steers(character) && !self.kept.contains(&character) {
                write!(self.out, "{}", character.escape_default())?;
            } else {
                self.out.write_char(character)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_that_steers_is_escaped_and_no_other() {
        let steering = (0..0x20).chain(0x7f..0xa0).chain([0x61c, 0x200e, 0x200f]);
        let steering = steering.chain(0x2028..0x202f).chain(0x2066..0x206a);
        let steering: Vec<char> = steering.filter_map(char::from_u32).collect();
        assert_eq!(('\0'..=char::MAX).filter(|c| steers(*c)).collect::<Vec<_>>(), steering);
        for character in steering {
            let shown = Plain(character).to_string();
            assert!(shown.starts_with('\\') && !shown.contains(steers), "{shown}");
        }
        let harmless = "é 中文 \u{5d0} -> ok\\n";
        assert_eq!(Plain(harmless).to_string(), harmless);
    }

    #[test]
    fn several_lines_stay_several_and_nothing_else() {
        assert_eq!(PlainText("a\n\tb\r\u{9b}c").to_string(), "a\n\tb\\r\\u{9b}c");
        assert_eq!(Plain("a\n\tb").to_string(), "a\\n\\tb");
    }
}
