//! Derivatives of the competition's networks against what TensorFlow computed on the same files.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use assay_call::{Tap, TapPoint};
use assay_engine::{Lane, Objective, PreparedNetwork, gradients};
use assay_task::Task;
use assay_tests::{import, shared};
use serde_json::Value;

/// Examples of a batch, and the most batches.
const BATCH: usize = 16;
const BATCHES: usize = 33;

/// Mean square of the logits' derivatives with respect to each layer's input: mean over the entries,
/// then the layers, then the batches.
fn jacobian_norm(lane: &Lane, network: &PreparedNetwork, inputs: &[f32]) -> f64 {
    let architecture = network.network().architecture();
    let size: usize = architecture.input().iter().product();
    let layers = 0..architecture.layers().len() as u32;
    let taps: Vec<Tap> = layers.map(|layer| Tap { layer, point: TapPoint::Input }).collect();
    let classes = architecture.output()[0] as u32;
    let batches: Vec<&[f32]> = inputs.chunks_exact(BATCH * size).take(BATCHES).collect();
    let mut sum = 0.0;
    for batch in &batches {
        for class in 0..classes {
            let logit = Objective::Logit(&[class; BATCH]);
            for jacobian in gradients(lane, network, 0, batch, &logit, &taps) {
                let squares = jacobian.iter().map(|value| f64::from(*value) * f64::from(*value));
                sum += squares.sum::<f64>() / jacobian.len() as f64;
            }
        }
    }
    sum / (batches.len() * classes as usize * taps.len()) as f64
}

#[test]
fn the_jacobian_norm_is_that_of_tensorflow() {
    let Some(source) = shared("zoo") else { return };
    let (_dir, into) = import(&source);
    let text = std::fs::read(source.join("reference_values.json")).unwrap();
    let reference: Value = serde_json::from_slice(&text).unwrap();
    let lane = Lane::new(0).unwrap();
    let mut compared = 0;
    for (name, values) in reference.as_object().unwrap() {
        let task = Task::open(&into.join(name)).unwrap();
        let dataset = task.dataset().unwrap();
        let models = values["models"].as_object().unwrap();
        let with_norm = models.iter().filter_map(|(id, model)| {
            Some((id, model["measures"].get("jacobian-norm")?.as_f64()?))
        });
        // Two networks of each family keep the test short.
        for (id, expected) in with_norm.take(2) {
            let network = PreparedNetwork::new(task.network(id).unwrap());
            let found = jacobian_norm(&lane, &network, dataset.inputs());
            let error = (found - expected).abs() / expected;
            // A unit at the kink of its relu may fall either way: one of thousands.
            assert!(error < 1e-4, "{name} {id}: {found} {expected}");
            println!("{name} {id}: {found} against {expected}, error {error:.1e}");
            compared += 1;
        }
    }
    assert_eq!(compared, 8);
}
