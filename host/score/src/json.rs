//! JSON as Python's `json` module writes and reads it: bare `NaN`, `Infinity` and `-Infinity`
//! outside of strings; of a repeated key the last value at the first position.
//!
//! The constants are respelled as numbers before `serde_json` sees the text. `1e999` is exact
//! for infinity, because Python reads it as infinity too. For NaN there is no such number, so one
//! is chosen whose spelling does not occur in the text.

use std::collections::BTreeSet;

use serde_json::{Number, Value};

use crate::{PyValue, ScoreError};

/// A float as JSON: non-finite numbers become the strings `"NaN"`, `"Infinity"`, `"-Infinity"`.
/// [`Predictions::parse`](crate::Predictions::parse) reads them back.
pub fn json_number(number: f64) -> Value {
    match Number::from_f64(number) {
        Some(number) => Value::Number(number),
        None if number.is_nan() => Value::from("NaN"),
        None if number > 0.0 => Value::from("Infinity"),
        None => Value::from("-Infinity"),
    }
}

/// Reads `bytes` as Python's `json.load` would; `what` names the input in errors.
pub(crate) fn parse(bytes: &[u8], what: &'static str) -> Result<PyValue, ScoreError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        ScoreError::NotUtf8 { what, at }
    })?;
    let nan = absent_number(text);
    let spelled = Spelled::new(text, &nan);
    match serde_json::from_str(&spelled.text) {
        Ok(value) => Ok(python_value(value, &nan)),
        Err(error) => {
            let at = spelled.original_offset(error.line(), error.column());
            let before = text.as_bytes().get(..at).unwrap_or(bytes);
            let mut lines = before.rsplit(|byte| *byte == b'\n');
            let column = 1 + lines.next().map_or(0, <[u8]>::len);
            Err(ScoreError::Syntax {
                what,
                line: 1 + lines.count(),
                column,
                reason: reason(&error),
            })
        }
    }
}

/// The parser's message without the position that it appends, which counts in respelled text.
fn reason(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    let bare = message.strip_suffix(&position).unwrap_or(&message);
    bare.to_owned()
}

/// A spelling of a number that `text` does not contain in either case of letters: zero, with an
/// exponent that no `0e-` of the text goes on with. All of them are looked at once, since a text may
/// hold a hundred thousand of them.
fn absent_number(text: &str) -> String {
    /// Enough digits for more exponents than any text has room for.
    const DIGITS_MAX: usize = 12;
    let mut taken = BTreeSet::new();
    for (at, _) in text.match_indices(['e', 'E']) {
        let around = (text[..at].ends_with('0'), text[at + 1..].strip_prefix('-'));
        let (true, Some(after)) = around else { continue };
        let mut exponent = 0_u64;
        for digit in after.bytes().take_while(u8::is_ascii_digit).take(DIGITS_MAX) {
            exponent = 10 * exponent + u64::from(digit - b'0');
            taken.insert(exponent);
        }
    }
    // One more candidate than there are taken ones.
    let last = 4096 + taken.len() as u64;
    let free = (4096..=last).find(|exponent| !taken.contains(exponent));
    format!("0e-{}", free.unwrap_or(u64::MAX))
}

/// Text whose bare constants are spelled as numbers.
struct Spelled {
    text: String,
    /// Where in `text` each NaN's number begins. Infinities keep their width.
    nans: Vec<usize>,
    /// Bytes that each NaN added.
    growth: usize,
}

impl Spelled {
    fn new(text: &str, nan: &str) -> Self {
        let bytes = text.as_bytes();
        let mut spelled = String::with_capacity(text.len());
        let mut nans = Vec::new();
        let (mut at, mut copied) = (0, 0);
        while at < bytes.len() {
            if bytes[at] == b'"' {
                at = string_end(bytes, at);
                continue;
            }
            // Only a whole token counts, so that neither `-NaN` nor `NaN7` becomes a number.
            let end = at + bytes[at..].iter().take_while(|b| in_token(**b)).count();
            let number = match &bytes[at..end] {
                b"NaN" => Some(nan),
                b"Infinity" => Some("1e999   "),
                b"-Infinity" => Some("-1e999   "),
                _ => None,
            };
            if let Some(number) = number {
                spelled.push_str(&text[copied..at]);
                if number == nan {
                    nans.push(spelled.len());
                }
                spelled.push_str(number);
                copied = end;
            }
            at = end.max(at + 1);
        }
        spelled.push_str(&text[copied..]);
        let growth = nan.len() - "NaN".len();
        Self { text: spelled, nans, growth }
    }

    /// Where the byte at a line and column (from 1) of the respelled text was in the original.
    fn original_offset(&self, line: usize, column: usize) -> usize {
        let before: usize =
            self.text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
        let at = before + column.saturating_sub(1);
        let nans = self.nans.iter().filter(|nan| **nan < at).count();
        at.saturating_sub(nans * self.growth)
    }
}

fn in_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.' | b'_')
}

/// The position after the string that opens at `open`.
fn string_end(bytes: &[u8], open: usize) -> usize {
    let mut at = open + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn python_value(value: Value, nan: &str) -> PyValue {
    match value {
        Value::Null => PyValue::None,
        Value::Bool(value) => PyValue::Bool(value),
        Value::String(text) => PyValue::Str(text),
        Value::Array(items) => {
            PyValue::List(items.into_iter().map(|item| python_value(item, nan)).collect())
        }
        Value::Object(map) => PyValue::Dict(
            map.into_iter().map(|(key, item)| (key, python_value(item, nan))).collect(),
        ),
        Value::Number(number) => match number.as_str() {
            text if text == nan => PyValue::Float(f64::NAN),
            "-0" => PyValue::Int("0".to_owned()),
            // Python turns what is too large for a float into an infinity, and so does Rust.
            text if text.contains(['.', 'e', 'E']) => {
                PyValue::Float(text.parse().unwrap_or(f64::NAN))
            }
            text => PyValue::Int(text.to_owned()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<PyValue, ScoreError> {
        parse(text.as_bytes(), "test")
    }

    fn shown(text: &str) -> String {
        read(text).unwrap().to_string()
    }

    #[test]
    fn bare_constants_are_numbers_and_strings_stay_strings() {
        assert_eq!(
            shown(r#"[NaN,Infinity, -Infinity,"NaN","a\"NaN",1e999]"#),
            r#"[nan, inf, -inf, 'NaN', 'a"NaN', inf]"#
        );
    }

    #[test]
    fn the_number_that_stands_for_nan_still_means_zero_when_somebody_writes_it() {
        assert_eq!(shown("[0e-4096, 0E-4097, NaN]"), "[0.0, 0.0, nan]");
    }

    #[test]
    fn a_text_full_of_that_number_is_read_in_one_go() {
        // A hundred thousand spellings that are taken: looking for each in the whole text took minutes.
        let taken: Vec<String> = (4096..104_096).map(|exponent| format!("0e-{exponent}")).collect();
        let PyValue::List(items) = read(&format!("[NaN, {}]", taken.join(","))).unwrap() else {
            panic!("no list");
        };
        assert!(matches!(items[0], PyValue::Float(value) if value.is_nan()));
        assert!(items[1..].iter().all(|item| *item == PyValue::Float(0.0)));
    }

    #[test]
    fn other_uses_of_the_constants_are_refused() {
        for text in ["-NaN", "NaN1", "1NaN", "+Infinity", "--Infinity", "nan", "[1Infinity]"] {
            assert!(matches!(read(text), Err(ScoreError::Syntax { .. })), "{text}");
        }
    }

    #[test]
    fn errors_point_into_the_original_text() {
        let error = read("{\"a\": NaN,\n \"b\": NaN, \"c\": Infinity, x}").unwrap_err();
        let ScoreError::Syntax { line, column, reason, .. } = error else {
            panic!("{error:?}");
        };
        assert_eq!((line, column), (2, 27));
        assert!(!reason.contains("line"), "{reason}");
        assert_eq!(parse(b"{\"\xff", "test"), Err(ScoreError::NotUtf8 { what: "test", at: 2 }));
    }

    #[test]
    fn a_repeated_key_keeps_its_first_place_and_its_last_value() {
        assert_eq!(shown(r#"{"a":1,"b":2,"a":3}"#), "{'a': 3, 'b': 2}");
    }

    #[test]
    fn json_numbers() {
        let shown: Vec<String> = [0.1, f64::NAN, f64::INFINITY, f64::NEG_INFINITY]
            .iter()
            .map(|number| json_number(*number).to_string())
            .collect();
        assert_eq!(shown, ["0.1", "\"NaN\"", "\"Infinity\"", "\"-Infinity\""]);
    }
}
