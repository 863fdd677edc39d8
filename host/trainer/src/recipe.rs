//! Recipes: what a TOML file says about a task to train, checked before any work starts.

use std::path::{Path, PathBuf};

use assay_ids::Digester;
use serde::Deserialize;

use crate::grid::{Grid, GridError, Value};

/// A checked recipe: which networks to train on what, and when to stop.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// Name of the task, and of its folder.
    pub name: String,
    /// Which architecture the hyper-parameters describe.
    pub family: Family,
    /// Where shuffles, initial weights and dropout masks come from.
    pub seed: u64,
    /// Every network must exceed this training accuracy (0..1), or the task is refused.
    pub require_train_acc: f64,
    /// The pictures.
    pub dataset: DatasetRecipe,
    /// How each network is trained.
    pub schedule: Schedule,
    /// The hyper-parameters: one network per cell.
    pub grid: Grid,
}

/// A family of architectures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// Blocks of two 3x3 convolutions and a pooling, as the competition's tasks 1 and 8.
    Vgg,
}

impl Family {
    /// The family's name in recipes and task files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Vgg => "vgg",
        }
    }
}

/// A dataset that the trainer can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DatasetKind {
    /// Fashion-MNIST (Xiao, Rasul and Vollgraf 2017), four gzipped IDX files.
    FashionMnist,
}

/// Which pictures to train on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatasetRecipe {
    /// Which dataset.
    pub kind: DatasetKind,
    /// Number of training pictures to take, equally many of each class.
    pub train_slice: usize,
    /// Which pictures those are.
    pub seed: u64,
    /// Folder of the files; by default where Debian's `dataset-fashion-mnist` puts them.
    pub dir: Option<PathBuf>,
}

/// Everything about training that is the same for all networks and is no hyper-parameter.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Momentum of the gradient descent, in 0..1.
    pub momentum: f32,
    /// Epochs, counted from 0, at whose start the learning rate is multiplied by the factor.
    pub milestones: Vec<u32>,
    /// That factor; the competition used 0.2.
    pub milestone_factor: f32,
    /// Number of epochs after which training ends in any case.
    pub max_epochs: u32,
    /// Training ends early once the mean cross-entropy over the slice is below this (nats).
    pub stop_loss: f64,
    /// That loss is measured every so many epochs.
    #[serde(default = "one")]
    pub check_every: u32,
}

fn one() -> u32 {
    1
}

impl Schedule {
    /// The learning rate of an epoch, counted from 0.
    pub fn rate(&self, initial: f32, epoch: u32) -> f32 {
        let passed = self.milestones.iter().filter(|milestone| epoch >= **milestone).count();
        (0..passed).fold(initial, |rate, _| rate * self.milestone_factor)
    }
}

/// The file as TOML spells it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    family: Family,
    seed: u64,
    require_train_acc: f64,
    dataset: DatasetRecipe,
    schedule: Schedule,
    grid: GridTable<Vec<Value>>,
    #[serde(default)]
    fixed: GridTable<Value>,
}

/// The hyper-parameters by name. A struct, not a map, so that a misspelt name is refused with the
/// list of the right ones and its line.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GridTable<T> {
    bs: Option<T>,
    convwidth: Option<T>,
    dense_width: Option<T>,
    dropout_p: Option<T>,
    lr: Option<T>,
    num_conv_blocks: Option<T>,
    weight_decay: Option<T>,
}

impl<T> Default for GridTable<T> {
    fn default() -> Self {
        Self {
            bs: None,
            convwidth: None,
            dense_width: None,
            dropout_p: None,
            lr: None,
            num_conv_blocks: None,
            weight_decay: None,
        }
    }
}

impl<T> GridTable<T> {
    fn into_entries(self) -> impl Iterator<Item = (&'static str, T)> {
        [
            ("bs", self.bs),
            ("convwidth", self.convwidth),
            ("dense_width", self.dense_width),
            ("dropout_p", self.dropout_p),
            ("lr", self.lr),
            ("num_conv_blocks", self.num_conv_blocks),
            ("weight_decay", self.weight_decay),
        ]
        .into_iter()
        .filter_map(|(name, entry)| entry.map(|entry| (name, entry)))
    }
}

/// Why a file is no recipe.
#[derive(Debug, thiserror::Error)]
pub enum RecipeError {
    /// The file cannot be read.
    #[error("{path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The text is not TOML, lacks a key, or has a key that no recipe has.
    #[error("{path}: {source}")]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Line, column and expectation.
        source: Box<toml::de::Error>,
    },
    /// A key has a value that cannot be used.
    #[error("{path}: `{key}` is {value}; it must be {expected}")]
    Value {
        /// The file.
        path: PathBuf,
        /// The key, with its table.
        key: &'static str,
        /// What the recipe says.
        value: String,
        /// What can be used.
        expected: &'static str,
    },
    /// The hyper-parameters do not make a grid of networks.
    #[error("{path}: {source}")]
    Grid {
        /// The file.
        path: PathBuf,
        /// Which hyper-parameter and why.
        source: GridError,
    },
}

impl Recipe {
    /// Reads and checks a recipe file.
    pub fn read(path: &Path) -> Result<Self, RecipeError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| RecipeError::Read { path: path.to_owned(), source })?;
        Self::parse(&text, path)
    }

    /// Checks a recipe's text; `path` only names it in errors.
    pub fn parse(text: &str, path: &Path) -> Result<Self, RecipeError> {
        let file: File = toml::from_str(text).map_err(|source| RecipeError::Syntax {
            path: path.to_owned(),
            source: Box::new(source),
        })?;
        check(&file).map_err(|(key, value, expected)| RecipeError::Value {
            path: path.to_owned(),
            key,
            value,
            expected,
        })?;
        let grid = Grid::new(file.grid.into_entries(), file.fixed.into_entries())
            .map_err(|source| RecipeError::Grid { path: path.to_owned(), source })?;
        Ok(Self {
            name: file.name,
            family: file.family,
            seed: file.seed,
            require_train_acc: file.require_train_acc,
            dataset: file.dataset,
            schedule: file.schedule,
            grid,
        })
    }

    /// Adds what a trained network depends on to a digest, so that kept networks of another recipe
    /// are recognised. Names and acceptance limits are left out: they change no weight.
    pub(crate) fn digest_training(&self, digester: &mut Digester) {
        let schedule = &self.schedule;
        digester.text(self.family.name()).number(self.seed);
        digester.floats(&[schedule.momentum, schedule.milestone_factor]);
        digester.indices(&schedule.milestones).number(u64::from(schedule.max_epochs));
        digester.number(schedule.stop_loss.to_bits()).number(u64::from(schedule.check_every));
    }
}

/// Key, value and expectation of the first setting that cannot be used.
type BadValue = (&'static str, String, &'static str);

fn check(file: &File) -> Result<(), BadValue> {
    let refuse = |key, value: String, expected| Err((key, value, expected));
    let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    if file.name.is_empty() || file.name.len() > 64 || !file.name.chars().all(letters) {
        let expected = "1 to 64 of the characters a-z 0-9 - _, because it names a folder";
        return refuse("name", format!("{:?}", file.name), expected);
    }
    if !(0.0..1.0).contains(&file.require_train_acc) {
        let value = file.require_train_acc.to_string();
        return refuse("require_train_acc", value, "an accuracy, 0 or more and below 1");
    }
    let slice = file.dataset.train_slice;
    if slice == 0 || !slice.is_multiple_of(10) || slice > 60_000 {
        let expected = "a multiple of 10 up to 60000, so that each class has equally many pictures";
        return refuse("dataset.train_slice", slice.to_string(), expected);
    }
    check_schedule(&file.schedule)
}

fn check_schedule(schedule: &Schedule) -> Result<(), BadValue> {
    let refuse = |key, value: String, expected| Err((key, value, expected));
    if !(0.0..1.0).contains(&schedule.momentum) {
        return refuse("schedule.momentum", schedule.momentum.to_string(), "in 0..1");
    }
    let factor = schedule.milestone_factor;
    if !(factor > 0.0 && factor <= 1.0) {
        return refuse("schedule.milestone_factor", factor.to_string(), "above 0 and at most 1");
    }
    if schedule.max_epochs == 0 || schedule.max_epochs > 100_000 {
        return refuse("schedule.max_epochs", schedule.max_epochs.to_string(), "in 1..=100000");
    }
    let rising = schedule.milestones.is_sorted_by(|a, b| a < b);
    if !rising || schedule.milestones.last().is_some_and(|last| *last >= schedule.max_epochs) {
        let value = format!("{:?}", schedule.milestones);
        return refuse("schedule.milestones", value, "rising epochs below schedule.max_epochs");
    }
    if !(schedule.stop_loss >= 0.0 && schedule.stop_loss.is_finite()) {
        return refuse("schedule.stop_loss", schedule.stop_loss.to_string(), "a loss of 0 or more");
    }
    if schedule.check_every == 0 {
        return refuse("schedule.check_every", "0".to_owned(), "1 or more epochs");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
        name = "mini"
        family = "vgg"
        seed = 7
        require_train_acc = 0.9
        [dataset]
        kind = "fashion-mnist"
        train_slice = 100
        seed = 1
        [schedule]
        momentum = 0.9
        milestones = [4, 8]
        milestone_factor = 0.2
        max_epochs = 10
        stop_loss = 0.01
        [grid]
        convwidth = [16, 32]
        lr = [0.01, 0.003]
        [fixed]
        bs = 32
        dense_width = 16
        dropout_p = 0.0
        num_conv_blocks = 1
        weight_decay = 1e-4
    "#;

    fn parse(text: &str) -> Result<Recipe, String> {
        Recipe::parse(text, Path::new("mini.toml")).map_err(|error| error.to_string())
    }

    #[test]
    fn a_recipe_reads_as_written() {
        let recipe = parse(GOOD).unwrap();
        assert_eq!((recipe.name.as_str(), recipe.seed), ("mini", 7));
        assert_eq!(recipe.dataset.kind, DatasetKind::FashionMnist);
        assert_eq!(recipe.schedule.check_every, 1);
        assert_eq!(recipe.grid.cells().unwrap().len(), 4);
    }

    #[test]
    fn the_rate_falls_at_each_milestone() {
        let schedule = parse(GOOD).unwrap().schedule;
        let rates: Vec<f32> = [0, 3, 4, 7, 8, 9].map(|e| schedule.rate(0.5, e)).to_vec();
        let (one, two) = (0.5 * 0.2_f32, 0.5 * 0.2_f32 * 0.2_f32);
        assert_eq!(rates, [0.5, 0.5, one, one, two, two]);
    }

    #[test]
    fn what_cannot_be_used_is_named_with_what_can() {
        let cases = [
            ("name = \"mini\"", "name = \"../mini\"", "`name` is"),
            ("stop_loss = 0.01", "stop_los = 0.01", "unknown field `stop_los`, expected one of"),
            ("convwidth = [16, 32]", "conwidth = [16, 32]", "expected one of `bs`, `convwidth`"),
            ("train_slice = 100", "train_slice = 101", "a multiple of 10"),
            ("milestones = [4, 8]", "milestones = [8, 4]", "rising epochs"),
            ("milestones = [4, 8]", "milestones = [4, 10]", "below schedule.max_epochs"),
            ("momentum = 0.9", "momentum = 1.5", "`schedule.momentum` is 1.5"),
            ("\"fashion-mnist\"", "\"mnist\"", "unknown variant `mnist`"),
            ("\"vgg\"", "\"resnet\"", "expected `vgg`"),
            ("bs = 32", "", "`bs` is missing"),
            ("bs = 32", "bs = 32\nlr = 0.1", "`lr` stands in [grid] and in [fixed]"),
        ];
        for (from, to, expected) in cases {
            assert!(GOOD.contains(from), "{from}");
            let error = parse(&GOOD.replacen(from, to, 1)).unwrap_err();
            assert!(error.starts_with("mini.toml: ") && error.contains(expected), "{error}");
        }
    }
}
