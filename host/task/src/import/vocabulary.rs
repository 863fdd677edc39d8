//! The Keras layers and keywords that a `config.json` may hold, and what each keyword is to us.
//!
//! Source: the constructors of `tf.keras.layers` (Keras 2).

/// A layer type of Keras.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KerasLayer {
    Conv2d,
    Dense,
    MaxPool2d,
    AvgPool2d,
    GlobalAvgPool2d,
    Flatten,
    Dropout,
    BatchNorm,
    Activation,
    Relu,
    Softmax,
    Input,
}

/// Class names, with Keras's aliases.
const LAYERS: [(&str, KerasLayer); 16] = [
    ("Conv2D", KerasLayer::Conv2d),
    ("Dense", KerasLayer::Dense),
    ("MaxPooling2D", KerasLayer::MaxPool2d),
    ("AveragePooling2D", KerasLayer::AvgPool2d),
    ("GlobalAveragePooling2D", KerasLayer::GlobalAvgPool2d),
    ("Flatten", KerasLayer::Flatten),
    ("Dropout", KerasLayer::Dropout),
    ("BatchNormalization", KerasLayer::BatchNorm),
    ("Activation", KerasLayer::Activation),
    ("ReLU", KerasLayer::Relu),
    ("Softmax", KerasLayer::Softmax),
    ("InputLayer", KerasLayer::Input),
    ("Convolution2D", KerasLayer::Conv2d),
    ("MaxPool2D", KerasLayer::MaxPool2d),
    ("AvgPool2D", KerasLayer::AvgPool2d),
    ("GlobalAvgPool2D", KerasLayer::GlobalAvgPool2d),
];

/// Keywords that any layer may have and that change nothing at inference.
const COMMON: [&str; 9] = [
    "name",
    "trainable",
    "dtype",
    "input_shape",
    "batch_input_shape",
    "input_dim",
    "batch_size",
    "autocast",
    "weights",
];

/// Keywords of layers with weights that change nothing at inference.
const TRAINING: [&str; 7] = [
    "kernel_initializer",
    "bias_initializer",
    "kernel_regularizer",
    "bias_regularizer",
    "activity_regularizer",
    "kernel_constraint",
    "bias_constraint",
];

impl KerasLayer {
    /// The layer of a class name.
    pub(super) fn named(name: &str) -> Option<Self> {
        LAYERS.iter().find(|(known, _)| *known == name).map(|(_, layer)| *layer)
    }

    /// Keywords whose values are read (or must have one certain value).
    fn read_keywords(self) -> &'static [&'static str] {
        match self {
            Self::Conv2d => &[
                "filters",
                "kernel_size",
                "strides",
                "padding",
                "activation",
                "use_bias",
                "data_format",
                "dilation_rate",
                "groups",
            ],
            Self::Dense => &["units", "activation", "use_bias"],
            Self::MaxPool2d | Self::AvgPool2d => {
                &["pool_size", "strides", "padding", "data_format"]
            }
            Self::GlobalAvgPool2d => &["data_format", "keepdims"],
            Self::Flatten => &["data_format"],
            Self::Dropout => &["rate"],
            Self::BatchNorm => {
                &["axis", "epsilon", "scale", "center", "renorm", "virtual_batch_size"]
            }
            Self::Activation => &["activation"],
            Self::Relu => &["max_value", "negative_slope", "threshold"],
            Self::Softmax => &["axis"],
            Self::Input => &[],
        }
    }

    /// Keywords that change nothing at inference.
    fn idle_keywords(self) -> &'static [&'static str] {
        match self {
            Self::Conv2d | Self::Dense => &TRAINING,
            Self::Dropout => &["seed", "noise_shape"],
            Self::BatchNorm => &[
                "momentum",
                "beta_initializer",
                "gamma_initializer",
                "moving_mean_initializer",
                "moving_variance_initializer",
                "beta_regularizer",
                "gamma_regularizer",
                "beta_constraint",
                "gamma_constraint",
                "fused",
                "synchronized",
            ],
            Self::Input => &["shape", "batch_shape", "sparse", "ragged"],
            _ => &[],
        }
    }

    /// Whether the layer may have a keyword.
    pub(super) fn knows(self, keyword: &str) -> bool {
        COMMON.contains(&keyword)
            || self.read_keywords().contains(&keyword)
            || self.idle_keywords().contains(&keyword)
    }

    /// A hint for a keyword that the layer does not have.
    pub(super) fn keyword_hint(self, keyword: &str) -> String {
        let known = self.read_keywords().iter().chain(self.idle_keywords()).chain(&COMMON).copied();
        hint(keyword, known, self.read_keywords().iter().copied())
    }
}

/// A hint for a class name that is not known.
pub(super) fn layer_hint(name: &str) -> String {
    let names = || LAYERS.iter().map(|(known, _)| *known);
    hint(name, names(), names().take(12))
}

/// A hint for an activation that is not known.
pub(super) fn activation_hint(name: &str) -> String {
    let names = assay_network::Activation::known_names;
    hint(name, names(), names())
}

/// "did you mean" where something is close, else the list of what there is.
fn hint(
    given: &str,
    known: impl Iterator<Item = &'static str>,
    listed: impl Iterator<Item = &'static str>,
) -> String {
    let near = known
        .map(|known| (distance(&given.to_lowercase(), &known.to_lowercase()), known))
        .filter(|(distance, known)| *distance <= 1 + known.len() / 4)
        .min();
    match near {
        Some((_, near)) => format!("did you mean {near:?}?"),
        None => format!("known are {}", listed.collect::<Vec<_>>().join(", ")),
    }
}

/// Levenshtein distance, of texts short enough for a person to have mistyped them.
fn distance(left: &str, right: &str) -> usize {
    const LENGTH_MAX: usize = 64;
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    if left.len() > LENGTH_MAX || right.len() > LENGTH_MAX {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_suggested_and_others_get_the_list() {
        assert_eq!(layer_hint("conv2d"), "did you mean \"Conv2D\"?");
        assert_eq!(layer_hint("MaxPoling2D"), "did you mean \"MaxPooling2D\"?");
        assert!(layer_hint("LSTM").starts_with("known are Conv2D, Dense"));
        assert_eq!(KerasLayer::Conv2d.keyword_hint("kernal_size"), "did you mean \"kernel_size\"?");
        assert_eq!(activation_hint("rleu"), "did you mean \"relu\"?");
    }

    #[test]
    fn distance_counts_edits() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
    }
}
