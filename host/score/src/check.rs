//! What the competition's `score.py` refuses before it scores, with the reason that it withholds.

use std::collections::BTreeMap;

use crate::{Hyperparameter, Prediction, Predictions, PyValue, Reference};

/// How many names or cells a message lists.
const LISTED: usize = 3;

/// Why predictions are not scored against a reference.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The measure ran out of time.
    #[error(
        "predictions: {} EXCEEDED: the measure ran out of time there, so the task has no score; \
         make it cheaper and run it again",
        listing(models, *count)
    )]
    Exceeded {
        /// The first models concerned.
        models: Vec<String>,
        /// How many there are.
        count: usize,
    },
    /// The first model has no hyper-parameters, so there is no grid.
    #[error("reference: model {model}, the first, has no hyper-parameters, so there is no grid")]
    NoHyperparameters {
        /// The first model of the file.
        model: String,
    },
    /// A model lacks a hyper-parameter of the first model.
    #[error(
        "reference: model {model} has no current_value for {hyperparameter}, which the first \
         model has"
    )]
    NoValue {
        /// The model.
        model: String,
        /// The hyper-parameter.
        hyperparameter: String,
    },
    /// A model's value is none of the possible ones.
    #[error(
        "reference: model {model} has {hyperparameter} = {value}, which is none of the first \
         model's possible_values [{possible}]"
    )]
    OffGrid {
        /// The model.
        model: String,
        /// The hyper-parameter.
        hyperparameter: String,
        /// The model's value.
        value: String,
        /// The first model's possible values.
        possible: String,
    },
    /// Cells of the grid hold no model.
    #[error(
        "reference: the grid is incomplete: no model at {}; every combination of the first \
         model's possible_values needs exactly one model",
        listing(cells, *count)
    )]
    Incomplete {
        /// The first empty cells.
        cells: Vec<String>,
        /// How many there are.
        count: usize,
    },
    /// A cell of the grid holds several models.
    #[error(
        "reference: models {} share the cell {cell}; every combination of the first model's \
         possible_values needs exactly one model",
        listing(models, models.len())
    )]
    Repeated {
        /// The cell.
        cell: String,
        /// The models in it.
        models: Vec<String>,
    },
    /// Predictions for models that the reference does not have.
    #[error(
        "predictions: the reference has no model {}; names are spelled as in {example}",
        listing(models, *count)
    )]
    Unknown {
        /// The first unknown names.
        models: Vec<String>,
        /// How many there are.
        count: usize,
        /// A name of the reference.
        example: String,
    },
    /// Models without a prediction.
    #[error(
        "predictions: {predictions} predictions for {models} models: none for {}; a task is \
         scored on all of its models",
        listing(missing, models.saturating_sub(*predictions))
    )]
    Missing {
        /// Number of predictions.
        predictions: usize,
        /// Number of models.
        models: usize,
        /// The first models without one.
        missing: Vec<String>,
    },
}

/// Whether `score.py` would score: no prediction is `EXCEEDED`, every cell of the grid that the
/// first model's possible values span holds exactly one model (values compared as Python
/// compares them, so `0`, `0.0` and `False` are equal), and predictions and models are the same
/// in number. Stricter than the program in one point: the names must be the same too.
pub fn check(reference: &Reference, predictions: &Predictions) -> Result<(), Refusal> {
    let exceeded = predictions
        .iter()
        .filter(|(_, prediction)| *prediction == Prediction::Exceeded)
        .map(|(name, _)| name);
    if let Some((models, count)) = first_names(exceeded) {
        return Err(Refusal::Exceeded { models, count });
    }
    check_grid(reference)?;
    let unknown =
        predictions.iter().map(|(name, _)| name).filter(|name| reference.model(name).is_none());
    if let Some((models, count)) = first_names(unknown) {
        return Err(Refusal::Unknown { models, count, example: first_name(reference) });
    }
    let missing = reference.names().filter(|name| predictions.get(name).is_none());
    match first_names(missing) {
        None => Ok(()),
        Some((missing, _)) => Err(Refusal::Missing {
            predictions: predictions.len(),
            models: reference.models().len(),
            missing,
        }),
    }
}

fn check_grid(reference: &Reference) -> Result<(), Refusal> {
    let axes = reference.hyperparameters();
    if axes.is_empty() {
        let model = first_name(reference);
        return Err(Refusal::NoHyperparameters { model });
    }
    let mut held: BTreeMap<Vec<usize>, Vec<String>> = BTreeMap::new();
    for model in reference.models() {
        let cell = cell_of(model, axes)?;
        held.entry(cell).or_default().push(model.name().to_owned());
    }
    // The program looks for empty cells before it looks for full ones.
    let sizes: Vec<usize> = axes.iter().map(|axis| axis.possible_values.len()).collect();
    let cells = sizes.iter().fold(1_usize, |cells, size| cells.saturating_mul(*size));
    if held.len() < cells {
        let empty = Cells::new(sizes).filter(|cell| !held.contains_key(cell));
        return Err(Refusal::Incomplete {
            cells: empty.take(LISTED).map(|cell| show(&cell, axes)).collect(),
            count: cells - held.len(),
        });
    }
    match held.into_iter().find(|(_, models)| models.len() > 1) {
        None => Ok(()),
        Some((cell, models)) => Err(Refusal::Repeated { cell: show(&cell, axes), models }),
    }
}

/// Per axis, the position of the model's value among the possible ones.
fn cell_of(model: &crate::Model, axes: &[Hyperparameter]) -> Result<Vec<usize>, Refusal> {
    axes.iter()
        .map(|axis| {
            let value = model.value(&axis.name).ok_or_else(|| Refusal::NoValue {
                model: model.name().to_owned(),
                hyperparameter: axis.name.clone(),
            })?;
            let position = axis.possible_values.iter().position(|v| v.equals(value));
            position.ok_or_else(|| Refusal::OffGrid {
                model: model.name().to_owned(),
                hyperparameter: axis.name.clone(),
                value: value.repr(),
                possible: joined(axis.possible_values.iter().map(PyValue::repr)),
            })
        })
        .collect()
}

/// All cells of a grid, the last axis fastest, made one at a time: a bad file may span more cells
/// than memory holds.
struct Cells {
    sizes: Vec<usize>,
    next: Option<Vec<usize>>,
}

impl Cells {
    /// `sizes` are positive: every model was found on every axis.
    fn new(sizes: Vec<usize>) -> Self {
        let next = Some(vec![0; sizes.len()]);
        Self { sizes, next }
    }
}

impl Iterator for Cells {
    type Item = Vec<usize>;

    fn next(&mut self) -> Option<Vec<usize>> {
        let cell = self.next.take()?;
        let mut after = cell.clone();
        for (index, size) in after.iter_mut().zip(&self.sizes).rev() {
            *index += 1;
            if *index < *size {
                self.next = Some(after);
                break;
            }
            *index = 0;
        }
        Some(cell)
    }
}

fn show(cell: &[usize], axes: &[Hyperparameter]) -> String {
    let value = |(axis, index): (&Hyperparameter, &usize)| {
        let value = axis.possible_values.get(*index)?;
        Some(format!("{}={}", axis.name, value.repr()))
    };
    let values: Vec<String> = axes.iter().zip(cell).filter_map(value).collect();
    format!("({})", values.join(", "))
}

/// The first few names and how many there are; nothing if there is none.
fn first_names<'a>(names: impl Iterator<Item = &'a str>) -> Option<(Vec<String>, usize)> {
    let mut listed = Vec::new();
    let mut count = 0;
    for name in names {
        if count < LISTED {
            listed.push(name.to_owned());
        }
        count += 1;
    }
    (count > 0).then_some((listed, count))
}

fn first_name(reference: &Reference) -> String {
    reference.names().next().unwrap_or_default().to_owned()
}

fn listing(names: &[String], count: usize) -> String {
    let listed = joined(names.iter().take(LISTED).cloned());
    match count.saturating_sub(names.len().min(LISTED)) {
        0 => listed,
        more => format!("{listed} and {more} more"),
    }
}

fn joined(names: impl Iterator<Item = String>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A reference of the values of x and y, whose possible values are those given.
    fn reference(x: &str, y: &str, models: &[(&str, &str)]) -> Reference {
        let entries: Vec<String> = models
            .iter()
            .enumerate()
            .map(|(id, (value_x, value_y))| {
                format!(
                    r#""{id}": {{"hparams": {{
                        "x": {{"possible_values": {x}, "current_value": {value_x}}},
                        "y": {{"possible_values": {y}, "current_value": {value_y}}}}},
                    "metrics": {{"train_acc": 1.0, "test_acc": 0.5}}}}"#
                )
            })
            .collect();
        Reference::parse(format!("{{{}}}", entries.join(",")).as_bytes()).unwrap()
    }

    fn grid() -> Reference {
        // One zero is an integer and one a boolean: the grid is complete by value.
        let models = [("0", "\"a\""), ("false", "\"b\""), ("1.0", "\"a\""), ("1", "\"b\"")];
        reference("[0.0, 1]", "[\"a\", \"b\"]", &models)
    }

    fn predictions(text: &str) -> Predictions {
        Predictions::parse(text.as_bytes()).unwrap()
    }

    fn refused(reference: &Reference, text: &str) -> Refusal {
        check(reference, &predictions(text)).unwrap_err()
    }

    const FULL: &str = r#"{"model_0": 0, "model_1": 1, "model_2": NaN, "model_3": 3}"#;

    #[test]
    fn a_complete_grid_is_accepted_whatever_the_type_of_its_numbers() {
        assert_eq!(check(&grid(), &predictions(FULL)), Ok(()));
    }

    #[test]
    fn time_exceeded_comes_first() {
        let refusal = refused(&grid(), r#"{"model_9": "EXCEEDED"}"#);
        assert!(matches!(refusal, Refusal::Exceeded { count: 1, .. }), "{refusal}");
    }

    #[test]
    fn predictions_and_models_must_be_the_same() {
        let unknown = r#"{"model_0": 0, "model_1": 1, "model_2": 2, "3": 3}"#;
        assert_eq!(
            refused(&grid(), unknown).to_string(),
            "predictions: the reference has no model 3; names are spelled as in model_0"
        );
        assert_eq!(
            refused(&grid(), r#"{"model_1": 1, "model_2": 2}"#).to_string(),
            "predictions: 2 predictions for 4 models: none for model_0, model_3; a task is scored \
             on all of its models"
        );
    }

    #[test]
    fn empty_and_shared_cells_are_named() {
        let incomplete = reference("[0, 1]", "[\"a\", \"b\"]", &[("0", "\"a\""), ("0", "\"a\"")]);
        let Refusal::Incomplete { cells, count } = refused(&incomplete, FULL) else {
            panic!("not called incomplete");
        };
        assert_eq!(
            (cells, count),
            (["(x=0, y='b')", "(x=1, y='a')", "(x=1, y='b')"].map(str::to_owned).to_vec(), 3)
        );
        let shared = reference("[0]", "[1, 2]", &[("0", "1"), ("0", "2"), ("0.0", "2.0")]);
        assert_eq!(
            refused(&shared, FULL),
            Refusal::Repeated {
                cell: "(x=0, y=2)".to_owned(),
                models: vec!["model_1".to_owned(), "model_2".to_owned()],
            }
        );
    }

    #[test]
    fn values_off_the_grid_are_named() {
        let off = reference("[256]", "[1]", &[("\"256\"", "1")]);
        assert_eq!(
            refused(&off, FULL).to_string(),
            "reference: model model_0 has x = '256', which is none of the first model's \
             possible_values [256]"
        );
    }

    #[test]
    fn cells_run_through_the_whole_grid_once() {
        let cells: Vec<_> = Cells::new(vec![2, 1, 3]).collect();
        assert_eq!(cells.len(), 6);
        assert_eq!((&cells[0], &cells[5]), (&vec![0, 0, 0], &vec![1, 0, 2]));
        assert!(cells.is_sorted());
    }
}
