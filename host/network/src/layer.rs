//! The layers that the competition's networks are made of.

use serde::{Deserialize, Serialize};

use crate::{Activation, Window};

/// One layer's type and the settings that matter at inference.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LayerKind {
    /// 2-D convolution, `[h, w, in] -> [h', w', filters]`, kernel `[kh, kw, in, filters]`.
    Conv2d {
        /// Output channels.
        filters: u32,
        /// Kernel size, strides and padding.
        window: Window,
        /// Applied to the result.
        activation: Activation,
        /// Whether a bias is added.
        bias: bool,
    },
    /// Fully connected over the last axis, `[.., in] -> [.., units]`, kernel `[in, units]`.
    Dense {
        /// Output features.
        units: u32,
        /// Applied to the result.
        activation: Activation,
        /// Whether a bias is added.
        bias: bool,
    },
    /// Maximum over each window; padding never wins.
    MaxPool2d {
        /// Pool size, strides and padding.
        window: Window,
    },
    /// Mean over each window; padding does not count.
    AvgPool2d {
        /// Pool size, strides and padding.
        window: Window,
    },
    /// Mean over height and width, `[h, w, c] -> [c]`.
    GlobalAvgPool2d,
    /// All axes into one, row-major.
    Flatten,
    /// The identity at inference.
    Dropout {
        /// Share of activations dropped in training.
        rate: f32,
    },
    /// Normalisation over the last axis by the moving statistics.
    BatchNorm {
        /// Added to the variance under the root; 0.001 in Keras.
        epsilon: f32,
        /// Whether a scale `gamma` is learned.
        scale: bool,
        /// Whether an offset `beta` is learned.
        center: bool,
    },
    /// An activation as a layer of its own.
    Activation {
        /// The function.
        activation: Activation,
    },
}

/// What a parameter is to its layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParameterRole {
    /// Weights of a convolution or dense layer.
    Kernel,
    /// Its offset.
    Bias,
    /// Learned scale of a batch normalisation.
    Gamma,
    /// Learned offset of a batch normalisation.
    Beta,
    /// Mean that a batch normalisation subtracts.
    MovingMean,
    /// Variance that a batch normalisation divides by.
    MovingVariance,
}

impl ParameterRole {
    /// The role's name in files, WIT and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kernel => "kernel",
            Self::Bias => "bias",
            Self::Gamma => "gamma",
            Self::Beta => "beta",
            Self::MovingMean => "moving_mean",
            Self::MovingVariance => "moving_variance",
        }
    }
}

impl LayerKind {
    /// Whether the layer without its activation is a linear function plus a constant: everything but
    /// maxima and activations on their own.
    pub fn is_linear(&self) -> bool {
        !matches!(self, Self::MaxPool2d { .. } | Self::Activation { .. })
    }

    /// The layer type's name in files, WIT and JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Conv2d { .. } => "conv2d",
            Self::Dense { .. } => "dense",
            Self::MaxPool2d { .. } => "max_pool2d",
            Self::AvgPool2d { .. } => "avg_pool2d",
            Self::GlobalAvgPool2d => "global_avg_pool2d",
            Self::Flatten => "flatten",
            Self::Dropout { .. } => "dropout",
            Self::BatchNorm { .. } => "batch_norm",
            Self::Activation { .. } => "activation",
        }
    }

    /// The activation that the layer applies to its result.
    pub fn activation(&self) -> Activation {
        match self {
            Self::Conv2d { activation, .. }
            | Self::Dense { activation, .. }
            | Self::Activation { activation } => *activation,
            _ => Activation::Linear,
        }
    }

    /// The layer's window, if it slides one.
    pub fn window(&self) -> Option<&Window> {
        match self {
            Self::Conv2d { window, .. }
            | Self::MaxPool2d { window }
            | Self::AvgPool2d { window } => Some(window),
            _ => None,
        }
    }

    /// The layer's parameters in Keras's order, given its input shape.
    pub(crate) fn parameters(&self, input: &[usize]) -> Vec<(ParameterRole, Vec<usize>)> {
        use ParameterRole::{Beta, Bias, Gamma, Kernel, MovingMean, MovingVariance};
        let channels = input.last().copied().unwrap_or(0);
        match self {
            Self::Conv2d { filters, window, bias, .. } => {
                let [height, width] = window.size.map(|size| size as usize);
                let filters = *filters as usize;
                let mut list = vec![(Kernel, vec![height, width, channels, filters])];
                list.extend(bias.then(|| (Bias, vec![filters])));
                list
            }
            Self::Dense { units, bias, .. } => {
                let units = *units as usize;
                let mut list = vec![(Kernel, vec![channels, units])];
                list.extend(bias.then(|| (Bias, vec![units])));
                list
            }
            Self::BatchNorm { scale, center, .. } => {
                let roles = [(*scale, Gamma), (*center, Beta), (true, MovingMean)];
                let mut list: Vec<_> = roles
                    .into_iter()
                    .filter(|(present, _)| *present)
                    .map(|(_, role)| (role, vec![channels]))
                    .collect();
                list.push((MovingVariance, vec![channels]));
                list
            }
            _ => Vec::new(),
        }
    }
}
