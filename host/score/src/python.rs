//! Values as Python sees them: the scorer compares hyper-parameters by `str()`, the grid check by
//! `==`, and the two disagree (`0` and `0.0` are equal, their texts are not).

use std::fmt::{self, Write as _};

/// A value that Python's `json` module read. Its `Display` is Python's `str()`.
#[derive(Debug, Clone, PartialEq)]
pub enum PyValue {
    /// `null`.
    None,
    /// `true` or `false`.
    Bool(bool),
    /// A number without fraction and exponent, of any length, by its decimal digits.
    Int(String),
    /// Any other number.
    Float(f64),
    /// A string.
    Str(String),
    /// An array.
    List(Vec<PyValue>),
    /// An object, in the file's order.
    Dict(Vec<(String, PyValue)>),
}

impl PyValue {
    /// The number as a float: nothing for what is no number. Booleans are none here, though
    /// Python counts with them; an integer too long for a float is rounded.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Int(digits) => digits.parse().ok(),
            Self::Float(value) => Some(*value),
            _ => None,
        }
    }

    /// The entry of an object.
    pub fn get(&self, key: &str) -> Option<&PyValue> {
        match self {
            Self::Dict(entries) => {
                entries.iter().find_map(|(name, value)| (name == key).then_some(value))
            }
            _ => None,
        }
    }

    /// The JSON type, with its article, for messages.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::None => "null",
            Self::Bool(_) => "a boolean",
            Self::Int(_) | Self::Float(_) => "a number",
            Self::Str(_) => "a string",
            Self::List(_) => "a list",
            Self::Dict(_) => "an object",
        }
    }

    /// Python's `==`: numbers and booleans by their exact value, whatever their type.
    pub fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::None, Self::None) => true,
            (Self::Str(a), Self::Str(b)) => a == b,
            (Self::List(a), Self::List(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.equals(b))
            }
            (Self::Dict(a), Self::Dict(b)) => {
                a.len() == b.len()
                    && a.iter()
                        .all(|(key, value)| other.get(key).is_some_and(|found| value.equals(found)))
            }
            (Self::Float(a), Self::Float(b)) => a == b,
            (Self::Float(a), b) | (b, Self::Float(a)) => {
                b.integer().is_some_and(|integer| Some(integer) == whole(*a))
            }
            (a, b) => a.integer().is_some_and(|a| Some(a) == b.integer()),
        }
    }

    /// The digits of an integer or boolean.
    fn integer(&self) -> Option<String> {
        match self {
            Self::Bool(value) => Some(u8::from(*value).to_string()),
            Self::Int(digits) => Some(digits.clone()),
            _ => None,
        }
    }

    /// Python's `repr()`: as `str()`, but strings are quoted, so that `'1'` and `1` differ.
    pub fn repr(&self) -> String {
        match self {
            Self::Str(text) => text_repr(text),
            other => other.to_string(),
        }
    }
}

impl fmt::Display for PyValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("None"),
            Self::Bool(true) => f.write_str("True"),
            Self::Bool(false) => f.write_str("False"),
            Self::Int(digits) => f.write_str(digits),
            Self::Float(value) => f.write_str(&float_text(*value)),
            Self::Str(text) => f.write_str(text),
            Self::List(items) => {
                f.write_char('[')?;
                for (index, item) in items.iter().enumerate() {
                    f.write_str(if index == 0 { "" } else { ", " })?;
                    f.write_str(&item.repr())?;
                }
                f.write_char(']')
            }
            Self::Dict(entries) => {
                f.write_char('{')?;
                for (index, (key, value)) in entries.iter().enumerate() {
                    f.write_str(if index == 0 { "" } else { ", " })?;
                    write!(f, "{}: {}", text_repr(key), value.repr())?;
                }
                f.write_char('}')
            }
        }
    }
}

/// The decimal digits of a float that is a whole number. Rust prints whole floats exactly.
fn whole(value: f64) -> Option<String> {
    let positive_zero = value + 0.0;
    (value.is_finite() && value.fract() == 0.0).then(|| format!("{positive_zero:.0}"))
}

/// `repr(float)`: the shortest digits that read back, with an exponent below 1e-4 and from 1e16.
/// Rust's `Debug` has the same digits and thresholds, and another spelling of the exponent.
fn float_text(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    let text = format!("{value:?}");
    let Some((digits, exponent)) = text.split_once('e') else {
        return text;
    };
    match exponent.strip_prefix('-') {
        Some(exponent) => format!("{digits}e-{exponent:0>2}"),
        None => format!("{digits}e+{exponent:0>2}"),
    }
}

/// `repr(str)`: single quotes unless only they occur; escapes for what does not print. Python
/// decides what prints by Unicode tables; here that is what is neither control nor (beyond the
/// plain space) white space, which differs for unassigned characters only.
fn text_repr(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut repr = String::from(quote);
    for c in text.chars() {
        match c {
            '\\' => repr.push_str("\\\\"),
            '\n' => repr.push_str("\\n"),
            '\r' => repr.push_str("\\r"),
            '\t' => repr.push_str("\\t"),
            c if c == quote => repr.extend(['\\', c]),
            c if c == ' ' || !(c.is_control() || c.is_whitespace()) => repr.push(c),
            c if u32::from(c) < 0x100 => repr.push_str(&escape(c, 'x', 2)),
            c => repr.push_str(&escape(c, 'u', 4)),
        }
    }
    repr.push(quote);
    repr
}

fn escape(c: char, letter: char, digits: usize) -> String {
    format!("\\{letter}{:0digits$x}", u32::from(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn int(digits: &str) -> PyValue {
        PyValue::Int(digits.to_owned())
    }

    #[test]
    fn floats_read_as_python_writes_them() {
        // The right-hand sides are what Python 3 prints for repr() of the same floats.
        for (value, text) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (0.001, "0.001"),
            (1e-4, "0.0001"),
            (1e-5, "1e-05"),
            (1.5e-7, "1.5e-07"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1.25e100, "1.25e+100"),
            (5e-324, "5e-324"),
            (2_500_000.0, "2500000.0"),
            (0.1 + 0.2, "0.30000000000000004"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, "nan"),
        ] {
            assert_eq!(PyValue::Float(value).to_string(), text);
        }
    }

    #[test]
    fn lists_quote_their_strings() {
        let list = PyValue::List(vec![
            PyValue::Str("it's".into()),
            PyValue::Str("a'\"\n\u{7}é".into()),
            PyValue::Bool(true),
            PyValue::None,
            int("7"),
        ]);
        assert_eq!(list.to_string(), r#"["it's", 'a\'"\n\x07é', True, None, 7]"#);
        assert_eq!(PyValue::Str("it's".into()).to_string(), "it's");
    }

    #[test]
    fn equality_is_by_value() {
        let zero = [int("0"), PyValue::Float(-0.0), PyValue::Bool(false)];
        for a in &zero {
            assert!(zero.iter().all(|b| a.equals(b)), "{a}");
            assert!(!a.equals(&PyValue::None) && !a.equals(&PyValue::Str("0".into())));
            assert!(!a.equals(&PyValue::Float(f64::NAN)));
        }
        // 2^53 + 1 is no float, so it equals none.
        assert!(!int("9007199254740993").equals(&PyValue::Float(9_007_199_254_740_992.0)));
        assert!(int("-12").equals(&PyValue::Float(-12.0)));
        assert!(PyValue::List(vec![int("1")]).equals(&PyValue::List(vec![PyValue::Float(1.0)])));
    }
}
