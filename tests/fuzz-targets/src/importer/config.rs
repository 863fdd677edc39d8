//! `config.json`.

use assay_network::Architecture;
use assay_task::parts;

use crate::material::files;
use crate::target::twice;
use crate::{Material, Memory, Seed, Target};

/// A network's layers as Keras's keywords say them.
pub const IMPORT_CONFIG: Target = Target {
    name: "import_config",
    about: "config.json: what is read is written as layers.json and read back the same",
    weight: 900,
    short: 40_000,
    length_max: 1 << 13,
    memory: Memory::new(1, 512),
    run: |input| {
        let read = twice(|| parts::config(input).map_err(|error| error.to_string()));
        if let Ok(architecture) = read {
            survives(&architecture);
        }
    },
    seeds: |material| {
        let mut seeds = files(&places(material), "config.json", 1 << 13, 24);
        seeds.extend(
            CONFIGS
                .iter()
                .enumerate()
                .map(|(at, text)| Seed::new(format!("config-{at}"), text.as_bytes())),
        );
        seeds
    },
    words: WORDS,
};

pub(crate) fn places(material: &Material) -> [Option<&std::path::Path>; 2] {
    [material.toy.as_deref(), material.zoo.as_deref()]
}

/// An architecture that was accepted is one that our own format holds.
pub(super) fn survives(architecture: &Architecture) {
    let text = parts::layers_text(architecture);
    let again = parts::layers(text.as_bytes()).expect("layers that were written are read");
    // Text is compared: a rate is a float, and its shortest form is what was written.
    assert_eq!(parts::layers_text(&again), text);
    assert_eq!(again.parameters(), architecture.parameters());
    assert_eq!(again.output(), architecture.output());
}

/// The tiny network that the seeds of the other importers have, too: `[2, 2, 1]` to three classes.
pub(super) const TINY: &str = r#"{"input_shape": [2, 2, 1], "model_config": [
 {"layer_name": "Conv2D", "filters": 2, "kernel_size": [2, 2], "padding": "same", "activation": "relu"},
 {"layer_name": "BatchNormalization", "axis": -1, "epsilon": 0.001},
 {"layer_name": "MaxPooling2D", "pool_size": 2, "strides": [1.0, 1.0]},
 {"layer_name": "Flatten"}, {"layer_name": "Dropout", "rate": 0.5},
 {"layer_name": "Dense", "units": 3, "use_bias": true}]}"#;

const CONFIGS: [&str; 3] = [
    TINY,
    r#"{"input_shape": [32, 32, 3], "model_config": [{"layer_name": "InputLayer"},
 {"layer_name": "Conv2D", "filters": 8.0, "kernel_size": 3, "strides": 2, "padding": "VALID",
  "activation": "swish", "use_bias": 0.0, "dilation_rate": [1, 1], "groups": 1,
  "kernel_initializer": {"class_name": "GlorotUniform"}, "data_format": "channels_last"},
 {"layer_name": "ReLU", "max_value": 6.0, "negative_slope": null},
 {"layer_name": "AveragePooling2D"}, {"layer_name": "GlobalAveragePooling2D", "keepdims": false},
 {"layer_name": "Softmax", "axis": [1]}]}"#,
    r#"{"input_shape": [1, 1, 1, 1, 1, 1, 4], "model_config": [
 {"layer_name": "Activation", "activation": "leaky_relu"}, {"layer_name": "LSTM"}]}"#,
];

pub(super) const WORDS: &[&str] = &[
    "\"layer_name\"",
    "\"Conv2D\"",
    "\"Dense\"",
    "\"MaxPooling2D\"",
    "\"AveragePooling2D\"",
    "\"GlobalAveragePooling2D\"",
    "\"Flatten\"",
    "\"Dropout\"",
    "\"BatchNormalization\"",
    "\"Activation\"",
    "\"ReLU\"",
    "\"Softmax\"",
    "\"InputLayer\"",
    "\"input_shape\"",
    "\"model_config\"",
    "\"filters\"",
    "\"kernel_size\"",
    "\"strides\"",
    "\"padding\"",
    "\"same\"",
    "\"valid\"",
    "\"activation\"",
    "\"relu\"",
    "\"softmax\"",
    "\"tanh\"",
    "\"use_bias\"",
    "\"units\"",
    "\"pool_size\"",
    "\"axis\"",
    "\"epsilon\"",
    "\"rate\"",
    "\"max_value\"",
    "null",
    "true",
    "false",
    "1e308",
    "-1",
    "4294967295",
    "2147483647",
    "[1,1]",
];
