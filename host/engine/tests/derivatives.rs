//! Gradients against central differences of a 64-bit reference, over every layer type, activation and
//! objective; linear parts and their transposes; and the promise that threads and batches change no
//! bit.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod float64;

use std::sync::Arc;

use assay_call::{Tap, TapPoint};
use assay_engine::{
    Lane, Objective, PreparedNetwork, apply_linear, apply_transpose, forward, gradients, is_linear,
    objective, parameter_gradients,
};
use assay_network::{Activation, LayerKind, Padding, ParameterRole, Window};
use float64::{Place, Reference, conv, dense, prepare, sample, value};
use proptest::prelude::*;

/// Step of central differences: their error is near 1e-10 of the third derivative.
const STEP: f64 = 1e-5;
/// Error of 32-bit gradients, relative to the largest element of the array.
const TOLERANCE: f64 = 2e-5;

fn wide(values: &[f32]) -> Vec<f64> {
    values.iter().copied().map(f64::from).collect()
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

fn size(shape: &[usize]) -> usize {
    shape.iter().product()
}

/// Asserts that two arrays agree, relative to the expected array's largest element.
fn close(found: &[f32], expected: &[f64], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let largest = expected.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
    for (at, (found, expected)) in found.iter().zip(expected).enumerate() {
        let error = (f64::from(*found) - expected).abs();
        assert!(error <= TOLERANCE * largest + 1e-8, "{what} [{at}]: {found} {expected}");
    }
}

/// Central differences of a function of one array.
fn differences(x: &[f64], mut function: impl FnMut(&[f64]) -> f64) -> Vec<f64> {
    let mut moved = x.to_vec();
    let mut slopes = Vec::new();
    for (at, held) in x.iter().enumerate() {
        moved[at] = held + STEP;
        let above = function(&moved);
        moved[at] = held - STEP;
        let below = function(&moved);
        moved[at] = *held;
        slopes.push((above - below) / (2.0 * STEP));
    }
    slopes
}

/// Every tap at layers from `start` on.
fn all_taps(network: &PreparedNetwork, start: usize) -> Vec<Tap> {
    let layers = network.network().architecture().layers().len() as u32;
    let points = [TapPoint::Input, TapPoint::PreActivation, TapPoint::Output];
    let at = |layer| points.map(|point| Tap { layer, point });
    (start as u32..layers).flat_map(at).collect()
}

/// Compares values, gradients at every tap and gradients of every parameter with the reference.
fn check(network: &PreparedNetwork, start: usize, batch: &[f32], given: &Objective<'_>) {
    let lane = Lane::new(1).unwrap();
    let mut reference = Reference::new(network);
    let entry: Place = (start, TapPoint::Input);
    let layers = network.network().architecture().layers().to_vec();
    let examples: Vec<Vec<f64>> =
        batch.chunks_exact(size(&layers[start].input)).map(wide).collect();

    let values = objective(&lane, network, start, batch, given);
    let expected: Vec<f64> = examples
        .iter()
        .enumerate()
        .map(|(at, x)| value(given, at, &reference.logits(entry, x)))
        .collect();
    close(&values, &expected, "objective");

    let taps = all_taps(network, start);
    let found = gradients(&lane, network, start, batch, given, &taps);
    for (tap, found) in taps.iter().zip(&found) {
        let place = (tap.layer as usize, tap.point);
        let mut expected = Vec::new();
        for (at, x) in examples.iter().enumerate() {
            let here = reference.run(entry, x, place);
            expected.extend(differences(&here, |x| value(given, at, &reference.logits(place, x))));
        }
        close(found, &expected, &format!("gradient at {tap:?}"));
    }

    let found = parameter_gradients(&lane, network, start, batch, given);
    let parameters = network.network().architecture().parameters();
    assert_eq!(found.len(), parameters.len());
    for (index, (parameter, found)) in parameters.iter().zip(&found).enumerate() {
        use ParameterRole::{MovingMean, MovingVariance};
        let constant = matches!(parameter.role, MovingMean | MovingVariance);
        if constant || parameter.layer < start {
            assert_eq!(*found, vec![0.0; size(&parameter.shape)], "{parameter:?}");
            continue;
        }
        let held = reference.weights[index].clone();
        let expected = differences(&held, |weights| {
            reference.weights[index] = weights.to_vec();
            let all = examples.iter().enumerate();
            all.map(|(at, x)| value(given, at, &reference.logits(entry, x))).sum()
        });
        reference.weights[index] = held;
        close(found, &expected, &format!("gradient of {parameter:?}"));
    }
}

fn normalized() -> LayerKind {
    LayerKind::BatchNorm { epsilon: 0.001, scale: true, center: true }
}

fn window(size: u32, stride: u32, padding: Padding) -> Window {
    Window { size: [size; 2], strides: [stride; 2], padding }
}

/// Convolutions, norms, both poolings, dropout, flat dense layers.
fn everything() -> PreparedNetwork {
    let kinds = vec![
        conv(4, 3, 1, Padding::Same),
        normalized(),
        // No exact zeros before the maxima: the reference's central differences need them untied.
        LayerKind::Activation { activation: Activation::Elu },
        LayerKind::MaxPool2d { window: window(2, 2, Padding::Same) },
        conv(5, 3, 2, Padding::Valid),
        LayerKind::Activation { activation: Activation::Relu },
        LayerKind::AvgPool2d { window: window(2, 1, Padding::Same) },
        LayerKind::Dropout { rate: 0.5 },
        LayerKind::Flatten,
        dense(6, Activation::Tanh),
        LayerKind::BatchNorm { epsilon: 0.01, scale: true, center: false },
        dense(4, Activation::Linear),
    ];
    prepare(&[8, 9, 2], kinds).unwrap()
}

/// A fully convolutional network, with a dense layer over positions and without biases.
fn convolutional() -> PreparedNetwork {
    let kinds = vec![
        LayerKind::Conv2d {
            filters: 3,
            window: Window { size: [2, 3], strides: [2, 1], padding: Padding::Same },
            activation: Activation::Relu,
            bias: false,
        },
        LayerKind::Dense { units: 5, activation: Activation::Swish, bias: true },
        LayerKind::BatchNorm { epsilon: 0.001, scale: false, center: true },
        conv(3, 1, 2, Padding::Valid),
        LayerKind::GlobalAvgPool2d,
    ];
    prepare(&[6, 5, 2], kinds).unwrap()
}

#[test]
fn gradients_of_whole_networks_are_those_of_the_reference() {
    for network in [everything(), convolutional()] {
        let architecture = network.network().architecture();
        let batch = sample(3 * size(architecture.input()), 50);
        check(&network, 0, &batch, &Objective::CrossEntropy(&[2, 0, 1]));
    }
}

#[test]
fn gradients_from_the_middle_are_those_of_the_reference() {
    let network = everything();
    for start in [3, 8, 9, 11] {
        let shape = network.network().architecture().layers()[start].input.clone();
        let batch = sample(2 * size(&shape), 51);
        check(&network, start, &batch, &Objective::Margin(&[3, 1]));
    }
}

#[test]
fn every_objective_has_its_gradient() {
    let network = prepare(&[3], vec![dense(4, Activation::Tanh), dense(3, Activation::Linear)]);
    let (network, batch) = (network.unwrap(), sample(6, 8));
    let given = sample(6, 9);
    let probabilities = [0.2, 0.5, 0.3, 0.0, 0.9, 0.3];
    for given in [
        Objective::Cotangent(&given),
        Objective::CrossEntropy(&[2, 0]),
        Objective::SoftCrossEntropy(&probabilities),
        Objective::SquaredError(&given),
        Objective::Logit(&[1, 2]),
        Objective::LogitDifference(&[(0, 2), (1, 1)]),
        Objective::Margin(&[0, 2]),
    ] {
        check(&network, 0, &batch, &given);
    }
}

#[test]
fn every_activation_has_its_derivative() {
    for activation in Activation::known_names().filter_map(Activation::from_keras) {
        let kinds = vec![
            dense(7, activation),
            dense(6, Activation::Linear),
            LayerKind::Activation { activation },
            dense(3, Activation::Linear),
        ];
        let network = prepare(&[5], kinds).unwrap();
        // Far enough out for the ends of relu6 and hard-sigmoid, but not for two exponentials.
        let scale = if activation == Activation::Exponential { 0.5 } else { 3.0 };
        let batch: Vec<f32> = sample(4 * 5, 3).into_iter().map(|x| scale * x).collect();
        check(&network, 0, &batch, &Objective::SquaredError(&sample(12, 4)));
    }
}

fn shapes() -> impl Strategy<Value = ([usize; 3], Window)> {
    let side = 1_usize..8;
    let window = (1_u32..4, 1_u32..4, 1_u32..5, 1_u32..5, any::<bool>()).prop_map(
        |(height, width, down, across, same)| Window {
            size: [height, width],
            strides: [down, across],
            padding: if same { Padding::Same } else { Padding::Valid },
        },
    );
    ((side.clone(), side, 1_usize..4).prop_map(|(h, w, c)| [h, w, c]), window)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn windows_of_any_shape_have_their_gradients((shape, window) in shapes(), filters in 1_u32..4) {
        let activation = Activation::Linear;
        for kind in [
            LayerKind::Conv2d { filters, window, activation, bias: true },
            LayerKind::MaxPool2d { window },
            LayerKind::AvgPool2d { window },
        ] {
            let kinds = vec![kind, LayerKind::Flatten, dense(2, activation)];
            let Some(network) = prepare(&shape, kinds) else { return Ok(()) };
            let batch = sample(2 * size(&shape), 12);
            check(&network, 0, &batch, &Objective::Logit(&[1, 0]));
        }
    }
}

/// A batch of `examples` for `everything`, with labels.
fn labelled(examples: usize) -> (Vec<f32>, Vec<u32>) {
    (sample(examples * 8 * 9 * 2, 33), (0..examples as u32).map(|at| at * 7 % 4).collect())
}

#[test]
fn threads_and_batches_change_no_bit_of_gradients() {
    let network = everything();
    let (batch, labels) = labelled(21);
    let taps = all_taps(&network, 0);
    let run = |threads, first: usize, count: usize| {
        let lane = Lane::new(threads).unwrap();
        let part = &batch[first * 144..(first + count) * 144];
        let given = Objective::CrossEntropy(&labels[first..first + count]);
        gradients(&lane, &network, 0, part, &given, &taps)
    };
    let whole = run(1, 0, 21);
    for threads in [2, 3] {
        for (found, expected) in run(threads, 0, 21).iter().zip(&whole) {
            assert_eq!(bits(found), bits(expected));
        }
    }
    for cut in [1, 4, 13] {
        let parts = (0..21).step_by(cut).map(|first| run(2, first, cut.min(21 - first)));
        let parts: Vec<Vec<Vec<f32>>> = parts.collect();
        for (tap, expected) in whole.iter().enumerate() {
            let joined: Vec<f32> = parts.iter().flat_map(|part| part[tap].clone()).collect();
            assert_eq!(bits(&joined), bits(expected), "batches of {cut}");
        }
    }
}

#[test]
fn threads_change_no_bit_of_parameter_gradients() {
    let network = everything();
    let (batch, labels) = labelled(300);
    let run = |threads| {
        let lane = Lane::new(threads).unwrap();
        parameter_gradients(&lane, &network, 0, &batch, &Objective::CrossEntropy(&labels))
    };
    let one = run(1);
    for threads in [2, 3] {
        for (found, expected) in run(threads).iter().zip(&one) {
            assert_eq!(bits(found), bits(expected));
        }
    }
}

/// The documented order: blocks of 256 from zero by fused multiply-adds, added to the total.
fn in_blocks(groups: &[Vec<(f32, f32)>]) -> f32 {
    let blocks = groups.iter().flat_map(|group| group.chunks(256));
    blocks.fold(0.0, |total, block| {
        total + block.iter().fold(0.0_f32, |sum, (a, b)| a.mul_add(*b, sum))
    })
}

#[test]
fn sums_over_examples_have_the_documented_order() {
    let lane = Lane::new(2).unwrap();
    // On flat inputs the blocks run over the examples.
    let network = prepare(&[50], vec![dense(3, Activation::Linear)]).unwrap();
    let (inputs, given) = (sample(600 * 50, 1), sample(600 * 3, 2));
    let found = parameter_gradients(&lane, &network, 0, &inputs, &Objective::Cotangent(&given));
    for (index, found) in found[0].iter().enumerate() {
        let (row, unit) = (index / 3, index % 3);
        let terms = (0..600).map(|at| (inputs[at * 50 + row], given[at * 3 + unit]));
        assert_eq!(found.to_bits(), in_blocks(&[terms.collect()]).to_bits());
    }
    for (unit, found) in found[1].iter().enumerate() {
        let sum: f64 = (0..600).map(|at| f64::from(given[at * 3 + unit])).sum();
        assert_eq!(*found, sum as f32);
    }
    // Over positions they run inside each example: 18 x 18 are two blocks.
    let kinds = vec![conv(2, 1, 1, Padding::Same), LayerKind::Flatten];
    let network = prepare(&[18, 18, 50], kinds).unwrap();
    let (inputs, given) = (sample(3 * 324 * 50, 3), sample(3 * 324 * 2, 4));
    let found = parameter_gradients(&lane, &network, 0, &inputs, &Objective::Cotangent(&given));
    for (index, found) in found[0].iter().enumerate() {
        let (row, filter) = (index / 2, index % 2);
        let term = |at: usize| (inputs[at * 50 + row], given[at * 2 + filter]);
        let example = |at: usize| (at * 324..(at + 1) * 324).map(term).collect();
        assert_eq!(found.to_bits(), in_blocks(&[example(0), example(1), example(2)]).to_bits());
    }
    // A dense layer over positions is the convolution of one pixel.
    let same = prepare(&[18, 18, 50], vec![dense(2, Activation::Linear), LayerKind::Flatten]);
    let same =
        parameter_gradients(&lane, &same.unwrap(), 0, &inputs, &Objective::Cotangent(&given));
    assert_eq!(bits(&same[0]), bits(&found[0]));
}

#[test]
fn no_example_gives_empty_results() {
    let (lane, network) = (Lane::new(2).unwrap(), everything());
    let none = Objective::CrossEntropy(&[]);
    assert_eq!(objective(&lane, &network, 0, &[], &none), []);
    let taps = all_taps(&network, 0);
    assert!(gradients(&lane, &network, 0, &[], &none, &taps).iter().all(Vec::is_empty));
    for (index, gradient) in parameter_gradients(&lane, &network, 0, &[], &none).iter().enumerate()
    {
        assert_eq!(gradient.len(), network.network().weights()[index].len());
        assert!(gradient.iter().all(|value| *value == 0.0));
    }
    assert_eq!(apply_linear(&lane, &network, 0, &[]), []);
    assert_eq!(apply_transpose(&lane, &network, 0, &[]), []);
}

#[test]
fn linear_parts_are_what_a_change_of_the_input_adds() {
    let lane = Lane::new(2).unwrap();
    for network in [everything(), convolutional()] {
        let layers = network.network().architecture().layers().to_vec();
        for (at, layer) in layers.iter().enumerate() {
            let linear = is_linear(layer);
            assert_eq!(linear, !matches!(layer.kind.name(), "max_pool2d" | "activation"));
            if !linear {
                continue;
            }
            let (from, to) = (size(&layer.input), size(&layer.output));
            let (x, y) = (sample(11 * from, 60), sample(11 * to, 61));
            let found = apply_linear(&lane, &network, at, &x);
            let reference = Reference::new(&network);
            let ends: [Place; 2] = [(at, TapPoint::Input), (at, TapPoint::PreActivation)];
            let zero = reference.run(ends[0], &vec![0.0; from], ends[1]);
            let mut expected = Vec::new();
            for x in x.chunks_exact(from) {
                let moved = reference.run(ends[0], &wide(x), ends[1]);
                expected.extend(moved.iter().zip(&zero).map(|(moved, zero)| moved - zero));
            }
            close(&found, &expected, &format!("layer {at}"));

            let back = apply_transpose(&lane, &network, at, &y);
            let product = |a: &[f32], b: &[f32]| -> (f64, f64) {
                let terms = a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b));
                terms.fold((0.0, 0.0), |(sum, size), term| (sum + term, size + term.abs()))
            };
            let ((one, scale), (other, _)) = (product(&found, &y), product(&x, &back));
            assert!((one - other).abs() < 1e-6 * scale, "layer {at}: {one} {other}");
        }
    }
}

#[test]
fn a_copy_computes_with_its_own_parameters_and_leaves_the_original() {
    let (lane, network) = (Lane::new(1).unwrap(), everything());
    let (batch, labels) = labelled(3);
    let given = Objective::CrossEntropy(&labels);
    let run = |network: &PreparedNetwork| {
        let last = network.network().architecture().layers().len() as u32 - 1;
        let tap = Tap { layer: last, point: TapPoint::Output };
        let mut all = forward(&lane, network, &batch, &[tap]);
        all.extend(gradients(&lane, network, 0, &batch, &given, &all_taps(network, 0)));
        all.extend(parameter_gradients(&lane, network, 0, &batch, &given));
        all
    };
    let before = run(&network);
    let weights = network.network().weights();
    let turned = |index: usize| -> Arc<[f32]> { weights[index].iter().rev().copied().collect() };
    let replacements = [(0, turned(0)), (3, turned(3)), (10, turned(10))];
    let copy = network.with_parameters(&replacements);
    let mut arrays: Vec<Vec<f32>> = weights.iter().map(|array| array.to_vec()).collect();
    for (index, array) in &replacements {
        arrays[*index] = array.to_vec();
    }
    let architecture = Arc::clone(network.network().architecture());
    let fresh = assay_network::Network::new(architecture, arrays, None).unwrap();
    let expected = run(&PreparedNetwork::new(fresh));
    let found = run(&copy);
    assert_ne!(found, before);
    assert_eq!(found, expected);
    assert_eq!(run(&network), before);
}
