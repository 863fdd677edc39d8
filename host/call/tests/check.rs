//! Checks and prices at their borders: what passes, what is a mistake, what cannot be trusted.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod fake;

use assay_call::{
    BinaryOp, Call, DatasetHandle, ErrorKind, Live, NetworkHandle, ReduceOp, Rejected, Tap,
    TapPoint, TensorHandle, UnaryOp, check,
};
use fake::{D, Fake, N, T, U, mistake, plan};

#[test]
fn prices_are_those_of_the_contract() {
    let work = |shapes: &[&[usize]], call: Call| plan(shapes, &call).work.unwrap();
    let unary = |op| Call::TensorUnary { tensor: T, op };
    assert_eq!(work(&[&[2, 3]], unary(UnaryOp::Negate)), 6);
    assert_eq!(work(&[&[2, 3]], unary(UnaryOp::Exp)), 96);
    assert_eq!(work(&[&[2, 3], &[3, 5]], Call::TensorMatmul { left: T, right: U }), 30);
    // 4 x 5 + 5 x 3 multiply-adds for each example, and the logits kept.
    assert_eq!(work(&[&[7, 4]], Call::NetworkLogits { network: N, batch: T }), 7 * 35 + 7 * 3);
    let tap = |layer, point| Tap { layer, point };
    let taps = vec![tap(1, TapPoint::Input)];
    let call = Call::NetworkActivations { network: N, batch: T, taps };
    assert_eq!(work(&[&[7, 4]], call), 7 * 20 + 7 * 5, "layers past the last tap are not run");
    let read = Call::TensorRead { tensor: T, offset: 0, length: 6 };
    assert_eq!(plan(&[&[2, 3]], &read).bytes_out, 24);
}

#[test]
fn windows_are_exact() {
    let read = |offset, length| Call::TensorRead { tensor: T, offset, length };
    assert_eq!(plan(&[&[6]], &read(2, 4)).results.len(), 0);
    assert_eq!(mistake(&[&[6]], &read(2, 5)), ErrorKind::OutOfRange);
    assert_eq!(mistake(&[&[6]], &read(u32::MAX, u32::MAX)), ErrorKind::TooLarge);
    let large: &[&[usize]] = &[&[1 << 20]];
    assert_eq!(plan(large, &read(0, 1 << 18)).bytes_out, 1 << 20);
    assert_eq!(mistake(large, &read(0, (1 << 18) + 1)), ErrorKind::TooLarge);
}

#[test]
fn sizes_are_bounded_and_never_overflow() {
    let from_list = |shape: &[u32]| Call::TensorFromList { shape: shape.to_vec(), values: vec![] };
    assert_eq!(plan(&[], &from_list(&[0, 3])).results, [[0, 3]]);
    assert_eq!(mistake(&[], &from_list(&[u32::MAX; 3])), ErrorKind::TooLarge);
    assert_eq!(mistake(&[], &from_list(&[0, u32::MAX, u32::MAX, u32::MAX])), ErrorKind::TooLarge);
    assert_eq!(mistake(&[], &from_list(&[1; 9])), ErrorKind::InvalidArgument);
    assert_eq!(mistake(&[], &from_list(&[1])), ErrorKind::ShapeMismatch);
    let outer = Call::TensorBinary { left: T, op: BinaryOp::Add, right: U };
    assert_eq!(mistake(&[&[1 << 20, 1], &[1 << 20]], &outer), ErrorKind::TooLarge);
}

#[test]
fn live_tensors_are_bounded_to_the_byte() {
    let call = Call::TensorUnary { tensor: T, op: UnaryOp::Negate };
    let with = |tensors, bytes| {
        let live = Live { tensors, networks: 1, bytes };
        check(&call, &Fake { live, ..Fake::new(&[&[8]]) }).is_ok()
    };
    assert!(with(4095, (2 << 30) - 32));
    assert!(!with(4096, 0));
    assert!(!with(0, (2 << 30) - 31));
}

#[test]
fn axes_must_exist_once() {
    let reduce = |axes: &[u32], op| Call::TensorReduce { tensor: T, op, axes: axes.to_vec() };
    let shapes: &[&[usize]] = &[&[2, 3, 4]];
    assert_eq!(plan(shapes, &reduce(&[1], ReduceOp::Sum)).results, [[2, 4]]);
    assert_eq!(plan(shapes, &reduce(&[], ReduceOp::Sum)).results, [Vec::<usize>::new()]);
    assert_eq!(mistake(shapes, &reduce(&[3], ReduceOp::Sum)), ErrorKind::OutOfRange);
    assert_eq!(mistake(shapes, &reduce(&[1, 1], ReduceOp::Sum)), ErrorKind::InvalidArgument);
    assert_eq!(mistake(&[&[0]], &reduce(&[], ReduceOp::Maximum)), ErrorKind::ShapeMismatch);
    let permute = |axes: &[u32]| Call::TensorPermute { tensor: T, axes: axes.to_vec() };
    assert_eq!(plan(shapes, &permute(&[2, 0, 1])).results, [[4, 2, 3]]);
    for bad in [&[0, 1][..], &[0, 1, 1], &[0, 1, 3]] {
        assert_eq!(mistake(shapes, &permute(bad)), ErrorKind::InvalidArgument);
    }
}

#[test]
fn shapes_broadcast_from_the_last_axis() {
    let call = Call::TensorBinary { left: T, op: BinaryOp::Add, right: U };
    assert_eq!(plan(&[&[2, 1], &[3]], &call).results, [[2, 3]]);
    assert_eq!(plan(&[&[], &[3, 1]], &call).results, [[3, 1]]);
    assert_eq!(mistake(&[&[2], &[3]], &call), ErrorKind::ShapeMismatch);
}

#[test]
fn data_is_indexed_within_its_examples() {
    let batch = |start, length| Call::DataBatch { dataset: D, start, length };
    assert_eq!(plan(&[], &batch(8, 2)).results, [[2, 4]]);
    assert_eq!(mistake(&[], &batch(8, 3)), ErrorKind::OutOfRange);
    let class = |class| Call::DataClassIndices { dataset: D, class };
    assert_eq!(plan(&[], &class(0)).bytes_out, 28);
    assert_eq!(mistake(&[], &class(2)), ErrorKind::OutOfRange);
    let gather = |indices: &[u32]| Call::DataGather { dataset: D, indices: indices.to_vec() };
    assert_eq!(plan(&[], &gather(&[9, 9])).results, [[2, 4]]);
    assert_eq!(mistake(&[], &gather(&[10])), ErrorKind::OutOfRange);
}

#[test]
fn networks_take_their_own_input_and_have_what_they_have() {
    let logits = Call::NetworkLogits { network: N, batch: T };
    assert_eq!(plan(&[&[2, 4]], &logits).results, [[2, 3]]);
    assert_eq!(mistake(&[&[2, 5]], &logits), ErrorKind::ShapeMismatch);
    assert_eq!(mistake(&[&[4]], &logits), ErrorKind::ShapeMismatch);
    let initial = Call::NetworkInitialParameter { network: N, index: 0 };
    assert_eq!(mistake(&[], &initial), ErrorKind::Unsupported);
    let parameter = Call::NetworkParameter { network: N, index: 4 };
    assert_eq!(mistake(&[], &parameter), ErrorKind::OutOfRange);
}

#[test]
fn a_handle_that_does_not_exist_is_no_mistake_of_a_guest() {
    for call in [
        Call::TensorScalar { tensor: TensorHandle(9) },
        Call::TensorDrop { tensor: TensorHandle(9) },
        Call::NetworkLayers { network: NetworkHandle(1) },
        Call::DataExamples { dataset: DatasetHandle(1) },
        Call::TensorMatmul { left: T, right: TensorHandle(9) },
    ] {
        assert_eq!(check(&call, &Fake::new(&[&[1, 1]])), Err(Rejected::UnknownHandle), "{call:?}");
    }
}
