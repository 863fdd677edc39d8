//! Labelled examples as networks take them.

use std::sync::Arc;

/// Training examples that all networks of a task share: inputs `[examples, ..shape]`, row-major,
/// and one class index per example. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Dataset {
    shape: Vec<usize>,
    inputs: Arc<[f32]>,
    labels: Arc<[u32]>,
    classes: u32,
}

/// Why inputs and labels are no dataset.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DatasetError {
    /// There is no example, or an example has no values.
    #[error("the dataset is empty")]
    Empty,
    /// Inputs and labels disagree on the number of examples.
    #[error("{values} input values do not make {labels} examples of shape {shape:?}")]
    Count {
        /// Input values given.
        values: usize,
        /// Labels given.
        labels: usize,
        /// Shape of one example.
        shape: Vec<usize>,
    },
    /// A label names no class.
    #[error("example {example} has label {label}, but there are {classes} classes")]
    Label {
        /// Position of the example, from 0.
        example: usize,
        /// Its label.
        label: u32,
        /// Number of classes.
        classes: u32,
    },
}

impl Dataset {
    /// Puts inputs and labels together and checks that they fit.
    pub fn new(
        shape: Vec<usize>,
        inputs: Vec<f32>,
        labels: Vec<u32>,
        classes: u32,
    ) -> Result<Self, DatasetError> {
        let size = shape.iter().try_fold(1_usize, |size, axis| size.checked_mul(*axis));
        if labels.is_empty() || size == Some(0) {
            return Err(DatasetError::Empty);
        }
        if size.and_then(|size| size.checked_mul(labels.len())) != Some(inputs.len()) {
            let (values, labels) = (inputs.len(), labels.len());
            return Err(DatasetError::Count { values, labels, shape });
        }
        if let Some(example) = labels.iter().position(|label| *label >= classes) {
            return Err(DatasetError::Label { example, label: labels[example], classes });
        }
        Ok(Self { shape, inputs: inputs.into(), labels: labels.into(), classes })
    }

    /// Number of examples.
    pub fn examples(&self) -> usize {
        self.labels.len()
    }

    /// Shape of one example.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Number of classes.
    pub fn classes(&self) -> u32 {
        self.classes
    }

    /// Class index of every example.
    pub fn labels(&self) -> &[u32] {
        &self.labels
    }

    /// Number of examples of each class.
    pub fn class_counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.classes as usize];
        for label in &*self.labels {
            counts[*label as usize] += 1;
        }
        counts
    }

    /// All inputs, row-major.
    pub fn inputs(&self) -> &[f32] {
        &self.inputs
    }

    /// The values of one example; nothing past the end.
    pub fn example(&self, index: usize) -> Option<&[f32]> {
        let size = self.inputs.len() / self.labels.len();
        self.inputs.get(index.checked_mul(size)?..)?.get(..size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_rows() {
        let data = Dataset::new(vec![2], vec![1.0, 2.0, 3.0, 4.0], vec![0, 1], 2).unwrap();
        assert_eq!(data.example(1), Some(&[3.0, 4.0][..]));
        assert_eq!(data.example(2), None);
        assert_eq!(data.class_counts(), [1, 1]);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let new =
            |values: usize, labels: Vec<u32>| Dataset::new(vec![2], vec![0.0; values], labels, 2);
        assert_eq!(new(0, vec![]).unwrap_err(), DatasetError::Empty);
        assert!(matches!(new(3, vec![0, 1]), Err(DatasetError::Count { .. })));
        let label = DatasetError::Label { example: 1, label: 2, classes: 2 };
        assert_eq!(new(4, vec![0, 2]).unwrap_err(), label);
    }
}
