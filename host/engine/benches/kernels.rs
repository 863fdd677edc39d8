//! Micro-benchmarks of the kernels, one thread, at the sizes of the contest's networks. They go through
//! the engine's public functions: what is measured is what a call costs.
//!
//! `cargo xtask bench --micro`; rates count multiply-adds (`layers`, `matmul`) or elements (`tensors`).

#![allow(clippy::unwrap_used, reason = "a benchmark fails as a test does")]

use std::sync::Arc;

use assay_call::{
    BinaryOp, Call, Execute, ReduceOp, Reply, Tap, TapPoint, TensorHandle, UnaryOp, check,
};
use assay_engine::{Engine, Lane, PreparedData, PreparedNetwork, forward};
use assay_network::{Activation, Architecture, Dataset, LayerKind, Network, Padding, Window};
use divan::Bencher;
use divan::counter::ItemsCount;

fn main() {
    divan::main();
}

/// Values that are neither regular nor denormal: the fractional parts of multiples of the golden ratio.
fn values(count: usize) -> Vec<f32> {
    (0..count).map(|at| (at as f64 * 0.618_033_988_749_895).fract() as f32 - 0.5).collect()
}

/// One layer on a batch.
struct Single {
    lane: Lane,
    network: PreparedNetwork,
    batch: Vec<f32>,
    operations: u64,
}

const BATCH: usize = 16;

impl Single {
    fn new(input: &[usize], layer: LayerKind) -> Self {
        let architecture = Architecture::new(input, vec![layer]).unwrap();
        let sizes = architecture.parameters().iter().map(|p| p.shape.iter().product());
        let weights = sizes.map(values).collect();
        let operations = architecture.operations() * BATCH as u64;
        let network = Network::new(Arc::new(architecture), weights, None).unwrap();
        let batch = values(BATCH * input.iter().product::<usize>());
        Self {
            lane: Lane::new(1).unwrap(),
            network: PreparedNetwork::new(network),
            batch,
            operations,
        }
    }

    fn bench(self, bencher: Bencher<'_, '_>) {
        let taps = [Tap { layer: 0, point: TapPoint::Output }];
        bencher
            .counter(ItemsCount::new(self.operations))
            .bench_local(|| forward(&self.lane, &self.network, &self.batch, &taps));
    }
}

fn window(size: u32, stride: u32, padding: Padding) -> Window {
    Window { size: [size; 2], strides: [stride; 2], padding }
}

mod layers {
    use super::{Activation, Bencher, LayerKind, Padding, Single, window};

    /// Side of the picture, channels in, channels out, side of the kernel.
    const CONVOLUTIONS: [(usize, usize, u32, u32); 7] = [
        (32, 3, 256, 3),
        (16, 256, 256, 3),
        (32, 256, 256, 1),
        (16, 256, 256, 1),
        (8, 512, 512, 3),
        (28, 48, 48, 3),
        (28, 1, 48, 3),
    ];

    #[divan::bench(args = CONVOLUTIONS)]
    fn convolution(
        bencher: Bencher<'_, '_>,
        (side, channels, filters, size): (usize, usize, u32, u32),
    ) {
        let window = window(size, 1, Padding::Same);
        let layer = LayerKind::Conv2d { filters, window, activation: Activation::Relu, bias: true };
        Single::new(&[side, side, channels], layer).bench(bencher);
    }

    #[divan::bench(args = [(8192, 128), (2048, 128), (128, 10)])]
    fn dense(bencher: Bencher<'_, '_>, (inputs, units): (usize, u32)) {
        let layer = LayerKind::Dense { units, activation: Activation::Relu, bias: true };
        Single::new(&[inputs], layer).bench(bencher);
    }

    #[divan::bench(args = [(32, 64), (16, 256)])]
    fn max_pooling(bencher: Bencher<'_, '_>, (side, channels): (usize, usize)) {
        let layer = LayerKind::MaxPool2d { window: window(2, 2, Padding::Valid) };
        Single::new(&[side, side, channels], layer).bench(bencher);
    }

    #[divan::bench(args = [(8, 256), (28, 48)])]
    fn global_average(bencher: Bencher<'_, '_>, (side, channels): (usize, usize)) {
        Single::new(&[side, side, channels], LayerKind::GlobalAvgPool2d).bench(bencher);
    }

    #[divan::bench(args = [(28, 48), (16, 256)])]
    fn batch_normalization(bencher: Bencher<'_, '_>, (side, channels): (usize, usize)) {
        let layer = LayerKind::BatchNorm { epsilon: 0.001, scale: true, center: true };
        Single::new(&[side, side, channels], layer).bench(bencher);
    }
}

/// An engine that executes calls without a session around it: no prices, no transcript.
struct Calls(Engine);

impl Calls {
    fn new() -> Self {
        let layer = LayerKind::Flatten;
        let architecture = Arc::new(Architecture::new(&[1], vec![layer]).unwrap());
        let network = PreparedNetwork::new(Network::new(architecture, Vec::new(), None).unwrap());
        let data = PreparedData::new(Dataset::new(vec![1], vec![0.0], vec![0], 1).unwrap());
        Self(Engine::new(Lane::new(1).unwrap(), Arc::new(network), Arc::new(data)))
    }

    fn call(&mut self, call: &Call) -> TensorHandle {
        let plan = check(call, &self.0).unwrap();
        match self.0.execute(call, &plan).unwrap() {
            Reply::Tensors(made) => made[0].0,
            other => panic!("{other:?} is no tensor"),
        }
    }

    /// A matrix of irregular values, of any size: the sum of a column and a row.
    fn matrix(&mut self, rows: usize, columns: usize) -> TensorHandle {
        let [left, right] = [[rows as u32, 1], [1, columns as u32]].map(|shape| {
            let values = values((shape[0] * shape[1]) as usize);
            self.call(&Call::TensorFromList { shape: shape.to_vec(), values })
        });
        self.call(&Call::TensorBinary { left, op: BinaryOp::Add, right })
    }

    /// Executes a call and drops its result, again and again, as a measure does in a loop.
    fn bench(mut self, bencher: Bencher<'_, '_>, items: usize, call: &Call) {
        bencher.counter(ItemsCount::new(items)).bench_local(|| {
            let tensor = self.call(call);
            let drop = Call::TensorDrop { tensor };
            let plan = check(&drop, &self.0).unwrap();
            self.0.execute(&drop, &plan).unwrap();
        });
    }
}

mod tensors {
    use super::{Bencher, BinaryOp, Call, Calls, ReduceOp, UnaryOp};

    #[divan::bench(args = [(256, 256, 256), (1024, 512, 512), (120, 120, 32_768), (1024, 2304, 256)])]
    fn matmul(bencher: Bencher<'_, '_>, (m, k, n): (usize, usize, usize)) {
        let mut calls = Calls::new();
        let (left, right) = (calls.matrix(m, k), calls.matrix(k, n));
        calls.bench(bencher, m * k * n, &Call::TensorMatmul { left, right });
    }

    const ROWS: usize = 1024;
    const COLUMNS: usize = 1024;

    #[divan::bench(args = ReduceOp::ALL.iter().copied())]
    fn reduce_rows(bencher: Bencher<'_, '_>, op: ReduceOp) {
        let mut calls = Calls::new();
        let tensor = calls.matrix(ROWS, COLUMNS);
        calls.bench(bencher, ROWS * COLUMNS, &Call::TensorReduce { tensor, op, axes: vec![1] });
    }

    #[divan::bench(args = ReduceOp::ALL.iter().copied())]
    fn reduce_columns(bencher: Bencher<'_, '_>, op: ReduceOp) {
        let mut calls = Calls::new();
        let tensor = calls.matrix(ROWS, COLUMNS);
        calls.bench(bencher, ROWS * COLUMNS, &Call::TensorReduce { tensor, op, axes: vec![0] });
    }

    #[divan::bench(args = [UnaryOp::Relu, UnaryOp::Exp])]
    fn unary(bencher: Bencher<'_, '_>, op: UnaryOp) {
        let mut calls = Calls::new();
        let tensor = calls.matrix(ROWS, COLUMNS);
        calls.bench(bencher, ROWS * COLUMNS, &Call::TensorUnary { tensor, op });
    }

    #[divan::bench]
    fn add(bencher: Bencher<'_, '_>) {
        let mut calls = Calls::new();
        let (left, right) = (calls.matrix(ROWS, COLUMNS), calls.matrix(ROWS, COLUMNS));
        let call = Call::TensorBinary { left, op: BinaryOp::Add, right };
        calls.bench(bencher, ROWS * COLUMNS, &call);
    }

    #[divan::bench]
    fn add_row(bencher: Bencher<'_, '_>) {
        let mut calls = Calls::new();
        let (left, right) = (calls.matrix(ROWS, COLUMNS), calls.matrix(1, COLUMNS));
        let call = Call::TensorBinary { left, op: BinaryOp::Add, right };
        calls.bench(bencher, ROWS * COLUMNS, &call);
    }

    #[divan::bench]
    fn softmax(bencher: Bencher<'_, '_>) {
        let mut calls = Calls::new();
        let tensor = calls.matrix(ROWS, COLUMNS);
        calls.bench(bencher, ROWS * COLUMNS, &Call::TensorSoftmax { tensor });
    }

    #[divan::bench]
    fn transpose(bencher: Bencher<'_, '_>) {
        let mut calls = Calls::new();
        let tensor = calls.matrix(ROWS, COLUMNS);
        calls.bench(bencher, ROWS * COLUMNS, &Call::TensorPermute { tensor, axes: vec![1, 0] });
    }
}
