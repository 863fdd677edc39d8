//! Hessian-vector products against second differences of a 64-bit reference, over every layer type,
//! activation and objective; their symmetry.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod float64;

use assay_call::TapPoint;
use assay_engine::{Lane, Objective, PreparedNetwork, Tangent, hessian_vector};
use assay_network::{Activation, LayerKind, Padding, ParameterRole};
use float64::compare::{SECOND_STEP, close_over, moved, product, wide};
use float64::networks::{
    along, apart, change, conv, convolutional, dense, every_objective, everything, far_out,
    normalized, prepare, sample, shapes, size, window, with_activation,
};
use float64::{Place, Reference, value};
use proptest::prelude::*;

/// The error of second differences: values of about 10 with 1e-15 of themselves, over the step's
/// square.
const FLOOR: f64 = 2e-6;

/// The mixed second difference of a function of two steps.
fn second(mut function: impl FnMut(f64, f64) -> f64) -> f64 {
    let step = SECOND_STEP;
    let above = function(step, step) - function(-step, step);
    let below = function(step, -step) - function(-step, -step);
    (above - below) / (4.0 * step * step)
}

/// Compares products with respect to the batch.
fn check_batch(network: &PreparedNetwork, start: usize, batch: &[f32], given: &Objective<'_>) {
    let reference = Reference::new(network);
    let entry: Place = (start, TapPoint::Input);
    let width = size(&network.network().architecture().layers()[start].input);
    let tangent = sample(batch.len(), 80);
    let lane = Lane::new(1).unwrap();
    let found = hessian_vector(&lane, network, start, batch, given, &Tangent::Batch(&tangent));
    assert_eq!(found.len(), 1);
    let mut expected = Vec::new();
    let rows = batch.chunks_exact(width).zip(tangent.chunks_exact(width));
    for (example, (x, tangent)) in rows.enumerate() {
        expected.extend((0..width).map(|at| {
            second(|own, along| {
                let mut x = moved(&wide(x), tangent, along);
                x[at] += own;
                value(given, example, &reference.logits(entry, &x))
            })
        }));
    }
    close_over(FLOOR, &found[0], &expected, "products of the batch");
}

/// Compares products with respect to the parameters.
fn check_parameters(
    network: &PreparedNetwork,
    start: usize,
    batch: &[f32],
    given: &Objective<'_>,
    changes: &[Vec<f32>],
) {
    use ParameterRole::{MovingMean, MovingVariance};
    let lane = Lane::new(1).unwrap();
    let found = hessian_vector(&lane, network, start, batch, given, &along(changes));
    let reference = Reference::new(network);
    let mut ends = [1.0, -1.0].map(|sign| reference.moved(changes, sign * SECOND_STEP));
    let entry: Place = (start, TapPoint::Input);
    let architecture = network.network().architecture();
    let width = size(&architecture.layers()[start].input);
    let examples: Vec<Vec<f64>> = batch.chunks_exact(width).map(wide).collect();
    assert_eq!(found.len(), architecture.parameters().len());
    for (index, (parameter, found)) in architecture.parameters().iter().zip(&found).enumerate() {
        if matches!(parameter.role, MovingMean | MovingVariance) || parameter.layer < start {
            assert_eq!(*found, vec![0.0; size(&parameter.shape)], "{parameter:?}");
            continue;
        }
        let mut expected = Vec::new();
        for at in 0..found.len() {
            expected.push(second(|own, along| {
                let end = &mut ends[usize::from(along < 0.0)];
                let held = end.weights[index][at];
                end.weights[index][at] += own;
                let all = examples.iter().enumerate();
                let sum = all.map(|(at, x)| value(given, at, &end.logits(entry, x))).sum();
                end.weights[index][at] = held;
                sum
            }));
        }
        close_over(FLOOR, found, &expected, &format!("products of {parameter:?}"));
    }
}

fn check(network: &PreparedNetwork, start: usize, batch: &[f32], given: &Objective<'_>) {
    check_batch(network, start, batch, given);
    check_parameters(network, start, batch, given, &change(network, 81));
}

#[test]
fn products_of_whole_networks_are_those_of_the_reference() {
    for network in [everything(), convolutional()] {
        let batch = sample(2 * size(network.network().architecture().input()), 50);
        check(&network, 0, &batch, &Objective::CrossEntropy(&[2, 1]));
    }
}

#[test]
fn products_from_the_middle_are_those_of_the_reference() {
    let network = everything();
    for start in [3, 8, 9, 11] {
        let shape = network.network().architecture().layers()[start].input.clone();
        let batch = sample(2 * size(&shape), 51);
        check(&network, start, &batch, &Objective::Margin(&[3, 1]));
        check(&network, start, &batch, &Objective::SoftCrossEntropy(&sample(8, 82)));
    }
}

#[test]
fn a_change_of_one_layer_is_that_of_the_reference() {
    let kinds = vec![
        conv(3, 3, 2, Padding::Same),
        normalized(),
        LayerKind::Activation { activation: Activation::Relu },
        LayerKind::Flatten,
        dense(4, Activation::Tanh),
        dense(3, Activation::Linear),
    ];
    let network = prepare(&[5, 4, 2], kinds).unwrap();
    let batch = sample(2 * 40, 52);
    for changed in network.network().architecture().layers() {
        let mut changes = change(&network, 83);
        for (at, values) in changes.iter_mut().enumerate() {
            if !changed.parameters.contains(&at) {
                values.fill(0.0);
            }
        }
        for given in [Objective::CrossEntropy(&[2, 0]), Objective::Logit(&[1, 2])] {
            check_parameters(&network, 0, &batch, &given, &changes);
        }
    }
}

#[test]
fn every_objective_has_its_products() {
    let given = sample(6, 9);
    for last in [Activation::Linear, Activation::Softmax, Activation::Sigmoid] {
        let network = prepare(&[3], vec![dense(4, Activation::Tanh), dense(3, last)]).unwrap();
        let batch = sample(6, 8);
        for given in every_objective(&given) {
            check(&network, 0, &batch, &given);
        }
    }
}

#[test]
fn every_activation_has_its_second_derivative() {
    for activation in Activation::known_names().filter_map(Activation::from_keras) {
        let network = with_activation(activation, vec![]);
        let batch = far_out(activation, 0.3);
        check(&network, 0, &batch, &Objective::SquaredError(&sample(12, 4)));
    }
}

#[test]
fn norms_with_and_without_parameters_have_their_products() {
    for (scale, center) in [(true, true), (true, false), (false, true), (false, false)] {
        let kinds = vec![
            dense(4, Activation::Tanh),
            LayerKind::BatchNorm { epsilon: 0.01, scale, center },
            LayerKind::Activation { activation: Activation::Softplus },
            LayerKind::BatchNorm { epsilon: 0.001, scale, center },
            dense(3, Activation::Linear),
        ];
        let network = prepare(&[3], kinds).unwrap();
        check(&network, 0, &sample(9, 5), &Objective::CrossEntropy(&[2, 0, 1]));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn windows_of_any_shape_have_their_products((shape, window) in shapes(), filters in 1_u32..4) {
        for kind in [
            LayerKind::Conv2d { filters, window, activation: Activation::Tanh, bias: true },
            LayerKind::MaxPool2d { window },
            LayerKind::AvgPool2d { window },
        ] {
            let kinds = vec![kind, LayerKind::Flatten, dense(2, Activation::Linear)];
            let Some(network) = prepare(&shape, kinds) else { return Ok(()) };
            let batch = apart(2 * size(&shape), 12);
            check(&network, 0, &batch, &Objective::CrossEntropy(&[1, 0]));
        }
    }
}

#[test]
fn products_are_symmetric() {
    let lane = Lane::new(2).unwrap();
    let kinds = vec![
        conv(8, 3, 1, Padding::Same),
        normalized(),
        LayerKind::Activation { activation: Activation::Gelu },
        LayerKind::MaxPool2d { window: window(3, 2, Padding::Same) },
        conv(6, 3, 2, Padding::Valid),
        LayerKind::Activation { activation: Activation::Softmax },
        LayerKind::Flatten,
        dense(5, Activation::Linear),
    ];
    let network = prepare(&[12, 12, 3], kinds).unwrap();
    let examples = 13;
    let batch = sample(examples * 432, 84);
    let labels: Vec<u32> = (0..examples as u32).map(|at| at % 5).collect();
    let given = Objective::CrossEntropy(&labels);
    let apply = |tangent: &Tangent<'_>| -> Vec<f32> {
        hessian_vector(&lane, &network, 0, &batch, &given, tangent).concat()
    };
    let same = |one: (f64, f64), other: (f64, f64)| {
        assert!((one.0 - other.0).abs() < 1e-6 * one.1, "{one:?} {other:?}");
        assert!(one.0 != 0.0);
    };
    let (u, v) = (sample(batch.len(), 85), sample(batch.len(), 86));
    let (hu, hv) = (apply(&Tangent::Batch(&u)), apply(&Tangent::Batch(&v)));
    same(product(&u, &hv), product(&v, &hu));
    let (u, v) = (change(&network, 87), change(&network, 99));
    let (hu, hv) = (apply(&along(&u)), apply(&along(&v)));
    same(product(&u.concat(), &hv), product(&v.concat(), &hu));
}
