//! The promise of the `cpu` lane: instruction sets, threads, cuts of a batch, and what taps ask for
//! change no bit.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod float64;

use assay_call::{Tap, TapPoint};
use assay_engine::{Lane, PreparedNetwork, SimdLevel, forward};
use assay_network::{Activation, LayerKind, Padding, Window};
use float64::networks::{prepare_above, sample};

fn prepare(input: &[usize], kinds: Vec<LayerKind>) -> PreparedNetwork {
    prepare_above(0.0, input, kinds).unwrap()
}

fn window(size: [u32; 2], strides: [u32; 2], padding: Padding) -> Window {
    Window { size, strides, padding }
}

fn conv(filters: u32, window: Window, activation: Activation) -> LayerKind {
    LayerKind::Conv2d { filters, window, activation, bias: true }
}

fn normalization() -> LayerKind {
    LayerKind::BatchNorm { epsilon: 0.001, scale: true, center: true }
}

/// Networks whose sizes lie off every tile, panel and block: widths of 8, 16, 32 and odd ones, inner
/// lengths over 256, strides, both paddings, Winograd's tiles, and every way in which layers run together.
fn networks() -> Vec<PreparedNetwork> {
    let (same, valid) = (Padding::Same, Padding::Valid);
    let dense = |units, activation| LayerKind::Dense { units, activation, bias: true };
    let activation = |activation| LayerKind::Activation { activation };
    let pooled = window([2, 2], [2, 2], same);
    vec![
        prepare(
            &[12, 13, 3],
            vec![
                conv(33, window([3, 3], [1, 1], same), Activation::Linear),
                normalization(),
                activation(Activation::Relu),
                LayerKind::MaxPool2d { window: pooled },
                conv(24, window([3, 3], [1, 1], same), Activation::Relu),
                normalization(),
                activation(Activation::Relu6),
                conv(16, window([3, 3], [2, 2], valid), Activation::Tanh),
                LayerKind::Flatten,
                LayerKind::Dropout { rate: 0.5 },
                dense(41, Activation::Relu),
                dense(10, Activation::Softmax),
            ],
        ),
        prepare(
            &[9, 7, 8],
            vec![
                conv(8, window([1, 1], [1, 1], valid), Activation::Relu6),
                conv(50, window([2, 3], [1, 2], same), Activation::Relu),
                LayerKind::AvgPool2d { window: pooled },
                conv(64, window([1, 1], [2, 2], same), Activation::Relu),
                activation(Activation::Relu),
                activation(Activation::Relu6),
                LayerKind::GlobalAvgPool2d,
                normalization(),
                normalization(),
                dense(3, Activation::Linear),
            ],
        ),
        prepare(
            &[11, 10, 32],
            vec![
                conv(48, window([3, 3], [1, 1], same), Activation::Linear),
                normalization(),
                activation(Activation::Relu),
                conv(32, window([3, 3], [1, 1], valid), Activation::Relu6),
                LayerKind::MaxPool2d { window: pooled },
                conv(32, window([3, 3], [1, 1], same), Activation::Tanh),
                LayerKind::GlobalAvgPool2d,
            ],
        ),
        prepare(&[5, 300], vec![dense(17, Activation::Relu), dense(130, Activation::Sigmoid)]),
    ]
}

fn taps(network: &PreparedNetwork) -> Vec<Tap> {
    let layers = network.network().architecture().layers().len() as u32;
    let points = [TapPoint::Input, TapPoint::PreActivation, TapPoint::Output];
    (0..layers).flat_map(|layer| points.map(|point| Tap { layer, point })).collect()
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

#[test]
fn instruction_sets_threads_and_batches_change_no_bit() {
    for (at, network) in networks().iter().enumerate() {
        let size: usize = network.network().architecture().input().iter().product();
        let batch = sample(21 * size, 77);
        let output = &taps(network)[taps(network).len() - 1..];
        let run = |lane: &Lane, batch: &[f32]| bits(&forward(lane, network, batch, output)[0]);
        let whole = run(&Lane::with_level(1, SimdLevel::Scalar).unwrap(), &batch);
        for level in SimdLevel::available() {
            for threads in [1, 2, 3] {
                let lane = Lane::with_level(threads, level).unwrap();
                assert_eq!((lane.level(), lane.threads()), (level, threads));
                assert_eq!(run(&lane, &batch), whole, "network {at}, {level:?}, {threads}");
                for cut in [1, 4, 13] {
                    let parts = batch.chunks(cut * size).flat_map(|part| run(&lane, part));
                    let parts: Vec<u32> = parts.collect();
                    assert_eq!(parts, whole, "network {at}, {level:?}, {threads}, cut {cut}");
                }
            }
        }
    }
}

/// Layers run as one step unless a tap asks for what lies between; it must not show.
#[test]
fn what_taps_ask_for_changes_no_bit() {
    for (at, network) in networks().iter().enumerate() {
        let size: usize = network.network().architecture().input().iter().product();
        let batch = sample(6 * size, 5);
        let all = taps(network);
        for level in SimdLevel::available() {
            let lane = Lane::with_level(2, level).unwrap();
            let together = forward(&lane, network, &batch, &all);
            for (tap, expected) in all.iter().zip(&together) {
                let alone = forward(&lane, network, &batch, &[*tap]);
                assert_eq!(bits(&alone[0]), bits(expected), "network {at}, {level:?}, {tap:?}");
            }
        }
    }
}

#[test]
fn no_examples_give_no_values() {
    let network = &networks()[0];
    let lane = Lane::new(2).unwrap();
    assert_eq!(forward(&lane, network, &[], &taps(network)[..2]), [vec![], vec![]]);
}
