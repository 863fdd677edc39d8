//! Layers against a plain float64 reference that follows their definition index by index, over
//! random shapes, strides and paddings; and the promise that threads and batches change no bit.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod float64;

use assay_call::{Tap, TapPoint};
use assay_engine::{Lane, PreparedNetwork, forward, forward_from};
use assay_network::{Activation, LayerKind, Padding, Window};
use float64::networks::{prepare_above, sample};
use float64::starts;
use proptest::prelude::*;

fn prepare(input: &[usize], kinds: Vec<LayerKind>) -> Option<PreparedNetwork> {
    prepare_above(0.0, input, kinds)
}

fn output(network: &PreparedNetwork, batch: &[f32], threads: usize) -> Vec<f32> {
    let last = network.network().architecture().layers().len() as u32 - 1;
    let tap = Tap { layer: last, point: TapPoint::Output };
    forward(&Lane::new(threads).unwrap(), network, batch, &[tap]).remove(0)
}

/// Every window of one image as the list of (position in the window, position in the image) inside.
fn windows(shape: &[usize], window: &Window) -> Vec<Vec<([usize; 2], [usize; 2])>> {
    let mut all = Vec::new();
    for top in starts(shape[0], window, 0) {
        for left in starts(shape[1], window, 1) {
            let mut inside = Vec::new();
            for dy in 0..window.size[0] as usize {
                for dx in 0..window.size[1] as usize {
                    let (y, x) = (top + dy as isize, left + dx as isize);
                    if (0..shape[0] as isize).contains(&y) && (0..shape[1] as isize).contains(&x) {
                        inside.push(([dy, dx], [y as usize, x as usize]));
                    }
                }
            }
            all.push(inside);
        }
    }
    all
}

fn at(image: &[f32], shape: &[usize], [y, x]: [usize; 2], channel: usize) -> f64 {
    f64::from(image[(y * shape[1] + x) * shape[2] + channel])
}

fn close(found: &[f32], expected: &[f64], scale: f64) -> Result<(), TestCaseError> {
    prop_assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        prop_assert!((f64::from(*found) - expected).abs() <= 1e-5 * scale, "{found} {expected}");
    }
    Ok(())
}

fn shapes() -> impl Strategy<Value = ([usize; 3], Window)> {
    let side = 1_usize..9;
    let window = (1_u32..4, 1_u32..4, 1_u32..4, 1_u32..4, any::<bool>()).prop_map(
        |(height, width, down, across, same)| Window {
            size: [height, width],
            strides: [down, across],
            padding: if same { Padding::Same } else { Padding::Valid },
        },
    );
    ((side.clone(), side, 1_usize..5).prop_map(|(h, w, c)| [h, w, c]), window)
}

proptest! {
    #[test]
    fn convolutions_follow_their_definition((shape, window) in shapes(), filters in 1_u32..20) {
        let kind = LayerKind::Conv2d { filters, window, activation: Activation::Linear, bias: true };
        let Some(network) = prepare(&shape, vec![kind]) else { return Ok(()) };
        let image = sample(shape.iter().product(), 9);
        let weights = network.network().weights();
        let (kernel, bias, filters) = (&weights[0], &weights[1], filters as usize);
        let mut expected = Vec::new();
        for inside in windows(&shape, &window) {
            for filter in 0..filters {
                let terms = inside.iter().flat_map(|(within, place)| {
                    let row = within[0] * window.size[1] as usize + within[1];
                    let image = &image;
                    (0..shape[2]).map(move |channel| {
                        let weight = kernel[(row * shape[2] + channel) * filters + filter];
                        f64::from(weight) * at(image, &shape, *place, channel)
                    })
                });
                expected.push(terms.sum::<f64>() + f64::from(bias[filter]));
            }
        }
        close(&output(&network, &image, 1), &expected, 40.0)?;
    }

    #[test]
    fn poolings_follow_their_definition((shape, window) in shapes()) {
        let image = sample(shape.iter().product(), 5);
        let pool = |kind| prepare(&shape, vec![kind]).map(|network| output(&network, &image, 1));
        let Some(largest) = pool(LayerKind::MaxPool2d { window }) else { return Ok(()) };
        let Some(means) = pool(LayerKind::AvgPool2d { window }) else { return Ok(()) };
        let (mut largest_expected, mut means_expected) = (Vec::new(), Vec::new());
        for inside in windows(&shape, &window) {
            for channel in 0..shape[2] {
                let values = inside.iter().map(|(_, place)| at(&image, &shape, *place, channel));
                largest_expected.push(values.clone().fold(f64::NEG_INFINITY, f64::max));
                means_expected.push(values.sum::<f64>() / inside.len() as f64);
            }
        }
        close(&largest, &largest_expected, 0.0)?;
        close(&means, &means_expected, 1.0)?;
    }
}

/// A network with every layer type.
fn everything() -> PreparedNetwork {
    let conv = |filters, stride, padding| LayerKind::Conv2d {
        filters,
        window: Window { size: [3, 3], strides: [stride; 2], padding },
        activation: Activation::Linear,
        bias: true,
    };
    let pool = Window { size: [2, 2], strides: [2, 2], padding: Padding::Same };
    let dense = |units, activation| LayerKind::Dense { units, activation, bias: true };
    let kinds = vec![
        conv(7, 1, Padding::Same),
        LayerKind::BatchNorm { epsilon: 0.001, scale: true, center: true },
        LayerKind::Activation { activation: Activation::Relu },
        LayerKind::MaxPool2d { window: pool },
        conv(9, 2, Padding::Valid),
        LayerKind::AvgPool2d { window: pool },
        LayerKind::Dropout { rate: 0.5 },
        LayerKind::Flatten,
        dense(12, Activation::Tanh),
        dense(5, Activation::Softmax),
    ];
    prepare(&[12, 13, 3], kinds).unwrap()
}

#[test]
fn threads_and_batches_change_no_bit() {
    let network = everything();
    let size = 12 * 13 * 3;
    let batch = sample(21 * size, 77);
    let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
    let whole = bits(&output(&network, &batch, 1));
    assert_eq!(whole.len(), 21 * 5);
    for threads in [2, 3] {
        assert_eq!(bits(&output(&network, &batch, threads)), whole);
    }
    for cut in [1, 4, 13] {
        let parts = batch.chunks(cut * size).flat_map(|part| output(&network, part, 2));
        assert_eq!(bits(&parts.collect::<Vec<_>>()), whole, "batches of {cut}");
    }
}

#[test]
fn taps_give_each_place_and_chain_together() {
    let network = everything();
    let batch = sample(3 * 12 * 13 * 3, 4);
    let lane = Lane::new(1).unwrap();
    let tap = |layer, point| Tap { layer, point };
    let taps = [
        tap(0, TapPoint::Input),
        tap(0, TapPoint::Output),
        tap(1, TapPoint::Input),
        tap(8, TapPoint::PreActivation),
        tap(8, TapPoint::Output),
        tap(9, TapPoint::Output),
        tap(8, TapPoint::Output),
    ];
    let found = forward(&lane, &network, &batch, &taps);
    assert_eq!(found[0], batch);
    assert_eq!(found[1], found[2], "what leaves a layer enters the next");
    assert_eq!(found[4], found[6], "a tap may be asked for twice");
    for (before, after) in found[3].iter().zip(&found[4]) {
        assert!((before.tanh() - after).abs() < 1e-6);
    }
    for row in found[5].chunks_exact(5) {
        assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-6);
    }
}

#[test]
fn a_pass_from_the_middle_continues_the_whole_one() {
    let network = everything();
    let batch = sample(9 * 12 * 13 * 3, 6);
    let lane = Lane::new(2).unwrap();
    let output = Tap { layer: 9, point: TapPoint::Output };
    for layer in [0_u32, 1, 4, 7, 9] {
        let taps = [Tap { layer, point: TapPoint::Input }, output];
        let whole = forward(&lane, &network, &batch, &taps);
        let rest = forward_from(&lane, &network, layer as usize, &whole[0], &taps);
        assert_eq!(rest, whole, "from layer {layer}");
    }
}

#[test]
fn batch_normalization_is_keras_formula() {
    let kind = LayerKind::BatchNorm { epsilon: 0.001, scale: true, center: true };
    let network = prepare(&[4], vec![kind]).unwrap();
    let weights = network.network().weights();
    let x = sample(4, 3);
    let found = output(&network, &x, 1);
    for channel in 0..4 {
        let [gamma, beta, mean, variance] =
            [0, 1, 2, 3].map(|array| f64::from(weights[array][channel]));
        let expected = gamma * (f64::from(x[channel]) - mean) / (variance + 0.001).sqrt() + beta;
        assert!((f64::from(found[channel]) - expected).abs() < 1e-5 * expected.abs().max(1.0));
    }
}

#[test]
fn global_average_pooling_is_the_mean_of_each_channel() {
    let network = prepare(&[2, 2, 2], vec![LayerKind::GlobalAvgPool2d]).unwrap();
    let found = output(&network, &[1.0, 10.0, 2.0, 20.0, 3.0, 30.0, 6.0, 60.0], 1);
    assert_eq!(found, [3.0, 30.0]);
}
