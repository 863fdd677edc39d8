//! What flows between two layers on the adapter.

use std::f32::consts::FRAC_1_SQRT_2;

use assay_network::Activation;
use burn::tensor::activation::{
    elu, hard_sigmoid, relu, sigmoid, silu, softmax, softplus, softsign, tanh,
};
use burn::tensor::{Device, Tensor, TensorData};

use crate::AdapterError;

/// Constants of SELU (Klambauer et al. 2017), as Keras rounds them.
const SELU_SCALE: f32 = 1.050_701;
const SELU_ALPHA: f32 = 1.673_263_2;

/// Activations of a piece of a batch. Their shape, without the batch axis, is the layer's.
#[derive(Clone)]
pub(crate) enum Flow {
    /// Shape `[h, w, c]`, as `[n, c, h, w]`.
    Pictures(Tensor<4>),
    /// Any other shape, as `[n, elements]`, row-major.
    Rows(Tensor<2>),
}

impl Flow {
    /// Takes examples of this shape, row-major, channels last.
    pub(crate) fn enter(examples: &[f32], shape: &[usize], device: &Device) -> Self {
        let size: usize = shape.iter().product();
        let data = TensorData::new(examples.to_vec(), [examples.len() / size, size]);
        Self::from_rows(Tensor::<2>::from_data(data, device), shape)
    }

    /// The same values, where autodiff can join.
    pub(crate) fn tracked(self) -> Self {
        match self {
            Self::Pictures(x) => Self::Pictures(x.autodiff()),
            Self::Rows(x) => Self::Rows(x.autodiff()),
        }
    }

    /// Rows of elements, under the form that this shape has.
    pub(crate) fn from_rows(rows: Tensor<2>, shape: &[usize]) -> Self {
        match shape {
            [height, width, channels] => {
                let count = rows.dims()[0];
                let pictures = rows.reshape([count, *height, *width, *channels]);
                Self::Pictures(pictures.permute([0, 3, 1, 2]))
            }
            _ => Self::Rows(rows),
        }
    }

    /// `[n, elements]`, row-major, channels last: the order in which a dense kernel's rows are.
    pub(crate) fn rows(self) -> Tensor<2> {
        match self {
            Self::Rows(rows) => rows,
            Self::Pictures(pictures) => {
                let [count, channels, height, width] = pictures.dims();
                pictures.permute([0, 2, 3, 1]).reshape([count, height * width * channels])
            }
        }
    }

    /// Reads the values back: examples first, channels last.
    pub(crate) fn values(self) -> Result<Vec<f32>, AdapterError> {
        let data = self.rows().try_into_data().map_err(AdapterError::from)?;
        // The tensors of this lane are made of 32-bit floats only.
        Ok(data.try_into_vec().expect("values are 32-bit floats"))
    }

    /// Applies a function of the last axis: `[.., width] -> [.., units]`, seen as rows; `shape` is
    /// the result's.
    pub(crate) fn last_axis(
        self,
        width: usize,
        shape: &[usize],
        function: impl FnOnce(Tensor<2>) -> Tensor<2>,
    ) -> Self {
        let rows = self.rows();
        let [count, size] = rows.dims();
        let result = function(rows.reshape([count * size / width, width]));
        Self::from_rows(result.reshape([count, shape.iter().product()]), shape)
    }

    /// Applies an activation; `shape` is the flow's.
    pub(crate) fn activate(self, activation: Activation, shape: &[usize]) -> Self {
        if activation == Activation::Softmax {
            let width = shape.last().copied().unwrap_or(1);
            return self.last_axis(width, shape, |rows| softmax(rows, 1));
        }
        match self {
            Self::Pictures(x) => Self::Pictures(each(x, activation)),
            Self::Rows(x) => Self::Rows(each(x, activation)),
        }
    }
}

fn each<const D: usize>(x: Tensor<D>, activation: Activation) -> Tensor<D> {
    match activation {
        // Softmax is no function of one value: `activate` has its own arm for it.
        Activation::Linear | Activation::Softmax => x,
        Activation::Relu => relu(x),
        Activation::Relu6 => x.clamp(0.0, 6.0),
        Activation::Tanh => tanh(x),
        Activation::Sigmoid => sigmoid(x),
        Activation::Elu => elu(x, 1.0),
        Activation::Selu => {
            let negative = (x.clone().clamp_max(0.0).exp() - 1.0) * SELU_ALPHA;
            (relu(x) + negative) * SELU_SCALE
        }
        Activation::Softplus => softplus(x, 1.0),
        Activation::Softsign => softsign(x),
        Activation::Swish => silu(x),
        // Burn's own `gelu` has a derivative that is off by a thousandth.
        Activation::Gelu => {
            let share = (x.clone() * FRAC_1_SQRT_2).erf() + 1.0;
            x * share * 0.5
        }
        Activation::Exponential => x.exp(),
        Activation::HardSigmoid => hard_sigmoid(x, 0.2, 0.5),
    }
}
