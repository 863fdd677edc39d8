//! Damaged and mismatching sources: each is refused by file and reason, and leaves nothing behind.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod common;

use std::fs;
use std::path::Path;

use common::{files, import_quietly, pack, refused, says, toy, toy_copy};
use proptest::prelude::*;
use tempfile::TempDir;

/// Changes a file's bytes.
fn spoil(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    fs::write(path, bytes).unwrap();
}

/// Replaces a text in a file, which must be there.
fn replace(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{from:?} is not in {text}");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

#[test]
fn truncated_weights() {
    let Some((_temporary, copy)) = toy_copy() else { return };
    for keep in [0, 7, 600, 4000, 12_000] {
        let (_temporary, copy) = (toy_copy(), copy.clone());
        let file = copy.join("model_3/weights.hdf5");
        let sound = fs::read(&file).unwrap();
        spoil(&file, |bytes| bytes.truncate(keep));
        says(&refused(&copy), &["model_3/weights.hdf5", "cannot be read as HDF5"]);
        fs::write(file, sound).unwrap();
    }
}

#[test]
fn flipped_and_truncated_shards() {
    let Some((_temporary, copy)) = toy_copy() else { return };
    let file = copy.join("dataset_1/train/shard_1.tfrecord");
    let sound = fs::read(&file).unwrap();
    // A record has 12 + 66 + 4 bytes; this byte is in the third one's data.
    spoil(&file, |bytes| bytes[2 * 82 + 40] ^= 4);
    let expected =
        ["dataset_1/train/shard_1.tfrecord", "record 2 at byte 164", "checksum of its data"];
    says(&refused(&copy), &expected);
    fs::write(&file, &sound).unwrap();
    spoil(&file, |bytes| bytes[82] ^= 1);
    says(&refused(&copy), &["shard_1.tfrecord", "record 1 at byte 82", "checksum of its length"]);
    fs::write(&file, &sound).unwrap();
    spoil(&file, |bytes| bytes.truncate(sound.len() - 5));
    says(&refused(&copy), &["shard_1.tfrecord", "record 66", "truncated"]);
}

#[test]
fn damaged_test_shards_do_not_matter() {
    let Some((_temporary, copy)) = toy_copy() else { return };
    spoil(&copy.join("dataset_1/test/shard_0.tfrecord"), |bytes| bytes[40] ^= 4);
    let into = TempDir::new().unwrap();
    let imported = import_quietly(&copy, into.path()).unwrap();
    says(&imported[0].notes.join("; "), &["test shards left out", "shard_0.tfrecord is damaged"]);
}

#[test]
fn missing_shards() {
    let Some((_temporary, copy)) = toy_copy() else { return };
    fs::remove_file(copy.join("dataset_1/train/shard_1.tfrecord")).unwrap();
    says(&refused(&copy), &["dataset_1/train", "shard_1.tfrecord is missing", "shard_2"]);
    fs::remove_dir_all(copy.join("dataset_1/train")).unwrap();
    says(&refused(&copy), &["dataset_1/train", "no shards"]);
}

#[test]
fn configs_that_do_not_fit_the_weights() {
    let Some((_temporary, copy)) = toy_copy() else { return };
    let file = copy.join("model_0/config.json");
    let sound = fs::read(&file).unwrap();
    replace(&file, "64", "65");
    let expected = ["model_0/weights.hdf5", "shape [3, 64]", "layer 0 (dense)", "[3, 65]"];
    says(&refused(&copy), &expected);

    let weights = copy.join("model_0/weights.hdf5");
    let larger = fs::read(copy.join("model_9/weights.hdf5")).unwrap();
    fs::write(&file, &sound).unwrap();
    fs::write(weights, larger).unwrap();
    says(&refused(&copy), &["model_0/weights.hdf5", "arrays", "the first one too many is"]);
}

#[test]
fn weights_of_the_wrong_initial_network() {
    let Some((_temporary, copy)) = toy_copy() else { return };
    fs::copy(copy.join("model_9/weights_init.hdf5"), copy.join("model_0/weights_init.hdf5"))
        .unwrap();
    says(&refused(&copy), &["model_0/weights_init.hdf5"]);
}

#[test]
fn unknown_layers_and_keywords() {
    let Some((_temporary, copy)) = toy_copy() else { return };
    let file = copy.join("model_4/config.json");
    let sound = fs::read(&file).unwrap();
    replace(&file, "\"Dense\"", "\"Dens\"");
    says(
        &refused(&copy),
        &["model_4/config.json", "layer 0", "\"Dens\"", "did you mean \"Dense\"?"],
    );
    fs::write(&file, &sound).unwrap();
    replace(&file, "\"units\"", "\"unit\"");
    let expected =
        ["model_4/config.json", "layer 0 (Dense)", "\"unit\"", "did you mean \"units\"?"];
    says(&refused(&copy), &expected);
}

#[test]
fn networks_that_differ_in_input_or_output() {
    let Some((_temporary, copy)) = toy_copy() else { return };
    let file = copy.join("model_4/config.json");
    let text = fs::read_to_string(&file).unwrap();
    let mut config: serde_json::Value = serde_json::from_str(&text).unwrap();
    config["input_shape"] = serde_json::json!([1, 3]);
    fs::write(&file, config.to_string()).unwrap();
    says(&refused(&copy), &["model_4", "input shape is [1, 3]", "model_0", "[3]"]);
}

#[test]
fn truth_and_networks_that_differ() {
    let Some((_temporary, copy)) = toy_copy() else { return };
    fs::rename(copy.join("model_17"), copy.join("model_99")).unwrap();
    let expected = ["model_17 only in model_configs.json", "model_99 only as networks"];
    says(&refused(&copy), &expected);
    fs::rename(copy.join("model_99"), copy.join("model_017")).unwrap();
    says(&refused(&copy), &["model_017", "leading zeros"]);
}

#[test]
fn missing_files_and_sources_that_are_no_tasks() {
    let Some((temporary, copy)) = toy_copy() else { return };
    fs::remove_file(copy.join("model_5/weights.hdf5")).unwrap();
    says(&refused(&copy), &["model_5/weights.hdf5", "missing"]);
    let empty = temporary.path().join("empty");
    fs::create_dir(&empty).unwrap();
    says(&refused(&empty), &["no folder model_<number>"]);
    let text = temporary.path().join("text.zip");
    fs::write(&text, "no zip").unwrap();
    says(&refused(&text), &["neither a directory nor a sound zip"]);
    says(&refused(&temporary.path().join("absent")), &["absent"]);
}

#[test]
fn one_bad_task_leaves_none() {
    let Some((temporary, copy)) = toy_copy() else { return };
    let root = temporary.path().join("root");
    for name in ["a", "b"] {
        for (file, path) in files(&copy) {
            let target = root.join("input_data").join(name).join(file);
            fs::create_dir_all(target.parent().unwrap()).unwrap();
            fs::copy(path, target).unwrap();
        }
    }
    let into = TempDir::new().unwrap();
    assert_eq!(import_quietly(&root, into.path()).unwrap().len(), 2);
    spoil(&root.join("input_data/b/model_0/config.json"), |bytes| bytes.truncate(9));
    says(&refused(&root), &["input_data/b/model_0/config.json", "no sound JSON"]);
}

#[test]
fn archives_that_try_to_leave_or_to_blow_up() {
    let Some(toy) = toy() else { return };
    let temporary = TempDir::new().unwrap();
    let sound: Vec<_> =
        files(&toy).into_iter().map(|(name, path)| (name, fs::read(path).unwrap())).collect();
    let zip = temporary.path().join("toy.zip");
    for name in ["../outside/model_1/config.json", "/model_1/config.json", "a\\..\\b"] {
        let mut entries = sound.clone();
        entries.push((name.to_owned(), b"{}".to_vec()));
        pack(&zip, &entries);
        says(&refused(&zip), &["toy.zip", "refused"]);
    }
    let mut entries = sound.clone();
    entries.push(("model_0/zeros".to_owned(), vec![0; 40 << 20]));
    pack(&zip, &entries);
    says(&refused(&zip), &["model_0/zeros", "decompression bomb"]);
    pack(&zip, &sound);
    // Somewhere in the middle is an entry's packed data, guarded by its CRC-32 or its own checks.
    spoil(&zip, |bytes| {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0x55;
    });
    let _ = refused(&zip);
    spoil(&zip, |bytes| bytes.truncate(bytes.len() / 2));
    says(&refused(&zip), &["neither a directory nor a sound zip"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    // The metadata of an HDF5 file has no checksum, so a flipped bit is not always seen; but it
    // must never bring the reader down, and a failure must leave nothing behind.
    #[test]
    fn flipped_weights_never_panic(at in any::<proptest::sample::Index>(), to in any::<u8>()) {
        thread_local! {
            static COPY: Option<(TempDir, std::path::PathBuf)> = small_toy();
        }
        COPY.with(|copy| {
            let Some((_, copy)) = copy else { return };
            let file = copy.join("model_0/weights.hdf5");
            let sound = fs::read(&file).unwrap();
            spoil(&file, |bytes| {
                // Metadata is what can mislead; floats are only floats.
                let end = bytes.len().min(6000);
                bytes[at.index(end)] = to;
            });
            let into = TempDir::new().unwrap();
            let result = import_quietly(copy, into.path());
            let left = fs::read_dir(into.path()).unwrap().count();
            fs::write(&file, sound).unwrap();
            assert_eq!(left, usize::from(result.is_ok()));
        });
    }
}

/// The toy task with its first network alone and without truth.
fn small_toy() -> Option<(TempDir, std::path::PathBuf)> {
    let (temporary, copy) = toy_copy()?;
    for number in 1..18 {
        fs::remove_dir_all(copy.join(format!("model_{number}"))).unwrap();
    }
    fs::remove_file(copy.join("model_configs.json")).unwrap();
    Some((temporary, copy))
}
