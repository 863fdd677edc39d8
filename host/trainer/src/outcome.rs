//! What a trained network achieved: metrics, the gap, and whether a set of networks makes a task.

use std::collections::BTreeMap;

use assay_engine::{Evaluation, Lane, Misfit, PreparedNetwork, evaluate};
use assay_network::Network;
use serde_json::{Map, Value, json};

use crate::grid::{Cell, Grid};
use crate::pictures::Pictures;

/// A trained network with its measurements by the `cpu` lane, on the weights as stored.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Its hyper-parameters.
    pub cell: Cell,
    /// The network, initial weights included.
    pub network: Network,
    /// Epochs of training.
    pub epochs: u32,
    /// On the training slice.
    pub train: Evaluation,
    /// On every test picture.
    pub test: Evaluation,
}

impl Outcome {
    pub(crate) fn measure(
        lane: &Lane,
        cell: Cell,
        network: Network,
        epochs: u32,
        pictures: &Pictures,
    ) -> Result<Self, Misfit> {
        let prepared = PreparedNetwork::new(network.clone());
        let train = evaluate(lane, &prepared, &pictures.train)?;
        let test = evaluate(lane, &prepared, &pictures.test)?;
        Ok(Self { cell, network, epochs, train, test })
    }

    /// The generalization gap as the scorer computes it.
    pub fn gap(&self) -> f64 {
        self.train.accuracy() - self.test.accuracy()
    }

    /// The gap times both numbers of examples: whole, so that equal gaps are equal.
    fn exact_gap(&self) -> i128 {
        let product = |a: usize, b: usize| a as i128 * b as i128;
        product(self.train.correct, self.test.examples)
            - product(self.test.correct, self.train.examples)
    }
}

/// Why trained networks are refused as a task.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Unfit {
    /// Networks did not learn their training slice.
    #[error(
        "networks {cells:?} did not exceed train accuracy {required}; give them more epochs, \
         another lr, or more width"
    )]
    TrainAccuracy {
        /// Their numbers.
        cells: Vec<usize>,
        /// What the recipe requires.
        required: f64,
    },
    /// Networks have exactly equal gaps, which no measure can rank.
    #[error("networks {cells:?} tie at a gap of {gap}; another seed breaks the tie")]
    Tie {
        /// Their numbers.
        cells: Vec<usize>,
        /// Their common gap.
        gap: f64,
    },
}

/// Refuses networks that did not learn, or that tie.
pub fn check(outcomes: &[Outcome], required: f64) -> Result<(), Unfit> {
    let cells: Vec<usize> = outcomes
        .iter()
        .filter(|outcome| outcome.train.accuracy() <= required)
        .map(|outcome| outcome.cell.number)
        .collect();
    if !cells.is_empty() {
        return Err(Unfit::TrainAccuracy { cells, required });
    }
    let tie = ties(outcomes).into_iter().next();
    tie.map_or(Ok(()), |(cells, gap)| Err(Unfit::Tie { cells, gap }))
}

/// Groups of networks whose gaps are exactly equal, with the gap.
fn ties(outcomes: &[Outcome]) -> Vec<(Vec<usize>, f64)> {
    let mut groups: BTreeMap<i128, (Vec<usize>, f64)> = BTreeMap::new();
    for outcome in outcomes {
        let entry = groups.entry(outcome.exact_gap()).or_insert((Vec::new(), outcome.gap()));
        entry.0.push(outcome.cell.number);
    }
    groups.into_values().filter(|(cells, _)| cells.len() > 1).collect()
}

/// The gaps of a task in figures.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Smallest gap.
    pub min: f64,
    /// Largest gap.
    pub max: f64,
    /// Mean gap.
    pub mean: f64,
    /// Groups of networks with exactly equal gaps, with the gap.
    pub ties: Vec<(Vec<usize>, f64)>,
    /// For each varied hyper-parameter, the mean gap at each of its values: its effect.
    pub effects: Vec<(&'static str, Vec<(String, f64)>)>,
}

impl Summary {
    /// Sums up a task's networks; nothing for no networks.
    pub fn of(outcomes: &[Outcome], grid: &Grid) -> Option<Self> {
        let mean_of = |list: &[f64]| list.iter().sum::<f64>() / list.len() as f64;
        let gaps: Vec<f64> = outcomes.iter().map(Outcome::gap).collect();
        let effects = grid
            .varied()
            .map(|(name, values)| {
                let mean = |value: &crate::grid::Value| {
                    let of_value = |o: &&Outcome| o.cell.value(name) == Some(*value);
                    let gaps: Vec<f64> =
                        outcomes.iter().filter(of_value).map(Outcome::gap).collect();
                    (value.to_string(), mean_of(&gaps))
                };
                (name, values.iter().map(mean).collect())
            })
            .collect();
        let min = gaps.iter().copied().reduce(f64::min)?;
        let max = gaps.iter().copied().reduce(f64::max)?;
        Some(Self { min, max, mean: mean_of(&gaps), ties: ties(outcomes), effects })
    }
}

/// The truth of a task, `model_configs.json` in the competition's spelling: hyper-parameters that
/// vary, accuracies in 0..1, mean cross-entropies in nats.
pub fn model_configs(outcomes: &[Outcome], grid: &Grid) -> Vec<u8> {
    let mut configs = Map::new();
    for outcome in outcomes {
        let mut hparams = Map::new();
        for (name, values) in grid.varied() {
            let current = outcome.cell.value(name);
            hparams.insert(
                name.to_owned(),
                json!({ "possible_values": values, "current_value": current }),
            );
        }
        let metrics = json!({
            "train_acc": outcome.train.accuracy(),
            "test_acc": outcome.test.accuracy(),
            "train_loss": outcome.train.loss,
            "test_loss": outcome.test.loss,
        });
        let entry = json!({ "hparams": hparams, "metrics": metrics });
        configs.insert(outcome.cell.number.to_string(), entry);
    }
    let mut text = format!("{:#}", Value::Object(configs)).into_bytes();
    text.push(b'\n');
    text
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use assay_network::{Activation, Architecture, LayerKind};

    use super::*;
    use crate::grid::Value::{Float, Integer};

    fn grid() -> Grid {
        let varied =
            [("bs", vec![Integer(8), Integer(32)]), ("dropout_p", vec![Float(0.0), Float(0.5)])];
        let fixed = [
            ("convwidth", Integer(16)),
            ("dense_width", Integer(8)),
            ("lr", Float(0.01)),
            ("num_conv_blocks", Integer(1)),
            ("weight_decay", Float(0.0)),
        ];
        Grid::new(varied.into_iter(), fixed.into_iter()).unwrap()
    }

    /// Networks with the given numbers of right answers of 10 training and 100 test examples.
    fn outcomes(correct: [(usize, usize); 4]) -> Vec<Outcome> {
        let kinds =
            vec![LayerKind::Dense { units: 1, activation: Activation::Linear, bias: false }];
        let architecture = Arc::new(Architecture::new(&[1], kinds).unwrap());
        let network = Network::new(architecture, vec![vec![1.0]], None).unwrap();
        let evaluation = |correct, examples| Evaluation { correct, examples, loss: 0.25 };
        let cells = grid().cells().unwrap().into_iter();
        cells
            .zip(correct)
            .map(|(cell, (train, test))| Outcome {
                cell,
                network: network.clone(),
                epochs: 1,
                train: evaluation(train, 10),
                test: evaluation(test, 100),
            })
            .collect()
    }

    #[test]
    fn equal_gaps_tie_even_where_floating_point_says_otherwise() {
        // 1.0 - 0.9 and 0.8 - 0.7 differ as f64 and are both a tenth.
        let tied = outcomes([(10, 90), (8, 70), (10, 70), (10, 60)]);
        assert_ne!(tied[0].gap(), tied[1].gap());
        let error = check(&tied, 0.5).unwrap_err();
        assert!(matches!(&error, Unfit::Tie { cells, .. } if *cells == [0, 1]), "{error}");
        assert_eq!(check(&outcomes([(10, 90), (8, 69), (10, 70), (10, 60)]), 0.5), Ok(()));
    }

    #[test]
    fn networks_that_did_not_learn_are_named() {
        let error = check(&outcomes([(10, 90), (9, 79), (10, 70), (9, 60)]), 0.9).unwrap_err();
        assert_eq!(error, Unfit::TrainAccuracy { cells: vec![1, 3], required: 0.9 });
    }

    #[test]
    fn a_summary_shows_spread_and_effects() {
        let summary =
            Summary::of(&outcomes([(10, 90), (10, 80), (10, 70), (10, 60)]), &grid()).unwrap();
        let close = |a: f64, b: f64| (a - b).abs() < 1e-12;
        assert!(close(summary.min, 0.1) && close(summary.max, 0.4) && close(summary.mean, 0.25));
        let (name, means) = &summary.effects[1];
        assert_eq!((*name, means[0].0.as_str(), means[1].0.as_str()), ("dropout_p", "0.0", "0.5"));
        assert!(close(means[0].1, 0.2) && close(means[1].1, 0.3), "{means:?}");
        assert_eq!(Summary::of(&[], &grid()), None);
    }

    #[test]
    fn the_truth_has_the_competitions_spelling() {
        let bytes = model_configs(&outcomes([(10, 90), (10, 80), (10, 70), (10, 60)]), &grid());
        let value: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(value.as_object().unwrap().keys().collect::<Vec<_>>(), ["0", "1", "2", "3"]);
        let expected = json!({
            "hparams": {
                "bs": { "possible_values": [8, 32], "current_value": 32 },
                "dropout_p": { "possible_values": [0.0, 0.5], "current_value": 0.0 },
            },
            "metrics": { "train_acc": 1.0, "test_acc": 0.7, "train_loss": 0.25, "test_loss": 0.25 },
        });
        assert_eq!(value["2"], expected);
        assert!(String::from_utf8(bytes).unwrap().contains("\"current_value\": 0.5"));
    }
}
