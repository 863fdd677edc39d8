//! The pictures of a dataset: a training slice with equally many of each class, standardised by its
//! own mean and deviation, and the whole test set on the same scale.

use std::path::{Path, PathBuf};

use assay_ids::{Digest, Digester};
use assay_network::{Dataset, DatasetError};

use crate::idx::{Idx, IdxError};
use crate::random::Random;
use crate::recipe::{DatasetKind, DatasetRecipe};

/// Where Debian's package `dataset-fashion-mnist` puts the files.
pub const FASHION_MNIST_DIR: &str = "/usr/share/datasets/fashion-mnist";

/// Height, width and channels of a Fashion-MNIST picture.
const SHAPE: [usize; 3] = [28, 28, 1];

/// Number of classes of Fashion-MNIST.
const CLASSES: u32 = 10;

/// A training slice as bytes and as values, and the test set as values.
#[derive(Debug, Clone)]
pub struct Pictures {
    /// Training pictures as the file stores them, `[n, 28, 28, 1]`.
    pub bytes: Vec<u8>,
    /// A value is `byte * scale + offset`, in `f32`, multiplied first.
    pub scale: f32,
    /// See [`Pictures::scale`].
    pub offset: f32,
    /// The training slice.
    pub train: Dataset,
    /// Every test picture.
    pub test: Dataset,
}

/// Why there are no pictures.
#[derive(Debug, thiserror::Error)]
pub enum PicturesError {
    /// The folder is missing.
    #[error(
        "{dir} is no folder; install the Debian package dataset-fashion-mnist, or name the folder \
         that has {} and its three companions with --data-dir", TRAIN[0]
    )]
    NoFolder {
        /// The folder.
        dir: PathBuf,
    },
    /// A file is damaged or missing.
    #[error(transparent)]
    Idx(#[from] IdxError),
    /// Files do not fit each other.
    #[error("{path} has shape {found:?}, expected {expected}")]
    Shape {
        /// The file.
        path: PathBuf,
        /// Its shape.
        found: Vec<usize>,
        /// What it should be.
        expected: String,
    },
    /// A class has fewer pictures than the slice needs.
    #[error("class {class} has {found} training pictures, the slice needs {needed} of it")]
    TooFew {
        /// The class.
        class: u32,
        /// Pictures it has.
        found: usize,
        /// Pictures needed.
        needed: usize,
    },
    /// All pixels of the slice are equal.
    #[error("every pixel of the training slice is {value}; there is nothing to learn")]
    Flat {
        /// The pixels' value.
        value: u8,
    },
    /// A label names no class, or there are no pictures.
    #[error("{path}: {source}")]
    Dataset {
        /// The file of labels.
        path: PathBuf,
        /// What is wrong.
        source: DatasetError,
    },
}

const TRAIN: [&str; 2] = ["train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"];
const TEST: [&str; 2] = ["t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"];

impl Pictures {
    /// Reads the dataset that a recipe names; `dir` overrides the recipe's folder.
    pub fn read(recipe: &DatasetRecipe, dir: Option<&Path>) -> Result<Self, PicturesError> {
        let DatasetKind::FashionMnist = recipe.kind;
        let dir = dir.or(recipe.dir.as_deref()).unwrap_or_else(|| Path::new(FASHION_MNIST_DIR));
        if !dir.is_dir() {
            return Err(PicturesError::NoFolder { dir: dir.to_owned() });
        }
        let (pictures, labels) = read_pair(dir, TRAIN)?;
        let chosen = choose(&labels, recipe.train_slice, recipe.seed)?;
        let size: usize = SHAPE.iter().product();
        let bytes: Vec<u8> = chosen
            .iter()
            .flat_map(|index| &pictures[index * size..(index + 1) * size])
            .copied()
            .collect();
        let labels = chosen.iter().map(|index| labels[*index]).collect();
        let (scale, offset) = standardise(&bytes)?;
        let train = dataset(&bytes, labels, scale, offset, &dir.join(TRAIN[1]))?;
        let (pictures, labels) = read_pair(dir, TEST)?;
        let test = dataset(&pictures, labels, scale, offset, &dir.join(TEST[1]))?;
        Ok(Self { bytes, scale, offset, train, test })
    }

    /// Identity of the training slice.
    pub(crate) fn digest(&self) -> Digest {
        Digester::new("assay trainer pictures")
            .bytes(&self.bytes)
            .indices(self.train.labels())
            .floats(&[self.scale, self.offset])
            .finish()
    }
}

/// Pictures and labels of one half of the dataset, which must be equally many.
fn read_pair(dir: &Path, names: [&str; 2]) -> Result<(Vec<u8>, Vec<u32>), PicturesError> {
    let [pictures_path, labels_path] = names.map(|name| dir.join(name));
    let pictures = Idx::read(&pictures_path, 3)?;
    let labels = Idx::read(&labels_path, 1)?;
    if pictures.shape[1..] != SHAPE[..2] {
        let expected = "[n, 28, 28]".to_owned();
        return Err(PicturesError::Shape { path: pictures_path, found: pictures.shape, expected });
    }
    if labels.shape[0] != pictures.shape[0] {
        let expected = format!("[{}], one label per picture", pictures.shape[0]);
        return Err(PicturesError::Shape { path: labels_path, found: labels.shape, expected });
    }
    if let Some(example) = labels.bytes.iter().position(|label| u32::from(*label) >= CLASSES) {
        let label = u32::from(labels.bytes[example]);
        let source = DatasetError::Label { example, label, classes: CLASSES };
        return Err(PicturesError::Dataset { path: labels_path, source });
    }
    Ok((pictures.bytes, labels.bytes.into_iter().map(u32::from).collect()))
}

/// Positions of the slice's pictures: `count / 10` of each class, in random order.
fn choose(labels: &[u32], count: usize, seed: u64) -> Result<Vec<usize>, PicturesError> {
    let needed = count / CLASSES as usize;
    let mut chosen = Vec::with_capacity(count);
    for class in 0..CLASSES {
        let mut members: Vec<usize> = (0..labels.len()).filter(|i| labels[*i] == class).collect();
        if members.len() < needed {
            return Err(PicturesError::TooFew { class, found: members.len(), needed });
        }
        Random::new("slice", &[seed, u64::from(class)]).shuffle(&mut members);
        chosen.extend_from_slice(&members[..needed]);
    }
    Random::new("slice order", &[seed]).shuffle(&mut chosen);
    Ok(chosen)
}

/// Scale and offset that give the bytes mean 0 and deviation 1.
fn standardise(bytes: &[u8]) -> Result<(f32, f32), PicturesError> {
    // Sums of bytes and of their squares are exact in integers for any slice that fits memory.
    let (sum, squares) = bytes.iter().fold((0_u64, 0_u64), |(sum, squares), byte| {
        let byte = u64::from(*byte);
        (sum + byte, squares + byte * byte)
    });
    let count = bytes.len() as f64;
    let mean = sum as f64 / count;
    let variance = squares as f64 / count - mean * mean;
    if bytes.iter().all(|byte| *byte == bytes[0]) {
        return Err(PicturesError::Flat { value: bytes.first().copied().unwrap_or(0) });
    }
    let deviation = variance.sqrt();
    Ok(((1.0 / deviation) as f32, (-mean / deviation) as f32))
}

fn dataset(
    bytes: &[u8],
    labels: Vec<u32>,
    scale: f32,
    offset: f32,
    path: &Path,
) -> Result<Dataset, PicturesError> {
    // Two operations, each rounded, as the task format defines the value of a stored byte.
    let values = bytes.iter().map(|byte| f32::from(*byte) * scale + offset).collect();
    Dataset::new(SHAPE.to_vec(), values, labels, CLASSES)
        .map_err(|source| PicturesError::Dataset { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthetic;

    fn recipe(train_slice: usize) -> DatasetRecipe {
        DatasetRecipe { kind: DatasetKind::FashionMnist, train_slice, seed: 3, dir: None }
    }

    #[test]
    fn a_slice_is_balanced_and_standardised() {
        let dir = tempfile::tempdir().unwrap();
        synthetic::write(dir.path(), 200, 50);
        let pictures = Pictures::read(&recipe(100), Some(dir.path())).unwrap();
        for class in 0..10 {
            let count = pictures.train.labels().iter().filter(|label| **label == class).count();
            assert_eq!(count, 10);
        }
        let values = pictures.train.inputs();
        let mean = values.iter().map(|v| f64::from(*v)).sum::<f64>() / values.len() as f64;
        let square =
            values.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>() / values.len() as f64;
        assert!(mean.abs() < 1e-5 && (square - 1.0).abs() < 1e-5, "{mean} {square}");
        assert_eq!(pictures.test.examples(), 50);
        let again = Pictures::read(&recipe(100), Some(dir.path())).unwrap();
        assert_eq!(pictures.digest(), again.digest());
    }

    #[test]
    fn folders_without_the_files_and_slices_too_large_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let error = Pictures::read(&recipe(100), Some(&dir.path().join("none"))).unwrap_err();
        assert!(error.to_string().contains("dataset-fashion-mnist"), "{error}");
        let error = Pictures::read(&recipe(100), Some(dir.path())).unwrap_err();
        assert!(error.to_string().contains(TRAIN[0]), "{error}");
        synthetic::write(dir.path(), 100, 10);
        let error = Pictures::read(&recipe(200), Some(dir.path())).unwrap_err();
        assert!(matches!(error, PicturesError::TooFew { found: 10, needed: 20, .. }), "{error}");
    }

    #[test]
    fn the_debian_files_read_if_they_are_installed() {
        if !Path::new(FASHION_MNIST_DIR).is_dir() {
            eprintln!("skipped: {FASHION_MNIST_DIR} is not installed");
            return;
        }
        let pictures = Pictures::read(&recipe(1000), None).unwrap();
        assert_eq!((pictures.train.examples(), pictures.test.examples()), (1000, 10_000));
        // Published mean and deviation of the whole training set: 0.2860 and 0.3530 of 255.
        let (deviation, mean) = (1.0 / pictures.scale, -pictures.offset / pictures.scale);
        assert!((mean / 255.0 - 0.286).abs() < 0.02, "{mean}");
        assert!((deviation / 255.0 - 0.353).abs() < 0.02, "{deviation}");
    }
}
