//! What the writer writes, the reader reads: values, digests, refusals.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod common;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use assay_network::{Activation, Architecture, Dataset, LayerKind, Network, Padding, Window};
use assay_task::{Precision, Storage, Task, TaskError, TaskWriter, network_digest};
use common::{files, says};
use proptest::prelude::*;
use tempfile::TempDir;

/// A network with every kind of parameter; its values are small multiples of 1/8, as are halves.
fn network(salt: u32) -> Network {
    let window = Window { size: [2, 2], strides: [1, 1], padding: Padding::Same };
    let kinds = vec![
        LayerKind::Conv2d { filters: 3, window, activation: Activation::Relu6, bias: false },
        LayerKind::BatchNorm { epsilon: 1.001e-5, scale: true, center: true },
        LayerKind::MaxPool2d { window },
        LayerKind::AvgPool2d { window },
        LayerKind::Activation { activation: Activation::HardSigmoid },
        LayerKind::Dropout { rate: 0.1 },
        LayerKind::Flatten,
        LayerKind::Dense { units: 2, activation: Activation::Linear, bias: true },
    ];
    let architecture = Arc::new(Architecture::new(&[2, 3, 2], kinds).unwrap());
    let arrays = |salt: u32| -> Vec<Vec<f32>> {
        let parameters = architecture.parameters().iter().enumerate();
        let array = |(index, parameter): (usize, &assay_network::Parameter)| {
            let count = parameter.shape.iter().product::<usize>() as u32;
            (0..count).map(|i| ((i * 7 + salt + index as u32) % 64) as f32 / 8.0 - 4.0).collect()
        };
        parameters.map(array).collect()
    };
    Network::new(architecture.clone(), arrays(salt), Some(arrays(salt + 1))).unwrap()
}

fn dataset() -> Dataset {
    let inputs = (0..48_u16).map(|i| f32::from(i) * 0.3 - 1.7).collect();
    Dataset::new(vec![2, 3, 2], inputs, vec![0, 1, 1, 0], 2).unwrap()
}

fn write(into: &Path, name: &str, precision: Precision) -> Result<Task, TaskError> {
    let mut writer = TaskWriter::create(into, name)?;
    writer.describe(Some("small"), None, "a test");
    writer.dataset_f32(&dataset())?;
    writer.network("model_10", &network(3), precision)?;
    writer.network("model_9", &network(4), precision)?;
    writer.truth(br#"{"9": {}, "10": {}}"#)?;
    writer.finish()
}

#[test]
fn a_task_reads_back_in_both_precisions_with_one_digest() {
    let into = TempDir::new().unwrap();
    let full = write(&into.path().join("full"), "t", Precision::F32).unwrap();
    let half = write(&into.path().join("half"), "t", Precision::F16).unwrap();
    assert_eq!(full.digest(), half.digest());
    let size = |task: &Task| {
        fs::metadata(task.dir().join("networks/model_9/weights.safetensors")).unwrap().len()
    };
    assert!(size(&half) < size(&full));
    for task in [&full, &half] {
        assert_eq!(task.network_ids(), ["model_9", "model_10"], "numeric order");
        let (read, written) = (task.network("model_10").unwrap(), network(3));
        assert_eq!(read.architecture(), written.architecture());
        assert_eq!(read.weights(), written.weights());
        assert_eq!(read.initial(), written.initial());
        let (read, written) = (task.dataset().unwrap(), dataset());
        assert_eq!((read.inputs(), read.labels()), (written.inputs(), written.labels()));
        assert_eq!(task.truth().unwrap().reveal(), br#"{"9": {}, "10": {}}"#);
        let manifest = task.manifest();
        assert_eq!(manifest.family.as_deref(), Some("small"));
        assert_eq!(manifest.data.values.max, f64::from(47.0_f32 * 0.3 - 1.7));
    }
    let names: Vec<String> = files(full.dir()).into_keys().collect();
    let expected = [
        "data/train.safetensors",
        "networks/model_10/initial.safetensors",
        "networks/model_10/layers.json",
        "networks/model_10/weights.safetensors",
        "networks/model_9/initial.safetensors",
        "networks/model_9/layers.json",
        "networks/model_9/weights.safetensors",
        "task.toml",
    ];
    assert_eq!(names, expected);
}

#[test]
fn values_that_half_precision_does_not_hold_are_refused() {
    let into = TempDir::new().unwrap();
    let sound = network(0);
    let mut weights: Vec<Vec<f32>> = sound.weights().iter().map(|array| array.to_vec()).collect();
    weights[0][1] = 0.1;
    let network = Network::new(sound.architecture().clone(), weights, None).unwrap();
    let mut writer = TaskWriter::create(into.path(), "t").unwrap();
    let error = writer.network("model_1", &network, Precision::F16).unwrap_err().to_string();
    says(&error, &["model_1", "layer 0 kernel", "0.1", "precision f32"]);
    writer.network("model_1", &network, Precision::F32).unwrap();
}

#[test]
fn bytes_stand_for_scaled_values() {
    let into = TempDir::new().unwrap();
    let (scale, offset) = ([0.1_f32, 1.0 / 255.0], [-0.3_f32, 7.5]);
    let bytes: Vec<u8> = (0..48).map(|i| i * 5).collect();
    let mut writer = TaskWriter::create(into.path(), "t").unwrap();
    writer.dataset_u8(&[2, 3, 2], &bytes, &[0, 1, 0, 1], 2, &scale, &offset).unwrap();
    writer.network("model_1", &network(0), Precision::F32).unwrap();
    let task = writer.finish().unwrap();
    assert!(matches!(task.manifest().data.storage, Storage::U8 { .. }));
    let expected: Vec<f32> = bytes
        .iter()
        .enumerate()
        .map(|(i, byte)| {
            let product = f32::from(*byte) * scale[i % 2];
            product + offset[i % 2]
        })
        .collect();
    let data = Task::open(task.dir()).unwrap().dataset().unwrap();
    assert_eq!(data.inputs(), expected);
    // Stored as floats, the same values have the same digest.
    let mut writer = TaskWriter::create(&into.path().join("floats"), "t").unwrap();
    writer.dataset_f32(&data).unwrap();
    writer.network("model_1", &network(0), Precision::F32).unwrap();
    assert_eq!(writer.finish().unwrap().digest(), task.digest());
}

#[test]
fn nothing_is_visible_before_the_end_nor_after_giving_up() {
    let into = TempDir::new().unwrap();
    let entries = || -> Vec<String> {
        let list = fs::read_dir(into.path()).unwrap();
        list.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    };
    let mut writer = TaskWriter::create(into.path(), "t").unwrap();
    writer.dataset_f32(&dataset()).unwrap();
    writer.network("model_1", &network(0), Precision::F32).unwrap();
    writer.truth(br#"{"1": {}}"#).unwrap();
    assert!(!entries().iter().any(|name| name == "t" || name == "t.truth"));
    drop(writer);
    assert_eq!(entries(), [""; 0]);
    write(into.path(), "t", Precision::F32).unwrap();
    let mut after = entries();
    after.sort();
    assert_eq!(after, ["t", "t.truth"]);
    fs::remove_dir_all(into.path().join("t")).unwrap();
    let error = TaskWriter::create(into.path(), "t").unwrap_err().to_string();
    says(&error, &["t.truth", "exists already"]);
}

#[test]
fn what_does_not_fit_together_is_not_finished() {
    let into = TempDir::new().unwrap();
    let start = || TaskWriter::create(into.path(), "t").unwrap();
    let mut writer = start();
    writer.network("model_1", &network(0), Precision::F32).unwrap();
    says(&writer.finish().unwrap_err().to_string(), &["task t", "no training examples"]);
    let mut writer = start();
    writer.dataset_f32(&dataset()).unwrap();
    says(&writer.finish().unwrap_err().to_string(), &["no networks"]);
    let mut writer = start();
    let inputs = Dataset::new(vec![12], dataset().inputs().to_vec(), vec![0; 4], 2).unwrap();
    writer.dataset_f32(&inputs).unwrap();
    writer.network("model_1", &network(0), Precision::F32).unwrap();
    let error = writer.finish().unwrap_err().to_string();
    says(&error, &["model_1", "input shape is [2, 3, 2]", "[12]"]);
    let mut writer = start();
    writer.dataset_f32(&dataset()).unwrap();
    writer.network("model_1", &network(0), Precision::F32).unwrap();
    writer.truth(br#"{"2": {}}"#).unwrap();
    says(&writer.finish().unwrap_err().to_string(), &["model_2 only in", "model_1 only as"]);
    let error = start().truth(b"{\"x\": 0.123}").unwrap_err().to_string();
    says(&error, &["\"x\" is no network number"]);
    for (name, id) in [("../t", "model_1"), ("t", "model_01")] {
        let written = TaskWriter::create(into.path(), name)
            .and_then(|mut writer| writer.network(id, &network(0), Precision::F32));
        assert!(matches!(written, Err(TaskError::BadName { .. })));
    }
    assert_eq!(fs::read_dir(into.path()).unwrap().count(), 0);
}

#[test]
fn changed_content_is_noticed() {
    let into = TempDir::new().unwrap();
    let task = write(into.path(), "t", Precision::F32).unwrap();
    let flip_last = |file: &str| {
        let path = task.dir().join(file);
        let mut bytes = fs::read(&path).unwrap();
        let last = bytes.len() - 4;
        bytes[last] ^= 1;
        fs::write(path, bytes).unwrap();
    };
    flip_last("networks/model_9/initial.safetensors");
    says(&task.network("model_9").unwrap_err().to_string(), &["network model_9", "digest"]);
    fs::remove_file(task.dir().join("networks/model_10/initial.safetensors")).unwrap();
    says(&task.network("model_10").unwrap_err().to_string(), &["network model_10", "digest"]);
    flip_last("data/train.safetensors");
    assert!(task.dataset().is_err());
    says(&task.network("model_1").unwrap_err().to_string(), &["\"model_1\"", "model_9, model_10"]);
    fs::write(task.dir().join("networks/model_9/weights.safetensors"), b"short").unwrap();
    let error = task.network("model_9").unwrap_err().to_string();
    says(&error, &["networks/model_9/weights.safetensors", "no sound safetensors"]);
}

#[test]
fn manifests_that_break_the_format_are_refused() {
    let into = TempDir::new().unwrap();
    let task = write(into.path(), "t", Precision::F32).unwrap();
    let path = task.dir().join("task.toml");
    let sound = fs::read_to_string(&path).unwrap();
    for (from, to, expected) in [
        ("schema = 1", "schema = 2", "schema 2 is not known"),
        ("name = \"t\"", "name = \"../t\"", "cannot name a task"),
        ("model_9", "model_11", "out of order"),
        ("model_9", "../9", "cannot name a network"),
        ("provenance", "provenence", "provenence"),
    ] {
        assert!(sound.contains(from), "{from:?} is not in {sound}");
        fs::write(&path, sound.replacen(from, to, 1)).unwrap();
        says(&Task::open(task.dir()).unwrap_err().to_string(), &[expected]);
    }
    fs::remove_file(path).unwrap();
    let error = Task::open(task.dir()).unwrap_err().to_string();
    says(&error, &["is no task", "assay task import"]);
}

#[test]
fn a_digest_covers_layers_final_and_initial_weights() {
    let base = network(0);
    let arrays = |list: &[Arc<[f32]>]| list.iter().map(|a| a.to_vec()).collect::<Vec<_>>();
    let (last, first) = (arrays(base.weights()), arrays(base.initial().unwrap()));
    let make = |last: &[Vec<f32>], first: Option<&[Vec<f32>]>| {
        let first = first.map(<[Vec<f32>]>::to_vec);
        network_digest(&Network::new(base.architecture().clone(), last.to_vec(), first).unwrap())
    };
    let mut changed = last.clone();
    changed[0][0] = -changed[0][0];
    let digests = [
        make(&last, Some(&first)),
        make(&changed, Some(&first)),
        make(&first, Some(&last)),
        make(&last, None),
    ];
    assert_eq!(digests[0], network_digest(&base));
    for (i, left) in digests.iter().enumerate() {
        assert!(digests[i + 1..].iter().all(|right| left != right));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_layer_settings_survive_the_file(rate in 0.0_f32..1.0, epsilon in 1e-12_f32..1.0) {
        let kinds = vec![
            LayerKind::Dropout { rate },
            LayerKind::BatchNorm { epsilon, scale: false, center: false },
        ];
        let architecture = Arc::new(Architecture::new(&[2], kinds).unwrap());
        let network = Network::new(architecture, vec![vec![0.0; 2]; 2], None).unwrap();
        let into = TempDir::new().unwrap();
        let mut writer = TaskWriter::create(into.path(), "t").unwrap();
        writer.dataset_f32(&Dataset::new(vec![2], vec![0.0; 2], vec![0], 2).unwrap()).unwrap();
        writer.network("model_1", &network, Precision::F32).unwrap();
        let read = writer.finish().unwrap().network("model_1").unwrap();
        prop_assert_eq!(read.architecture(), network.architecture());
    }
}
