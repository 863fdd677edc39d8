//! The scorer's inputs.

use assay_score::{Predictions, Reference, chance_floor, check, correlations, pgdl_2020};

use crate::cut::Cut;
use crate::frames::pieces;
use crate::importer::places;
use crate::material::files;
use crate::target::twice;
use crate::{Memory, Seed, Target};

/// `model_configs.json` and a `.predict` file.
pub const SCORE: Target = Target {
    name: "score",
    about: "reference and predictions: one score, whatever the order of predictions; what the checks \
            pass has a finite score or a reason",
    weight: 800,
    short: 12_000,
    length_max: 1 << 14,
    memory: Memory::new(300, 4096),
    run: |input| {
        let mut cut = Cut::new(input);
        let (reference, predictions) = (cut.piece(), cut.rest());
        let predictions = Predictions::parse(predictions);
        let Ok(reference) = Reference::parse(reference) else { return };
        // Without a file, something for every model.
        let predictions = predictions.unwrap_or_else(|_| {
            Predictions::from_pairs(
                reference.names().enumerate().map(|(at, name)| (name, at as f64)),
            )
        });
        score(&reference, &predictions);
    },
    seeds: |material| {
        let with = |reference: &[u8], predictions: &[u8]| {
            [pieces([reference]).as_slice(), predictions].concat()
        };
        let beside = material.task.with_file_name("fashion-mini.truth");
        let [toy, zoo] = places(material);
        let truths = files(&[Some(&beside), toy, zoo], "model_configs.json", 1 << 14, 4);
        let mut seeds: Vec<Seed> =
            truths.into_iter().map(|seed| Seed::new(seed.name, with(&seed.bytes, b""))).collect();
        seeds.push(Seed::new("grid", with(grid().as_bytes(), PREDICTIONS.as_bytes())));
        seeds.push(Seed::new(
            "odd",
            with(ODD.as_bytes(), b"{\"model_1\": NaN, \"model_2\": \"EXCEEDED\"}"),
        ));
        seeds
    },
    words: &[
        "\"hparams\"",
        "\"metrics\"",
        "\"possible_values\"",
        "\"current_value\"",
        "\"train_acc\"",
        "\"test_acc\"",
        "\"train_loss\"",
        "NaN",
        "Infinity",
        "-Infinity",
        "0e-4096",
        "1e999",
        "\"EXCEEDED\"",
        "\"model_0\"",
        "true",
        "null",
    ],
};

fn score(reference: &Reference, predictions: &Predictions) {
    // As bits: a score may be NaN.
    let of = |predictions: &Predictions| {
        let scored = pgdl_2020(reference, predictions);
        let sets: Vec<u64> = scored.sets.iter().map(|set| set.score.to_bits()).collect();
        (scored.score.to_bits(), sets)
    };
    let bits = twice(|| of(predictions));
    let mut pairs: Vec<(String, _)> =
        predictions.iter().map(|(name, prediction)| (name.to_owned(), prediction)).collect();
    pairs.reverse();
    let turned = Predictions::from_pairs(pairs);
    assert_eq!(of(&turned), bits, "the order of predictions changes the score");
    if twice(|| check(reference, predictions)).is_ok() {
        assert_eq!(predictions.len(), reference.models().len());
        let score = f64::from_bits(bits.0);
        assert!(score.is_nan() || score >= -1e-9, "the score {score}");
        if reference.models().len() <= 16 {
            let known = || format!("{:?}", correlations(reference, predictions));
            twice(known);
            twice(|| format!("{:?}", chance_floor(reference, 10, 1)));
        }
    }
}

const PREDICTIONS: &str =
    r#"{"model_0": 0.25, "model_1": 1e300, "model_2": -Infinity, "model_3": 7}"#;

/// Two by two.
fn grid() -> String {
    let model = |at: usize, x: &str, y: &str, test: &str| {
        format!(
            r#""{at}": {{"hparams": {{"x": {{"possible_values": [0.0, 1], "current_value": {x}}},
 "y": {{"possible_values": ["a", "b"], "current_value": {y}}}}},
 "metrics": {{"train_acc": 1.0, "test_acc": {test}, "train_loss": 0.1, "test_loss": NaN}}}}"#
        )
    };
    let models = [
        model(0, "0.0", "\"a\"", "0.5"),
        model(1, "0.0", "\"b\"", "0.75"),
        model(2, "1", "\"a\"", "0.25"),
        model(3, "1", "\"b\"", "1e-3"),
    ];
    format!("{{{}}}", models.join(",\n"))
}

/// Keys and values that Python and JSON see differently.
const ODD: &str = r#"{"1": {"hparams": {"": {"possible_values": [[1, {"a": null}], "NaN", 1e16],
 "current_value": "it's"}}, "metrics": {"train_acc": 123456789012345678901234567890,
 "test_acc": -0.0}}, "model_2": {"hparams": {}, "metrics": {"train_acc": Infinity, "test_acc": 0}}}"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_scored() {
        let reference = Reference::parse(grid().as_bytes()).unwrap();
        let predictions = Predictions::parse(PREDICTIONS.as_bytes()).unwrap();
        assert_eq!(check(&reference, &predictions), Ok(()));
        assert!(pgdl_2020(&reference, &predictions).score.is_finite());
        assert!(Reference::parse(ODD.as_bytes()).is_ok());
    }
}
