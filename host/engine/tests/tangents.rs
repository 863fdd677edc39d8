//! Jacobian-vector products against central differences of a 64-bit reference, over every layer type,
//! activation and window, and against the way back.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod float64;

use assay_call::{Tap, TapPoint};
use assay_engine::{
    Lane, Objective, PreparedNetwork, Tangent, gradients, jacobian_vector, parameter_gradients,
};
use assay_network::{Activation, LayerKind, ParameterRole};
use float64::compare::{STEP, close, moved, product, wide};
use float64::networks::{
    all_taps, along, apart, change, convolutional, dense, everything, far_out, prepare, sample,
    shapes, size, with_activation,
};
use float64::{Place, Reference};
use proptest::prelude::*;

/// Compares the derivatives at every tap with the reference's differences.
fn check_along(network: &PreparedNetwork, start: usize, batch: &[f32], tangent: &Tangent<'_>) {
    let lane = Lane::new(1).unwrap();
    let reference = Reference::new(network);
    let width = size(&network.network().architecture().layers()[start].input);
    let entry: Place = (start, TapPoint::Input);
    let ends = [STEP, -STEP].map(|step| match tangent {
        Tangent::Batch(_) => reference.clone(),
        Tangent::Parameters(changes) => {
            let changes: Vec<Vec<f32>> = changes.iter().map(|own| own.to_vec()).collect();
            reference.moved(&changes, step)
        }
    });
    let entering = |at: usize, step: f64| -> Vec<f64> {
        let example = at * width..(at + 1) * width;
        let x = wide(&batch[example.clone()]);
        match tangent {
            Tangent::Batch(tangent) => moved(&x, &tangent[example], step),
            Tangent::Parameters(_) => x,
        }
    };
    let taps = all_taps(network, start);
    let found = jacobian_vector(&lane, network, start, batch, tangent, &taps);
    assert_eq!(found.len(), taps.len());
    for (tap, found) in taps.iter().zip(&found) {
        let place = (tap.layer as usize, tap.point);
        let mut expected = Vec::new();
        for at in 0..batch.len() / width {
            let above = ends[0].run(entry, &entering(at, STEP), place);
            let below = ends[1].run(entry, &entering(at, -STEP), place);
            expected.extend(above.iter().zip(&below).map(|(a, b)| (a - b) / (2.0 * STEP)));
        }
        close(found, &expected, &format!("along {tangent:.20?} at {tap:?}"));
    }
}

/// Both tangents.
fn check(network: &PreparedNetwork, start: usize, batch: &[f32]) {
    check_along(network, start, batch, &Tangent::Batch(&sample(batch.len(), 70)));
    check_along(network, start, batch, &along(&change(network, 71)));
}

#[test]
fn products_of_whole_networks_are_those_of_the_reference() {
    for network in [everything(), convolutional()] {
        check(&network, 0, &sample(3 * size(network.network().architecture().input()), 50));
    }
}

#[test]
fn products_from_the_middle_are_those_of_the_reference() {
    let network = everything();
    for start in [3, 8, 9, 11] {
        let shape = network.network().architecture().layers()[start].input.clone();
        check(&network, start, &sample(2 * size(&shape), 51));
    }
}

#[test]
fn a_change_of_one_layer_is_that_of_the_reference() {
    let network = everything();
    let batch = sample(2 * size(network.network().architecture().input()), 52);
    for changed in network.network().architecture().layers() {
        let mut changes = change(&network, 72);
        for (at, values) in changes.iter_mut().enumerate() {
            if !changed.parameters.contains(&at) {
                values.fill(0.0);
            }
        }
        check_along(&network, 0, &batch, &along(&changes));
    }
}

#[test]
fn every_activation_has_its_derivative() {
    for activation in Activation::known_names().filter_map(Activation::from_keras) {
        let norm = LayerKind::BatchNorm { epsilon: 0.01, scale: false, center: false };
        let network = with_activation(activation, vec![norm]);
        let batch = far_out(activation, 0.3);
        check(&network, 0, &batch);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn windows_of_any_shape_have_their_products((shape, window) in shapes(), filters in 1_u32..4) {
        let activation = Activation::Linear;
        for kind in [
            LayerKind::Conv2d { filters, window, activation, bias: true },
            LayerKind::MaxPool2d { window },
            LayerKind::AvgPool2d { window },
        ] {
            let kinds = vec![kind, LayerKind::Flatten, dense(2, activation)];
            let Some(network) = prepare(&shape, kinds) else { return Ok(()) };
            check(&network, 0, &apart(2 * size(&shape), 12));
        }
    }
}

#[test]
fn ways_forward_and_back_are_transposes() {
    let lane = Lane::new(2).unwrap();
    for network in [everything(), convolutional()] {
        let architecture = network.network().architecture();
        let (examples, last) = (11, architecture.layers().len() as u32 - 1);
        let batch = sample(examples * size(architecture.input()), 53);
        let given = sample(examples * size(architecture.output()), 54);
        let cotangent = Objective::Cotangent(&given);
        let logits = [Tap { layer: last, point: TapPoint::Output }];
        let same = |one: (f64, f64), other: (f64, f64)| {
            assert!((one.0 - other.0).abs() < 1e-6 * one.1, "{one:?} {other:?}");
        };

        let tangent = sample(batch.len(), 55);
        let forth = jacobian_vector(&lane, &network, 0, &batch, &Tangent::Batch(&tangent), &logits);
        let input = [Tap { layer: 0, point: TapPoint::Input }];
        let back = gradients(&lane, &network, 0, &batch, &cotangent, &input);
        same(product(&given, &forth[0]), product(&back[0], &tangent));

        let changes = change(&network, 56);
        let forth = jacobian_vector(&lane, &network, 0, &batch, &along(&changes), &logits);
        let back = parameter_gradients(&lane, &network, 0, &batch, &cotangent);
        same(product(&given, &forth[0]), product(&back.concat(), &changes.concat()));
    }
}

#[test]
fn what_does_not_change_has_the_derivative_zero() {
    let lane = Lane::new(1).unwrap();
    let network = everything();
    let parameters = network.network().architecture().parameters();
    let mut changes = change(&network, 73);
    // Only moving statistics and layers before the start change.
    for (parameter, values) in parameters.iter().zip(&mut changes) {
        use ParameterRole::{MovingMean, MovingVariance};
        if parameter.layer >= 4 && !matches!(parameter.role, MovingMean | MovingVariance) {
            values.fill(0.0);
        }
    }
    let width = size(&network.network().architecture().layers()[4].input);
    let taps = all_taps(&network, 4);
    let batch = sample(3 * width, 57);
    let found = jacobian_vector(&lane, &network, 4, &batch, &along(&changes), &taps);
    for (tap, found) in taps.iter().zip(&found) {
        assert!(!found.is_empty() && found.iter().all(|value| *value == 0.0), "{tap:?}");
    }
}
