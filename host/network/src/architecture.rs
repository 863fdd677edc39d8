//! A checked layer list with every shape worked out.

use serde::{Deserialize, Serialize};

use crate::plain::PlainLayerKind;
use crate::{LayerKind, ParameterRole};

/// One layer of a checked architecture. Shapes have no batch axis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Layer {
    /// Type and settings.
    #[serde(with = "PlainLayerKind")]
    pub kind: LayerKind,
    /// Shape of one example entering the layer.
    pub input: Vec<usize>,
    /// Shape of one example leaving the layer.
    pub output: Vec<usize>,
    /// The layer's parameters: positions in [`Architecture::parameters`].
    pub parameters: std::ops::Range<usize>,
    /// Multiply-adds (or element operations, for layers without weights) for one example.
    pub operations: u64,
}

/// One parameter array of an architecture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameter {
    /// Position of the layer that owns it.
    pub layer: usize,
    /// What it is to that layer.
    pub role: ParameterRole,
    /// Its shape; a convolution's kernel is `[kh, kw, in, out]`, a dense kernel `[in, out]`.
    pub shape: Vec<usize>,
}

/// A layer list whose shapes fit together.
#[derive(Debug, Clone, PartialEq)]
pub struct Architecture {
    input: Vec<usize>,
    layers: Vec<Layer>,
    parameters: Vec<Parameter>,
}

/// Why a layer list is no architecture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArchitectureError {
    /// There is no layer.
    #[error("the network has no layers")]
    NoLayers,
    /// The input shape has a zero axis, or more elements than fit.
    #[error("input shape {shape:?} is empty or too large")]
    BadInput {
        /// The shape.
        shape: Vec<usize>,
    },
    /// The input shape has more axes than a tensor can have beside its examples.
    #[error("the input shape has {axes} axes, at most {RANK_MAX} are possible")]
    ManyAxes {
        /// How many.
        axes: usize,
    },
    /// A layer cannot take what the layer before it gives.
    #[error("layer {layer} ({kind}): {reason}; its input has shape {input:?}")]
    Layer {
        /// Position in the list, from 0.
        layer: usize,
        /// Type of the layer.
        kind: &'static str,
        /// What does not fit.
        reason: String,
        /// Shape of one example entering it.
        input: Vec<usize>,
    },
}

/// Largest number of elements of one example between two layers, and of one parameter: 2^28
/// (1 GiB of `f32`). The largest published network's largest array has 2^24.
const ELEMENTS_MAX: usize = 1 << 28;

/// Most axes of one example. A tensor of examples has one more. Every layer keeps its shapes, so
/// without this a short file could ask for gigabytes of them.
const RANK_MAX: usize = 7;

impl Architecture {
    /// Checks a layer list against an input shape (one example, channels last).
    pub fn new(input: &[usize], kinds: Vec<LayerKind>) -> Result<Self, ArchitectureError> {
        if kinds.is_empty() {
            return Err(ArchitectureError::NoLayers);
        }
        if input.len() > RANK_MAX {
            return Err(ArchitectureError::ManyAxes { axes: input.len() });
        }
        if input.is_empty() || elements(input).is_none_or(|count| count == 0) {
            return Err(ArchitectureError::BadInput { shape: input.to_vec() });
        }
        let mut layers: Vec<Layer> = Vec::with_capacity(kinds.len());
        let mut parameters = Vec::new();
        let mut shape = input.to_vec();
        for (index, kind) in kinds.into_iter().enumerate() {
            let fail = |reason: String| ArchitectureError::Layer {
                layer: index,
                kind: kind.name(),
                reason,
                input: shape.clone(),
            };
            let output = output_shape(&kind, &shape).map_err(&fail)?;
            let first = parameters.len();
            for (role, shape) in kind.parameters(&shape) {
                if elements(&shape).is_none_or(|count| count == 0) {
                    return Err(fail(format!(
                        "{} of shape {shape:?} is empty or too large",
                        role.name()
                    )));
                }
                parameters.push(Parameter { layer: index, role, shape });
            }
            let operations = operations(&kind, &shape, &output);
            let input = std::mem::replace(&mut shape, output.clone());
            layers.push(Layer {
                kind,
                input,
                output,
                parameters: first..parameters.len(),
                operations,
            });
        }
        Ok(Self { input: input.to_vec(), layers, parameters })
    }

    /// Shape of one input example.
    pub fn input(&self) -> &[usize] {
        &self.input
    }

    /// Shape of one output example: `[classes]` for a classifier.
    pub fn output(&self) -> &[usize] {
        self.layers.last().map_or(&self.input, |layer| &layer.output)
    }

    /// The layers in order.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// Every parameter, in layer order and Keras's order within a layer (`get_weights`).
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// Multiply-adds of the layers in a range, for one example.
    pub fn operations_in(&self, range: std::ops::Range<usize>) -> u64 {
        self.layers[range].iter().map(|layer| layer.operations).fold(0, u64::saturating_add)
    }

    /// Multiply-adds of all layers, for one example.
    pub fn operations(&self) -> u64 {
        self.operations_in(0..self.layers.len())
    }

    /// Position of a layer's parameter of this role, if it has one.
    pub fn parameter_of(&self, layer: &Layer, role: ParameterRole) -> Option<usize> {
        layer.parameters.clone().find(|at| self.parameters[*at].role == role)
    }

    /// Number of parameter values.
    pub fn parameter_count(&self) -> usize {
        self.parameters.iter().map(|parameter| parameter.shape.iter().product::<usize>()).sum()
    }
}

/// Number of elements of a shape, unless it passes [`ELEMENTS_MAX`].
fn elements(shape: &[usize]) -> Option<usize> {
    let count = shape.iter().try_fold(1_usize, |count, axis| count.checked_mul(*axis))?;
    (count <= ELEMENTS_MAX).then_some(count)
}

fn output_shape(kind: &LayerKind, input: &[usize]) -> Result<Vec<usize>, String> {
    let image = || match input {
        [height, width, channels] => Ok([*height, *width, *channels]),
        _ => Err("it needs an image [height, width, channels]".to_owned()),
    };
    let output = match kind {
        LayerKind::Conv2d { window, .. }
        | LayerKind::MaxPool2d { window }
        | LayerKind::AvgPool2d { window } => {
            let [height, width, channels] = image()?;
            let fit = |axis, length| {
                window.span(axis, length).map(|span| span.outputs).ok_or_else(|| {
                    format!(
                        "a window of {:?} with strides {:?} does not fit",
                        window.size, window.strides
                    )
                })
            };
            let depth = match kind {
                LayerKind::Conv2d { filters, .. } => *filters as usize,
                _ => channels,
            };
            vec![fit(0, height)?, fit(1, width)?, depth]
        }
        LayerKind::Dense { units, .. } => {
            let mut output = input.to_vec();
            if let Some(last) = output.last_mut() {
                *last = *units as usize;
            }
            output
        }
        LayerKind::GlobalAvgPool2d => vec![image()?[2]],
        LayerKind::Flatten => vec![input.iter().product()],
        LayerKind::Dropout { .. } | LayerKind::BatchNorm { .. } | LayerKind::Activation { .. } => {
            input.to_vec()
        }
    };
    match elements(&output) {
        Some(count) if count > 0 => Ok(output),
        _ => Err(format!("its output {output:?} is empty or too large")),
    }
}

fn operations(kind: &LayerKind, input: &[usize], output: &[usize]) -> u64 {
    let count = |shape: &[usize]| shape.iter().map(|axis| *axis as u64).product::<u64>();
    let per_output = match kind {
        LayerKind::Conv2d { window, .. } => {
            u64::from(window.size[0]) * u64::from(window.size[1]) * input[2] as u64
        }
        LayerKind::Dense { .. } => input.last().map_or(0, |last| *last as u64),
        LayerKind::MaxPool2d { window } | LayerKind::AvgPool2d { window } => {
            u64::from(window.size[0]) * u64::from(window.size[1])
        }
        LayerKind::GlobalAvgPool2d => return count(input),
        LayerKind::Flatten | LayerKind::Dropout { .. } => 0,
        LayerKind::BatchNorm { .. } | LayerKind::Activation { .. } => 1,
    };
    count(output).saturating_mul(per_output)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Activation, Padding, Window};

    fn conv(filters: u32, stride: u32) -> LayerKind {
        LayerKind::Conv2d {
            filters,
            window: Window { size: [3, 3], strides: [stride; 2], padding: Padding::Same },
            activation: Activation::Relu,
            bias: true,
        }
    }

    fn dense(units: u32) -> LayerKind {
        LayerKind::Dense { units, activation: Activation::Linear, bias: true }
    }

    #[test]
    fn a_published_network_has_its_published_parameter_count() {
        // Task 1, width 512, one block, one dense layer: 19,152,778 parameters (pgdl.md 1.6).
        let pool = LayerKind::MaxPool2d {
            window: Window { size: [2, 2], strides: [2, 2], padding: Padding::Valid },
        };
        let kinds =
            vec![conv(512, 1), conv(512, 1), pool, LayerKind::Flatten, dense(128), dense(10)];
        let architecture = Architecture::new(&[32, 32, 3], kinds).unwrap();
        assert_eq!(architecture.parameter_count(), 19_152_778);
        assert_eq!(architecture.output(), [10]);
    }

    #[test]
    fn an_example_has_few_axes() {
        assert!(Architecture::new(&[1; RANK_MAX], vec![dense(2)]).is_ok());
        let error = Architecture::new(&[1; RANK_MAX + 1], vec![dense(2)]).unwrap_err();
        assert_eq!(error.to_string(), "the input shape has 8 axes, at most 7 are possible");
    }

    #[test]
    fn a_layer_that_does_not_fit_is_named() {
        let error =
            Architecture::new(&[32, 32, 3], vec![LayerKind::Flatten, conv(8, 2)]).unwrap_err();
        assert!(error.to_string().starts_with("layer 1 (conv2d): it needs an image"), "{error}");
    }
}
