//! The scorer against vectors that the competition's own function produced, and against the
//! published scores. The data lie outside the repository.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use assay_score::{
    Predictions, Reference, bootstrap, chance_floor, check, correlations, pgdl_2020,
};
use serde_json::{Map, Value, json};

/// The vectors agree with the scorer's arithmetic to the last few bits.
const TOLERANCE: f64 = 1e-12;

fn shared(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("ASSAY_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let path = root.join(path);
    if !path.exists() {
        println!("skipped: {} is absent; set ASSAY_SHARED", path.display());
        return None;
    }
    Some(path)
}

fn read(path: &str) -> Option<Vec<u8>> {
    shared(path).map(|path| fs::read(path).unwrap())
}

fn read_json(path: &str) -> Option<Value> {
    read(path).map(|bytes| serde_json::from_slice(&bytes).unwrap())
}

fn number(value: &Value) -> f64 {
    match value {
        Value::String(text) => match text.as_str() {
            "NaN" => f64::NAN,
            "Infinity" => f64::INFINITY,
            "-Infinity" => f64::NEG_INFINITY,
            other => panic!("{other} is no number"),
        },
        value => value.as_f64().unwrap(),
    }
}

fn assert_close(found: f64, expected: f64, what: &str) {
    let equal = found == expected || (found.is_nan() && expected.is_nan());
    assert!(
        equal || (found - expected).abs() <= TOLERANCE,
        "{what}: {found} instead of {expected}"
    );
}

/// Scores one vector and compares the score and every set.
fn assert_vector(name: &str, reference: &Reference, vector: &Value) {
    let predictions = vector["prediction"].to_string();
    let predictions = Predictions::parse(predictions.as_bytes()).unwrap();
    let pgdl = pgdl_2020(reference, &predictions);
    assert_close(pgdl.score, number(&vector["score"]), name);
    if let Some(sets) = vector.get("per_set").and_then(Value::as_array) {
        assert_eq!(pgdl.sets.len(), sets.len(), "{name}");
        for (found, expected) in pgdl.sets.iter().zip(sets) {
            let what = format!("{name} ({}, {})", found.u, found.v);
            assert_eq!(json!([found.u, found.v]), json!([expected[0], expected[1]]), "{what}");
            assert_close(found.score, number(&expected[2]), &what);
        }
    }
    if let Some(published) = vector.get("published") {
        assert_eq!(format!("{:.12}", pgdl.score), published.as_str().unwrap(), "{name}");
    }
}

/// The reference that a vector of `edge_cases.json` describes: the product of the listed values,
/// the last hyper-parameter fastest.
fn product_reference(vector: &Value) -> Reference {
    let possible = vector["possible_values"].as_object().unwrap();
    let mut cells: Vec<Vec<(&str, &Value)>> = vec![Vec::new()];
    for (name, values) in possible {
        let values = values.as_array().unwrap();
        cells = cells
            .iter()
            .flat_map(|cell| {
                values.iter().map(move |value| {
                    let mut cell = cell.clone();
                    cell.push((name, value));
                    cell
                })
            })
            .collect();
    }
    let gaps = vector["gaps"].as_array().unwrap();
    assert_eq!(cells.len(), gaps.len(), "{}", vector["name"]);
    let mut models = Map::new();
    for (id, (cell, gap)) in cells.iter().zip(gaps).enumerate() {
        let hparams: Map<String, Value> = cell
            .iter()
            .map(|(name, value)| {
                let hparam = json!({"possible_values": possible[*name], "current_value": value});
                ((*name).to_owned(), hparam)
            })
            .collect();
        let metrics = json!({"train_acc": gap, "test_acc": 0.0});
        models.insert(id.to_string(), json!({"hparams": hparams, "metrics": metrics}));
    }
    Reference::parse(Value::Object(models).to_string().as_bytes()).unwrap()
}

#[test]
fn edge_cases_agree_with_the_competitions_function() {
    let Some(vectors) = read_json("pgdl/golden/edge_cases.json") else {
        return;
    };
    let vectors = vectors.as_array().unwrap();
    for vector in vectors {
        let name = vector["name"].as_str().unwrap();
        assert_vector(name, &product_reference(vector), vector);
    }
    assert!(vectors.len() >= 56, "{} vectors", vectors.len());
}

#[test]
fn published_scores_agree_to_every_printed_digit() {
    let Some(vectors) = read_json("pgdl/golden/published_and_toy.json") else {
        return;
    };
    let (mut vectors_seen, mut published_seen) = (0, 0);
    for (name, vector) in vectors.as_object().unwrap() {
        let path = vector["reference"].as_str().unwrap();
        let path = path.replace("sample_data/", "");
        let Some(bytes) = read(&format!("pgdl/{path}")) else {
            return;
        };
        let reference = Reference::parse(&bytes).unwrap();
        assert_vector(name, &reference, vector);
        vectors_seen += 1;
        published_seen += usize::from(vector.get("published").is_some());
    }
    assert!(
        vectors_seen >= 13 && published_seen >= 4,
        "{vectors_seen} vectors, {published_seen} of them published"
    );
}

fn task(path: &str) -> Option<Reference> {
    read(path).map(|bytes| Reference::parse(&bytes).unwrap())
}

fn perfect(reference: &Reference, sign: f64) -> Predictions {
    let pair = |model: &assay_score::Model| (model.name().to_owned(), sign * model.gap());
    Predictions::from_pairs(reference.models().iter().map(pair))
}

#[test]
fn a_perfect_predictor_scores_one_and_sign_matters() {
    for (path, score, negated) in [
        ("pgdl/reference/task1_v4.json", 1.000_000_000_002_887, 0.901_47),
        ("pgdl/reference/task2_v1.json", 1.000_000_000_002_98, 0.814_03),
        ("pgdl/toy_data/model_configs.json", 1.000_000_000_003_196_8, 0.583_48),
    ] {
        let Some(reference) = task(path) else {
            return;
        };
        let predictions = perfect(&reference, 1.0);
        assert_eq!(check(&reference, &predictions), Ok(()), "{path}");
        assert_close(pgdl_2020(&reference, &predictions).score, score, path);
        let found = pgdl_2020(&reference, &perfect(&reference, -1.0)).score;
        assert!((found - negated).abs() < 5e-6, "{path}: {found}");
        let found = correlations(&reference, &predictions);
        assert_eq!(found.models, reference.models().len());
        assert_close(found.kendall_tau, 1.0, path);
        assert_close(found.spearman, 1.0, path);
        assert_close(found.pearson, 1.0, path);
    }
}

#[test]
fn random_predictors_score_at_the_known_level() {
    for (path, mean, sd, p95) in [
        ("pgdl/reference/task1_v4.json", 0.0023, 0.0030, 0.0084),
        ("pgdl/reference/task2_v1.json", 0.0214, 0.0095, 0.0402),
    ] {
        let Some(reference) = task(path) else {
            return;
        };
        let floor = chance_floor(&reference, 400, 0);
        // The known levels come from 200 draws: four of their standard errors, and the sampling
        // error of a quantile about twice that of a mean.
        let error = 4.0 * sd / 200_f64.sqrt();
        assert!((floor.mean - mean).abs() < error, "{path}: {floor:?}");
        assert!((floor.sd - sd).abs() < error, "{path}: {floor:?}");
        assert!((floor.p95 - p95).abs() < 2.0 * error, "{path}: {floor:?}");
        assert_eq!(floor, chance_floor(&reference, 400, 0));
        assert_ne!(floor, chance_floor(&reference, 400, 1));
    }
}

#[test]
fn bootstrap_intervals_hold_the_scores_of_real_measures() {
    let Some(vectors) = read_json("pgdl/golden/published_and_toy.json") else {
        return;
    };
    let mut table = String::new();
    for (name, vector) in vectors.as_object().unwrap() {
        let path = vector["reference"].as_str().unwrap();
        let Some(reference) = task(&format!("pgdl/{}", path.replace("sample_data/", ""))) else {
            return;
        };
        let text = vector["prediction"].to_string();
        let predictions = Predictions::parse(text.as_bytes()).unwrap();
        let interval = bootstrap(&reference, &predictions, 200, 7);
        let score = number(&vector["score"]);
        writeln!(table, "{name}: {score} in {interval:?}").unwrap();
        assert!(interval.low <= interval.mean && interval.mean <= interval.high, "{table}");
        let (low, high) = (interval.low - 1e-9, interval.high + 1e-9);
        assert!(low <= score && score <= high, "{table}");
        // Neither a perfect predictor nor a constant depends on the choice of networks.
        let certain = name.starts_with("perfect") || score == 0.0;
        assert_eq!(interval.high - interval.low < 1e-9, certain, "{table}");
        assert_eq!(interval, bootstrap(&reference, &predictions, 200, 7));
    }
    println!("{table}");
}

#[test]
fn scoring_is_fast_enough_for_thousands_of_draws() {
    let Some(reference) = task("pgdl/reference/task1_v4.json") else {
        return;
    };
    let predictions = perfect(&reference, 1.0);
    let start = Instant::now();
    for _ in 0..100 {
        assert!(pgdl_2020(&reference, &predictions).score > 1.0);
    }
    let per_score = start.elapsed() / 100;
    println!("one score of 96 models and 42 sets: {per_score:?}");
    // Some hundred times the time it takes, so that only a wrong algorithm fails here.
    assert!(per_score.as_millis() < 200, "{per_score:?}");
}
