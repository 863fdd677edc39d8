//! What must hold for every grid and every list of predictions.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod oracle;

use assay_score::{
    Prediction, Predictions, Reference, Refusal, ScoreError, bootstrap, chance_floor, check,
    json_number, pgdl_2020,
};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::Config;

/// Possible values of an axis, as JSON. Some texts collide when joined ("1" + "11"), some are
/// equal as numbers but not as texts, none of the first group does either.
const CLEAN: [&[&str]; 4] = [
    &["8", "32", "512"],
    &["\"relu\"", "\"tanh\""],
    &["0.0", "0.001"],
    &["[128, 128]", "[256]", "[512]"],
];
const AWKWARD: [&[&str]; 4] = [&["1", "11"], &["11", "1", "111"], &["true", "\"True\""], &["7"]];

/// A grid of models with gaps; the last axis is the fastest.
#[derive(Debug, Clone)]
struct Grid {
    axes: Vec<Vec<String>>,
    gaps: Vec<f64>,
}

impl Grid {
    fn size(&self) -> usize {
        self.axes.iter().map(Vec::len).product()
    }

    /// The JSON of one model, with its values' positions on the axes.
    fn model(&self, id: usize) -> String {
        let mut rest = id;
        let mut hparams = Vec::new();
        for (axis, values) in self.axes.iter().enumerate().rev() {
            let value = &values[rest % values.len()];
            rest /= values.len();
            hparams.push(format!(
                r#""h{axis}": {{"possible_values": [{}], "current_value": {value}}}"#,
                values.join(",")
            ));
        }
        hparams.reverse();
        format!(
            r#""{id}": {{"hparams": {{{}}}, "metrics": {{"train_acc": {}, "test_acc": 0.25}}}}"#,
            hparams.join(","),
            json_number(self.gaps[id])
        )
    }

    fn text(&self, ids: &[usize]) -> String {
        let models: Vec<String> = ids.iter().map(|id| self.model(*id)).collect();
        format!("{{{}}}", models.join(",\n"))
    }

    fn reference(&self) -> Reference {
        self.reference_of(&(0..self.size()).collect::<Vec<_>>())
    }

    fn reference_of(&self, ids: &[usize]) -> Reference {
        Reference::parse(self.text(ids).as_bytes()).unwrap()
    }
}

fn grid(values: &'static [&'static [&'static str]]) -> impl Strategy<Value = Grid> {
    let axis = select(values).prop_map(|values| values.iter().map(|v| (*v).to_owned()).collect());
    prop::collection::vec(axis, 2..=3).prop_flat_map(|axes: Vec<Vec<String>>| {
        let size: usize = axes.iter().map(Vec::len).product();
        // Eighths, so that ties occur and sums are exact.
        let gaps = prop::collection::vec((0_u8..12).prop_map(|gap| f64::from(gap) / 8.0), size);
        gaps.prop_map(move |gaps| Grid { axes: axes.clone(), gaps })
    })
}

/// A grid and one small whole number per model.
fn predicted() -> impl Strategy<Value = (Grid, Vec<i8>)> {
    grid(&CLEAN).prop_flat_map(|grid| {
        let values = prop::collection::vec(-5_i8..=5, grid.size());
        (Just(grid), values)
    })
}

fn predictions(values: impl IntoIterator<Item = f64>) -> Predictions {
    let names = (0..).map(|id| format!("model_{id}"));
    Predictions::from_pairs(names.zip(values))
}

fn same(a: f64, b: f64) -> bool {
    a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= 1e-12
}

fn any_value() -> impl Strategy<Value = Option<Prediction>> {
    prop_oneof![
        8 => (-4_i8..=4).prop_map(|value| Some(f64::from(value).into())),
        1 => select(&[f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0][..])
            .prop_map(|value| Some(value.into())),
        1 => select(&[None, Some(Prediction::Exceeded)][..]),
    ]
}

proptest! {
    #![proptest_config(Config { cases: 200, failure_persistence: None, ..Config::default() })]

    /// Awkward values, missing models, missing and strange predictions included.
    #[test]
    fn the_score_is_the_published_procedures(
        grid in grid(&[CLEAN[0], CLEAN[1], CLEAN[2], AWKWARD[0], AWKWARD[1], AWKWARD[2], AWKWARD[3]]),
        kept in prop::collection::vec(prop::bool::weighted(0.97), 27),
        whole in prop::bool::weighted(0.6),
        plain in prop::collection::vec(-4_i8..=4, 27),
        strange in prop::option::of(prop::collection::vec(any_value(), 27)),
    ) {
        let ids: Vec<usize> =
            (0..grid.size()).filter(|id| whole || *id == 0 || kept[*id]).collect();
        let reference = grid.reference_of(&ids);
        let value = |id: usize| match &strange {
            Some(values) => values[id],
            None => Some(Prediction::Value(f64::from(plain[id]))),
        };
        let pairs = ids.iter().filter_map(|id| Some((format!("model_{id}"), value(*id)?)));
        let predictions = Predictions::from_pairs(pairs);
        let found = pgdl_2020(&reference, &predictions);
        let (expected, sets) = oracle::score(&reference, &predictions);
        prop_assert!(same(found.score, expected), "{} instead of {expected}", found.score);
        prop_assert_eq!(found.sets.len(), sets.len());
        for (found, expected) in found.sets.iter().zip(sets) {
            prop_assert!(same(found.score, expected), "{found:?} instead of {expected}");
        }
    }

    #[test]
    fn only_the_order_of_predictions_matters((grid, values) in predicted()) {
        let reference = grid.reference();
        let scores = |transform: fn(f64) -> f64| {
            let values = values.iter().map(|value| transform(f64::from(*value)));
            pgdl_2020(&reference, &predictions(values))
        };
        let plain = scores(|x| x);
        prop_assert_eq!(&plain, &scores(|x| x * x * x - 1e6));
        prop_assert_eq!(&plain, &scores(f64::exp));
        prop_assert_eq!(&plain, &scores(|x| if x >= 5.0 { f64::INFINITY } else { x * 1e300 }));
    }

    #[test]
    fn the_order_of_models_does_not_matter(
        ((grid, values), ids) in predicted().prop_flat_map(|predicted| {
            let ids: Vec<usize> = (0..predicted.0.size()).collect();
            (Just(predicted), Just(ids).prop_shuffle())
        })
    ) {
        let predictions = predictions(values.iter().map(|value| f64::from(*value)));
        let plain = pgdl_2020(&grid.reference(), &predictions);
        prop_assert_eq!(plain, pgdl_2020(&grid.reference_of(&ids), &predictions));
    }

    #[test]
    fn a_complete_grid_scores_between_zero_and_one((grid, values) in predicted()) {
        let reference = grid.reference();
        let values = values.iter().map(|value| f64::from(*value));
        let pgdl = pgdl_2020(&reference, &predictions(values));
        for score in pgdl.sets.iter().map(|set| set.score).chain([pgdl.score]) {
            prop_assert!((-1e-12..=1.0 + 1e-9).contains(&score), "{score}");
        }
    }

    #[test]
    fn who_says_nothing_gets_nothing(grid in grid(&CLEAN), constant in any::<f64>()) {
        let reference = grid.reference();
        let constants = predictions(vec![constant; grid.size()]);
        prop_assert!(pgdl_2020(&reference, &constants).score == 0.0);
        // A prediction that follows one hyper-parameter is constant within that one's slots.
        let fastest = grid.axes.last().unwrap().len();
        let follower = predictions((0..grid.size()).map(|id| (id % fastest) as f64));
        prop_assert!(pgdl_2020(&reference, &follower).score.abs() < 1e-12);
    }

    #[test]
    fn only_complete_grids_pass_the_check((grid, values) in predicted(), absent in any::<Index>()) {
        let all = predictions(values.iter().map(|value| f64::from(*value)));
        prop_assert_eq!(check(&grid.reference(), &all), Ok(()));
        let absent = absent.index(grid.size());
        let ids: Vec<usize> = (0..grid.size()).filter(|id| *id != absent).collect();
        let refusal = check(&grid.reference_of(&ids), &all);
        prop_assert!(matches!(refusal, Err(Refusal::Incomplete { count: 1, .. })), "{refusal:?}");
    }

    #[test]
    fn noise_levels_are_defined_wherever_the_score_is((grid, values) in predicted(), seed: u64) {
        let reference = grid.reference();
        let predictions = predictions(values.iter().map(|value| f64::from(*value)));
        let interval = bootstrap(&reference, &predictions, 20, seed);
        prop_assert!(-1e-12 <= interval.low && interval.low <= interval.high);
        prop_assert!(interval.high <= 1.0 + 1e-9, "{interval:?}");
        let floor = chance_floor(&reference, 20, seed);
        prop_assert!(floor.mean >= -1e-12 && floor.p95 <= 1.0 + 1e-9 && floor.sd >= 0.0);
    }

    #[test]
    fn every_float_survives_its_json(bits: u64) {
        let value = f64::from_bits(bits);
        let text = format!(r#"{{"model_0": {}}}"#, json_number(value));
        let found = match Predictions::parse(text.as_bytes()).unwrap().get("model_0") {
            Some(Prediction::Value(found)) => found,
            other => panic!("{other:?}"),
        };
        prop_assert!(found.to_bits() == bits || (found.is_nan() && value.is_nan()), "{text}");
    }

    #[test]
    fn arbitrary_bytes_are_refused_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Reference::parse(&bytes);
        let _ = Predictions::parse(&bytes);
    }

    /// A valid file with one stretch overwritten gets further into the parser than noise does.
    #[test]
    fn damaged_files_are_read_or_refused_without_panic(
        grid in grid(&CLEAN),
        at in any::<Index>(),
        piece in select(&["", "\"", "\\", "{", "]", ",", "NaN", "-Infinity", "1e999", "null", "[]",
            "{}", "0e-4096", "\"model\"", "\u{e9}", "-", "\n"][..]),
        length in 0_usize..12,
    ) {
        let text = grid.text(&(0..grid.size()).collect::<Vec<_>>());
        let at = at.index(text.len());
        let end = (at + length).min(text.len());
        let damaged = [&text.as_bytes()[..at], piece.as_bytes(), &text.as_bytes()[end..]].concat();
        match Reference::parse(&damaged) {
            // What can be read can be scored and checked, whatever it says.
            Ok(reference) => {
                let predictions = predictions((0..grid.size()).map(|id| id as f64));
                let _ = check(&reference, &predictions);
                let (expected, _) = oracle::score(&reference, &predictions);
                prop_assert!(same(pgdl_2020(&reference, &predictions).score, expected));
            }
            Err(ScoreError::Syntax { line, column, .. }) => {
                let lines: Vec<&[u8]> = damaged.split(|byte| *byte == b'\n').collect();
                prop_assert!((1..=lines.len()).contains(&line), "line {line}");
                prop_assert!(column <= lines[line - 1].len() + 1, "column {column}");
            }
            Err(error) => prop_assert!(error.to_string().starts_with("reference: ")),
        }
    }
}

#[test]
fn deep_nesting_is_refused() {
    let deep = "[".repeat(100_000);
    assert!(matches!(Predictions::parse(deep.as_bytes()), Err(ScoreError::Syntax { .. })));
}
