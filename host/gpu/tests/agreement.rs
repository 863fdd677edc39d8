//! The adapter's numbers against the `cpu` lane's. Debian's mesa-vulkan-drivers is adapter enough.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod common;

use std::sync::Arc;

use assay_call::{
    Call, Detail, Execute as _, Host as _, Inventory as _, Limits, NetworkHandle, Reply, Session,
    Tap, TapPoint, TensorHandle, check,
};
use assay_engine::{Engine, Lane, PreparedData, PreparedNetwork, Tensor};
use assay_gpu::{Adapter, GpuEngine, MATMUL_MIN, ResidentNetwork, forward};
use assay_network::{Activation, Dataset, LayerKind, Network, Padding};
use common::{adapter, assert_close, conv, network, values, window};

/// Every tap of every layer, on both lanes.
fn assert_agreement(adapter: &Adapter, network: Network, batch: &[f32]) {
    let points = [TapPoint::Input, TapPoint::PreActivation, TapPoint::Output];
    let layers = network.architecture().layers().len() as u32;
    let taps: Vec<Tap> =
        (0..layers).flat_map(|layer| points.map(|point| Tap { layer, point })).collect();
    let resident = ResidentNetwork::new(network.clone(), adapter);
    let ours = forward(&resident, 0, batch, &taps).unwrap();
    let lane = Lane::new(0).unwrap();
    let theirs = assay_engine::forward(&lane, &PreparedNetwork::new(network.clone()), batch, &taps);
    for ((tap, ours), theirs) in taps.iter().zip(&ours).zip(&theirs) {
        let kind = network.architecture().layers()[tap.layer as usize].kind.name();
        assert_close(ours, theirs, &format!("layer {} ({kind}), {:?}", tap.layer, tap.point));
    }
}

#[test]
fn every_layer_type_agrees() {
    let Some(adapter) = adapter() else { return };
    use Padding::{Same, Valid};
    // Odd sizes with strides: where the padding is uneven is where implementations part.
    let kinds = vec![
        conv(8, window(3, 2, Same), Activation::Relu),
        LayerKind::BatchNorm { epsilon: 0.001, scale: true, center: true },
        LayerKind::Activation { activation: Activation::Relu },
        LayerKind::MaxPool2d { window: window(3, 2, Same) },
        LayerKind::Dense { units: 6, activation: Activation::Softmax, bias: true },
        LayerKind::AvgPool2d { window: window(2, 1, Same) },
        LayerKind::Dropout { rate: 0.5 },
        conv(5, window(2, 1, Valid), Activation::Linear),
        LayerKind::AvgPool2d { window: window(2, 2, Valid) },
        LayerKind::Flatten,
        LayerKind::BatchNorm { epsilon: 0.01, scale: false, center: false },
        LayerKind::Dense { units: 4, activation: Activation::Softmax, bias: false },
    ];
    assert_agreement(adapter, network(&[21, 18, 3], kinds), &values(5 * 21 * 18 * 3, 99));
    let kinds = vec![
        conv(7, window(1, 1, Valid), Activation::Linear),
        LayerKind::MaxPool2d { window: window(2, 2, Valid) },
        LayerKind::GlobalAvgPool2d,
        LayerKind::Dense { units: 3, activation: Activation::Linear, bias: true },
    ];
    assert_agreement(adapter, network(&[8, 6, 2], kinds), &values(3 * 8 * 6 * 2, 98));
}

#[test]
fn every_activation_agrees_on_pictures_and_rows() {
    let Some(adapter) = adapter() else { return };
    let names: Vec<&str> = Activation::known_names().collect();
    assert!(names.len() > 10);
    for shape in [&[4, 3, 5][..], &[60]] {
        for name in &names {
            let activation = Activation::from_keras(name).unwrap();
            let batch: Vec<f32> = values(2 * 60, 7).iter().map(|x| 8.0 * x).collect();
            let kinds = vec![LayerKind::Activation { activation }];
            assert_agreement(adapter, network(shape, kinds), &batch);
        }
    }
}

fn session(adapter: &Adapter) -> Session<GpuEngine> {
    let kinds = vec![LayerKind::Dense { units: 3, activation: Activation::Linear, bias: true }];
    let network = network(&[4], kinds);
    let data = Dataset::new(vec![4], values(40, 1), vec![0; 10], 3).unwrap();
    let resident = Arc::new(ResidentNetwork::new(network.clone(), adapter));
    let (network, data) = (PreparedNetwork::new(network), PreparedData::new(data));
    let cpu = Engine::new(Lane::new(1).unwrap(), Arc::new(network), Arc::new(data));
    let engine = GpuEngine::new(cpu, adapter.clone(), resident);
    Session::new(engine, Limits { work_max: u64::MAX }, Detail::Visible)
}

fn handle(reply: &Reply) -> TensorHandle {
    match reply {
        Reply::Tensors(tensors) => tensors[0].0,
        other => panic!("{other:?}"),
    }
}

#[test]
fn calls_of_both_kinds_share_their_tensors() {
    let Some(adapter) = adapter() else { return };
    let mut session = session(adapter);
    let data = assay_call::DatasetHandle(0);
    let batch = session.call(Call::DataBatch { dataset: data, start: 2, length: 5 }).unwrap();
    let own = NetworkHandle(0);
    let logits = Call::NetworkLogits { network: own, batch: handle(&batch) };
    let logits = session.call(logits).unwrap();
    assert_eq!(logits, Reply::Tensors(vec![(TensorHandle(1), vec![5, 3])]));
    let best = session.call(Call::TensorArgMax { tensor: handle(&logits) }).unwrap();
    assert!(matches!(&best, Reply::Indices(best) if best.len() == 5), "{best:?}");
    // No examples are a batch too.
    let none = session.call(Call::DataBatch { dataset: data, start: 0, length: 0 }).unwrap();
    let logits = Call::NetworkLogits { network: own, batch: handle(&none) };
    let logits = session.call(logits).unwrap();
    assert_eq!(logits, Reply::Tensors(vec![(TensorHandle(3), vec![0, 3])]));
}

#[test]
fn large_products_agree_and_repeat() {
    let Some(adapter) = adapter() else { return };
    let (m, k, n) = (260, 300, 257);
    assert!(m * k * n >= MATMUL_MIN);
    let left = Tensor::new(vec![m, k], values(m * k, 3));
    let right = Tensor::new(vec![k, n], values(k * n, 4));
    let product = |adapter: Option<&Adapter>| {
        let data = Dataset::new(vec![4], values(40, 1), vec![0; 10], 3).unwrap();
        let kinds = vec![LayerKind::Flatten];
        let network = network(&[4], kinds);
        let resident = adapter.map(|a| (a, Arc::new(ResidentNetwork::new(network.clone(), a))));
        let (network, data) = (PreparedNetwork::new(network), PreparedData::new(data));
        let mut cpu = Engine::new(Lane::new(0).unwrap(), Arc::new(network), Arc::new(data));
        let made = Call::TensorMatmul { left: TensorHandle(0), right: TensorHandle(1) };
        cpu.adopt(&made, vec![left.clone(), right.clone()]);
        let call = Call::TensorMatmul { left: TensorHandle(0), right: TensorHandle(1) };
        let plan = check(&call, &cpu).unwrap();
        if let Some((adapter, resident)) = resident {
            let mut engine = GpuEngine::new(cpu, adapter.clone(), resident);
            let made = handle(&engine.execute(&call, &plan).unwrap());
            assert_eq!(engine.tensor(made), Some(&[m, n][..]));
            engine.get(made).unwrap().values().to_vec()
        } else {
            let made = handle(&cpu.execute(&call, &plan).unwrap());
            cpu.get(made).unwrap().values().to_vec()
        }
    };
    let ours = product(Some(adapter));
    let theirs = product(None);
    assert_close(&ours, &theirs, "product");
    assert_ne!(ours, theirs, "two ways to add so many values round differently somewhere");
    assert_eq!(product(Some(adapter)), ours);
}
