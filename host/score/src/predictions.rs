//! What a measure said of each model, from a `.predict` file or from a run.

use std::collections::BTreeMap;

use crate::{PyValue, Reference, ScoreError, json};

const WHAT: &str = "predictions";

/// A measure's word on one model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Prediction {
    /// A number; larger means "expected to generalize worse". NaN and infinities are numbers.
    Value(f64),
    /// The ingestion program's mark for a measure that ran out of time.
    Exceeded,
}

impl From<f64> for Prediction {
    fn from(value: f64) -> Self {
        Self::Value(value)
    }
}

/// Predictions by model name (`model_21`).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Predictions {
    entries: BTreeMap<String, Prediction>,
}

impl Predictions {
    /// Reads a `.predict` file: an object of numbers by model name. Python's bare `NaN`,
    /// `Infinity` and `-Infinity` are numbers, and so are the same words as strings, which is
    /// how [`json_number`](crate::json_number) writes them; `"EXCEEDED"` is kept as such.
    /// Integers that no float holds exactly are rounded.
    pub fn parse(bytes: &[u8]) -> Result<Self, ScoreError> {
        let file = json::parse(bytes, WHAT)?;
        let PyValue::Dict(entries) = file else {
            return Err(ScoreError::WrongType {
                what: WHAT,
                place: "the whole file".to_owned(),
                found: file.type_name(),
                expected: "an object of numbers by model name",
            });
        };
        let entries = entries
            .into_iter()
            .map(|(name, value)| match prediction(&value) {
                Some(prediction) => Ok((name, prediction)),
                None => Err(ScoreError::WrongType {
                    what: WHAT,
                    place: format!("the value of {name}"),
                    found: value.type_name(),
                    expected: "one number, \"NaN\", \"Infinity\", \"-Infinity\" or \"EXCEEDED\"",
                }),
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { entries })
    }

    /// Predictions from names (`model_21`) and values. Of a repeated name the last value holds,
    /// as in Python's dictionaries.
    pub fn from_pairs<N, P>(pairs: impl IntoIterator<Item = (N, P)>) -> Self
    where
        N: Into<String>,
        P: Into<Prediction>,
    {
        let entry = |(name, prediction): (N, P)| (name.into(), prediction.into());
        Self { entries: pairs.into_iter().map(entry).collect() }
    }

    /// Number of predictions.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The prediction for a name.
    pub fn get(&self, name: &str) -> Option<Prediction> {
        self.entries.get(name).copied()
    }

    /// Names and predictions, by name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, Prediction)> {
        self.entries.iter().map(|(name, prediction)| (name.as_str(), *prediction))
    }

    /// The values in the reference's order of models; none where a prediction is missing or says
    /// that the time was exceeded.
    pub(crate) fn aligned(&self, reference: &Reference) -> Vec<Option<f64>> {
        let value = |name| match self.get(name) {
            Some(Prediction::Value(value)) => Some(value),
            Some(Prediction::Exceeded) | None => None,
        };
        reference.names().map(value).collect()
    }
}

fn prediction(value: &PyValue) -> Option<Prediction> {
    let PyValue::Str(text) = value else {
        return value.as_f64().map(Prediction::Value);
    };
    match text.as_str() {
        "EXCEEDED" => Some(Prediction::Exceeded),
        "NaN" => Some(Prediction::Value(f64::NAN)),
        "Infinity" => Some(Prediction::Value(f64::INFINITY)),
        "-Infinity" => Some(Prediction::Value(f64::NEG_INFINITY)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_of_the_constants_are_values() {
        let text = br#"{"model_0": 1, "model_1": -2.5e-3, "model_2": Infinity,
            "model_3": "-Infinity", "model_4": NaN, "model_5": "NaN", "model_6": "EXCEEDED"}"#;
        let predictions = Predictions::parse(text).unwrap();
        let value = |name| match predictions.get(name) {
            Some(Prediction::Value(value)) => value,
            other => panic!("{name}: {other:?}"),
        };
        assert_eq!((value("model_0"), value("model_1")), (1.0, -0.0025));
        assert_eq!(value("model_2"), f64::INFINITY);
        assert_eq!(value("model_3"), f64::NEG_INFINITY);
        assert!(value("model_4").is_nan() && value("model_5").is_nan());
        assert_eq!(predictions.get("model_6"), Some(Prediction::Exceeded));
        assert_eq!(predictions.len(), 7);
    }

    #[test]
    fn what_is_no_number_is_refused_by_name() {
        for (value, found) in [("[0.5]", "a list"), ("null", "null"), ("\"0.5\"", "a string")] {
            let text = format!(r#"{{"model_1": 0.5, "model_2": {value}}}"#);
            let error = Predictions::parse(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains("model_2") && error.contains(found), "{error}");
        }
    }
}
