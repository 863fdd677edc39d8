//! Element-wise activations and softmax, by their Keras names.

use serde::{Deserialize, Serialize};

/// An activation function, with the meaning that Keras 2 gives its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// The identity.
    Linear,
    /// `max(x, 0)`.
    Relu,
    /// `min(max(x, 0), 6)`.
    Relu6,
    /// Hyperbolic tangent.
    Tanh,
    /// `1 / (1 + exp(-x))`.
    Sigmoid,
    /// `exp(x) / sum exp(x)` over the last axis.
    Softmax,
    /// `x` where positive, else `exp(x) - 1`.
    Elu,
    /// Scaled ELU with the constants of Klambauer et al. 2017.
    Selu,
    /// `log(1 + exp(x))`.
    Softplus,
    /// `x / (1 + |x|)`.
    Softsign,
    /// `x * sigmoid(x)`.
    Swish,
    /// `x * Phi(x)`, the exact form with the error function.
    Gelu,
    /// `exp(x)`.
    Exponential,
    /// `clip(0.2 x + 0.5, 0, 1)`.
    HardSigmoid,
}

impl Activation {
    /// Every activation, with the names that Keras configurations use for it.
    const NAMES: [(&'static str, Self); 16] = [
        ("linear", Self::Linear),
        ("relu", Self::Relu),
        ("relu6", Self::Relu6),
        ("tanh", Self::Tanh),
        ("sigmoid", Self::Sigmoid),
        ("softmax", Self::Softmax),
        ("elu", Self::Elu),
        ("selu", Self::Selu),
        ("softplus", Self::Softplus),
        ("softsign", Self::Softsign),
        ("swish", Self::Swish),
        ("silu", Self::Swish),
        ("gelu", Self::Gelu),
        ("exponential", Self::Exponential),
        ("exp", Self::Exponential),
        ("hard_sigmoid", Self::HardSigmoid),
    ];

    /// The activation that a Keras configuration names, or nothing for an unknown name.
    pub fn from_keras(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, activation)| *activation)
    }

    /// The activation's Keras name.
    pub fn name(self) -> &'static str {
        // Each variant has an entry above: the test below walks them all.
        Self::NAMES.iter().find(|(_, known)| *known == self).map_or("linear", |(name, _)| name)
    }

    /// The names that [`Activation::from_keras`] accepts.
    pub fn known_names() -> impl Iterator<Item = &'static str> {
        Self::NAMES.iter().map(|(name, _)| *name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_to_an_activation_that_has_a_name() {
        for (name, activation) in Activation::NAMES {
            assert_eq!(Activation::from_keras(name), Some(activation));
            assert_eq!(Activation::from_keras(activation.name()), Some(activation));
        }
        assert_eq!(Activation::from_keras("mish"), None);
    }
}
