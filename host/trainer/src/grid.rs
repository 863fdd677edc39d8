//! Grids of hyper-parameters: one network per combination of values, numbered from 0.
//!
//! The official scorer wants a complete grid, so a task is always a full product. Names run in
//! alphabetical order and the last one changes fastest; the cell's number is the network's id.

use std::collections::BTreeMap;

use assay_ids::Digester;
use serde::{Deserialize, Serialize};

/// One value of a hyper-parameter. Whole numbers and fractions stay apart, because
/// `model_configs.json` spells 32 and 0.5 as Python would.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// A whole number.
    Integer(u32),
    /// A fraction.
    Float(f64),
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Integer(value) => write!(f, "{value}"),
            Self::Float(value) => write!(f, "{value:?}"),
        }
    }
}

/// What a hyper-parameter may be.
#[derive(Clone, Copy)]
enum Range {
    Integer(u32, u32),
    /// Lower bound, whether it is allowed itself, and upper bound, which is not.
    Float(f64, bool, f64),
}

/// Every hyper-parameter of the trainer, in grid order.
const PARAMETERS: [(&str, Range); 7] = [
    ("bs", Range::Integer(1, 60_000)),
    ("convwidth", Range::Integer(1, 1024)),
    ("dense_width", Range::Integer(1, 4096)),
    ("dropout_p", Range::Float(0.0, true, 1.0)),
    ("lr", Range::Float(0.0, false, 100.0)),
    ("num_conv_blocks", Range::Integer(1, 4)),
    ("weight_decay", Range::Float(0.0, true, 1.0)),
];

/// Largest number of networks in one task; the competition's largest had 96.
const CELLS_MAX: usize = 1024;

/// Why hyper-parameters make no grid.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum GridError {
    /// A hyper-parameter has no value at all.
    #[error("`{name}` is missing; give it a list in [grid] or a value in [fixed]")]
    Missing {
        /// The hyper-parameter.
        name: &'static str,
    },
    /// A hyper-parameter is both varied and fixed.
    #[error("`{name}` stands in [grid] and in [fixed]; remove one of them")]
    Twice {
        /// The hyper-parameter.
        name: &'static str,
    },
    /// A list in the grid is empty or repeats a value.
    #[error("`grid.{name}` needs at least one value, each once")]
    Values {
        /// The hyper-parameter.
        name: &'static str,
    },
    /// A value lies outside what the trainer can use.
    #[error("`{name}` is {value}; it must be {expected}")]
    Range {
        /// The hyper-parameter.
        name: &'static str,
        /// The value.
        value: Value,
        /// What it may be.
        expected: String,
    },
    /// A width cannot be halved as often as the number of blocks asks.
    #[error("`convwidth` {width} cannot be halved {halvings} times, as {blocks} blocks need")]
    Width {
        /// The width of the last block.
        width: u32,
        /// Number of blocks.
        blocks: u32,
        /// How often it is halved.
        halvings: u32,
    },
    /// The product of the lists is too large.
    #[error("the grid has more than {CELLS_MAX} networks")]
    Cells,
}

/// Lists of values by hyper-parameter, those of [fixed] with one value.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// In the order of [`PARAMETERS`]; the flag says that the recipe varies it.
    axes: Vec<(&'static str, Vec<Value>, bool)>,
}

impl Grid {
    /// Puts the varied and the fixed hyper-parameters together and checks every cell.
    pub fn new(
        varied: impl Iterator<Item = (&'static str, Vec<Value>)>,
        fixed: impl Iterator<Item = (&'static str, Value)>,
    ) -> Result<Self, GridError> {
        let mut varied: BTreeMap<_, _> = varied.collect();
        let mut fixed: BTreeMap<_, _> = fixed.collect();
        let mut axes = Vec::new();
        for (name, range) in PARAMETERS {
            let (values, varies) = match (varied.remove(name), fixed.remove(name)) {
                (Some(values), None) => (values, true),
                (None, Some(value)) => (vec![value], false),
                (Some(_), Some(_)) => return Err(GridError::Twice { name }),
                (None, None) => return Err(GridError::Missing { name }),
            };
            let values = values
                .into_iter()
                .map(|value| range.admit(name, value))
                .collect::<Result<Vec<_>, _>>()?;
            let repeated = |index: usize| values[..index].contains(&values[index]);
            if values.is_empty() || (0..values.len()).any(repeated) {
                return Err(GridError::Values { name });
            }
            axes.push((name, values, varies));
        }
        let grid = Self { axes };
        grid.cells()?;
        Ok(grid)
    }

    /// Every cell, by number.
    pub fn cells(&self) -> Result<Vec<Cell>, GridError> {
        let count = self
            .axes
            .iter()
            .try_fold(1_usize, |count, (_, values, _)| count.checked_mul(values.len()))
            .filter(|count| *count <= CELLS_MAX)
            .ok_or(GridError::Cells)?;
        (0..count).map(|number| self.cell(number)).collect()
    }

    fn cell(&self, number: usize) -> Result<Cell, GridError> {
        let mut rest = number;
        let mut values = BTreeMap::new();
        for (name, list, _) in self.axes.iter().rev() {
            values.insert(*name, list[rest % list.len()]);
            rest /= list.len();
        }
        let cell = Cell { number, values };
        let (width, blocks) = (cell.integer("convwidth"), cell.integer("num_conv_blocks"));
        let halvings = blocks.saturating_sub(1);
        if !width.is_multiple_of(1 << halvings.min(31)) {
            return Err(GridError::Width { width, blocks, halvings });
        }
        Ok(cell)
    }

    /// Names and lists of the hyper-parameters that vary, in grid order: what `model_configs.json`
    /// states (those that are equal for all networks are left out there).
    pub fn varied(&self) -> impl Iterator<Item = (&'static str, &[Value])> {
        self.axes
            .iter()
            .filter(|(_, _, varies)| *varies)
            .map(|(name, values, _)| (*name, values.as_slice()))
    }

    /// The hyper-parameters that all networks share, in grid order.
    pub fn fixed(&self) -> impl Iterator<Item = (&'static str, Value)> {
        self.axes
            .iter()
            .filter(|(_, _, varies)| !*varies)
            .filter_map(|(name, values, _)| values.first().map(|value| (*name, *value)))
    }
}

impl Range {
    /// The value in this parameter's own type, if it may have it.
    fn admit(self, name: &'static str, value: Value) -> Result<Value, GridError> {
        let refuse = |expected: String| Err(GridError::Range { name, value, expected });
        match (self, value) {
            (Self::Integer(low, high), Value::Integer(whole)) if (low..=high).contains(&whole) => {
                Ok(value)
            }
            (Self::Integer(low, high), _) => refuse(format!("a whole number in {low}..={high}")),
            (Self::Float(low, closed, high), value) => {
                let number = value.number();
                let above = if closed { number >= low } else { number > low };
                if above && number < high {
                    return Ok(Value::Float(number));
                }
                let word = if closed { "at least" } else { "above" };
                refuse(format!("{word} {low} and below {high}"))
            }
        }
    }
}

impl Value {
    /// The value as a number, whichever way it is spelt.
    pub fn number(self) -> f64 {
        match self {
            Self::Integer(value) => f64::from(value),
            Self::Float(value) => value,
        }
    }
}

/// One network's hyper-parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Its number in the grid, which is its id.
    pub number: usize,
    values: BTreeMap<&'static str, Value>,
}

impl Cell {
    /// The value of a hyper-parameter of [`PARAMETERS`].
    pub fn value(&self, name: &str) -> Option<Value> {
        self.values.get(name).copied()
    }

    /// A whole-number hyper-parameter. Cells come from [`Grid`], which fills every name in.
    pub fn integer(&self, name: &str) -> u32 {
        self.value(name).map_or(0, |value| value.number() as u32)
    }

    /// A fractional hyper-parameter, likewise.
    pub fn float(&self, name: &str) -> f32 {
        self.value(name).map_or(0.0, |value| value.number() as f32)
    }

    /// Adds the hyper-parameters, and not the number, to a digest.
    pub(crate) fn digest(&self, digester: &mut Digester) {
        for (name, value) in &self.values {
            digester.text(name).number(value.number().to_bits());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Value::{Float, Integer};

    fn fixed(without: &[&str]) -> Vec<(&'static str, Value)> {
        let all = [
            ("bs", Integer(32)),
            ("convwidth", Integer(16)),
            ("dense_width", Integer(8)),
            ("dropout_p", Float(0.0)),
            ("lr", Float(0.01)),
            ("num_conv_blocks", Integer(1)),
            ("weight_decay", Float(0.0)),
        ];
        all.into_iter().filter(|(name, _)| !without.contains(name)).collect()
    }

    fn grid(varied: Vec<(&'static str, Vec<Value>)>) -> Result<Grid, GridError> {
        let names: Vec<_> = varied.iter().map(|(name, _)| *name).collect();
        Grid::new(varied.into_iter(), fixed(&names).into_iter())
    }

    #[test]
    fn the_last_name_changes_fastest() {
        let grid = grid(vec![
            ("num_conv_blocks", vec![Integer(1), Integer(3)]),
            ("convwidth", vec![Integer(16), Integer(32)]),
            ("dropout_p", vec![Float(0.0), Integer(0)][..1].to_vec()),
        ])
        .unwrap();
        let cells = grid.cells().unwrap();
        let seen: Vec<_> = cells
            .iter()
            .map(|cell| (cell.number, cell.integer("convwidth"), cell.integer("num_conv_blocks")))
            .collect();
        assert_eq!(seen, [(0, 16, 1), (1, 16, 3), (2, 32, 1), (3, 32, 3)]);
        let names: Vec<_> = grid.varied().map(|(name, _)| name).collect();
        assert_eq!(names, ["convwidth", "dropout_p", "num_conv_blocks"]);
    }

    #[test]
    fn a_whole_number_stands_for_a_fraction_but_not_the_reverse() {
        let cells =
            grid(vec![("dropout_p", vec![Integer(0), Float(0.5)])]).unwrap().cells().unwrap();
        assert_eq!(cells[0].value("dropout_p"), Some(Float(0.0)));
        let error = grid(vec![("bs", vec![Float(32.0)])]).unwrap_err();
        assert!(matches!(error, GridError::Range { name: "bs", .. }), "{error}");
    }

    #[test]
    fn grids_that_make_no_networks_are_refused() {
        let error = grid(vec![("lr", vec![])]).unwrap_err();
        assert_eq!(error, GridError::Values { name: "lr" });
        let error = grid(vec![("lr", vec![Float(0.1), Float(0.1)])]).unwrap_err();
        assert_eq!(error, GridError::Values { name: "lr" });
        for bad in [f64::NAN, 0.0, -1.0, f64::INFINITY] {
            let error = grid(vec![("lr", vec![Float(bad)])]).unwrap_err();
            assert!(matches!(error, GridError::Range { name: "lr", .. }), "{error}");
        }
        let widths = vec![
            ("convwidth", vec![Integer(16), Integer(6)]),
            ("num_conv_blocks", vec![Integer(1), Integer(3)]),
        ];
        let error = grid(widths).unwrap_err();
        assert_eq!(error, GridError::Width { width: 6, blocks: 3, halvings: 2 });
        let many = (1..=40).map(Integer).collect::<Vec<_>>();
        let error = grid(vec![("bs", many.clone()), ("dense_width", many)]).unwrap_err();
        assert_eq!(error, GridError::Cells);
    }
}
