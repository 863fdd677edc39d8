//! The VGG-like family of the competition's tasks 1 and 8, and its initial weights.

use std::sync::Arc;

use assay_network::{
    Activation, Architecture, ArchitectureError, LayerKind, Padding, ParameterRole, Window,
};
use half::f16;

use crate::grid::Cell;
use crate::random::Random;

/// The layers of one cell for pictures of a shape.
///
/// Per block: two 3x3 convolutions with relu, then a 2x2 pooling that floors. One block has width
/// `convwidth`; of several, each is half as wide as the next. Then flatten, a dense layer with
/// relu, dropout (present with rate 0 too, so that a network's layers do not tell its rate apart
/// from its number) and the classes' logits.
pub(crate) fn architecture(
    cell: &Cell,
    input: &[usize],
    classes: u32,
) -> Result<Architecture, ArchitectureError> {
    let blocks = cell.integer("num_conv_blocks");
    let mut kinds = Vec::new();
    for block in 0..blocks {
        let filters = cell.integer("convwidth") >> (blocks - 1 - block);
        let conv = LayerKind::Conv2d {
            filters,
            window: Window { size: [3, 3], strides: [1, 1], padding: Padding::Same },
            activation: Activation::Relu,
            bias: true,
        };
        let window = Window { size: [2, 2], strides: [2, 2], padding: Padding::Valid };
        kinds.extend([conv.clone(), conv, LayerKind::MaxPool2d { window }]);
    }
    let dense = |units, activation| LayerKind::Dense { units, activation, bias: true };
    kinds.extend([
        LayerKind::Flatten,
        dense(cell.integer("dense_width"), Activation::Relu),
        LayerKind::Dropout { rate: cell.float("dropout_p") },
        dense(classes, Activation::Linear),
    ]);
    Architecture::new(input, kinds)
}

/// Initial weights as Keras makes them: kernels uniform within `sqrt(6 / (fan in + fan out))`
/// (Glorot and Bengio 2010), everything else zero; rounded to `f16`, since that is what a task
/// stores and training must start from what the measure sees.
pub(crate) fn initial_weights(
    architecture: &Arc<Architecture>,
    seed: u64,
    cell: usize,
) -> Vec<Vec<f32>> {
    let parameters = architecture.parameters().iter().enumerate();
    parameters
        .map(|(index, parameter)| {
            let count = parameter.shape.iter().product();
            if parameter.role != ParameterRole::Kernel {
                return vec![0.0; count];
            }
            let (fan_in, fan_out) = fans(&parameter.shape);
            let limit = (6.0 / (fan_in + fan_out) as f32).sqrt();
            let mut random = Random::new("weights", &[seed, cell as u64, index as u64]);
            (0..count).map(|_| round((2.0 * random.unit() - 1.0) * limit)).collect()
        })
        .collect()
}

/// Inputs and outputs that one weight of a kernel `[.., in, out]` stands between.
fn fans(shape: &[usize]) -> (usize, usize) {
    match shape {
        [window @ .., fan_in, fan_out] => {
            let window: usize = window.iter().product();
            (window * fan_in, window * fan_out)
        }
        _ => (1, 1),
    }
}

/// The nearest value that `f16` holds.
pub(crate) fn round(value: f32) -> f32 {
    f16::from_f32(value).to_f32()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::{Grid, Value};

    fn cell(width: u32, blocks: u32, dense: u32) -> Cell {
        let fixed = [
            ("bs", Value::Integer(32)),
            ("convwidth", Value::Integer(width)),
            ("dense_width", Value::Integer(dense)),
            ("dropout_p", Value::Float(0.5)),
            ("lr", Value::Float(0.01)),
            ("num_conv_blocks", Value::Integer(blocks)),
            ("weight_decay", Value::Float(0.0)),
        ];
        let grid = Grid::new(std::iter::empty(), fixed.into_iter()).unwrap();
        grid.cells().unwrap().remove(0)
    }

    #[test]
    fn the_competitions_task_8_has_its_parameter_counts() {
        // Smallest and largest network of task 8: 1,440,586 and 15,211,402 parameters (one dense
        // layer of 128; spatial sizes 14, 7, 3).
        let smallest = architecture(&cell(256, 3, 128), &[28, 28, 1], 10).unwrap();
        assert_eq!(smallest.parameter_count(), 1_440_586);
        let largest = architecture(&cell(512, 1, 128), &[28, 28, 1], 10).unwrap();
        assert_eq!(largest.parameter_count(), 15_211_402);
        assert_eq!(largest.output(), [10]);
    }

    #[test]
    fn initial_weights_fill_their_interval_and_are_exact_in_f16() {
        let architecture = Arc::new(architecture(&cell(8, 1, 4), &[28, 28, 1], 10).unwrap());
        let weights = initial_weights(&architecture, 1, 0);
        let dense = &weights[4];
        assert_eq!(architecture.parameters()[4].shape, [14 * 14 * 8, 4]);
        let limit = (6.0_f32 / (14.0 * 14.0 * 8.0 + 4.0)).sqrt();
        let largest = dense.iter().fold(0.0_f32, |largest, w| largest.max(w.abs()));
        assert!(largest <= round(limit) && largest > 0.98 * limit, "{largest} {limit}");
        assert!(weights.iter().flatten().all(|w| round(*w) == *w));
        assert!(weights[1].iter().all(|bias| *bias == 0.0));
        assert_ne!(weights, initial_weights(&architecture, 1, 1));
        assert_eq!(weights, initial_weights(&architecture, 1, 0));
    }
}
