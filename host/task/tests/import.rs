//! Imports of the contest's own files: the kit's toy task and the small tasks trained by TensorFlow.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod common;

use std::fs;
use std::path::Path;

use assay_task::{Task, network_digest};
use common::{files, import_quietly, pack, says, shared, toy, toy_copy};
use serde_json::Value;
use tempfile::TempDir;

#[test]
fn the_toy_task_imports() {
    let Some(toy) = toy() else { return };
    let into = TempDir::new().unwrap();
    let mut last = None;
    let mut imported =
        assay_task::import(&toy, into.path(), &mut |progress| last = Some(progress)).unwrap();
    assert_eq!(imported.len(), 1);
    let imported = imported.remove(0);
    assert_eq!(imported.notes, ["100 test examples left out"]);
    let last = last.unwrap();
    assert_eq!((last.done, last.total), (18, 18));

    let task = imported.task;
    assert_eq!(task.name(), "toy_data");
    let expected: Vec<String> = (0..18).map(|number| format!("model_{number}")).collect();
    assert_eq!(task.network_ids(), expected);
    let data = task.dataset().unwrap();
    assert_eq!((data.examples(), data.classes(), data.shape()), (200, 2, &[3][..]));
    let truth = fs::read(toy.join("model_configs.json")).unwrap();
    assert!(task.truth().unwrap().reveal() == &truth, "the truth's bytes changed");
    assert!(!files(task.dir()).keys().any(|name| name.contains("model_configs")));
    for id in task.network_ids() {
        let network = task.network(id).unwrap();
        assert_eq!(Some(network_digest(&network)), task.network_digest(id));
        assert!(network.initial().is_some());
    }
    // Opened again from elsewhere, it is the same.
    assert_eq!(Task::open(&into.path().join("toy_data")).unwrap().digest(), task.digest());
}

#[test]
fn a_task_that_is_there_is_not_written_over() {
    let Some(toy) = toy() else { return };
    let into = TempDir::new().unwrap();
    import_quietly(&toy, into.path()).unwrap();
    let before = files(into.path());
    let error = import_quietly(&toy, into.path()).map(|_| ()).unwrap_err().to_string();
    says(&error, &["toy_data", "exists already"]);
    assert_eq!(files(into.path()), before);
}

#[test]
fn a_zip_of_the_toy_task_is_the_same_task() {
    let Some(toy) = toy() else { return };
    let into = TempDir::new().unwrap();
    let plain = import_quietly(&toy, &into.path().join("plain")).unwrap();
    let mut entries: Vec<_> = files(&toy)
        .into_iter()
        .map(|(name, path)| (format!("toy_data/{name}"), fs::read(path).unwrap()))
        .collect();
    entries.push(("__MACOSX/toy_data/model_0/._config.json".to_owned(), vec![1, 2, 3]));
    entries.push(("toy_data/.DS_Store".to_owned(), vec![1, 2, 3]));
    let zip = into.path().join("some_name.zip");
    pack(&zip, &entries);
    let zipped = import_quietly(&zip, &into.path().join("zipped")).unwrap();
    assert_eq!(zipped[0].task.name(), "toy_data");
    assert_eq!(zipped[0].task.digest(), plain[0].task.digest());
    assert_eq!(zipped[0].notes, plain[0].notes);
    assert!(zipped[0].task.truth().unwrap() == plain[0].task.truth().unwrap());

    // The files alone, without a folder around them, take the zip's name.
    for (name, _) in &mut entries {
        *name = name.replacen("toy_data/", "", 1);
    }
    let zip = into.path().join("toy_data.zip");
    pack(&zip, &entries);
    let bare = import_quietly(&zip, &into.path().join("bare")).unwrap();
    assert_eq!(bare[0].task.digest(), plain[0].task.digest());
}

#[test]
fn all_small_tasks_import_with_the_figures_that_tensorflow_gives() {
    let Some(zoo) = shared("zoo") else { return };
    let into = TempDir::new().unwrap();
    let imported = import_quietly(&zoo, into.path()).unwrap();
    let values = fs::read(zoo.join("reference_values.json")).unwrap();
    let values: Value = serde_json::from_slice(&values).unwrap();
    let expected = [
        ("task1_mini", 16, 600),
        ("task2_mini", 32, 500),
        ("task4_mini", 16, 400),
        ("task8_mini", 32, 1500),
    ];
    assert_eq!(imported.len(), expected.len());
    for (imported, (name, networks, examples)) in imported.iter().zip(expected) {
        let task = &imported.task;
        assert_eq!(task.name(), name);
        assert_eq!(imported.notes, ["200 test examples left out"]);
        assert_eq!(task.network_ids().len(), networks);
        assert_eq!(task.manifest().data.examples, examples);
        let reference = &values[name];
        assert_eq!(reference["train_examples"].as_u64(), Some(examples as u64));
        assert_eq!(reference["classes"].as_u64(), Some(task.manifest().data.classes as u64));
        check_mean(task, reference["train_mean"].as_f64().unwrap());
        let models = reference["models"].as_object().unwrap();
        assert_eq!(models.len(), networks);
        for entry in &task.manifest().networks {
            let parameters = models[&entry.id]["parameters"].as_u64();
            assert_eq!(parameters, Some(entry.parameters as u64), "{name} {}", entry.id);
            check_weights(task, &entry.id, &models[&entry.id]["measures"]);
        }
        let truth = zoo.join(format!("reference_data/{name}/model_configs.json"));
        assert!(task.truth().unwrap().reveal() == &fs::read(truth).unwrap());
    }
}

/// The mean of the inputs, from the file and from the manifest, against TensorFlow's.
fn check_mean(task: &Task, expected: f64) {
    let data = task.dataset().unwrap();
    let sum: f64 = data.inputs().iter().map(|value| f64::from(*value)).sum();
    for mean in [sum / data.inputs().len() as f64, task.manifest().data.values.mean] {
        assert!((mean - expected).abs() < 1e-6, "{}: mean {mean}, {expected}", task.name());
    }
}

/// Sum of squares of the final weights, and of their difference from the initial ones: these tell
/// whether the right arrays were taken.
fn check_weights(task: &Task, id: &str, measures: &Value) {
    let network = task.network(id).unwrap();
    let square = |value: f64| value * value;
    let (mut squares, mut distance) = (0.0, 0.0);
    for (last, first) in network.weights().iter().zip(network.initial().unwrap()) {
        for (last, first) in last.iter().zip(first.iter()) {
            squares += square(f64::from(*last));
            distance += square(f64::from(*last) - f64::from(*first));
        }
    }
    for (name, found) in [("sum-of-squares", squares), ("distance-from-init", distance)] {
        let expected = measures[name].as_f64().unwrap();
        let error = (found - expected).abs() / expected;
        assert!(error < 1e-9, "{} {id} {name}: {found}, expected {expected}", task.name());
    }
}

#[test]
fn a_folder_of_tasks_without_reference_gives_tasks_without_truth() {
    let Some(zoo) = shared("zoo/input_data") else { return };
    let into = TempDir::new().unwrap();
    // One task's folder, and the reference is out of sight.
    let imported = import_quietly(&zoo.join("task4_mini"), into.path()).unwrap();
    let note = "no model_configs.json was found: imported without truth";
    assert_eq!(imported[0].notes, [note, "200 test examples left out"]);
    let error = imported[0].task.truth().map(|_| ()).unwrap_err().to_string();
    says(&error, &["task4_mini.truth", "no truth"]);
}

#[test]
fn a_folder_of_tasks_is_imported_whole() {
    let Some((temporary, copy)) = toy_copy() else { return };
    let folder = temporary.path().join("tasks");
    for name in ["second", "first"] {
        for (file, path) in files(&copy) {
            let target = folder.join(name).join(&file);
            fs::create_dir_all(target.parent().unwrap()).unwrap();
            // Only the first one keeps its truth.
            if name == "first" || file != "model_configs.json" {
                fs::copy(path, target).unwrap();
            }
        }
    }
    let into = TempDir::new().unwrap();
    let imported = import_quietly(&folder, into.path()).unwrap();
    let names: Vec<&str> = imported.iter().map(|imported| imported.task.name()).collect();
    assert_eq!(names, ["first", "second"]);
    assert!(imported[0].task.truth().is_ok());
    assert!(imported[1].task.truth().is_err());
    // Same networks and data under another name: another task.
    assert_ne!(imported[0].task.digest(), imported[1].task.digest());
    let error = import_quietly(into.path(), &temporary.path().join("again")).map(|_| ());
    says(&error.unwrap_err().to_string(), &["imported already"]);
}

#[test]
fn shards_are_read_in_numeric_order() {
    let Some((_temporary, copy)) = toy_copy() else { return };
    let train = copy.join("dataset_1/train");
    let order = |into: &Path| {
        let imported = import_quietly(&copy, into).unwrap();
        imported[0].task.dataset().unwrap().inputs().to_vec()
    };
    let into = TempDir::new().unwrap();
    let before = order(&into.path().join("a"));
    // Twelve shards: the three old ones first, then nine copies of the first.
    for number in 3..12 {
        fs::copy(train.join("shard_0.tfrecord"), train.join(format!("shard_{number}.tfrecord")))
            .unwrap();
    }
    fs::copy(train.join("shard_2.tfrecord"), train.join("shard_11.tfrecord")).unwrap();
    let after = order(&into.path().join("b"));
    assert_eq!(after[..before.len()], before);
    let last = before.len() - 66 * 3;
    assert_eq!(after[after.len() - 66 * 3..], before[last..], "shard_11 must be the last");
}
