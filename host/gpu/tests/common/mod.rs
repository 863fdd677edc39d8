//! What the tests of the lane share: an adapter, networks with weights that are no round numbers, and
//! what "close" means.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

use std::sync::{Arc, OnceLock};

use assay_gpu::{Adapter, TOLERANCE};
use assay_network::{Activation, Architecture, LayerKind, Network, Padding, ParameterRole, Window};

/// The adapter, or nothing (and a line that says so): a machine without one has nothing to test.
pub fn adapter() -> Option<&'static Adapter> {
    // A process opens its adapter once, however many tests share the process.
    static ADAPTER: OnceLock<Option<Adapter>> = OnceLock::new();
    let adapter = ADAPTER
        .get_or_init(|| Adapter::open().inspect_err(|error| eprintln!("skipped: {error}")).ok());
    adapter.as_ref()
}

/// Equidistributed values in -1..1 that are no round numbers.
pub fn values(count: usize, salt: u32) -> Vec<f32> {
    let value = |at: usize| {
        let hash = (at as u32 ^ salt.wrapping_mul(0x9e37_79b9)).wrapping_mul(0x85eb_ca6b);
        let hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
        ((hash ^ (hash >> 16)) >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..count).map(value).collect()
}

pub fn network(input: &[usize], kinds: Vec<LayerKind>) -> Network {
    let architecture = Architecture::new(input, kinds).unwrap();
    let weights = architecture.parameters().iter().enumerate().map(|(at, parameter)| {
        let mut array = values(parameter.shape.iter().product(), at as u32);
        let inner: usize = parameter.shape.iter().rev().skip(1).product();
        for value in &mut array {
            match parameter.role {
                ParameterRole::MovingVariance => *value = value.abs() + 0.1,
                _ => *value /= (inner as f32).sqrt(),
            }
        }
        array
    });
    let weights = weights.collect();
    Network::new(Arc::new(architecture), weights, None).unwrap()
}

pub fn assert_close(ours: &[f32], theirs: &[f32], what: &str) {
    assert_eq!(ours.len(), theirs.len(), "{what}");
    let largest = theirs.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
    assert!(largest > 1e-5 && largest.is_finite(), "{what}: nothing to compare, {largest}");
    let distance = distance(ours, theirs);
    assert!(distance <= TOLERANCE, "{what}: {distance} away, relative to {largest}");
}

pub fn window(size: u32, stride: u32, padding: Padding) -> Window {
    Window { size: [size, size], strides: [stride, stride], padding }
}

pub fn conv(filters: u32, window: Window, activation: Activation) -> LayerKind {
    LayerKind::Conv2d { filters, window, activation, bias: true }
}

/// Largest distance, relative to the largest value.
fn distance(ours: &[f32], theirs: &[f32]) -> f32 {
    let largest = theirs.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
    let distances = ours.iter().zip(theirs).map(|(a, b)| (a - b).abs());
    // Not `max`, which forgets NaN.
    let worst = distances.fold(0.0_f32, |worst, next| if next <= worst { worst } else { next });
    worst / largest.max(f32::MIN_POSITIVE)
}
