//! Gradients against central differences of a 64-bit reference, over every layer type, activation and
//! objective; linear parts and their transposes.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod float64;

use assay_call::TapPoint;
use assay_engine::{
    Lane, Objective, PreparedNetwork, apply_linear, apply_transpose, gradients, objective,
    parameter_gradients,
};
use assay_network::{Activation, LayerKind, ParameterRole};
use float64::compare::{close, differences, product, wide};
use float64::networks::{
    all_taps, convolutional, dense, every_objective, everything, far_out, prepare, sample, shapes,
    size, with_activation,
};
use float64::{Place, Reference, value};
use proptest::prelude::*;

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
    for given in every_objective(&given) {
        check(&network, 0, &batch, &given);
    }
}

#[test]
fn every_activation_has_its_derivative() {
    for activation in Activation::known_names().filter_map(Activation::from_keras) {
        let network = with_activation(activation, vec![]);
        let batch = far_out(activation, 0.5);
        check(&network, 0, &batch, &Objective::SquaredError(&sample(12, 4)));
    }
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

#[test]
fn linear_parts_are_what_a_change_of_the_input_adds() {
    let lane = Lane::new(2).unwrap();
    for network in [everything(), convolutional()] {
        let layers = network.network().architecture().layers().to_vec();
        for (at, layer) in layers.iter().enumerate() {
            let linear = layer.kind.is_linear();
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
            let ((one, scale), (other, _)) = (product(&found, &y), product(&x, &back));
            assert!((one - other).abs() < 1e-6 * scale, "layer {at}: {one} {other}");
        }
    }
}
