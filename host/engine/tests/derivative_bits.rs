//! Promises of derivatives about bits: threads and batches change none, sums over examples have the
//! documented order, a copy of a network computes with its own parameters.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod float64;

use std::sync::Arc;

use assay_call::{Tap, TapPoint};
use assay_engine::{
    Lane, Objective, PreparedNetwork, apply_linear, apply_transpose, forward, gradients, objective,
    parameter_gradients,
};
use assay_network::{Activation, LayerKind, Network, Padding};
use float64::networks::{all_taps, bits, conv, dense, everything, labelled, prepare, sample};

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
    let fresh = Network::new(architecture, arrays, None).unwrap();
    let expected = run(&PreparedNetwork::new(fresh));
    let found = run(&copy);
    assert_ne!(found, before);
    assert_eq!(found, expected);
    assert_eq!(run(&network), before);
}
