//! The truth of a task: hyper-parameters and metrics of its models, from `model_configs.json`.

use std::collections::BTreeSet;

use crate::slots::{SetSlots, sets};
use crate::{PyValue, ScoreError, json};

const WHAT: &str = "reference";
/// Most models of a reference; the contest's largest task has 96. Every pair of them is looked at.
const MODELS_MAX: usize = 4096;
/// Most hyper-parameters; the contest's tasks have at most seven. Every pair is a set.
const HYPERPARAMETERS_MAX: usize = 64;
/// Most possible values of one hyper-parameter; one for each model.
const POSSIBLE_MAX: usize = MODELS_MAX;

/// A task's `model_configs.json`, with the file's order of models and hyper-parameters and the
/// spelling of its values, on all of which the score depends.
#[derive(Debug, Clone)]
pub struct Reference {
    models: Vec<Model>,
    hyperparameters: Vec<Hyperparameter>,
    sets: Vec<SetSlots>,
}

/// One model of the file.
#[derive(Debug, Clone)]
pub struct Model {
    id: String,
    name: String,
    metrics: Metrics,
    values: Vec<(String, Option<PyValue>)>,
}

/// What was measured of a model. Accuracies are shares in 0..1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Metrics {
    /// Accuracy on the training data.
    pub train_acc: f64,
    /// Accuracy on the test data.
    pub test_acc: f64,
    /// Mean loss on the training data, where the file has it.
    pub train_loss: Option<f64>,
    /// Mean loss on the test data, where the file has it.
    pub test_loss: Option<f64>,
}

/// A hyper-parameter as the first model of the file lists it.
#[derive(Debug, Clone, PartialEq)]
pub struct Hyperparameter {
    /// Its name.
    pub name: String,
    /// The values that the task varies, in the file's order.
    pub possible_values: Vec<PyValue>,
}

impl Reference {
    /// Reads `model_configs.json` as Python's `json` module would. Refused is what the scorer
    /// could not run on: no model, a model without metrics or hyper-parameters, a number that is
    /// none. A hyper-parameter that one model lacks is [`check`](crate::check)'s affair.
    pub fn parse(bytes: &[u8]) -> Result<Self, ScoreError> {
        let file = json::parse(bytes, WHAT)?;
        let entries = object(&file, "the whole file")?;
        let (_, first) = entries.first().ok_or(ScoreError::NoModels { what: WHAT })?;
        at_most(MODELS_MAX, entries.len(), "models")?;
        let mut names = BTreeSet::new();
        let mut models = Vec::with_capacity(entries.len());
        for (id, entry) in entries {
            let model = Model::read(id, entry)?;
            if !names.insert(model.name.clone()) {
                return Err(ScoreError::SameName { name: model.name });
            }
            models.push(model);
        }
        let hyperparameters = hyperparameters(&models[0].id, first)?;
        let sets = sets(&models, &hyperparameters)?;
        Ok(Self { models, hyperparameters, sets })
    }

    /// The models in the file's order.
    pub fn models(&self) -> &[Model] {
        &self.models
    }

    /// The names of the models as predictions spell them, in the file's order.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.models.iter().map(|model| model.name.as_str())
    }

    /// The model of a name that predictions use.
    pub fn model(&self, name: &str) -> Option<&Model> {
        self.models.iter().find(|model| model.name == name)
    }

    /// The first model's hyper-parameters, which hold for all.
    pub fn hyperparameters(&self) -> &[Hyperparameter] {
        &self.hyperparameters
    }

    pub(crate) fn sets(&self) -> &[SetSlots] {
        &self.sets
    }
}

impl Model {
    fn read(id: &str, entry: &PyValue) -> Result<Self, ScoreError> {
        let place = format!("model {id}");
        object(entry, &place)?;
        let hparams = part(entry, &place, "hparams")?;
        let values = object(hparams, &format!("{place}, hparams"))?
            .iter()
            .map(|(name, value)| (name.clone(), value.get("current_value").cloned()))
            .collect();
        let metrics = part(entry, &place, "metrics")?;
        object(metrics, &format!("{place}, metrics"))?;
        let optional = |name| match metrics.get(name) {
            None | Some(PyValue::None) => Ok(None),
            Some(_) => number(metrics, &place, name).map(Some),
        };
        Ok(Self {
            id: id.to_owned(),
            // As the scorer does: whatever has "model" in it is taken for a full name.
            name: if id.contains("model") { id.to_owned() } else { format!("model_{id}") },
            metrics: Metrics {
                train_acc: number(metrics, &place, "train_acc")?,
                test_acc: number(metrics, &place, "test_acc")?,
                train_loss: optional("train_loss")?,
                test_loss: optional("test_loss")?,
            },
            values,
        })
    }

    /// The key in the file, such as `21`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The name in predictions, such as `model_21`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Accuracies and losses.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// The generalization gap: train accuracy minus test accuracy.
    pub fn gap(&self) -> f64 {
        self.metrics.train_acc - self.metrics.test_acc
    }

    /// The model's value of a hyper-parameter, if it has one.
    pub fn value(&self, hyperparameter: &str) -> Option<&PyValue> {
        self.values
            .iter()
            .find(|(name, _)| name == hyperparameter)
            .and_then(|(_, value)| value.as_ref())
    }

    /// Names and values of the hyper-parameters that this model has, in the file's order.
    pub fn values(&self) -> impl Iterator<Item = (&str, &PyValue)> {
        self.values.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_ref()?)))
    }
}

fn hyperparameters(id: &str, first: &PyValue) -> Result<Vec<Hyperparameter>, ScoreError> {
    let place = format!("model {id}, hparams");
    let hparams = object(part(first, &format!("model {id}"), "hparams")?, &place)?;
    at_most(HYPERPARAMETERS_MAX, hparams.len(), "hyper-parameters")?;
    hparams
        .iter()
        .map(|(name, hparam)| {
            let place = format!("{place}.{name}");
            object(hparam, &place)?;
            let values = part(hparam, &place, "possible_values")?;
            let PyValue::List(possible_values) = values else {
                let place = format!("{place}.possible_values");
                return Err(wrong_type(place, values, "a list of values"));
            };
            at_most(POSSIBLE_MAX, possible_values.len(), "possible values of a hyper-parameter")?;
            Ok(Hyperparameter { name: name.clone(), possible_values: possible_values.clone() })
        })
        .collect()
}

/// Refuses more than scoring has room for.
pub(crate) fn at_most(limit: usize, count: usize, of: &'static str) -> Result<(), ScoreError> {
    if count <= limit { Ok(()) } else { Err(ScoreError::TooMany { of, count, limit }) }
}

fn number(metrics: &PyValue, place: &str, name: &str) -> Result<f64, ScoreError> {
    let value = part(metrics, &format!("{place}, metrics"), name)?;
    let wrong = || wrong_type(format!("{place}, metrics.{name}"), value, "a number");
    value.as_f64().ok_or_else(wrong)
}

fn part<'a>(whole: &'a PyValue, place: &str, name: &str) -> Result<&'a PyValue, ScoreError> {
    whole.get(name).ok_or_else(|| ScoreError::Missing {
        what: WHAT,
        place: format!("{place}: the key \"{name}\""),
    })
}

fn object<'a>(value: &'a PyValue, place: &str) -> Result<&'a [(String, PyValue)], ScoreError> {
    match value {
        PyValue::Dict(entries) => Ok(entries),
        other => Err(wrong_type(place.to_owned(), other, "an object")),
    }
}

fn wrong_type(place: String, value: &PyValue, expected: &'static str) -> ScoreError {
    ScoreError::WrongType { what: WHAT, place, found: value.type_name(), expected }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = r#"{"hparams": {"lr": {"possible_values": [0.1], "current_value": 0.1}},
        "metrics": {"train_acc": 1, "test_acc": 0.75, "test_loss": NaN}}"#;

    fn refused(text: &str) -> String {
        Reference::parse(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn models_keep_the_order_of_the_file_and_get_full_names() {
        let text = format!(r#"{{"9": {ONE}, "model_2": {ONE}, "10": {ONE}}}"#);
        let reference = Reference::parse(text.as_bytes()).unwrap();
        let names: Vec<&str> = reference.names().collect();
        assert_eq!(names, ["model_9", "model_2", "model_10"]);
        let model = &reference.models()[0];
        assert_eq!((model.id(), model.gap()), ("9", 0.25));
        assert_eq!(model.metrics().train_loss, None);
        assert!(model.metrics().test_loss.is_some_and(f64::is_nan));
        assert_eq!(model.value("lr").unwrap().to_string(), "0.1");
        assert_eq!(reference.hyperparameters()[0].name, "lr");
    }

    #[test]
    fn errors_name_the_place() {
        assert_eq!(
            refused("{}"),
            "reference: there is no model in the file, so there is nothing to score"
        );
        assert_eq!(refused("[]"), "reference: the whole file is a list, but must be an object");
        assert_eq!(
            refused(r#"{"7": {"hparams": {}, "metrics": {"train_acc": "0.5"}}}"#),
            "reference: model 7, metrics.train_acc is a string, but must be a number"
        );
        assert_eq!(
            refused(r#"{"7": {"hparams": {}, "metrics": {"train_acc": 1}}}"#),
            "reference: model 7, metrics: the key \"test_acc\" is missing"
        );
        assert!(refused(&format!(r#"{{"1": {ONE}, "model_1": {ONE}}}"#)).contains("model_1"));
    }

    #[test]
    fn absurd_grids_are_refused_before_anything_is_allocated_for_them() {
        let many: Vec<String> = (0..300).map(|value| value.to_string()).collect();
        let many = format!(r#"{{"possible_values": [{}], "current_value": 0}}"#, many.join(","));
        let text = format!(
            r#"{{"1": {{"hparams": {{"x": {many}, "y": {many}}},
                "metrics": {{"train_acc": 1, "test_acc": 1}}}}}}"#
        );
        assert!(refused(&text).contains("x with 300 and y with 300"));
    }

    #[test]
    fn what_grows_with_its_square_is_limited() {
        let many: Vec<String> = (0..=MODELS_MAX).map(|id| format!("\"{id}\": {ONE}")).collect();
        let too_many = refused(&format!("{{{}}}", many.join(",")));
        assert_eq!(too_many, "reference: 4097 models, at most 4096 can be scored");
        let metrics = r#""metrics": {"train_acc": 1, "test_acc": 1}"#;
        let one = |hparams: &str| format!(r#"{{"1": {{"hparams": {{{hparams}}}, {metrics}}}}}"#);
        let axis = |name: &str, values: &str| {
            format!(r#""{name}": {{"possible_values": [{values}], "current_value": 1}}"#)
        };
        let axes: Vec<String> = (0..65).map(|at| axis(&at.to_string(), "1")).collect();
        assert!(refused(&one(&axes.join(","))).contains("65 hyper-parameters"));
        let values = vec!["1"; POSSIBLE_MAX + 1].join(",");
        assert!(refused(&one(&axis("x", &values))).contains("4097 possible values"));
        // 2^20 slots are possible, but not under names of kilobytes each.
        let long = vec![format!("\"{}\"", "x".repeat(1000)); 32].join(",");
        let text = one(&format!("{}, {}", axis("x", &long), axis("y", &long)));
        assert!(refused(&text).contains("bytes of values in the names of slots"));
        // Four axes whose sets reach the limit of slots each.
        let values: Vec<String> = (0..32).map(|value| value.to_string()).collect();
        let axes = ["a", "b", "c", "d"].map(|name| axis(name, &values.join(",")));
        assert!(refused(&one(&axes.join(","))).contains("slots in all sets"));
        // Two axes on which every model differs.
        let models: Vec<String> = (0..3000)
            .map(|id| {
                let axes = ["x", "y"].map(|name| {
                    format!(r#""{name}": {{"possible_values": [1], "current_value": {id}}}"#)
                });
                format!(r#""{id}": {{"hparams": {{{}}}, {metrics}}}"#, axes.join(","))
            })
            .collect();
        let text = refused(&format!("{{{}}}", models.join(",")));
        assert!(text.contains("pairs of models that differ"), "{text}");
    }
}
