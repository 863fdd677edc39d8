//! One request of a measure.

use assay_ids::Digest;
use serde::{Deserialize, Serialize};

use crate::{
    BinaryOp, DatasetHandle, Descent, Direction, ImageOp, NetworkHandle, Objective, Pass, ReduceOp,
    Tangent, Tap, TensorHandle, UnaryOp, encode,
};

/// One request. Shapes, indices and counts are as the guest gave them: [`crate::check`] decides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "the WIT documentation describes each call and field; it is not repeated here"
)]
pub enum Call {
    TensorFromList {
        shape: Vec<u32>,
        values: Vec<f32>,
    },
    TensorShape {
        tensor: TensorHandle,
    },
    TensorRead {
        tensor: TensorHandle,
        offset: u32,
        length: u32,
    },
    TensorScalar {
        tensor: TensorHandle,
    },
    TensorReshape {
        tensor: TensorHandle,
        shape: Vec<u32>,
    },
    TensorPermute {
        tensor: TensorHandle,
        axes: Vec<u32>,
    },
    TensorSlice {
        tensor: TensorHandle,
        axis: u32,
        start: u32,
        length: u32,
    },
    TensorGatherRows {
        tensor: TensorHandle,
        indices: Vec<u32>,
    },
    TensorConcat {
        parts: Vec<TensorHandle>,
        axis: u32,
    },
    TensorUnary {
        tensor: TensorHandle,
        op: UnaryOp,
    },
    TensorBinary {
        left: TensorHandle,
        op: BinaryOp,
        right: TensorHandle,
    },
    TensorBinaryScalar {
        left: TensorHandle,
        op: BinaryOp,
        right: f32,
    },
    TensorReduce {
        tensor: TensorHandle,
        op: ReduceOp,
        axes: Vec<u32>,
    },
    TensorArgMax {
        tensor: TensorHandle,
    },
    TensorSoftmax {
        tensor: TensorHandle,
    },
    TensorLogSoftmax {
        tensor: TensorHandle,
    },
    TensorMatmul {
        left: TensorHandle,
        right: TensorHandle,
    },
    TensorFull {
        shape: Vec<u32>,
        value: f32,
    },
    TensorOneHot {
        indices: Vec<u32>,
        classes: u32,
    },
    TensorStack {
        parts: Vec<TensorHandle>,
        axis: u32,
    },
    TensorPad {
        tensor: TensorHandle,
        paddings: Vec<[u32; 2]>,
        value: f32,
    },
    TensorChoose {
        mask: TensorHandle,
        yes: TensorHandle,
        no: TensorHandle,
    },
    TensorPick {
        tensor: TensorHandle,
        indices: Vec<u32>,
    },
    TensorCumulativeSum {
        tensor: TensorHandle,
    },
    TensorQuantile {
        tensor: TensorHandle,
        q: f32,
    },
    TensorSort {
        tensor: TensorHandle,
        direction: Direction,
    },
    TensorArgSort {
        tensor: TensorHandle,
        direction: Direction,
    },
    TensorTopK {
        tensor: TensorHandle,
        k: u32,
    },
    TensorArgMin {
        tensor: TensorHandle,
    },
    TensorGram {
        tensor: TensorHandle,
    },
    TensorSquaredDistances {
        left: TensorHandle,
        right: TensorHandle,
    },
    TensorCosineSimilarity {
        left: TensorHandle,
        right: TensorHandle,
    },
    TensorSingularValues {
        tensor: TensorHandle,
    },
    TensorSvd {
        tensor: TensorHandle,
    },
    TensorSymmetricEigen {
        tensor: TensorHandle,
    },
    TensorSolve {
        left: TensorHandle,
        right: TensorHandle,
    },
    TensorRandomNormal {
        seed: u64,
        stream: u64,
        shape: Vec<u32>,
    },
    TensorRandomUniform {
        seed: u64,
        stream: u64,
        shape: Vec<u32>,
    },
    TensorRandomPermutation {
        seed: u64,
        stream: u64,
        length: u32,
    },
    TensorDrop {
        tensor: TensorHandle,
    },
    Image {
        images: TensorHandle,
        op: ImageOp,
    },
    NetworkInputShape {
        network: NetworkHandle,
    },
    NetworkLayers {
        network: NetworkHandle,
    },
    NetworkParameters {
        network: NetworkHandle,
    },
    NetworkParameter {
        network: NetworkHandle,
        index: u32,
    },
    NetworkInitialParameter {
        network: NetworkHandle,
        index: u32,
    },
    NetworkLogits {
        network: NetworkHandle,
        batch: TensorHandle,
    },
    NetworkActivations {
        network: NetworkHandle,
        batch: TensorHandle,
        taps: Vec<Tap>,
    },
    NetworkLogitsFrom {
        network: NetworkHandle,
        layer: u32,
        activation: TensorHandle,
    },
    NetworkActivationsFrom {
        network: NetworkHandle,
        layer: u32,
        activation: TensorHandle,
        taps: Vec<Tap>,
    },
    NetworkObjective {
        pass: Pass,
        objective: Objective,
    },
    NetworkGradients {
        pass: Pass,
        objective: Objective,
        taps: Vec<Tap>,
    },
    NetworkParameterGradients {
        pass: Pass,
        objective: Objective,
    },
    NetworkJacobianVector {
        pass: Pass,
        tangent: Tangent,
        taps: Vec<Tap>,
    },
    NetworkHessianVector {
        pass: Pass,
        objective: Objective,
        tangent: Tangent,
    },
    NetworkApplyLinear {
        network: NetworkHandle,
        layer: u32,
        activation: TensorHandle,
    },
    NetworkApplyTranspose {
        network: NetworkHandle,
        layer: u32,
        activation: TensorHandle,
    },
    NetworkWithParameters {
        network: NetworkHandle,
        replacements: Vec<(u32, TensorHandle)>,
    },
    NetworkTrain {
        network: NetworkHandle,
        examples: TensorHandle,
        labels: Vec<u32>,
        descent: Descent,
    },
    NetworkDrop {
        network: NetworkHandle,
    },
    DataExamples {
        dataset: DatasetHandle,
    },
    DataClasses {
        dataset: DatasetHandle,
    },
    DataShape {
        dataset: DatasetHandle,
    },
    DataStatistics {
        dataset: DatasetHandle,
    },
    DataLabels {
        dataset: DatasetHandle,
        start: u32,
        length: u32,
    },
    DataClassIndices {
        dataset: DatasetHandle,
        class: u32,
    },
    DataBatch {
        dataset: DatasetHandle,
        start: u32,
        length: u32,
    },
    DataGather {
        dataset: DatasetHandle,
        indices: Vec<u32>,
    },
    BudgetWorkLimit,
    BudgetWorkLeft,
}

impl Call {
    /// Digest of the canonical encoding. Calls that differ anywhere have different ones.
    pub fn digest(&self) -> Digest {
        encode::call_digest(self)
    }
}
