//! Operations of the `tensors` interface.

use assay_call::{BinaryOp, Call, Direction, ReduceOp, UnaryOp};

use super::{List, normal};

pub(super) fn add(list: &mut List) {
    elementwise(list);
    arrangements(list);
    orders(list);
    matrices(list);
}

fn elementwise(list: &mut List) {
    for op in UnaryOp::ALL {
        let name = format!("tensors.unary {}", op.name());
        list.add(name, true, |_, slice| Call::TensorUnary { tensor: slice.left, op: *op });
    }
    for op in BinaryOp::ALL {
        let name = format!("tensors.binary {}", op.name());
        list.add(name, true, |_, slice| Call::TensorBinary {
            left: slice.batch,
            op: *op,
            right: slice.tangent,
        });
        let name = format!("tensors.binary-scalar {}", op.name());
        list.add(name, true, |_, slice| Call::TensorBinaryScalar {
            left: slice.batch,
            op: *op,
            right: 0.7,
        });
    }
    list.add("tensors.choose", true, |_, slice| Call::TensorChoose {
        mask: slice.batch,
        yes: slice.tangent,
        no: slice.batch,
    });
    for op in ReduceOp::ALL {
        let name = format!("tensors.reduce {}", op.name());
        list.add(name, true, |_, slice| Call::TensorReduce {
            tensor: slice.batch,
            op: *op,
            axes: vec![1, 3],
        });
        let name = format!("tensors.reduce {} over all", op.name());
        list.add(name, false, |_, slice| Call::TensorReduce {
            tensor: slice.batch,
            op: *op,
            axes: vec![],
        });
    }
    list.add("tensors.softmax", true, |_, slice| Call::TensorSoftmax { tensor: slice.left });
    list.add("tensors.log-softmax", true, |_, slice| Call::TensorLogSoftmax { tensor: slice.left });
}

fn arrangements(list: &mut List) {
    list.add("tensors.permute", true, |_, slice| Call::TensorPermute {
        tensor: slice.batch,
        axes: vec![0, 3, 1, 2],
    });
    list.add("tensors.slice", true, |_, slice| Call::TensorSlice {
        tensor: slice.batch,
        axis: 2,
        start: 1,
        length: 5,
    });
    list.add("tensors.gather-rows", false, |_, slice| Call::TensorGatherRows {
        tensor: slice.batch,
        indices: vec![3, 0, 3],
    });
    list.add("tensors.concat", true, |_, slice| Call::TensorConcat {
        parts: vec![slice.batch, slice.tangent],
        axis: 3,
    });
    list.add("tensors.stack", true, |_, slice| Call::TensorStack {
        parts: vec![slice.batch, slice.tangent],
        axis: 2,
    });
    list.add("tensors.pad", true, |_, slice| Call::TensorPad {
        tensor: slice.left,
        paddings: vec![[0, 0], [2, 3]],
        value: 1.5,
    });
    list.add("tensors.random-normal", false, |_, _| normal(9, &[1001]));
    list.add("tensors.random-uniform", false, |_, _| Call::TensorRandomUniform {
        seed: 3,
        stream: 4,
        shape: vec![1001],
    });
    list.add("tensors.random-permutation", false, |_, _| Call::TensorRandomPermutation {
        seed: 3,
        stream: 4,
        length: 1001,
    });
}

fn orders(list: &mut List) {
    list.add("tensors.pick", true, |_, slice| Call::TensorPick {
        tensor: slice.left,
        indices: slice.labels(),
    });
    list.add("tensors.cumulative-sum", true, |_, slice| Call::TensorCumulativeSum {
        tensor: slice.left,
    });
    list.add("tensors.quantile", true, |_, slice| Call::TensorQuantile {
        tensor: slice.left,
        q: 0.3,
    });
    list.add("tensors.sort", true, |_, slice| Call::TensorSort {
        tensor: slice.left,
        direction: Direction::Descending,
    });
    list.add("tensors.arg-sort", false, |_, slice| Call::TensorArgSort {
        tensor: slice.left,
        direction: Direction::Ascending,
    });
    list.add("tensors.top-k", false, |_, slice| Call::TensorTopK { tensor: slice.left, k: 7 });
    list.add("tensors.arg-max", false, |_, slice| Call::TensorArgMax { tensor: slice.left });
    list.add("tensors.arg-min", false, |_, slice| Call::TensorArgMin { tensor: slice.left });
}

fn matrices(list: &mut List) {
    list.add("tensors.matmul", true, |all, slice| Call::TensorMatmul {
        left: slice.left,
        right: all.right,
    });
    list.add("tensors.gram", false, |_, slice| Call::TensorGram { tensor: slice.left });
    list.add("tensors.squared-distances", true, |all, slice| Call::TensorSquaredDistances {
        left: slice.left,
        right: all.other,
    });
    list.add("tensors.cosine-similarity", true, |all, slice| Call::TensorCosineSimilarity {
        left: slice.left,
        right: all.other,
    });
    list.add("tensors.singular-values", false, |_, slice| Call::TensorSingularValues {
        tensor: slice.left,
    });
    list.add("tensors.svd", false, |_, slice| Call::TensorSvd { tensor: slice.left });
    list.add("tensors.svd of a tall matrix", false, |all, _| Call::TensorSvd { tensor: all.right });
    list.add("tensors.symmetric-eigen", false, |all, _| Call::TensorSymmetricEigen {
        tensor: all.definite,
    });
    list.add("tensors.solve", false, |all, _| Call::TensorSolve {
        left: all.definite,
        right: all.definite,
    });
}
