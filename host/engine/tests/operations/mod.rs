//! Every function of the contract that computes something, on operands of awkward sizes.

mod images;
mod networks;
mod tensors;

use std::sync::Arc;

use assay_call::{BinaryOp, Call, NetworkHandle, Pass, TensorHandle};
use assay_engine::{PreparedData, PreparedNetwork};
use assay_network::{Activation, Architecture, Dataset, LayerKind, Network, Padding, Window};

/// Examples of the batch: no multiple of any piece or tile.
pub const EXAMPLES: u32 = 37;
/// Cuts of the batch, as start and length.
pub const SPLITS: [(u32, u32); 4] = [(0, 1), (1, 4), (5, 23), (28, 9)];
const CLASSES: u32 = 5;
const INPUT: [u32; 3] = [9, 7, 3];
const N: NetworkHandle = NetworkHandle(0);

/// The call that an operation makes of its operands.
pub type MakeCall = dyn Fn(&Operands, &Slice) -> Call;

/// One operation; `per_example` ones must not notice how a batch is cut.
pub struct Operation {
    pub name: String,
    pub per_example: bool,
    pub call: Box<MakeCall>,
}

/// Tensors that operations take.
pub struct Operands {
    batch: TensorHandle,
    tangent: TensorHandle,
    hidden: TensorHandle,
    cotangent: TensorHandle,
    left: TensorHandle,
    right: TensorHandle,
    other: TensorHandle,
    definite: TensorHandle,
    gray: TensorHandle,
    parameters: Vec<TensorHandle>,
}

/// The same tensors for a range of the examples.
pub struct Slice {
    start: u32,
    length: u32,
    batch: TensorHandle,
    tangent: TensorHandle,
    hidden: TensorHandle,
    cotangent: TensorHandle,
    left: TensorHandle,
}

impl Slice {
    pub fn whole(from: &Operands) -> Self {
        let Operands { batch, tangent, hidden, cotangent, left, .. } = *from;
        Self { start: 0, length: EXAMPLES, batch, tangent, hidden, cotangent, left }
    }

    fn labels(&self) -> Vec<u32> {
        (self.start..self.start + self.length).map(|at| at * 7 % CLASSES).collect()
    }

    fn numbers(&self) -> Vec<f32> {
        (self.start..self.start + self.length).map(|at| at as f32 / 31.0 - 0.4).collect()
    }

    fn pass(&self) -> Pass {
        Pass { network: N, layer: 0, batch: self.batch }
    }
}

fn normal(stream: u64, shape: &[u32]) -> Call {
    Call::TensorRandomNormal { seed: 11, stream, shape: shape.to_vec() }
}

impl Operands {
    pub fn new(mut tensor: impl FnMut(&Call) -> TensorHandle) -> Self {
        let [height, width, channels] = INPUT;
        let image = [EXAMPLES, height, width, channels];
        let right = tensor(&normal(5, &[53, 21]));
        let across = tensor(&Call::TensorPermute { tensor: right, axes: vec![1, 0] });
        let gram = tensor(&Call::TensorGram { tensor: across });
        let identity = tensor(&Call::TensorOneHot { indices: (0..21).collect(), classes: 21 });
        let definite = Call::TensorBinary { left: gram, op: BinaryOp::Add, right: identity };
        let shapes =
            architecture().parameters().iter().map(|p| p.shape.clone()).collect::<Vec<_>>();
        let mut parameters = Vec::new();
        for (stream, shape) in (100..).zip(shapes) {
            let shape: Vec<u32> = shape.iter().map(|axis| *axis as u32).collect();
            parameters.push(tensor(&normal(stream, &shape)));
        }
        Self {
            batch: tensor(&normal(0, &image)),
            tangent: tensor(&normal(1, &image)),
            hidden: tensor(&normal(2, &[EXAMPLES, 5, 4, 33])),
            cotangent: tensor(&normal(3, &[EXAMPLES, CLASSES])),
            left: tensor(&normal(4, &[EXAMPLES, 53])),
            right,
            other: tensor(&normal(6, &[19, 53])),
            definite: tensor(&definite),
            gray: tensor(&normal(7, &[EXAMPLES, height, width, 1])),
            parameters,
        }
    }

    pub fn slice(
        &self,
        (start, length): (u32, u32),
        mut tensor: impl FnMut(&Call) -> TensorHandle,
    ) -> Slice {
        let mut cut =
            |of: TensorHandle| tensor(&Call::TensorSlice { tensor: of, axis: 0, start, length });
        Slice {
            start,
            length,
            batch: cut(self.batch),
            tangent: cut(self.tangent),
            hidden: cut(self.hidden),
            cotangent: cut(self.cotangent),
            left: cut(self.left),
        }
    }
}

fn window(size: u32, stride: u32, padding: Padding) -> Window {
    Window { size: [size; 2], strides: [stride; 2], padding }
}

fn conv(
    filters: u32,
    size: u32,
    stride: u32,
    padding: Padding,
    activation: Activation,
) -> LayerKind {
    LayerKind::Conv2d { filters, window: window(size, stride, padding), activation, bias: true }
}

/// Every layer type, convolutions of every way that the kernels tell apart.
fn architecture() -> Architecture {
    let layers = vec![
        conv(32, 3, 1, Padding::Same, Activation::Linear),
        LayerKind::BatchNorm { epsilon: 1e-3, scale: true, center: true },
        LayerKind::Activation { activation: Activation::Relu },
        // Wide enough for Winograd's algorithm.
        conv(32, 3, 1, Padding::Same, Activation::Relu),
        LayerKind::MaxPool2d { window: window(2, 2, Padding::Same) },
        conv(33, 3, 1, Padding::Same, Activation::Swish),
        LayerKind::AvgPool2d { window: window(2, 1, Padding::Same) },
        conv(33, 3, 2, Padding::Same, Activation::Tanh),
        LayerKind::Dropout { rate: 0.5 },
        conv(17, 1, 1, Padding::Valid, Activation::Elu),
        LayerKind::GlobalAvgPool2d,
        LayerKind::Dense { units: 12, activation: Activation::Gelu, bias: true },
        LayerKind::Flatten,
        LayerKind::Dense { units: CLASSES, activation: Activation::Linear, bias: true },
    ];
    Architecture::new(&INPUT.map(|axis| axis as usize), layers).unwrap()
}

/// The layer that `hidden` enters, `[5, 4, 33]`.
const HIDDEN: u32 = 7;

pub fn network_and_data() -> (Arc<PreparedNetwork>, Arc<PreparedData>) {
    let architecture = Arc::new(architecture());
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 16_777_216.0 - 0.5
    };
    let array = |shape: &[usize], next: &mut dyn FnMut() -> f32| -> Vec<f32> {
        // Variances are positive; kernels keep activations of size one.
        let fan = (shape.iter().product::<usize>() / shape[shape.len() - 1]).max(1) as f32;
        let count = shape.iter().product::<usize>();
        (0..count)
            .map(|_| if shape.len() == 1 { 1.0 + next() } else { next() * 3.0 / fan.sqrt() })
            .collect()
    };
    let weights: Vec<Vec<f32>> = architecture
        .parameters()
        .iter()
        .map(|parameter| array(&parameter.shape, &mut next))
        .collect();
    let network = Network::new(Arc::clone(&architecture), weights.clone(), Some(weights)).unwrap();
    let shape = architecture.input().to_vec();
    let values = (0..6 * shape.iter().product::<usize>()).map(|_| next()).collect();
    let data = Dataset::new(shape, values, vec![0, 1, 2, 3, 4, 0], CLASSES).unwrap();
    (Arc::new(PreparedNetwork::new(network)), Arc::new(PreparedData::new(data)))
}

struct List(Vec<Operation>);

impl List {
    fn add(
        &mut self,
        name: impl Into<String>,
        per_example: bool,
        call: impl Fn(&Operands, &Slice) -> Call + 'static,
    ) {
        self.0.push(Operation { name: name.into(), per_example, call: Box::new(call) });
    }
}

/// All of them.
pub fn operations() -> Vec<Operation> {
    let mut list = List(Vec::new());
    tensors::add(&mut list);
    images::add(&mut list);
    networks::add(&mut list);
    list.0
}
