//! The adapter's derivatives against the `cpu` lane's.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod common;

use assay_call::{Tap, TapPoint};
use assay_engine::{Lane, Objective, PreparedNetwork};
use assay_gpu::{ResidentNetwork, gradients, objective, parameter_gradients};
use assay_network::{Activation, LayerKind, Network, Padding};
use common::{adapter, assert_close, conv, network, values, window};

/// No kinks but the maximum's: at one, each lane may be on its own side.
fn smooth() -> Network {
    use Padding::{Same, Valid};
    let kinds = vec![
        conv(6, window(3, 2, Same), Activation::Tanh),
        LayerKind::BatchNorm { epsilon: 0.001, scale: true, center: true },
        LayerKind::Activation { activation: Activation::Swish },
        LayerKind::MaxPool2d { window: window(3, 1, Same) },
        conv(5, window(2, 1, Valid), Activation::Sigmoid),
        LayerKind::AvgPool2d { window: window(2, 2, Same) },
        LayerKind::Dropout { rate: 0.5 },
        LayerKind::BatchNorm { epsilon: 0.01, scale: false, center: true },
        LayerKind::Flatten,
        LayerKind::Dense { units: 8, activation: Activation::Softplus, bias: true },
        LayerKind::Dense { units: 4, activation: Activation::Linear, bias: false },
    ];
    network(&[9, 10, 3], kinds)
}

const EXAMPLES: usize = 5;

fn with_objectives(check: impl Fn(&str, &Objective<'_>)) {
    let numbers = values(EXAMPLES * 4, 11);
    let labels = [0, 3, 1, 2, 2];
    let pairs = [(0, 1), (1, 2), (3, 0), (2, 1), (0, 3)];
    check("cotangent", &Objective::Cotangent(&numbers));
    check("cross-entropy", &Objective::CrossEntropy(&labels));
    check("squared error", &Objective::SquaredError(&numbers));
    check("logit difference", &Objective::LogitDifference(&pairs));
    check("margin", &Objective::Margin(&labels));
}

#[test]
fn gradients_of_every_objective_agree_at_every_place() {
    let Some(adapter) = adapter() else { return };
    let network = smooth();
    let (lane, prepared) = (Lane::new(0).unwrap(), PreparedNetwork::new(network.clone()));
    let resident = ResidentNetwork::new(network, adapter);
    let points = [TapPoint::Input, TapPoint::PreActivation, TapPoint::Output];
    let taps: Vec<Tap> =
        (0..11).flat_map(|layer| points.map(|point| Tap { layer, point })).collect();
    let batch = values(EXAMPLES * 9 * 10 * 3, 5);
    with_objectives(|name, asked| {
        let ours = objective(&resident, 0, &batch, asked).unwrap();
        assert_close(&ours, &assay_engine::objective(&lane, &prepared, 0, &batch, asked), name);
        let ours = gradients(&resident, 0, &batch, asked, &taps).unwrap();
        let theirs = assay_engine::gradients(&lane, &prepared, 0, &batch, asked, &taps);
        for ((tap, ours), theirs) in taps.iter().zip(&ours).zip(&theirs) {
            assert_close(ours, theirs, &format!("{name} at {tap:?}"));
        }
    });
}

#[test]
fn gradients_of_parameters_agree_from_any_layer_on() {
    let Some(adapter) = adapter() else { return };
    let network = smooth();
    let (lane, prepared) = (Lane::new(0).unwrap(), PreparedNetwork::new(network.clone()));
    let resident = ResidentNetwork::new(network.clone(), adapter);
    let parameters = network.architecture().parameters();
    for layer in [0, 4, 8] {
        let size: usize = network.architecture().layers()[layer].input.iter().product();
        let batch = values(EXAMPLES * size, 6);
        with_objectives(|name, asked| {
            let ours = parameter_gradients(&resident, layer, &batch, asked).unwrap();
            let theirs = assay_engine::parameter_gradients(&lane, &prepared, layer, &batch, asked);
            assert_eq!(ours.len(), parameters.len());
            for ((parameter, ours), theirs) in parameters.iter().zip(&ours).zip(&theirs) {
                if theirs.iter().all(|value| *value == 0.0) {
                    assert_eq!(ours, theirs, "{name}: {parameter:?}");
                } else {
                    assert_close(ours, theirs, &format!("{name} from {layer}: {parameter:?}"));
                }
            }
        });
    }
}

#[test]
fn every_activation_has_its_derivative() {
    let Some(adapter) = adapter() else { return };
    let lane = Lane::new(1).unwrap();
    let tap = [Tap { layer: 0, point: TapPoint::Input }];
    for name in Activation::known_names() {
        let activation = Activation::from_keras(name).unwrap();
        let dense = LayerKind::Dense { units: 4, activation: Activation::Linear, bias: true };
        let network = network(&[60], vec![LayerKind::Activation { activation }, dense]);
        let batch: Vec<f32> = values(EXAMPLES * 60, 8).iter().map(|x| 4.0 * x).collect();
        let numbers = values(EXAMPLES * 4, 12);
        let asked = Objective::Cotangent(&numbers);
        let resident = ResidentNetwork::new(network.clone(), adapter);
        let ours = gradients(&resident, 0, &batch, &asked, &tap).unwrap();
        let prepared = PreparedNetwork::new(network);
        let theirs = assay_engine::gradients(&lane, &prepared, 0, &batch, &asked, &tap);
        assert_close(&ours[0], &theirs[0], name);
    }
}
