//! The published price list: every call's name, what it costs beyond the constant and the bytes that
//! it brings, and one example. Tests hold each formula to [`check`](crate::check).

use super::{CALL, TRANSCENDENTAL, UNIFORM};
use crate::{Call, ImageOp};

/// What one call costs beyond the constant and the bytes that it brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    /// The call's name.
    pub call: &'static str,
    /// The price in units of work, for [`evaluate`](super::evaluate).
    pub formula: &'static str,
    /// What the variables mean for this call alone; may be empty.
    pub note: &'static str,
    /// Values of the variables, to show the price by.
    pub example: &'static [(&'static str, u64)],
}

/// A number that many prices share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// What is paid for.
    pub what: &'static str,
    /// Units of work, for as many as `per` says.
    pub work: u64,
    /// What the units are for.
    pub per: &'static str,
    /// Why so many.
    pub reason: &'static str,
}

/// What the prices of different calls have in common.
pub const RATES: &[Rate] = &[
    Rate {
        what: "any call",
        work: CALL,
        per: "call, refused ones too",
        reason: "empty calls are not free: a million of them come to a tenth of the budget for \
                 arithmetic",
    },
    Rate {
        what: "bytes that cross, either way",
        work: 1,
        per: "4 bytes, rounded down",
        reason: "a value is copied, encoded and hashed about once; what a reply brings is in the \
                 call's own formula, what the guest brings is charged with the constant",
    },
    Rate {
        what: "transcendental functions",
        work: TRANSCENDENTAL,
        per: "element",
        reason: "a polynomial and its range, computed to the same bits on every machine",
    },
    Rate {
        what: "uniform random numbers",
        work: UNIFORM,
        per: "number",
        reason: "some rounds of a counter-based generator; normal ones need a logarithm and a cosine",
    },
];

/// Every variable of the formulas, and its meaning.
pub const VARIABLES: &[(&str, &str)] = &[
    ("elements", "elements of the tensor that is given (of all of them, where there are several)"),
    ("result", "elements of the tensor that is made"),
    ("rows", "positions that are returned: the elements without the last axis"),
    ("last", "length of the last axis"),
    ("axes", "axes of the shape that is asked for"),
    ("length", "values, labels or indices that are returned"),
    ("function", "16 for a transcendental function (listed below), 1 for any other"),
    ("sweeps", "2 for `variance`, 1 for any other reduction"),
    ("m", "an axis of a matrix: see the note of the call"),
    ("k", "an axis of a matrix: see the note of the call"),
    ("n", "an axis of a matrix: see the note of the call"),
    ("examples", "examples of the batch; of the dataset for `data`"),
    ("operations", "multiply-adds that the layers of the pass need for one example"),
    ("kept", "elements of all tensors that the pass returns"),
    ("tangent", "elements of the tangent"),
    ("layers", "layers of the network"),
    ("arrays", "parameter arrays of the network"),
    ("parameters", "elements of all parameter arrays"),
    ("batch", "examples of one step of descent"),
    ("steps", "steps of descent"),
];

/// A call without its name and price here does not compile.
macro_rules! prices {
    (
        calls { $($call:ident $name:literal = $formula:literal [$($at:ident: $value:literal)*] $($note:literal)?;)+ }
        images { $($op:ident $op_name:literal = $op_formula:literal [$($op_at:ident: $op_value:literal)*];)+ }
    ) => {
        /// The price list, a row for each call.
        pub const PRICES: &[Price] = &[
            $(Price {
                call: $name,
                formula: $formula,
                note: concat!($($note)?),
                example: &[$((stringify!($at), $value)),*],
            },)+
            $(Price {
                call: $op_name,
                formula: $op_formula,
                note: "",
                example: &[$((stringify!($op_at), $op_value)),*],
            },)+
        ];

        impl Call {
            /// The call's name in transcripts, price lists and verdicts.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$call { .. } => $name,)+
                    Self::Image { op, .. } => op.name(),
                }
            }
        }

        impl ImageOp {
            /// The call's name in transcripts, price lists and verdicts.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$op { .. } => $op_name,)+
                }
            }
        }
    };
}

prices! {
    calls {
        TensorFromList "tensors.from-list" = "result" [result: 1000];
        TensorShape "tensors.shape" = "axes" [axes: 4];
        TensorRead "tensors.read" = "length" [length: 1000];
        TensorScalar "tensors.scalar" = "1" [];
        TensorReshape "tensors.reshape" = "elements" [elements: 1000];
        TensorPermute "tensors.permute" = "elements" [elements: 1000];
        TensorSlice "tensors.slice" = "result" [result: 100];
        TensorGatherRows "tensors.gather-rows" = "result" [result: 100];
        TensorConcat "tensors.concat" = "result" [result: 2000];
        TensorUnary "tensors.unary" = "function * elements" [function: 16 elements: 1000];
        TensorBinary "tensors.binary" = "function * result" [function: 1 result: 1000];
        TensorBinaryScalar "tensors.binary-scalar" = "function * elements" [function: 1 elements: 1000];
        TensorReduce "tensors.reduce" = "sweeps * max(elements, result)" [sweeps: 2 elements: 1000 result: 10];
        TensorArgMax "tensors.arg-max" = "elements + rows" [elements: 1000 rows: 100];
        TensorSoftmax "tensors.softmax" = "16 * elements" [elements: 1000];
        TensorLogSoftmax "tensors.log-softmax" = "16 * elements" [elements: 1000];
        TensorMatmul "tensors.matmul" = "m * k * n" [m: 64 k: 256 n: 10] "[m, k] by [k, n]";
        TensorFull "tensors.full" = "result" [result: 1000];
        TensorOneHot "tensors.one-hot" = "result" [result: 1000];
        TensorStack "tensors.stack" = "result" [result: 2000];
        TensorPad "tensors.pad" = "result" [result: 1200];
        TensorChoose "tensors.choose" = "result" [result: 1000];
        TensorPick "tensors.pick" = "result" [result: 100];
        TensorCumulativeSum "tensors.cumulative-sum" = "elements" [elements: 1000];
        TensorQuantile "tensors.quantile" = "elements * (8 + log2ceil(last))" [elements: 1000 last: 100];
        TensorSort "tensors.sort" = "elements * (8 + log2ceil(last))" [elements: 1000 last: 100];
        TensorArgSort "tensors.arg-sort" = "elements * (8 + log2ceil(last)) + elements" [elements: 1000 last: 100];
        TensorTopK "tensors.top-k" = "elements * (8 + log2ceil(last)) + result" [elements: 1000 last: 100 result: 50];
        TensorArgMin "tensors.arg-min" = "elements + rows" [elements: 1000 rows: 100];
        TensorGram "tensors.gram" = "m * m * k" [m: 64 k: 256] "[m, k] by its transpose";
        TensorSquaredDistances "tensors.squared-distances" = "2 * m * n * k" [m: 64 n: 32 k: 256] "[m, k] and [n, k]";
        TensorCosineSimilarity "tensors.cosine-similarity" = "m * n * k + 2 * k * (m + n)" [m: 64 n: 32 k: 256] "[m, k] and [n, k]";
        TensorSingularValues "tensors.singular-values" = "64 * m * n * min(m, n)" [m: 64 n: 32] "[m, n]";
        TensorSvd "tensors.svd" = "96 * m * n * min(m, n)" [m: 64 n: 32] "[m, n]";
        TensorSymmetricEigen "tensors.symmetric-eigen" = "96 * n * n * n" [n: 32] "[n, n]";
        TensorSolve "tensors.solve" = "n * n * n / 3 + 2 * n * n * k" [n: 32 k: 4] "[n, n], right sides [n, k]";
        TensorRandomNormal "tensors.random-normal" = "16 * result" [result: 1000];
        TensorRandomUniform "tensors.random-uniform" = "4 * result" [result: 1000];
        TensorRandomPermutation "tensors.random-permutation" = "4 * length + length" [length: 1000];
        TensorDrop "tensors.drop" = "0" [];
        NetworkInputShape "networks.input-shape" = "axes" [axes: 3];
        NetworkLayers "networks.layers" = "16 * layers" [layers: 12];
        NetworkParameters "networks.parameters" = "8 * arrays" [arrays: 20];
        NetworkParameter "networks.parameter" = "result" [result: 1000];
        NetworkInitialParameter "networks.initial-parameter" = "result" [result: 1000];
        NetworkLogits "networks.logits" = "examples * operations + kept" [examples: 500 operations: 1_000_000 kept: 5000];
        NetworkActivations "networks.activations" = "examples * operations + kept" [examples: 500 operations: 400_000 kept: 64_000]
            "layers up to the last tap";
        NetworkLogitsFrom "networks.logits-from" = "examples * operations + kept" [examples: 500 operations: 300_000 kept: 5000]
            "layers from the one entered";
        NetworkActivationsFrom "networks.activations-from" = "examples * operations + kept" [examples: 500 operations: 100_000 kept: 64_000]
            "layers from the one entered up to the last tap";
        NetworkObjective "networks.objective" = "examples * operations" [examples: 500 operations: 1_000_000]
            "layers from the one entered";
        NetworkGradients "networks.gradients" = "3 * examples * operations + kept" [examples: 500 operations: 1_000_000 kept: 64_000]
            "layers from the one entered";
        NetworkParameterGradients "networks.parameter-gradients" = "4 * examples * operations + kept" [examples: 500 operations: 1_000_000 kept: 30_000]
            "layers from the one entered";
        NetworkJacobianVector "networks.jacobian-vector" = "4 * examples * operations + kept + tangent" [examples: 500 operations: 1_000_000 kept: 5000 tangent: 30_000]
            "layers from the one entered up to the last tap";
        NetworkHessianVector "networks.hessian-vector" = "10 * examples * operations + kept + tangent" [examples: 500 operations: 1_000_000 kept: 30_000 tangent: 30_000]
            "layers from the one entered";
        NetworkApplyLinear "networks.apply-linear" = "examples * operations + elements + result" [examples: 1 operations: 100_000 elements: 1000 result: 2000]
            "the one layer";
        NetworkApplyTranspose "networks.apply-transpose" = "examples * operations + elements + result" [examples: 1 operations: 100_000 elements: 2000 result: 1000]
            "the one layer";
        NetworkWithParameters "networks.with-parameters" = "2 * elements" [elements: 30_000] "the replacements";
        NetworkTrain "networks.train" = "steps * (4 * batch * operations + 4 * parameters)" [steps: 100 batch: 32 operations: 1_000_000 parameters: 30_000]
            "all layers";
        NetworkDrop "networks.drop" = "0" [];
        DataExamples "data.examples" = "1" [];
        DataClasses "data.classes" = "1" [];
        DataShape "data.shape" = "axes" [axes: 3];
        DataStatistics "data.value-statistics" = "4" [];
        DataLabels "data.labels" = "length" [length: 500];
        DataClassIndices "data.class-indices" = "examples + length" [examples: 50_000 length: 5000];
        DataBatch "data.batch" = "result" [result: 1_536_000];
        DataGather "data.gather" = "result" [result: 1_536_000];
        BudgetWorkLimit "budget.work-limit" = "2" [];
        BudgetWorkLeft "budget.work-left" = "2" [];
    }
    images {
        FlipHorizontal "images.flip-horizontal" = "elements" [elements: 1000];
        FlipVertical "images.flip-vertical" = "elements" [elements: 1000];
        Pad "images.pad" = "result" [result: 1200];
        CropResize "images.crop-resize" = "8 * result" [result: 1000];
        Rotate "images.rotate" = "8 * elements" [elements: 1000];
        Brightness "images.brightness" = "elements" [elements: 1000];
        Contrast "images.contrast" = "2 * elements" [elements: 1000];
        Saturation "images.saturation" = "8 * elements" [elements: 1000];
        Hue "images.hue" = "8 * elements" [elements: 1000];
        RgbToGray "images.rgb-to-gray" = "elements" [elements: 3000];
        GrayToRgb "images.gray-to-rgb" = "result" [result: 3000];
        Sobel "images.sobel" = "16 * elements" [elements: 1000];
        Erase "images.erase" = "elements" [elements: 1000];
    }
}
