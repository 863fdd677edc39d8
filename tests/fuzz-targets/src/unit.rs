//! A unit small enough to be run thousands of times a second: every kind of layer that has weights, six
//! examples of three classes.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use assay_call::{Call, DatasetHandle, Detail, Limits, NetworkHandle, Recorder, Session};
use assay_engine::{Cache, Engine, Lane, PreparedData, PreparedNetwork, SimdLevel};
use assay_network::{Activation, Architecture, Dataset, LayerKind, Network, Padding, Window};

/// Work of a unit: a hundred small calls, and some that compute. A sanitizer makes kernels slow.
pub(crate) const WORK_MAX: u64 = 400_000;

/// The processor's best instruction set, and plain code.
pub(crate) static LANES: LazyLock<[Lane; 2]> = LazyLock::new(|| {
    let best = Lane::new(1).expect("one thread can be had");
    let plain = Lane::with_level(1, SimdLevel::Scalar).expect("one thread can be had");
    [best, plain]
});

static DATA: LazyLock<Arc<PreparedData>> = LazyLock::new(|| Arc::new(PreparedData::new(dataset())));

static NETWORK: LazyLock<Arc<PreparedNetwork>> =
    LazyLock::new(|| Arc::new(PreparedNetwork::new(network())));

fn window(size: u32, stride: u32, padding: Padding) -> Window {
    Window { size: [size; 2], strides: [stride; 2], padding }
}

/// `[5, 4, 3]` to three classes.
pub(crate) fn architecture() -> Architecture {
    let kinds = vec![
        LayerKind::Conv2d {
            filters: 4,
            window: window(3, 1, Padding::Same),
            activation: Activation::Relu,
            bias: true,
        },
        LayerKind::BatchNorm { epsilon: 0.001, scale: true, center: true },
        LayerKind::MaxPool2d { window: window(2, 2, Padding::Same) },
        LayerKind::Dropout { rate: 0.5 },
        LayerKind::Conv2d {
            filters: 2,
            window: window(2, 1, Padding::Valid),
            activation: Activation::Linear,
            bias: false,
        },
        LayerKind::AvgPool2d { window: window(2, 1, Padding::Same) },
        LayerKind::Activation { activation: Activation::Tanh },
        LayerKind::Flatten,
        LayerKind::Dense { units: 3, activation: Activation::Linear, bias: true },
    ];
    Architecture::new(&[5, 4, 3], kinds).expect("the layers fit together")
}

/// Values between -1 and 1 that are no round numbers.
pub(crate) fn values(count: usize, salt: usize) -> Vec<f32> {
    (0..count).map(|at| ((at * 37 + salt * 11) % 101) as f32 / 50.5 - 0.99).collect()
}

pub(crate) fn network() -> Network {
    let architecture = architecture();
    let arrays = |salt: usize| {
        let parameters = architecture.parameters().iter().enumerate();
        let values = parameters.map(|(at, parameter)| {
            let of = values(parameter.shape.iter().product(), at + salt);
            // Variances are positive.
            of.into_iter().map(f32::abs).collect()
        });
        values.collect::<Vec<Vec<f32>>>()
    };
    let (last, initial) = (arrays(1), arrays(2));
    Network::new(Arc::new(architecture), last, Some(initial)).expect("the arrays fit the layers")
}

pub(crate) fn dataset() -> Dataset {
    let inputs = values(6 * 60, 3);
    Dataset::new(vec![5, 4, 3], inputs, vec![0, 1, 2, 0, 1, 1], 3).expect("values and labels fit")
}

/// Entries of a transcript as they came.
pub(crate) type Kept = Arc<Mutex<Vec<Vec<u8>>>>;

/// A recorder that keeps what it is handed.
pub(crate) fn keeper() -> (Kept, Recorder) {
    let kept = Kept::default();
    let keep = Arc::clone(&kept);
    let recorder: Recorder = Box::new(move |entry| {
        keep.lock().unwrap_or_else(PoisonError::into_inner).push(entry.to_vec());
        Ok(())
    });
    (kept, recorder)
}

/// A session of that unit.
pub(crate) fn session(lane: &Lane, detail: Detail, cache: Option<&Arc<Cache>>) -> Session<Engine> {
    let mut engine = Engine::new(lane.clone(), Arc::clone(&NETWORK), Arc::clone(&DATA));
    if let Some(cache) = cache {
        engine = engine.with_cache(Arc::clone(cache));
    }
    Session::new(engine, Limits { work_max: WORK_MAX }, detail)
}

/// Calls that make operands of many shapes, whatever comes after: a batch, a hidden activation, a
/// square matrix, a vector, an empty tensor.
pub(crate) fn operands() -> Vec<Call> {
    let network = NetworkHandle(0);
    let dataset = DatasetHandle(0);
    let normal =
        |shape: &[u32]| Call::TensorRandomNormal { seed: 7, stream: 1, shape: shape.to_vec() };
    vec![
        Call::DataBatch { dataset, start: 0, length: 4 },
        Call::NetworkLogits { network, batch: assay_call::TensorHandle(0) },
        normal(&[3, 3]),
        normal(&[5]),
        Call::TensorFull { shape: vec![0, 2], value: 0.0 },
        Call::NetworkParameter { network, index: 0 },
        normal(&[4, 3]),
    ]
}
