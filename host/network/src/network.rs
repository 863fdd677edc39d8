//! A trained network: an architecture with weights.

use std::sync::Arc;

use crate::{Architecture, Parameter};

/// A trained network: an architecture and its weights, final and initial.
#[derive(Debug, Clone)]
pub struct Network {
    architecture: Arc<Architecture>,
    weights: Vec<Arc<[f32]>>,
    initial: Option<Vec<Arc<[f32]>>>,
}

/// Why weights do not fit an architecture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// There are more or fewer arrays than parameters.
    #[error("{which} weights have {found} arrays, the layers need {expected}")]
    Count {
        /// `final` or `initial`.
        which: &'static str,
        /// Arrays needed.
        expected: usize,
        /// Arrays given.
        found: usize,
    },
    /// An array has the wrong number of values.
    #[error(
        "{which} weights, layer {layer} {role}: {found} values, shape {shape:?} needs another number"
    )]
    Size {
        /// `final` or `initial`.
        which: &'static str,
        /// Position of the layer.
        layer: usize,
        /// What the array is to the layer.
        role: &'static str,
        /// The shape it should fill.
        shape: Vec<usize>,
        /// Values given.
        found: usize,
    },
    /// A replacement names no parameter.
    #[error("parameter {index} of {count}")]
    NoParameter {
        /// The position that it names.
        index: usize,
        /// Number of parameters.
        count: usize,
    },
}

impl Network {
    /// Puts weights to an architecture: one array per parameter, row-major, in the order of
    /// [`Architecture::parameters`].
    pub fn new(
        architecture: Arc<Architecture>,
        weights: Vec<Vec<f32>>,
        initial: Option<Vec<Vec<f32>>>,
    ) -> Result<Self, NetworkError> {
        check_arrays(&architecture, &weights, "final")?;
        if let Some(initial) = &initial {
            check_arrays(&architecture, initial, "initial")?;
        }
        let shared = |arrays: Vec<Vec<f32>>| arrays.into_iter().map(Arc::from).collect();
        Ok(Self { architecture, weights: shared(weights), initial: initial.map(shared) })
    }

    /// A copy with some final weights replaced, by position; everything else is shared. The last of
    /// several replacements of one parameter counts.
    pub fn with_parameters(
        &self,
        replacements: &[(usize, Arc<[f32]>)],
    ) -> Result<Self, NetworkError> {
        let parameters = self.architecture.parameters();
        let mut copy = self.clone();
        for (index, array) in replacements {
            let (index, count) = (*index, parameters.len());
            let parameter =
                parameters.get(index).ok_or(NetworkError::NoParameter { index, count })?;
            check_array(parameter, array, "final")?;
            copy.weights[index] = Arc::clone(array);
        }
        Ok(copy)
    }

    /// The layers and shapes.
    pub fn architecture(&self) -> &Arc<Architecture> {
        &self.architecture
    }

    /// Final weights, one array per parameter.
    pub fn weights(&self) -> &[Arc<[f32]>] {
        &self.weights
    }

    /// Weights before training, if the task has them.
    pub fn initial(&self) -> Option<&[Arc<[f32]>]> {
        self.initial.as_deref()
    }
}

fn check_arrays(
    architecture: &Architecture,
    arrays: &[Vec<f32>],
    which: &'static str,
) -> Result<(), NetworkError> {
    let parameters = architecture.parameters();
    if arrays.len() != parameters.len() {
        let (expected, found) = (parameters.len(), arrays.len());
        return Err(NetworkError::Count { which, expected, found });
    }
    let mut pairs = parameters.iter().zip(arrays);
    pairs.try_for_each(|(parameter, array)| check_array(parameter, array, which))
}

fn check_array(
    parameter: &Parameter,
    array: &[f32],
    which: &'static str,
) -> Result<(), NetworkError> {
    if array.len() == parameter.shape.iter().product::<usize>() {
        return Ok(());
    }
    Err(NetworkError::Size {
        which,
        layer: parameter.layer,
        role: parameter.role.name(),
        shape: parameter.shape.clone(),
        found: array.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Activation, LayerKind};

    fn dense(units: u32) -> LayerKind {
        LayerKind::Dense { units, activation: Activation::Linear, bias: true }
    }

    #[test]
    fn weights_of_the_wrong_size_are_named() {
        let architecture = Arc::new(Architecture::new(&[3], vec![dense(2)]).unwrap());
        let error = Network::new(architecture.clone(), vec![vec![0.0; 6]], None).unwrap_err();
        assert_eq!(error, NetworkError::Count { which: "final", expected: 2, found: 1 });
        let arrays = vec![vec![0.0; 6], vec![0.0; 3]];
        let error = Network::new(architecture, arrays, None).unwrap_err();
        assert!(error.to_string().contains("layer 0 bias"), "{error}");
    }

    #[test]
    fn a_copy_shares_what_it_does_not_replace() {
        let architecture = Arc::new(Architecture::new(&[3], vec![dense(2)]).unwrap());
        let network = Network::new(architecture, vec![vec![0.0; 6], vec![0.0; 2]], None).unwrap();
        let copy = network.with_parameters(&[(1, Arc::from([1.0, 2.0]))]).unwrap();
        assert!(Arc::ptr_eq(&copy.weights()[0], &network.weights()[0]));
        assert_eq!(*copy.weights()[1], [1.0, 2.0]);
        assert_eq!(*network.weights()[1], [0.0, 0.0]);
        let error = network.with_parameters(&[(2, Arc::from([1.0]))]).unwrap_err();
        assert_eq!(error, NetworkError::NoParameter { index: 2, count: 2 });
        let error = network.with_parameters(&[(1, Arc::from([1.0]))]).unwrap_err();
        assert!(error.to_string().contains("layer 0 bias: 1 values"), "{error}");
    }
}
