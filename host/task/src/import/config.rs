//! `config.json`: a network's Keras layers, read as the contest's starting kit reads them (class
//! name plus constructor keywords, integral floats standing for integers).

use assay_network::{Activation, Architecture, ArchitectureError, LayerKind, Padding, Window};
use serde_json::{Map, Value};

use super::vocabulary::{KerasLayer, activation_hint, layer_hint};

/// Why a `config.json` cannot be understood.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ConfigError {
    /// It is no JSON, or not of the expected form.
    #[error("{0}")]
    Form(String),
    /// A layer's class is not known.
    #[error("layer {layer}: unknown layer_name {name:?}; {hint}")]
    UnknownLayer {
        /// Position in `model_config`, from 0.
        layer: usize,
        /// The name.
        name: String,
        /// What may have been meant.
        hint: String,
    },
    /// A keyword is not one of the layer's.
    #[error("layer {layer} ({name}): unknown keyword {keyword:?}; {hint}")]
    UnknownKeyword {
        /// Position in `model_config`.
        layer: usize,
        /// Class of the layer.
        name: String,
        /// The keyword.
        keyword: String,
        /// What may have been meant.
        hint: String,
    },
    /// A keyword has a value that is wrong, or right in Keras but not supported.
    #[error("layer {layer} ({name}): {keyword} is {value}, {reason}")]
    Keyword {
        /// Position in `model_config`.
        layer: usize,
        /// Class of the layer.
        name: String,
        /// The keyword.
        keyword: &'static str,
        /// Its value, shortened.
        value: String,
        /// What is expected.
        reason: String,
    },
    /// The layers do not fit together.
    #[error("{0}")]
    Architecture(ArchitectureError),
}

/// Reads a `config.json`.
pub(crate) fn read(bytes: &[u8]) -> Result<Architecture, ConfigError> {
    let form = |reason: &str| ConfigError::Form(reason.to_owned());
    let value: Value = serde_json::from_slice(bytes)
        .map_err(|error| ConfigError::Form(format!("no sound JSON: {error}")))?;
    let config = value.as_object().ok_or_else(|| form("it is no JSON object"))?;
    let shape = config.get("input_shape").ok_or_else(|| form("there is no input_shape"))?;
    let shape: Option<Vec<usize>> = shape
        .as_array()
        .and_then(|axes| axes.iter().map(|axis| integer(axis).map(|axis| axis as usize)).collect());
    let shape = shape
        .ok_or_else(|| form("input_shape is no list of positive integers without a batch axis"))?;
    let list = config
        .get("model_config")
        .and_then(Value::as_array)
        .ok_or_else(|| form("there is no list model_config"))?;
    let mut rank = shape.len();
    let mut kinds = Vec::with_capacity(list.len());
    for (layer, value) in list.iter().enumerate() {
        kinds.extend(self::layer(layer, value, &mut rank)?);
    }
    Architecture::new(&shape, kinds).map_err(ConfigError::Architecture)
}

/// One layer; nothing for an `InputLayer`. `rank` is the number of axes of what enters it.
fn layer(index: usize, value: &Value, rank: &mut usize) -> Result<Option<LayerKind>, ConfigError> {
    let form = |reason: &str| ConfigError::Form(format!("layer {index}: {reason}"));
    let keywords = value.as_object().ok_or_else(|| form("it is no JSON object"))?;
    let name = keywords
        .get("layer_name")
        .and_then(Value::as_str)
        .ok_or_else(|| form("it has no text layer_name"))?;
    let keras = KerasLayer::named(name).ok_or_else(|| ConfigError::UnknownLayer {
        layer: index,
        name: shown(name),
        hint: layer_hint(name),
    })?;
    for keyword in keywords.keys() {
        if keyword != "layer_name" && !keras.knows(keyword) {
            return Err(ConfigError::UnknownKeyword {
                layer: index,
                name: name.to_owned(),
                keyword: shown(keyword),
                hint: keras.keyword_hint(keyword),
            });
        }
    }
    Layer { index, name, keywords }.kind(keras, rank)
}

/// A layer's keywords, with what errors need to name their place.
struct Layer<'a> {
    index: usize,
    name: &'a str,
    keywords: &'a Map<String, Value>,
}

impl Layer<'_> {
    fn kind(&self, keras: KerasLayer, rank: &mut usize) -> Result<Option<LayerKind>, ConfigError> {
        self.only_channels_last()?;
        let kind = match keras {
            KerasLayer::Conv2d => self.conv()?,
            KerasLayer::Dense => LayerKind::Dense {
                units: self.needed("units")?,
                activation: self.activation()?,
                bias: self.flag("use_bias", true)?,
            },
            KerasLayer::MaxPool2d => LayerKind::MaxPool2d { window: self.pool()? },
            KerasLayer::AvgPool2d => LayerKind::AvgPool2d { window: self.pool()? },
            KerasLayer::GlobalAvgPool2d => {
                self.only_off("keepdims")?;
                *rank = 1;
                LayerKind::GlobalAvgPool2d
            }
            KerasLayer::Flatten => {
                *rank = 1;
                LayerKind::Flatten
            }
            KerasLayer::Dropout => LayerKind::Dropout { rate: self.rate()? },
            KerasLayer::BatchNorm => self.batch_norm(*rank)?,
            KerasLayer::Activation => {
                self.value("activation").ok_or_else(|| self.missing("activation"))?;
                LayerKind::Activation { activation: self.activation()? }
            }
            KerasLayer::Relu => LayerKind::Activation { activation: self.relu()? },
            KerasLayer::Softmax => {
                self.last_axis(*rank)?;
                LayerKind::Activation { activation: Activation::Softmax }
            }
            KerasLayer::Input => return Ok(None),
        };
        Ok(Some(kind))
    }

    fn conv(&self) -> Result<LayerKind, ConfigError> {
        for keyword in ["dilation_rate", "groups"] {
            if self.pair(keyword)?.is_some_and(|pair| pair != [1, 1]) {
                return Err(self.bad(
                    keyword,
                    "but only 1 is supported: the contest's networks have no other",
                ));
            }
        }
        let size = self.pair("kernel_size")?.ok_or_else(|| self.missing("kernel_size"))?;
        let strides = self.pair("strides")?.unwrap_or([1, 1]);
        Ok(LayerKind::Conv2d {
            filters: self.needed("filters")?,
            window: Window { size, strides, padding: self.padding()? },
            activation: self.activation()?,
            bias: self.flag("use_bias", true)?,
        })
    }

    fn pool(&self) -> Result<Window, ConfigError> {
        let size = self.pair("pool_size")?.unwrap_or([2, 2]);
        let strides = self.pair("strides")?.unwrap_or(size);
        Ok(Window { size, strides, padding: self.padding()? })
    }

    fn batch_norm(&self, rank: usize) -> Result<LayerKind, ConfigError> {
        self.last_axis(rank)?;
        self.only_off("renorm")?;
        self.only_off("virtual_batch_size")?;
        let epsilon = self.number("epsilon")?.unwrap_or(0.001) as f32;
        if !epsilon.is_finite() || epsilon < 0.0 {
            return Err(self.bad("epsilon", "expected a number that is not negative"));
        }
        Ok(LayerKind::BatchNorm {
            epsilon,
            scale: self.flag("scale", true)?,
            center: self.flag("center", true)?,
        })
    }

    fn relu(&self) -> Result<Activation, ConfigError> {
        for keyword in ["negative_slope", "threshold"] {
            if self.number(keyword)?.is_some_and(|number| number != 0.0) {
                return Err(self.bad(keyword, "but only 0 is supported"));
            }
        }
        match self.number("max_value")? {
            None => Ok(Activation::Relu),
            Some(6.0) => Ok(Activation::Relu6),
            Some(_) => Err(self.bad("max_value", "but only null and 6 are supported")),
        }
    }

    fn rate(&self) -> Result<f32, ConfigError> {
        let rate = self.number("rate")?.ok_or_else(|| self.missing("rate"))?;
        if (0.0..=1.0).contains(&rate) {
            return Ok(rate as f32);
        }
        Err(self.bad("rate", "expected a number from 0 to 1"))
    }

    /// The value of a keyword; JSON's null is as good as none.
    fn value(&self, keyword: &str) -> Option<&Value> {
        self.keywords.get(keyword).filter(|value| !value.is_null())
    }

    fn bad(&self, keyword: &'static str, reason: impl Into<String>) -> ConfigError {
        ConfigError::Keyword {
            layer: self.index,
            name: self.name.to_owned(),
            keyword,
            value: self
                .keywords
                .get(keyword)
                .map_or("missing".to_owned(), |value| shown(&value.to_string())),
            reason: reason.into(),
        }
    }

    fn missing(&self, keyword: &'static str) -> ConfigError {
        self.bad(keyword, "and the layer needs it")
    }

    fn needed(&self, keyword: &'static str) -> Result<u32, ConfigError> {
        let value = self.value(keyword).ok_or_else(|| self.missing(keyword))?;
        integer(value).ok_or_else(|| self.bad(keyword, "expected a positive integer"))
    }

    fn number(&self, keyword: &'static str) -> Result<Option<f64>, ConfigError> {
        let Some(value) = self.value(keyword) else { return Ok(None) };
        let number = value.as_f64().filter(|number| number.is_finite());
        number.map(Some).ok_or_else(|| self.bad(keyword, "expected a number"))
    }

    /// A number, standing for both axes, or a pair.
    fn pair(&self, keyword: &'static str) -> Result<Option<[u32; 2]>, ConfigError> {
        let Some(value) = self.value(keyword) else { return Ok(None) };
        let pair = match value {
            Value::Array(items) => match items.as_slice() {
                [height, width] => integer(height).zip(integer(width)).map(Into::into),
                [both] => integer(both).map(|both| [both; 2]),
                _ => None,
            },
            both => integer(both).map(|both| [both; 2]),
        };
        pair.map(Some)
            .ok_or_else(|| self.bad(keyword, "expected a positive integer or a pair of them"))
    }

    fn flag(&self, keyword: &'static str, default: bool) -> Result<bool, ConfigError> {
        match self.value(keyword) {
            None => Ok(default),
            Some(Value::Bool(flag)) => Ok(*flag),
            // A writer that turns integers into floats may turn booleans into numbers.
            Some(value) => match value.as_f64() {
                Some(0.0) => Ok(false),
                Some(1.0) => Ok(true),
                _ => Err(self.bad(keyword, "expected true or false")),
            },
        }
    }

    fn only_off(&self, keyword: &'static str) -> Result<(), ConfigError> {
        if self.flag(keyword, false)? {
            return Err(self.bad(keyword, "which is not supported"));
        }
        Ok(())
    }

    fn padding(&self) -> Result<Padding, ConfigError> {
        let Some(value) = self.value("padding") else { return Ok(Padding::Valid) };
        match value.as_str().map(str::to_lowercase).as_deref() {
            Some("valid") => Ok(Padding::Valid),
            Some("same") => Ok(Padding::Same),
            _ => Err(self.bad("padding", "expected \"valid\" or \"same\"")),
        }
    }

    fn activation(&self) -> Result<Activation, ConfigError> {
        let Some(value) = self.value("activation") else { return Ok(Activation::Linear) };
        let name = value.as_str().ok_or_else(|| self.bad("activation", "expected a name"))?;
        Activation::from_keras(name).ok_or_else(|| {
            self.bad("activation", format!("which is not known; {}", activation_hint(name)))
        })
    }

    fn only_channels_last(&self) -> Result<(), ConfigError> {
        match self.value("data_format") {
            None => Ok(()),
            Some(value) if value == "channels_last" => Ok(()),
            Some(_) => Err(self.bad(
                "data_format",
                "but only \"channels_last\" is supported: pictures are stored so",
            )),
        }
    }

    /// Checks that `axis` is the last one. Axis 0 is the batch, so the last one is `rank`.
    fn last_axis(&self, rank: usize) -> Result<(), ConfigError> {
        let axis = match self.value("axis") {
            None => return Ok(()),
            Some(Value::Array(items)) if items.len() == 1 => items[0].as_f64(),
            Some(value) => value.as_f64(),
        };
        if axis == Some(-1.0) || axis == Some(rank as f64) {
            return Ok(());
        }
        Err(self.bad("axis", format!("but only the last axis (-1 or {rank}) is supported")))
    }
}

/// A positive integer, also where it is written as a float.
fn integer(value: &Value) -> Option<u32> {
    let number = value.as_f64()?;
    let whole = number.fract() == 0.0 && (1.0..=f64::from(i32::MAX)).contains(&number);
    whole.then_some(number as u32)
}

/// A text from the file, short enough for an error.
fn shown(text: &str) -> String {
    const CHARS_MAX: usize = 80;
    match text.char_indices().nth(CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;
