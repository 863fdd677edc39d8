//! Formulas as the price list writes them: whole numbers, variables, `+ * /`, parentheses, and
//! `max(..)`, `min(..)`, `log2ceil(x)`. A division leaves its remainder out.

/// A formula that cannot be evaluated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("character {at} of `{text}`: {reason}")]
pub struct FormulaError {
    /// The formula.
    pub text: String,
    /// Where in it, from 0.
    pub at: usize,
    /// What is wrong there.
    pub reason: String,
}

/// The value of a formula, with checked arithmetic: nothing if it cannot be counted.
pub fn evaluate(
    text: &str,
    variable: impl Fn(&str) -> Option<u64>,
) -> Result<Option<u64>, FormulaError> {
    let mut reader = Reader { text, at: 0, variable: &variable };
    let value = reader.sum()?;
    match reader.peek() {
        None => Ok(value),
        Some(c) => reader.fail(format!("`{c}` after the end")),
    }
}

/// The smallest power of two that is not below a number, as an exponent; 0 for 0.
pub(super) fn log2_ceil(number: u64) -> u64 {
    u64::from(u64::BITS - number.max(1).saturating_sub(1).leading_zeros())
}

type Value = Result<Option<u64>, FormulaError>;

struct Reader<'a> {
    text: &'a str,
    at: usize,
    variable: &'a dyn Fn(&str) -> Option<u64>,
}

impl<'a> Reader<'a> {
    fn fail<T>(&self, reason: String) -> Result<T, FormulaError> {
        Err(FormulaError { text: self.text.to_owned(), at: self.at, reason })
    }

    /// The next character that is no space.
    fn peek(&mut self) -> Option<char> {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
        self.text[self.at..].chars().next()
    }

    /// Goes past a character if it comes next.
    fn takes(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    fn needs(&mut self, wanted: char) -> Result<(), FormulaError> {
        if self.takes(wanted) { Ok(()) } else { self.fail(format!("`{wanted}` must stand here")) }
    }

    fn word(&mut self) -> &'a str {
        let rest = &self.text[self.at..];
        let length = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    fn sum(&mut self) -> Value {
        let mut value = self.product()?;
        while self.takes('+') {
            value = value.zip(self.product()?).and_then(|(a, b)| a.checked_add(b));
        }
        Ok(value)
    }

    fn product(&mut self) -> Value {
        let mut value = self.factor()?;
        loop {
            if self.takes('*') {
                value = value.zip(self.factor()?).and_then(|(a, b)| a.checked_mul(b));
            } else if self.takes('/') {
                value = value.zip(self.factor()?).and_then(|(a, b)| a.checked_div(b));
            } else {
                return Ok(value);
            }
        }
    }

    fn factor(&mut self) -> Value {
        if self.takes('(') {
            let value = self.sum()?;
            self.needs(')')?;
            return Ok(value);
        }
        let start = self.at;
        let word = self.word();
        if word.starts_with(|c: char| c.is_ascii_digit()) {
            return match word.parse() {
                Ok(number) => Ok(Some(number)),
                Err(_) => self.fail(format!("`{word}` is no number")),
            };
        }
        if self.peek() == Some('(') {
            let arguments = self.arguments()?;
            return match (word, arguments.as_slice()) {
                ("max", [a, b]) => Ok(a.zip(*b).map(|(a, b)| a.max(b))),
                ("min", [a, b]) => Ok(a.zip(*b).map(|(a, b)| a.min(b))),
                ("log2ceil", [x]) => Ok(x.map(log2_ceil)),
                _ => self.fail(format!("no function `{word}` of {} numbers", arguments.len())),
            };
        }
        if let Some(value) = (self.variable)(word) {
            return Ok(Some(value));
        }
        self.at = start;
        self.fail(format!("nothing is called `{word}`"))
    }

    fn arguments(&mut self) -> Result<Vec<Option<u64>>, FormulaError> {
        self.needs('(')?;
        let mut arguments = vec![self.sum()?];
        while self.takes(',') {
            arguments.push(self.sum()?);
        }
        self.needs(')')?;
        Ok(arguments)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Option<u64> {
        evaluate(text, |name| (name == "x").then_some(7)).unwrap()
    }

    #[test]
    fn products_bind_closer_than_sums_and_divisions_round_down() {
        assert_eq!(value("1 + 2 * x"), Some(15));
        assert_eq!(value("(1 + 2) * x / 2"), Some(10));
        assert_eq!(value("max(2, min(x, 3)) + log2ceil(x) + log2ceil(8) + log2ceil(9)"), Some(13));
        assert_eq!([0, 1, 2, 3].map(log2_ceil), [0, 0, 1, 2]);
    }

    #[test]
    fn what_cannot_be_counted_is_nothing() {
        assert_eq!(value("18446744073709551615 + 1"), None);
        assert_eq!(value("4294967296 * 4294967296 / x"), None);
        assert_eq!(value("max(1, 18446744073709551615 * 2)"), None);
        assert_eq!(value("x / 0"), None);
    }

    #[test]
    fn what_is_no_formula_is_refused_with_its_place() {
        for (text, at) in
            [("x + y", 4), ("x x", 2), ("(x", 2), ("max(x)", 6), ("2y", 2), ("", 0), ("x *", 3)]
        {
            let refused = evaluate(text, |name| (name == "x").then_some(7));
            assert_eq!(refused.map_err(|error| error.at), Err(at), "{text}");
        }
    }
}
