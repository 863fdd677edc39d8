//! Promises of Jacobian- and Hessian-vector products about bits: threads, instruction sets and batches
//! change none, and sums over examples have the documented order.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod float64;

use assay_call::{Tap, TapPoint};
use assay_engine::{Lane, Objective, SimdLevel, Tangent, forward, hessian_vector, jacobian_vector};
use assay_network::Activation;
use float64::networks::{
    all_taps, along, bits, change, dense, everything, labelled, prepare, sample,
};

/// Lanes that must agree with a lane of one thread.
fn lanes() -> Vec<Lane> {
    let mut lanes: Vec<Lane> = [2, 3].map(|threads| Lane::new(threads).unwrap()).into();
    let levels = SimdLevel::available().into_iter();
    lanes.extend(levels.map(|level| Lane::with_level(2, level).unwrap()));
    lanes
}

/// Asserts that results for the examples `first..first + count` do not depend on lane or batch.
fn same_for_every_example(run: impl Fn(&Lane, usize, usize) -> Vec<Vec<f32>>) {
    let whole = run(&Lane::new(1).unwrap(), 0, 21);
    for lane in lanes() {
        for (found, expected) in run(&lane, 0, 21).iter().zip(&whole) {
            assert_eq!(bits(found), bits(expected), "{} {:?}", lane.threads(), lane.level());
        }
    }
    let lane = Lane::new(2).unwrap();
    for cut in [1, 4, 13] {
        let parts = (0..21).step_by(cut).map(|first| run(&lane, first, cut.min(21 - first)));
        let parts: Vec<Vec<Vec<f32>>> = parts.collect();
        for (index, expected) in whole.iter().enumerate() {
            let joined: Vec<f32> = parts.iter().flat_map(|part| part[index].clone()).collect();
            assert_eq!(bits(&joined), bits(expected), "batches of {cut}");
        }
    }
}

#[test]
fn no_lane_and_no_batch_changes_a_bit_of_jacobian_vector_products() {
    let network = everything();
    let (batch, _) = labelled(21);
    let (tangent, changes) = (sample(batch.len(), 1), change(&network, 2));
    let taps = all_taps(&network, 0);
    same_for_every_example(|lane, first, count| {
        let part = first * 144..(first + count) * 144;
        let tangent = Tangent::Batch(&tangent[part.clone()]);
        jacobian_vector(lane, &network, 0, &batch[part], &tangent, &taps)
    });
    same_for_every_example(|lane, first, count| {
        let part = &batch[first * 144..(first + count) * 144];
        jacobian_vector(lane, &network, 0, part, &along(&changes), &taps)
    });
}

#[test]
fn no_lane_and_no_batch_changes_a_bit_of_products_of_the_batch() {
    let network = everything();
    let (batch, labels) = labelled(21);
    let tangent = sample(batch.len(), 1);
    same_for_every_example(|lane, first, count| {
        let part = first * 144..(first + count) * 144;
        let given = Objective::CrossEntropy(&labels[first..first + count]);
        let tangent = Tangent::Batch(&tangent[part.clone()]);
        hessian_vector(lane, &network, 0, &batch[part], &given, &tangent)
    });
}

#[test]
fn no_lane_changes_a_bit_of_products_of_the_parameters() {
    let network = everything();
    let (batch, labels) = labelled(300);
    let (given, changes) = (Objective::CrossEntropy(&labels), change(&network, 3));
    let run = |lane: &Lane| hessian_vector(lane, &network, 0, &batch, &given, &along(&changes));
    let one = run(&Lane::new(1).unwrap());
    for lane in lanes() {
        for (found, expected) in run(&lane).iter().zip(&one) {
            assert_eq!(bits(found), bits(expected), "{} {:?}", lane.threads(), lane.level());
        }
    }
}

#[test]
fn a_tap_has_the_same_bits_alone_and_among_others() {
    let (lane, network) = (Lane::new(2).unwrap(), everything());
    let (batch, _) = labelled(5);
    let (tangent, changes) = (sample(batch.len(), 1), change(&network, 4));
    let taps = all_taps(&network, 0);
    for tangent in [Tangent::Batch(&tangent), along(&changes)] {
        let run = |taps: &[Tap]| jacobian_vector(&lane, &network, 0, &batch, &tangent, taps);
        let all = run(&taps);
        for (tap, expected) in taps.iter().zip(&all) {
            // Twice, and after a later one: taps come in any order.
            let found = run(&[taps[taps.len() - 1], *tap, *tap]);
            assert_eq!(bits(&found[1]), bits(expected), "{tap:?}");
            assert_eq!(found[1], found[2]);
            assert_eq!(bits(&run(&[*tap])[0]), bits(expected), "{tap:?} alone");
        }
        assert!(run(&[]).is_empty());
    }
}

#[test]
fn sums_over_examples_have_the_documented_order() {
    let lane = Lane::new(2).unwrap();
    let kinds = vec![dense(5, Activation::Linear), dense(3, Activation::Linear)];
    let network = prepare(&[4], kinds).unwrap();
    let (inputs, targets) = (sample(600 * 4, 1), sample(600 * 3, 2));
    let changes = change(&network, 5);
    let given = Objective::SquaredError(&targets);
    let found = hessian_vector(&lane, &network, 0, &inputs, &given, &along(&changes));

    let taps =
        [(1, TapPoint::Input), (1, TapPoint::Output)].map(|(layer, point)| Tap { layer, point });
    let values = forward(&lane, &network, &inputs, &taps);
    let moved = jacobian_vector(&lane, &network, 0, &inputs, &along(&changes), &taps);
    let cotangent = |at: usize| values[1][at] - targets[at];
    let in_blocks = |terms: &dyn Fn(usize) -> (f32, f32)| -> f32 {
        let examples: Vec<usize> = (0..600).collect();
        examples.chunks(256).fold(0.0, |total, block| {
            let add = |sum: f32, at: &usize| terms(*at).0.mul_add(terms(*at).1, sum);
            total + block.iter().fold(0.0, add)
        })
    };
    for (index, found) in found[2].iter().enumerate() {
        let (row, unit) = (index / 3, index % 3);
        let by_change = in_blocks(&|at| (values[0][at * 5 + row], moved[1][at * 3 + unit]));
        let by_tangent = in_blocks(&|at| (moved[0][at * 5 + row], cotangent(at * 3 + unit)));
        assert_eq!(found.to_bits(), (by_change + by_tangent).to_bits());
    }
    for (unit, found) in found[3].iter().enumerate() {
        let sum: f64 = (0..600).map(|at| f64::from(moved[1][at * 3 + unit])).sum();
        assert_eq!(*found, sum as f32);
    }
}

#[test]
fn no_example_gives_empty_results() {
    let (lane, network) = (Lane::new(2).unwrap(), everything());
    let (none, changes) = (Objective::CrossEntropy(&[]), change(&network, 6));
    let taps = all_taps(&network, 0);
    for tangent in [Tangent::Batch(&[]), along(&changes)] {
        let found = jacobian_vector(&lane, &network, 0, &[], &tangent, &taps);
        assert_eq!(found, vec![Vec::new(); taps.len()]);
    }
    let found = hessian_vector(&lane, &network, 0, &[], &none, &Tangent::Batch(&[]));
    assert_eq!(found, [Vec::new()]);
    let found = hessian_vector(&lane, &network, 0, &[], &none, &along(&changes));
    let zeros: Vec<Vec<f32>> =
        network.network().weights().iter().map(|own| vec![0.0; own.len()]).collect();
    assert_eq!(found, zeros);
}
