//! Prints the speed of forward passes and gradients: GFLOP per second of processor time of one core,
//! and per second of wall time. By custom, a gradient with respect to the inputs counts as two forward
//! passes, one with respect to the parameters as three.
//!
//! `cargo run --release -p assay-engine --example forward_speed -- [THREADS] [NETWORK...]`
//!
//! `ASSAY_SIMD` forces an instruction set. A FLOP is half a multiply-add of a convolution or dense
//! layer. The processor time is Linux's; elsewhere only wall time is printed.

use std::sync::Arc;
use std::time::Instant;

use assay_call::{Tap, TapPoint};
use assay_engine::{Lane, Objective, PreparedNetwork, forward, gradients, parameter_gradients};
use assay_network::{Activation, Architecture, LayerKind, Network, Padding, Window};

fn conv(filters: u32, size: u32, stride: u32, activation: Activation) -> LayerKind {
    let window = Window { size: [size; 2], strides: [stride; 2], padding: Padding::Same };
    LayerKind::Conv2d { filters, window, activation, bias: true }
}

fn pool() -> LayerKind {
    let window = Window { size: [2; 2], strides: [2; 2], padding: Padding::Valid };
    LayerKind::MaxPool2d { window }
}

fn dense(units: u32, activation: Activation) -> LayerKind {
    LayerKind::Dense { units, activation, bias: true }
}

/// Three blocks of 3x3, 1x1, 1x1.
fn nin() -> Vec<LayerKind> {
    let block = |stride| {
        [(3, stride), (1, 1), (1, 1)]
            .map(|(size, stride)| conv(256, size, stride, Activation::Relu))
    };
    let mut kinds: Vec<LayerKind> = [1, 2, 2].into_iter().flat_map(block).collect();
    kinds.extend([LayerKind::GlobalAvgPool2d, dense(10, Activation::Linear)]);
    kinds
}

/// Pairs of 3x3 convolutions, each pair followed by a pooling, then two dense layers.
fn vgg(widths: &[u32], hidden: u32) -> Vec<LayerKind> {
    let pair = |filters: &u32| {
        let conv = conv(*filters, 3, 1, Activation::Relu);
        [conv.clone(), conv, pool()]
    };
    let mut kinds: Vec<LayerKind> = widths.iter().flat_map(pair).collect();
    kinds.extend([
        LayerKind::Flatten,
        dense(hidden, Activation::Relu),
        dense(10, Activation::Linear),
    ]);
    kinds
}

/// Six 3x3 convolutions, each with batch normalisation and ReLU.
fn fcn() -> Vec<LayerKind> {
    let normalization = LayerKind::BatchNorm { epsilon: 0.001, scale: true, center: true };
    let relu = LayerKind::Activation { activation: Activation::Relu };
    let block = |(filters, stride)| {
        [conv(filters, 3, stride, Activation::Linear), normalization.clone(), relu.clone()]
    };
    let widths = [(64, 1), (64, 1), (64, 1), (128, 2), (128, 1), (128, 1)];
    let mut kinds: Vec<LayerKind> = widths.into_iter().flat_map(block).collect();
    kinds.extend([LayerKind::GlobalAvgPool2d, dense(10, Activation::Linear)]);
    kinds
}

/// Name, input shape, layers, examples of a batch.
type Case = (&'static str, &'static [usize], Vec<LayerKind>, usize);

fn cases() -> Vec<Case> {
    vec![
        ("nin", &[32, 32, 3], nin(), 64),
        ("vgg", &[32, 32, 3], vgg(&[256, 512, 512], 128), 16),
        ("fcn", &[28, 28, 1], fcn(), 64),
        ("small8", &[28, 28, 1], vgg(&[8, 16], 64), 256),
        ("small32", &[28, 28, 1], vgg(&[32, 64], 64), 128),
        ("nin-1", &[32, 32, 3], nin(), 1),
        ("small8-1", &[28, 28, 1], vgg(&[8, 16], 64), 1),
    ]
}

fn sample(count: usize, scale: f32) -> Vec<f32> {
    let mix = |index: u64| (index + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
    (0..count as u64).map(|at| (mix(at) as f32 / (1 << 23) as f32 - 1.0) * scale).collect()
}

fn prepare(input: &[usize], kinds: Vec<LayerKind>) -> Option<PreparedNetwork> {
    let architecture = Arc::new(Architecture::new(input, kinds).ok()?);
    let array = |shape: &[usize]| {
        let fan: usize = shape[..shape.len() - 1].iter().product();
        let positive = if shape.len() == 1 { f32::abs } else { |x: f32| x };
        let values = sample(shape.iter().product(), (6.0 / fan as f32).sqrt());
        values.into_iter().map(positive).collect()
    };
    let weights = architecture.parameters().iter().map(|own| array(&own.shape)).collect();
    Some(PreparedNetwork::new(Network::new(architecture, weights, None).ok()?))
}

/// Seconds that all threads of this process have run; nothing where the system does not say.
fn processor_seconds() -> Option<f64> {
    let tasks = std::fs::read_dir("/proc/self/task").ok()?;
    let of_one = |entry: std::fs::DirEntry| -> Option<f64> {
        let text = std::fs::read_to_string(entry.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<f64>().ok()
    };
    Some(tasks.flatten().filter_map(of_one).sum::<f64>() / 1e9)
}

fn operations(network: &PreparedNetwork) -> f64 {
    let layers = network.network().architecture().layers().iter();
    let products = layers
        .filter(|layer| matches!(layer.kind, LayerKind::Conv2d { .. } | LayerKind::Dense { .. }));
    2.0 * products.map(|layer| layer.operations as f64).sum::<f64>() / 1e9
}

/// What is measured, its name, and its cost in forward passes.
const PASSES: [(&str, f64); 3] = [("forward", 1.0), ("inputs", 2.0), ("parameters", 3.0)];

/// Runs a pass once.
fn run(lane: &Lane, network: &PreparedNetwork, batch: &[f32], labels: &[u32], pass: &str) {
    let given = Objective::CrossEntropy(labels);
    let last = network.network().architecture().layers().len() as u32 - 1;
    let results = match pass {
        "forward" => forward(lane, network, batch, &[Tap { layer: last, point: TapPoint::Output }]),
        "inputs" => {
            let taps = [Tap { layer: 0, point: TapPoint::Input }];
            gradients(lane, network, 0, batch, &given, &taps)
        }
        _ => parameter_gradients(lane, network, 0, batch, &given),
    };
    std::hint::black_box(results);
}

fn measure(lane: &Lane, network: &PreparedNetwork, examples: usize, pass: (&str, f64)) -> [f64; 2] {
    let input: usize = network.network().architecture().input().iter().product();
    let batch = sample(examples * input, 1.0);
    let labels: Vec<u32> = (0..examples as u32).map(|at| at % 10).collect();
    let work = operations(network) * examples as f64 * pass.1;
    let passes = (10.0 / work).clamp(1.0, 2000.0).round();
    run(lane, network, &batch, &labels, pass.0);
    // The best of a few rounds: other work on the machine only ever slows one down.
    let mut best = [0.0_f64; 2];
    for _ in 0..5 {
        let (start, before) = (Instant::now(), processor_seconds());
        for _ in 0..passes as usize {
            run(lane, network, &batch, &labels, pass.0);
        }
        let wall = start.elapsed().as_secs_f64();
        let processor = before.zip(processor_seconds()).map_or(wall, |(from, to)| to - from);
        best = [best[0].max(passes * work / processor), best[1].max(passes * work / wall)];
    }
    best
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let threads = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(1);
    let names: Vec<String> = arguments.collect();
    let lane = match Lane::new(threads) {
        Ok(lane) => lane,
        Err(error) => return eprintln!("{error}"),
    };
    println!("{} threads, {}", lane.threads(), lane.level().name());
    for (name, input, kinds, examples) in cases() {
        if !names.is_empty() && !names.iter().any(|wanted| wanted == name) {
            continue;
        }
        let Some(network) = prepare(input, kinds) else { continue };
        for pass in PASSES {
            let [processor, wall] = measure(&lane, &network, examples, pass);
            println!(
                "{name:10} {:10} batch {examples:4}  {:8.4} GFLOP/example  {processor:6.1} per \
                 processor second  {wall:6.1} per wall second",
                pass.0,
                operations(&network)
            );
        }
    }
}
