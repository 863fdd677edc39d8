//! Tests of the `config.json` reader.

use proptest::prelude::*;

use super::*;

fn one(layer: &str, input: &str) -> Result<LayerKind, ConfigError> {
    let text = format!(r#"{{"model_config": [{layer}], "input_shape": {input}}}"#);
    read(text.as_bytes()).map(|network| network.layers()[0].kind.clone())
}

fn image(layer: &str) -> Result<LayerKind, ConfigError> {
    one(layer, "[8.0, 8.0, 4.0]")
}

#[test]
fn floats_stand_for_integers_and_defaults_are_keras_own() {
    let conv = image(r#"{"layer_name": "Conv2D", "filters": 3.0, "kernel_size": [3.0, 2]}"#);
    let window = Window { size: [3, 2], strides: [1, 1], padding: Padding::Valid };
    let expected =
        LayerKind::Conv2d { filters: 3, window, activation: Activation::Linear, bias: true };
    assert_eq!(conv, Ok(expected));
    let pool = image(
        r#"{"layer_name": "AveragePooling2D", "pool_size": 3, "strides": null, "padding": "SAME"}"#,
    );
    let window = Window { size: [3, 3], strides: [3, 3], padding: Padding::Same };
    assert_eq!(pool, Ok(LayerKind::AvgPool2d { window }));
    let norm = image(r#"{"layer_name": "BatchNormalization", "axis": [3], "scale": false}"#);
    let expected = LayerKind::BatchNorm { epsilon: 0.001, scale: false, center: true };
    assert_eq!(norm, Ok(expected));
}

#[test]
fn relu_layers_map_on_activations_where_they_can() {
    let relu = |rest: &str| image(&format!(r#"{{"layer_name": "ReLU"{rest}}}"#));
    let layer = |activation| Ok(LayerKind::Activation { activation });
    assert_eq!(relu(""), layer(Activation::Relu));
    assert_eq!(relu(r#", "max_value": 6, "negative_slope": 0.0"#), layer(Activation::Relu6));
    let error = relu(r#", "negative_slope": 0.1"#).unwrap_err();
    assert_eq!(error.to_string(), "layer 0 (ReLU): negative_slope is 0.1, but only 0 is supported");
}

#[test]
fn keywords_that_only_matter_in_training_are_accepted() {
    let layer = r#"{"layer_name": "Dense", "units": 2, "kernel_initializer": {"class_name": "HeNormal"},
        "bias_regularizer": null, "name": "d", "trainable": true, "dtype": "float32", "input_shape": [4]}"#;
    assert!(one(layer, "[4]").is_ok());
    let text = r#"{"model_config": [{"layer_name": "InputLayer", "batch_input_shape": [null, 4]},
        {"layer_name": "Dense", "units": 2, "activation": null}], "input_shape": [4]}"#;
    assert_eq!(read(text.as_bytes()).unwrap().layers().len(), 1);
}

#[test]
fn what_is_not_known_or_not_supported_is_named() {
    let cases = [
        (
            r#"{"layer_name": "conv2d"}"#,
            "layer 0: unknown layer_name \"conv2d\"; did you mean \"Conv2D\"?",
        ),
        (
            r#"{"layer_name": "Dense", "unit": 2}"#,
            "layer 0 (Dense): unknown keyword \"unit\"; did you mean \"units\"?",
        ),
        (r#"{"layer_name": "Dense"}"#, "layer 0 (Dense): units is missing, and the layer needs it"),
        (
            r#"{"layer_name": "Dense", "units": 2.5}"#,
            "layer 0 (Dense): units is 2.5, expected a positive integer",
        ),
        (
            r#"{"layer_name": "Conv2D", "filters": 1, "kernel_size": 1, "dilation_rate": [2, 2]}"#,
            "layer 0 (Conv2D): dilation_rate is [2,2], but only 1 is supported",
        ),
        (
            r#"{"layer_name": "Flatten", "data_format": "channels_first"}"#,
            "layer 0 (Flatten): data_format is \"channels_first\", but only \"channels_last\" is supported",
        ),
        (
            r#"{"layer_name": "BatchNormalization", "axis": 1}"#,
            "layer 0 (BatchNormalization): axis is 1, but only the last axis (-1 or 3) is supported",
        ),
        (
            r#"{"layer_name": "Activation", "activation": "mish"}"#,
            "layer 0 (Activation): activation is \"mish\", which is not known",
        ),
        (
            r#"{"layer_name": "Conv2D", "filters": 1, "kernel_size": 9}"#,
            "layer 0 (conv2d): a window of [9, 9]",
        ),
    ];
    for (layer, expected) in cases {
        let error = image(layer).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}\nexpected {expected}");
    }
}

#[test]
fn forms_that_are_no_config_are_named() {
    for (text, expected) in [
        ("[1, 2", "no sound JSON"),
        ("[]", "it is no JSON object"),
        (r#"{"input_shape": [4]}"#, "there is no list model_config"),
        (r#"{"input_shape": [0], "model_config": []}"#, "input_shape is no list"),
        (r#"{"input_shape": [4], "model_config": [3]}"#, "layer 0: it is no JSON object"),
    ] {
        let error = read(text.as_bytes()).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}\nexpected {expected}");
    }
}

/// JSON values made of what configs are made of, so that the reader is reached in depth.
fn value() -> impl Strategy<Value = String> {
    let word = "\"(layer_name|Dense|Conv2D|same|relu|units|kernel_size|ReLU)\"";
    let leaf = prop_oneof![
        word.prop_map(|word| word),
        any::<f32>().prop_filter("finite", |f| f.is_finite()).prop_map(|f| f.to_string()),
        (-3_i64..5).prop_map(|i| i.to_string()),
        Just("null".to_owned()),
        Just("1e999".to_owned()),
    ];
    let key = "\"(layer_name|units|filters|kernel_size|strides|axis|epsilon|rate|max_value|input_shape|model_config)\"";
    leaf.prop_recursive(3, 24, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4)
                .prop_map(|v| format!("[{}]", v.join(","))),
            proptest::collection::vec((key, inner), 0..4).prop_map(|v| {
                let fields: Vec<_> =
                    v.iter().map(|(key, value)| format!("{key}:{value}")).collect();
                format!("{{{}}}", fields.join(","))
            }),
        ]
    })
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&bytes);
    }

    #[test]
    fn arbitrary_layers_never_panic(layers in proptest::collection::vec(value(), 0..4), shape in value()) {
        let layers = layers.join(",");
        let text = format!(r#"{{"model_config": [{layers}], "input_shape": {shape}}}"#);
        let _ = read(text.as_bytes());
    }
}
