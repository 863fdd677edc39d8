//! One or more cases of every call, at sizes to choose, with the variables of its formula.

use assay_call::{
    Area, BinaryOp, Border, Call, Cells, DatasetHandle, Descent, Direction, ImageOp, NetworkHandle,
    Objective, Pass, ReduceOp, Tangent, Tap, TapPoint, TensorHandle, UnaryOp, ValueRange,
};
use assay_network::{Activation, Architecture, LayerKind};

use super::Fake;

/// A call that passes its check, and the variables of its price.
#[derive(Debug, Clone)]
pub struct Case {
    pub call: Call,
    pub inventory: Fake,
    pub variables: Vec<(&'static str, usize)>,
}

impl Case {
    fn new(call: Call, shapes: &[&[usize]], variables: &[(&'static str, usize)]) -> Self {
        Self { call, inventory: Fake::new(shapes), variables: variables.to_vec() }
    }

    pub fn variable(&self, name: &str) -> Option<u64> {
        self.variables.iter().find(|(at, _)| *at == name).map(|(_, value)| *value as u64)
    }
}

const T: TensorHandle = TensorHandle(0);
const U: TensorHandle = TensorHandle(1);
const V: TensorHandle = TensorHandle(2);
const N: NetworkHandle = NetworkHandle(0);
const D: DatasetHandle = DatasetHandle(0);

/// Every case at four sizes, each at least 1.
pub fn cases(sizes: [usize; 4]) -> Vec<Case> {
    let mut cases = made(sizes);
    cases.extend(rearranged(sizes));
    cases.extend(computed(sizes));
    cases.extend(ordered(sizes));
    cases.extend(matrices(sizes));
    cases.extend(images(sizes));
    cases.extend(networks(sizes));
    cases.extend(data(sizes));
    cases
}

fn made([a, b, _, _]: [usize; 4]) -> Vec<Case> {
    let shape = vec![a as u32, b as u32];
    let result = [("result", a * b)];
    let (seed, stream) = (1, 2);
    vec![
        Case::new(
            Call::TensorFromList { shape: shape.clone(), values: vec![1.5; a * b] },
            &[],
            &result,
        ),
        Case::new(Call::TensorFull { shape: shape.clone(), value: 0.5 }, &[], &result),
        Case::new(Call::TensorOneHot { indices: vec![0; a], classes: b as u32 }, &[], &result),
        Case::new(Call::TensorRandomNormal { seed, stream, shape: shape.clone() }, &[], &result),
        Case::new(Call::TensorRandomUniform { seed, stream, shape }, &[], &result),
        Case::new(
            Call::TensorRandomPermutation { seed, stream, length: a as u32 },
            &[],
            &[("length", a)],
        ),
    ]
}

fn rearranged([a, b, c, d]: [usize; 4]) -> Vec<Case> {
    let matrix: &[&[usize]] = &[&[a, b]];
    let elements = [("elements", a * b)];
    let length = (a * b) as u32;
    let axes = d.min(8);
    vec![
        Case::new(Call::TensorShape { tensor: T }, &[&vec![1; axes]], &[("axes", axes)]),
        Case::new(
            Call::TensorRead { tensor: T, offset: 1, length },
            &[&[a * b + 1]],
            &[("length", a * b)],
        ),
        Case::new(Call::TensorScalar { tensor: T }, &[&[1, 1]], &[]),
        Case::new(
            Call::TensorReshape { tensor: T, shape: vec![b as u32, a as u32] },
            matrix,
            &elements,
        ),
        Case::new(
            Call::TensorPermute { tensor: T, axes: vec![2, 0, 1] },
            &[&[a, b, c]],
            &[("elements", a * b * c)],
        ),
        Case::new(
            Call::TensorSlice { tensor: T, axis: 1, start: 1, length: b as u32 },
            &[&[a, b + 1, c]],
            &[("result", a * b * c)],
        ),
        Case::new(
            Call::TensorGatherRows { tensor: T, indices: vec![0; a] },
            &[&[b, c]],
            &[("result", a * c)],
        ),
        Case::new(
            Call::TensorConcat { parts: vec![T, U], axis: 1 },
            &[&[c, a], &[c, b]],
            &[("result", (a + b) * c)],
        ),
        Case::new(
            Call::TensorStack { parts: vec![T, U], axis: 1 },
            &[&[a, b], &[a, b]],
            &[("result", 2 * a * b)],
        ),
        Case::new(
            Call::TensorPad { tensor: T, paddings: vec![[c as u32, 0], [1, 2]], value: 0.5 },
            matrix,
            &[("result", (a + c) * (b + 3))],
        ),
        Case::new(
            Call::TensorChoose { mask: T, yes: U, no: V },
            &[&[a, 1], &[b], &[]],
            &[("result", a * b)],
        ),
        Case::new(Call::TensorPick { tensor: T, indices: vec![0; a] }, matrix, &[("result", a)]),
        Case::new(Call::TensorDrop { tensor: T }, matrix, &[]),
    ]
}

fn computed([a, b, c, _]: [usize; 4]) -> Vec<Case> {
    let matrix: &[&[usize]] = &[&[a, b]];
    let of = |function| [("function", function), ("elements", a * b)];
    let binary = |op, function| {
        Case::new(
            Call::TensorBinary { left: T, op, right: U },
            &[&[a, b, 1], &[c]],
            &[("function", function), ("result", a * b * c)],
        )
    };
    let scalar = |op, function| {
        Case::new(Call::TensorBinaryScalar { left: T, op, right: 0.5 }, matrix, &of(function))
    };
    let unary =
        |op, function| Case::new(Call::TensorUnary { tensor: T, op }, matrix, &of(function));
    let reduce = |op, sweeps, shape: [usize; 2]| {
        Case::new(
            Call::TensorReduce { tensor: T, op, axes: vec![1] },
            &[&shape],
            &[("sweeps", sweeps), ("elements", shape[0] * shape[1]), ("result", shape[0])],
        )
    };
    vec![
        unary(UnaryOp::Negate, 1),
        unary(UnaryOp::Erf, 16),
        binary(BinaryOp::Add, 1),
        binary(BinaryOp::ArcTangent, 16),
        scalar(BinaryOp::Less, 1),
        scalar(BinaryOp::Power, 16),
        reduce(ReduceOp::Sum, 1, [a, b]),
        reduce(ReduceOp::L2Norm, 1, [a, 0]),
        reduce(ReduceOp::Variance, 2, [a, b]),
        Case::new(Call::TensorSoftmax { tensor: T }, matrix, &[("elements", a * b)]),
        Case::new(Call::TensorLogSoftmax { tensor: T }, matrix, &[("elements", a * b)]),
        Case::new(Call::TensorCumulativeSum { tensor: T }, matrix, &[("elements", a * b)]),
    ]
}

fn ordered([a, b, c, _]: [usize; 4]) -> Vec<Case> {
    let rows = [("elements", a * b * c), ("rows", a * b)];
    let order = [("elements", a * b * c), ("last", c), ("result", a * b)];
    let case = |call, variables| Case::new(call, &[&[a, b, c]], variables);
    vec![
        case(Call::TensorArgMax { tensor: T }, &rows),
        case(Call::TensorArgMin { tensor: T }, &rows),
        case(Call::TensorQuantile { tensor: T, q: 0.5 }, &order),
        case(Call::TensorSort { tensor: T, direction: Direction::Ascending }, &order),
        case(Call::TensorArgSort { tensor: T, direction: Direction::Descending }, &order),
        case(Call::TensorTopK { tensor: T, k: 1 }, &order),
    ]
}

fn matrices([a, b, c, _]: [usize; 4]) -> Vec<Case> {
    let pair: &[&[usize]] = &[&[a, c], &[b, c]];
    let compared = [("m", a), ("n", b), ("k", c)];
    let decomposed = [("m", a), ("n", b)];
    vec![
        Case::new(
            Call::TensorMatmul { left: T, right: U },
            &[&[a, b], &[b, c]],
            &[("m", a), ("k", b), ("n", c)],
        ),
        Case::new(Call::TensorGram { tensor: T }, &[&[a, b]], &[("m", a), ("k", b)]),
        Case::new(Call::TensorSquaredDistances { left: T, right: U }, pair, &compared),
        Case::new(Call::TensorCosineSimilarity { left: T, right: U }, pair, &compared),
        Case::new(Call::TensorSingularValues { tensor: T }, &[&[a, b]], &decomposed),
        Case::new(Call::TensorSvd { tensor: T }, &[&[a, b]], &decomposed),
        Case::new(Call::TensorSymmetricEigen { tensor: T }, &[&[a, a]], &[("n", a)]),
        Case::new(
            Call::TensorSolve { left: T, right: U },
            &[&[a, a], &[a, b]],
            &[("n", a), ("k", b)],
        ),
    ]
}

fn images([a, b, c, _]: [usize; 4]) -> Vec<Case> {
    // Sobel's edges need two rows and two columns.
    let (height, width) = (b + 1, c + 1);
    let case = |op, channels, variables| {
        let shape: &[usize] = &[a, height, width, channels];
        Case::new(Call::Image { images: T, op }, &[shape], variables)
    };
    let each = a * height * width;
    let of_three = [("elements", 3 * each)];
    let list = vec![0.5; a];
    let range = ValueRange { low: 0.0, high: 1.0 };
    let area = Area { top: 0.5, left: 0.25, height: 1.5, width: 2.5 };
    let cells = Cells { top: 0, left: 1, height: b as u32, width: c as u32 };
    let crop = ImageOp::CropResize { areas: vec![area], height: b as u32, width: c as u32 };
    let pad = ImageOp::Pad { vertical: [b as u32, 1], horizontal: [0, 2], border: Border::Edge };
    vec![
        case(ImageOp::FlipHorizontal, 3, &of_three),
        case(ImageOp::FlipVertical, 3, &of_three),
        case(pad, 2, &[("result", a * (height + b + 1) * (width + 2) * 2)]),
        case(crop, 3, &[("result", a * b * c * 3)]),
        case(ImageOp::Rotate { angles: list.clone(), fill: 0.5 }, 3, &of_three),
        case(ImageOp::Brightness { deltas: list.clone() }, 3, &of_three),
        case(ImageOp::Contrast { factors: list.clone() }, 3, &of_three),
        case(ImageOp::Saturation { factors: list.clone(), range }, 3, &of_three),
        case(ImageOp::Hue { turns: list, range }, 3, &of_three),
        case(ImageOp::RgbToGray, 3, &of_three),
        case(ImageOp::GrayToRgb, 1, &[("result", 3 * each)]),
        case(ImageOp::Sobel, 2, &[("elements", 2 * each)]),
        case(ImageOp::Erase { areas: vec![cells], value: 0.5 }, 3, &of_three),
    ]
}

/// Cases on a network of two dense layers, `[a] -> [b] -> [c + 1]`, and batches of `d` examples.
fn networks([a, b, c, d]: [usize; 4]) -> Vec<Case> {
    let classes = c + 1;
    let (first, second) = (a * b, b * classes);
    let both = first + second;
    let parameters = both + b + classes;
    let tap = |layer, point| Tap { layer, point };
    let pass = |layer| Pass { network: N, layer, batch: T };
    let labels = vec![0; d];
    let mut cases = of_networks(first);
    cases.extend(passes([a, b, c, d]));
    let mut add = |call, second_shape: &[usize], variables: &[(&'static str, usize)]| {
        cases.push(Case::new(call, &[&[d, a], second_shape], variables));
    };
    let logits: &[usize] = &[d, classes];
    for objective in [
        Objective::CrossEntropy(labels.clone()),
        Objective::Cotangent(U),
        Objective::SoftCrossEntropy(U),
        Objective::SquaredError(U),
        Objective::Logit(labels.clone()),
        Objective::LogitDifference(vec![(0, 1); d]),
        Objective::Margin(labels.clone()),
    ] {
        let call = Call::NetworkObjective { pass: pass(0), objective };
        add(call, logits, &[("examples", d), ("operations", both)]);
    }
    let objective = Objective::CrossEntropy(labels.clone());
    let taps = vec![tap(0, TapPoint::Input), tap(1, TapPoint::PreActivation)];
    let passed = |kept| [("examples", d), ("operations", both), ("kept", kept)];
    let gradients = Call::NetworkGradients { pass: pass(0), objective: objective.clone(), taps };
    add(gradients, &[], &passed(d * a + d * classes));
    let of = objective.clone();
    let parameter_gradients = Call::NetworkParameterGradients { pass: pass(0), objective: of };
    add(parameter_gradients, &[], &passed(parameters));
    let along = |tangent| Call::NetworkJacobianVector {
        pass: pass(0),
        tangent,
        taps: vec![tap(0, TapPoint::Output)],
    };
    let until_first = [("examples", d), ("operations", first), ("kept", d * b)];
    let with =
        |rest: [(&'static str, usize); 3], tangent| [&rest[..], &[("tangent", tangent)]].concat();
    add(along(Tangent::Batch(U)), &[d, a], &with(until_first, d * a));
    let curved = |tangent| Call::NetworkHessianVector {
        pass: pass(0),
        objective: objective.clone(),
        tangent,
    };
    add(curved(Tangent::Batch(U)), &[d, a], &with(passed(d * a), d * a));
    let all: &[&[usize]] = &[&[d, a], &[a, b], &[b], &[b, classes], &[classes]];
    let handles = || Tangent::Parameters((1..5).map(TensorHandle).collect());
    cases.push(Case::new(along(handles()), all, &with(until_first, parameters)));
    cases.push(Case::new(curved(handles()), all, &with(passed(parameters), parameters)));
    let (batch_size, steps) = (b as u32, c as u32);
    let descent =
        Descent { learning_rate: 0.1, momentum: 0.5, weight_decay: 0.01, batch_size, steps };
    cases.push(Case::new(
        Call::NetworkTrain { network: N, examples: T, labels, descent },
        &[&[d, a]],
        &[("steps", c), ("batch", b), ("operations", both), ("parameters", parameters)],
    ));
    cases.push(Case::new(
        Call::NetworkWithParameters { network: N, replacements: vec![(0, T), (3, U)] },
        &[&[a, b], &[classes]],
        &[("elements", first + classes)],
    ));
    on_network([a, b, classes], cases)
}

/// What a network is, and its parameters.
fn of_networks(first: usize) -> Vec<Case> {
    let case = |call, variables: &[_]| Case::new(call, &[], variables);
    vec![
        case(Call::NetworkInputShape { network: N }, &[("axes", 1)]),
        case(Call::NetworkLayers { network: N }, &[("layers", 2)]),
        case(Call::NetworkParameters { network: N }, &[("arrays", 4)]),
        case(Call::NetworkParameter { network: N, index: 0 }, &[("result", first)]),
        case(Call::NetworkInitialParameter { network: N, index: 0 }, &[("result", first)]),
        case(Call::NetworkDrop { network: NetworkHandle(1) }, &[]),
    ]
}

/// Passes forward, and the linear parts of layers.
fn passes([a, b, c, d]: [usize; 4]) -> Vec<Case> {
    let classes = c + 1;
    let (first, second) = (a * b, b * classes);
    let passed = |operations, kept| [("examples", d), ("operations", operations), ("kept", kept)];
    let linear = [("examples", d), ("operations", first), ("elements", d * a), ("result", d * b)];
    let back = [("examples", d), ("operations", first), ("elements", d * b), ("result", d * a)];
    let tap = |layer, point| Tap { layer, point };
    let both_taps = vec![tap(0, TapPoint::Input), tap(1, TapPoint::Output)];
    let activations = |taps| Call::NetworkActivations { network: N, batch: T, taps };
    let own = vec![tap(1, TapPoint::Input)];
    vec![
        Case::new(
            Call::NetworkLogits { network: N, batch: T },
            &[&[d, a]],
            &passed(first + second, d * classes),
        ),
        Case::new(activations(own.clone()), &[&[d, a]], &passed(first, d * b)),
        Case::new(activations(both_taps), &[&[d, a]], &passed(first + second, d * a + d * classes)),
        Case::new(
            Call::NetworkLogitsFrom { network: N, layer: 1, activation: T },
            &[&[d, b]],
            &passed(second, d * classes),
        ),
        Case::new(
            Call::NetworkActivationsFrom { network: N, layer: 1, activation: T, taps: own },
            &[&[d, b]],
            &passed(0, d * b),
        ),
        Case::new(
            Call::NetworkApplyLinear { network: N, layer: 0, activation: T },
            &[&[d, a]],
            &linear,
        ),
        Case::new(
            Call::NetworkApplyTranspose { network: N, layer: 0, activation: T },
            &[&[d, b]],
            &back,
        ),
    ]
}

/// The cases on a network of these widths, which has a copy, and initial weights.
fn on_network([a, b, classes]: [usize; 3], cases: Vec<Case>) -> Vec<Case> {
    let dense =
        |units| LayerKind::Dense { units: units as u32, activation: Activation::Relu, bias: true };
    let network = Architecture::new(&[a], vec![dense(b), dense(classes)]).unwrap();
    let mut cases = cases;
    for case in &mut cases {
        case.inventory.network = network.clone();
        case.inventory.networks = 2;
        case.inventory.has_initial = true;
    }
    cases
}

/// Cases on a dataset of `a + c` examples of `b` values, and on the budget.
fn data([a, b, c, _]: [usize; 4]) -> Vec<Case> {
    let case = |call, variables: &[_]| {
        let mut case = Case::new(call, &[], variables);
        case.inventory.dataset = (vec![b], vec![a, c]);
        case
    };
    let (start, length) = (1, c as u32);
    vec![
        case(Call::DataExamples { dataset: D }, &[]),
        case(Call::DataClasses { dataset: D }, &[]),
        case(Call::DataShape { dataset: D }, &[("axes", 1)]),
        case(Call::DataStatistics { dataset: D }, &[]),
        case(Call::DataLabels { dataset: D, start, length }, &[("length", c)]),
        case(
            Call::DataClassIndices { dataset: D, class: 0 },
            &[("examples", a + c), ("length", a)],
        ),
        case(Call::DataBatch { dataset: D, start, length }, &[("result", c * b)]),
        case(Call::DataGather { dataset: D, indices: vec![0; a] }, &[("result", a * b)]),
        case(Call::BudgetWorkLimit, &[]),
        case(Call::BudgetWorkLeft, &[]),
    ]
}
