//! Checks of every function beyond elementary arithmetic: result shapes, prices, and each kind of
//! mistake that the contract names.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod fake;

use assay_call::{
    Area, Border, Call, Cells, Descent, Direction, ErrorKind as E, ImageOp, Live, NetworkHandle,
    Objective, Pass, Rejected, Tangent, Tap, TapPoint, TensorHandle, ValueRange, check,
};
use assay_network::{Architecture, LayerKind, Padding, Window};
use fake::{Fake, N, T, U, mistake, plan};

const V: TensorHandle = TensorHandle(2);

fn work(shapes: &[&[usize]], call: &Call) -> u64 {
    plan(shapes, call).work.unwrap()
}

#[test]
fn tensors_from_nothing() {
    let full = |shape: &[u32]| Call::TensorFull { shape: shape.to_vec(), value: 1.0 };
    assert_eq!(plan(&[], &full(&[2, 3])).results, [[2, 3]]);
    assert_eq!(mistake(&[], &full(&[1; 9])), E::InvalidArgument);
    assert_eq!(mistake(&[], &full(&[1 << 14, 1 << 14])), E::TooLarge);
    let one_hot =
        |indices: &[u32], classes| Call::TensorOneHot { indices: indices.to_vec(), classes };
    assert_eq!(plan(&[], &one_hot(&[1, 0], 2)).results, [[2, 2]]);
    assert_eq!(mistake(&[], &one_hot(&[2], 2)), E::OutOfRange);
    assert_eq!(mistake(&[], &one_hot(&vec![0; 1 << 18], 1 << 20)), E::TooLarge);
    let normal =
        |shape: &[u32]| Call::TensorRandomNormal { seed: 1, stream: 2, shape: shape.to_vec() };
    assert_eq!(work(&[], &normal(&[5, 2])), 160);
    let uniform = Call::TensorRandomUniform { seed: 1, stream: 2, shape: vec![10] };
    assert_eq!(work(&[], &uniform), 40);
    let permutation = |length| Call::TensorRandomPermutation { seed: 0, stream: 0, length };
    assert_eq!(work(&[], &permutation(100)), 100 + 400, "the positions cross, and each is drawn");
    assert_eq!(mistake(&[], &permutation((1 << 18) + 1)), E::TooLarge);
}

#[test]
fn arrangements() {
    let stack = |axis| Call::TensorStack { parts: vec![T, U], axis };
    assert_eq!(plan(&[&[2, 3], &[2, 3]], &stack(1)).results, [[2, 2, 3]]);
    assert_eq!(plan(&[&[], &[]], &stack(0)).results, [[2]]);
    assert_eq!(mistake(&[&[2, 3], &[3, 2]], &stack(0)), E::ShapeMismatch);
    assert_eq!(mistake(&[&[2], &[2]], &stack(2)), E::OutOfRange);
    assert_eq!(mistake(&[&[1; 8], &[1; 8]], &stack(0)), E::InvalidArgument);
    assert_eq!(mistake(&[], &Call::TensorStack { parts: vec![], axis: 0 }), E::InvalidArgument);
    assert_eq!(mistake(&[&[1]], &Call::TensorStack { parts: vec![T; 1025], axis: 0 }), E::TooLarge);
    let pad = |paddings: &[[u32; 2]]| Call::TensorPad {
        tensor: T,
        paddings: paddings.to_vec(),
        value: 0.0,
    };
    assert_eq!(plan(&[&[2, 3]], &pad(&[[1, 0], [2, 2]])).results, [[3, 7]]);
    assert_eq!(mistake(&[&[2, 3]], &pad(&[[1, 0]])), E::ShapeMismatch);
    assert_eq!(mistake(&[&[2, 3]], &pad(&[[u32::MAX; 2]; 2])), E::TooLarge);
    let choose = Call::TensorChoose { mask: T, yes: U, no: V };
    assert_eq!(plan(&[&[2, 1], &[3], &[]], &choose).results, [[2, 3]]);
    assert_eq!(mistake(&[&[2], &[3], &[3]], &choose), E::ShapeMismatch);
    let pick = |indices: &[u32]| Call::TensorPick { tensor: T, indices: indices.to_vec() };
    assert_eq!(plan(&[&[2, 3]], &pick(&[2, 0])).results, [[2]]);
    assert_eq!(mistake(&[&[2, 3]], &pick(&[2])), E::ShapeMismatch);
    assert_eq!(mistake(&[&[2, 3]], &pick(&[2, 3])), E::OutOfRange);
    assert_eq!(mistake(&[&[]], &pick(&[])), E::ShapeMismatch);
}

#[test]
fn orders_along_the_last_axis() {
    let sort = Call::TensorSort { tensor: T, direction: Direction::Ascending };
    assert_eq!(work(&[&[3, 100]], &sort), 300 * (8 + 7));
    assert_eq!(work(&[&[3, 1]], &sort), 3 * 8);
    assert_eq!(mistake(&[&[]], &sort), E::ShapeMismatch);
    let arg_sort = Call::TensorArgSort { tensor: T, direction: Direction::Descending };
    assert_eq!(plan(&[&[2, 3]], &arg_sort).bytes_out, 24);
    assert_eq!(mistake(&[&[1 << 9, (1 << 9) + 1]], &arg_sort), E::TooLarge);
    let quantile = |q| Call::TensorQuantile { tensor: T, q };
    assert_eq!(plan(&[&[2, 3]], &quantile(0.5)).results, [[2]]);
    for bad in [-0.1, 1.1, f32::NAN, f32::INFINITY] {
        assert_eq!(mistake(&[&[2, 3]], &quantile(bad)), E::InvalidArgument);
    }
    assert_eq!(mistake(&[&[2, 0]], &quantile(0.5)), E::ShapeMismatch);
    let top = |k| Call::TensorTopK { tensor: T, k };
    let found = plan(&[&[2, 5]], &top(3));
    assert_eq!((&found.results[..], found.bytes_out), (&[vec![2, 3]][..], 24));
    assert_eq!(mistake(&[&[2, 5]], &top(6)), E::OutOfRange);
    assert_eq!(mistake(&[&[1 << 18, 2]], &top(2)), E::TooLarge);
    let cumulative = Call::TensorCumulativeSum { tensor: T };
    assert_eq!(plan(&[&[2, 5]], &cumulative).results, [[2, 5]]);
    assert_eq!(mistake(&[&[]], &cumulative), E::ShapeMismatch);
    let arg_min = Call::TensorArgMin { tensor: T };
    assert_eq!(plan(&[&[2, 5]], &arg_min).bytes_out, 8);
    assert_eq!(mistake(&[&[2, 0]], &arg_min), E::ShapeMismatch);
}

#[test]
fn matrices() {
    let (gram, svd) = (Call::TensorGram { tensor: T }, Call::TensorSvd { tensor: T });
    assert_eq!(plan(&[&[4, 7]], &gram).results, [[4, 4]]);
    assert_eq!(work(&[&[4, 7]], &gram), 4 * 4 * 7);
    assert_eq!(plan(&[&[4, 7]], &svd).results, [vec![4, 4], vec![4], vec![7, 4]]);
    assert_eq!(work(&[&[4, 7]], &svd), 96 * 4 * 7 * 4);
    let values = Call::TensorSingularValues { tensor: T };
    assert_eq!(work(&[&[4, 7]], &values), 64 * 4 * 7 * 4);
    assert_eq!(plan(&[&[10_000, 4096]], &values).results, [[4096]]);
    assert_eq!(mistake(&[&[4097, 4097]], &values), E::TooLarge);
    let eigen = Call::TensorSymmetricEigen { tensor: T };
    assert_eq!(plan(&[&[3, 3]], &eigen).results, [vec![3], vec![3, 3]]);
    assert_eq!(mistake(&[&[3, 4]], &eigen), E::ShapeMismatch);
    for call in [&gram, &svd, &values, &eigen] {
        assert_eq!(mistake(&[&[3]], call), E::ShapeMismatch);
        assert_eq!(mistake(&[&[3, 3, 3]], call), E::ShapeMismatch);
    }
    let solve = Call::TensorSolve { left: T, right: U };
    assert_eq!(work(&[&[3, 3], &[3, 2]], &solve), 9 + 36);
    assert_eq!(mistake(&[&[3, 3], &[2, 2]], &solve), E::ShapeMismatch);
    assert_eq!(mistake(&[&[3, 2], &[3, 2]], &solve), E::ShapeMismatch);
    for pair in [
        Call::TensorSquaredDistances { left: T, right: U },
        Call::TensorCosineSimilarity { left: T, right: U },
    ] {
        assert_eq!(plan(&[&[3, 4], &[5, 4]], &pair).results, [[3, 5]]);
        assert_eq!(mistake(&[&[3, 4], &[5, 3]], &pair), E::ShapeMismatch);
        assert_eq!(mistake(&[&[3, 4], &[4]], &pair), E::ShapeMismatch);
    }
}

#[test]
fn images() {
    let batch: &[&[usize]] = &[&[2, 5, 6, 3]];
    let image = |op| Call::Image { images: T, op };
    let flip = image(ImageOp::FlipHorizontal);
    assert_eq!(plan(batch, &flip).results, [[2, 5, 6, 3]]);
    assert_eq!(mistake(&[&[5, 6, 3]], &flip), E::ShapeMismatch);
    let pad = |sides, border| image(ImageOp::Pad { vertical: sides, horizontal: [0, 1], border });
    assert_eq!(plan(batch, &pad([1, 2], Border::Zero)).results, [[2, 8, 7, 3]]);
    assert_eq!(mistake(batch, &pad([5, 0], Border::Reflect)), E::InvalidArgument);
    assert_eq!(mistake(batch, &pad([u32::MAX; 2], Border::Zero)), E::TooLarge);
    let area = |height| Area { top: -1.0, left: 0.5, height, width: 2.0 };
    let crop = |areas: &[Area], height| {
        image(ImageOp::CropResize { areas: areas.to_vec(), height, width: 4 })
    };
    assert_eq!(plan(batch, &crop(&[area(3.0); 2], 7)).results, [[2, 7, 4, 3]]);
    assert_eq!(plan(batch, &crop(&[area(3.0)], 7)).results, [[2, 7, 4, 3]]);
    assert_eq!(mistake(batch, &crop(&[area(3.0); 3], 7)), E::ShapeMismatch);
    for bad in [0.0, f32::NAN, f32::INFINITY] {
        assert_eq!(mistake(batch, &crop(&[area(bad)], 7)), E::InvalidArgument);
    }
    assert_eq!(mistake(batch, &crop(&[area(3.0)], 0)), E::InvalidArgument);
    let rotate = |angles: &[f32]| image(ImageOp::Rotate { angles: angles.to_vec(), fill: 0.0 });
    assert_eq!(mistake(batch, &rotate(&[f32::NAN])), E::InvalidArgument);
    assert_eq!(mistake(batch, &rotate(&[])), E::ShapeMismatch);
    let hue = |low, high| image(ImageOp::Hue { turns: vec![0.1], range: ValueRange { low, high } });
    assert_eq!(plan(batch, &hue(-1.0, 1.0)).results, [[2, 5, 6, 3]]);
    assert_eq!(mistake(batch, &hue(1.0, 1.0)), E::InvalidArgument);
    assert_eq!(mistake(&[&[2, 5, 6, 1]], &hue(0.0, 1.0)), E::ShapeMismatch);
    assert_eq!(plan(batch, &image(ImageOp::RgbToGray)).results, [[2, 5, 6, 1]]);
    assert_eq!(mistake(batch, &image(ImageOp::GrayToRgb)), E::ShapeMismatch);
    assert_eq!(plan(batch, &image(ImageOp::Sobel)).results, [[2, 5, 6, 3, 2]]);
    assert_eq!(mistake(&[&[2, 1, 6, 3]], &image(ImageOp::Sobel)), E::ShapeMismatch);
    let erase = |top, height| {
        let cells = Cells { top, left: 0, height, width: 6 };
        image(ImageOp::Erase { areas: vec![cells], value: 0.0 })
    };
    assert_eq!(plan(batch, &erase(1, 4)).results, [[2, 5, 6, 3]]);
    assert_eq!(mistake(batch, &erase(2, 4)), E::OutOfRange);
    assert_eq!(mistake(batch, &erase(u32::MAX, u32::MAX)), E::OutOfRange);
}

// The network of the fake inventory: dense 4 -> 5, dense 5 -> 3; 20 and 15 multiply-adds.

fn pass(layer: u32) -> Pass {
    Pass { network: N, layer, batch: T }
}

fn tap(layer: u32, point: TapPoint) -> Tap {
    Tap { layer, point }
}

#[test]
fn passes_from_a_layer_on() {
    let from = |layer| Call::NetworkLogitsFrom { network: N, layer, activation: T };
    assert_eq!(work(&[&[7, 5]], &from(1)), 7 * 15 + 7 * 3);
    assert_eq!(mistake(&[&[7, 4]], &from(1)), E::ShapeMismatch);
    assert_eq!(mistake(&[&[7, 3]], &from(2)), E::OutOfRange);
    let taps = |layer, taps: &[Tap]| Call::NetworkActivationsFrom {
        network: N,
        layer,
        activation: T,
        taps: taps.to_vec(),
    };
    let own = tap(1, TapPoint::Input);
    assert_eq!(work(&[&[7, 5]], &taps(1, &[own])), 7 * 5, "the activation itself: nothing is run");
    assert_eq!(mistake(&[&[7, 5]], &taps(1, &[tap(0, TapPoint::Output)])), E::OutOfRange);
    assert_eq!(mistake(&[&[7, 5]], &taps(1, &[])), E::InvalidArgument);
    assert_eq!(mistake(&[&[7, 5]], &taps(1, &[own; 257])), E::TooLarge);
}

#[test]
fn objectives_fit_their_batch() {
    let objective = |objective| Call::NetworkObjective { pass: pass(0), objective };
    let batch: &[&[usize]] = &[&[2, 4], &[2, 3], &[3, 2]];
    assert_eq!(plan(batch, &objective(Objective::CrossEntropy(vec![0, 2]))).results, [[2]]);
    assert_eq!(plan(batch, &objective(Objective::SquaredError(U))).results, [[2]]);
    for (of, kind) in [
        (Objective::CrossEntropy(vec![0]), E::ShapeMismatch),
        (Objective::CrossEntropy(vec![0, 3]), E::OutOfRange),
        (Objective::Margin(vec![0, 3]), E::OutOfRange),
        (Objective::Logit(vec![1; 3]), E::ShapeMismatch),
        (Objective::LogitDifference(vec![(0, 1), (0, 3)]), E::OutOfRange),
        (Objective::LogitDifference(vec![(0, 1)]), E::ShapeMismatch),
        (Objective::Cotangent(V), E::ShapeMismatch),
        (Objective::SoftCrossEntropy(V), E::ShapeMismatch),
    ] {
        assert_eq!(mistake(batch, &objective(of.clone())), kind, "{of:?}");
    }
    let pool = Window { size: [1, 1], strides: [1, 1], padding: Padding::Valid };
    let network =
        Architecture::new(&[2, 2, 1], vec![LayerKind::MaxPool2d { window: pool }]).unwrap();
    let images = Fake { network, ..Fake::new(&[&[1, 2, 2, 1]]) };
    let refused = check(&objective(Objective::Logit(vec![0])), &images);
    assert!(matches!(refused, Err(Rejected::Error(error)) if error.kind == E::Unsupported));
}

#[test]
fn derivatives_have_the_shapes_of_what_they_are_taken_by() {
    let batch: &[&[usize]] = &[&[2, 4], &[2, 4], &[2, 5]];
    let objective = Objective::CrossEntropy(vec![0, 2]);
    let taps = vec![tap(0, TapPoint::Input), tap(1, TapPoint::PreActivation)];
    let gradients =
        Call::NetworkGradients { pass: pass(0), objective: objective.clone(), taps: taps.clone() };
    assert_eq!(plan(batch, &gradients).results, [[2, 4], [2, 3]]);
    assert_eq!(work(batch, &gradients), 3 * 2 * 35 + 8 + 6);
    let parameters =
        Call::NetworkParameterGradients { pass: pass(0), objective: objective.clone() };
    assert_eq!(plan(batch, &parameters).results, [vec![4, 5], vec![5], vec![5, 3], vec![3]]);
    assert_eq!(work(batch, &parameters), 4 * 2 * 35 + 43);
    let along =
        |tangent| Call::NetworkJacobianVector { pass: pass(0), tangent, taps: taps.clone() };
    assert_eq!(plan(batch, &along(Tangent::Batch(U))).results, [[2, 4], [2, 3]]);
    assert_eq!(mistake(batch, &along(Tangent::Batch(V))), E::ShapeMismatch);
    assert_eq!(mistake(batch, &along(Tangent::Parameters(vec![T]))), E::InvalidArgument);
    assert_eq!(mistake(batch, &along(Tangent::Parameters(vec![T; 4]))), E::ShapeMismatch);
    let hessian = |tangent| Call::NetworkHessianVector {
        pass: pass(0),
        objective: objective.clone(),
        tangent,
    };
    assert_eq!(plan(batch, &hessian(Tangent::Batch(U))).results, [[2, 4]]);
    assert_eq!(work(batch, &hessian(Tangent::Batch(U))), 10 * 2 * 35 + 8 + 8);
}

#[test]
fn linear_parts_go_both_ways() {
    let apply = |layer| Call::NetworkApplyLinear { network: N, layer, activation: T };
    let transpose = |layer| Call::NetworkApplyTranspose { network: N, layer, activation: T };
    assert_eq!(plan(&[&[2, 4]], &apply(0)).results, [[2, 5]]);
    assert_eq!(plan(&[&[2, 5]], &transpose(0)).results, [[2, 4]]);
    assert_eq!(mistake(&[&[2, 4]], &transpose(0)), E::ShapeMismatch);
    assert_eq!(mistake(&[&[2, 4]], &apply(2)), E::OutOfRange);
    let pool = Window { size: [2, 2], strides: [2, 2], padding: Padding::Valid };
    let network =
        Architecture::new(&[2, 2, 1], vec![LayerKind::MaxPool2d { window: pool }]).unwrap();
    let images = Fake { network, ..Fake::new(&[&[1, 2, 2, 1]]) };
    let refused = check(&apply(0), &images);
    assert!(matches!(refused, Err(Rejected::Error(error)) if error.kind == E::Unsupported));
}

#[test]
fn copies_are_bounded_and_replace_what_there_is() {
    let copy = |list: &[(u32, TensorHandle)]| Call::NetworkWithParameters {
        network: N,
        replacements: list.to_vec(),
    };
    let shapes: &[&[usize]] = &[&[4, 5], &[5]];
    assert_eq!(work(shapes, &copy(&[(0, T), (1, U)])), 50);
    assert_eq!(mistake(shapes, &copy(&[(0, U)])), E::ShapeMismatch);
    assert_eq!(mistake(shapes, &copy(&[(4, U)])), E::OutOfRange);
    assert_eq!(mistake(shapes, &copy(&[(1, U), (1, U)])), E::InvalidArgument);
    let with = |networks, bytes| {
        let live = Live { tensors: 2, networks, bytes };
        check(&copy(&[(1, U)]), &Fake { live, ..Fake::new(shapes) }).is_ok()
    };
    assert!(with(63, (2 << 30) - 20));
    assert!(!with(64, 0));
    assert!(!with(1, (2 << 30) - 19));
    let unknown = Call::NetworkDrop { network: NetworkHandle(7) };
    assert_eq!(check(&unknown, &Fake::new(&[])), Err(Rejected::UnknownHandle));
    let lent = Call::NetworkDrop { network: N };
    assert_eq!(check(&lent, &Fake::new(&[])), Err(Rejected::UnknownHandle));
}

#[test]
fn training_is_priced_by_its_steps() {
    let descent =
        Descent { learning_rate: 0.1, momentum: 0.9, weight_decay: 0.0, batch_size: 2, steps: 3 };
    let train = |labels: &[u32], descent| Call::NetworkTrain {
        network: N,
        examples: T,
        labels: labels.to_vec(),
        descent,
    };
    let batch: &[&[usize]] = &[&[2, 4]];
    assert_eq!(work(batch, &train(&[0, 1], descent)), 3 * (4 * 2 * 35 + 4 * 43));
    assert_eq!(mistake(batch, &train(&[0], descent)), E::ShapeMismatch);
    assert_eq!(mistake(batch, &train(&[0, 3], descent)), E::OutOfRange);
    assert_eq!(mistake(&[&[0, 4]], &train(&[], descent)), E::InvalidArgument);
    let with = |change: fn(&mut Descent)| {
        let mut changed = descent;
        change(&mut changed);
        mistake(batch, &train(&[0, 1], changed))
    };
    assert_eq!(with(|descent| descent.learning_rate = f32::NAN), E::InvalidArgument);
    assert_eq!(with(|descent| descent.batch_size = 0), E::InvalidArgument);
    assert_eq!(with(|descent| descent.steps = 100_001), E::TooLarge);
}
