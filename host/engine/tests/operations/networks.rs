//! Operations of the `networks` interface.

use assay_call::{Call, Descent, Objective, Tangent, Tap, TapPoint};

use super::{CLASSES, HIDDEN, List, N, Slice, architecture};

/// An objective of the examples of a slice.
type ObjectiveOf = fn(&Slice) -> Objective;

pub(super) fn add(list: &mut List) {
    passes(list);
    derivatives(list);
}

fn all_taps() -> Vec<Tap> {
    let layers = architecture().layers().len() as u32;
    let at = |layer| {
        [TapPoint::Input, TapPoint::PreActivation, TapPoint::Output]
            .map(|point| Tap { layer, point })
    };
    (0..layers).flat_map(at).collect()
}

fn passes(list: &mut List) {
    list.add("networks.logits", true, |_, slice| Call::NetworkLogits {
        network: N,
        batch: slice.batch,
    });
    list.add("networks.activations", true, |_, slice| Call::NetworkActivations {
        network: N,
        batch: slice.batch,
        taps: all_taps(),
    });
    list.add("networks.logits-from", true, |_, slice| Call::NetworkLogitsFrom {
        network: N,
        layer: HIDDEN,
        activation: slice.hidden,
    });
    list.add("networks.activations-from", true, |_, slice| Call::NetworkActivationsFrom {
        network: N,
        layer: HIDDEN,
        activation: slice.hidden,
        taps: vec![Tap { layer: HIDDEN + 1, point: TapPoint::Output }],
    });
    list.add("networks.apply-linear", true, |_, slice| Call::NetworkApplyLinear {
        network: N,
        layer: HIDDEN,
        activation: slice.hidden,
    });
    list.add("networks.apply-transpose", true, |_, slice| Call::NetworkApplyTranspose {
        network: N,
        layer: HIDDEN - 2,
        activation: slice.hidden,
    });
}

fn derivatives(list: &mut List) {
    let objectives: [(&str, ObjectiveOf); 7] = [
        ("cotangent", |slice| Objective::Cotangent(slice.cotangent)),
        ("cross-entropy", |slice| Objective::CrossEntropy(slice.labels())),
        ("soft-cross-entropy", |slice| Objective::SoftCrossEntropy(slice.cotangent)),
        ("squared-error", |slice| Objective::SquaredError(slice.cotangent)),
        ("logit", |slice| Objective::Logit(slice.labels())),
        ("logit-difference", |slice| {
            Objective::LogitDifference(
                slice.labels().iter().map(|l| (*l, (l + 1) % CLASSES)).collect(),
            )
        }),
        ("margin", |slice| Objective::Margin(slice.labels())),
    ];
    for (name, objective) in objectives {
        list.add(format!("networks.objective {name}"), true, move |_, slice| {
            Call::NetworkObjective { pass: slice.pass(), objective: objective(slice) }
        });
        list.add(format!("networks.gradients {name}"), true, move |_, slice| {
            Call::NetworkGradients {
                pass: slice.pass(),
                objective: objective(slice),
                taps: all_taps(),
            }
        });
    }
    let loss = |slice: &Slice| Objective::CrossEntropy(slice.labels());
    list.add("networks.parameter-gradients", false, move |_, slice| {
        Call::NetworkParameterGradients { pass: slice.pass(), objective: loss(slice) }
    });
    list.add("networks.jacobian-vector", true, |_, slice| Call::NetworkJacobianVector {
        pass: slice.pass(),
        tangent: Tangent::Batch(slice.tangent),
        taps: all_taps(),
    });
    list.add("networks.jacobian-vector of parameters", true, |all, slice| {
        Call::NetworkJacobianVector {
            pass: slice.pass(),
            tangent: Tangent::Parameters(all.parameters.clone()),
            taps: all_taps(),
        }
    });
    list.add("networks.hessian-vector", true, move |_, slice| Call::NetworkHessianVector {
        pass: slice.pass(),
        objective: loss(slice),
        tangent: Tangent::Batch(slice.tangent),
    });
    list.add("networks.hessian-vector of parameters", false, move |all, slice| {
        Call::NetworkHessianVector {
            pass: slice.pass(),
            objective: loss(slice),
            tangent: Tangent::Parameters(all.parameters.clone()),
        }
    });
    list.add("networks.train", false, |_, slice| Call::NetworkTrain {
        network: N,
        examples: slice.batch,
        labels: slice.labels(),
        descent: Descent {
            learning_rate: 0.05,
            momentum: 0.9,
            weight_decay: 1e-3,
            batch_size: 11,
            steps: 5,
        },
    });
}
