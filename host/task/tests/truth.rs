//! The forms of a truth: which there are, what may become what, and that nothing is lost in between.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use assay_ids::Hidden;
use assay_network::{Activation, Architecture, Dataset, LayerKind, Network};
use assay_task::{Files, Precision, Task, TaskError, TaskWriter, TruthForm};
use tempfile::TempDir;

const TRUTH: &[u8] = br#"{"0": {"metrics": {}}}"#;

fn place(dir: &TempDir, name: &str) -> PathBuf {
    dir.path().join("small.truth").join(name)
}

fn task(dir: &TempDir, truth: Option<&[u8]>) -> Task {
    let mut writer = TaskWriter::create(dir.path(), "small").unwrap();
    let data = Dataset::new(vec![2], vec![0.0, 1.0, 2.0, 3.0], vec![0, 1], 2).unwrap();
    writer.dataset_f32(&data).unwrap();
    let kind = LayerKind::Dense { units: 2, activation: Activation::Linear, bias: false };
    let architecture = Arc::new(Architecture::new(&[2], vec![kind]).unwrap());
    let network = Network::new(architecture, vec![vec![0.0; 4]], None).unwrap();
    writer.network("model_0", &network, Precision::F32).unwrap();
    if let Some(truth) = truth {
        writer.truth(truth).unwrap();
    }
    writer.finish().unwrap()
}

fn files() -> Files {
    Files::from([("a.age".to_owned(), b"secret".to_vec()), ("b.json".to_owned(), b"{}".to_vec())])
}

fn names(dir: &TempDir) -> Vec<String> {
    let entries = fs::read_dir(dir.path().join("small.truth")).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn sealed_form_and_plain_truth_take_each_others_place() {
    let dir = TempDir::new().unwrap();
    let task = task(&dir, Some(TRUTH));
    let digest = task.digest();
    assert_eq!(task.truth_form(), TruthForm::Plain);
    task.keep_sealed(&files(), |read_back| {
        assert_eq!(*read_back, files());
        assert!(place(&dir, "model_configs.json").is_file(), "the plain truth is there until then");
        assert!(!place(&dir, "sealed").exists());
        Ok(())
    })
    .unwrap();
    assert_eq!(task.truth_form(), TruthForm::Sealed);
    assert_eq!(names(&dir), ["sealed"], "and nothing of the staging is left");
    assert_eq!(task.sealed_files().unwrap(), files());
    let Err(error) = task.truth() else { panic!("there is no truth") };
    assert!(matches!(error, TaskError::SealedTruth { .. }));
    assert!(error.to_string().contains("assay task unseal"), "{error}");

    // What an interrupted unsealing leaves behind is in nobody's way.
    fs::write(place(&dir, ".opening.json.partial"), b"half").unwrap();
    let truth = Hidden::new(TRUTH.to_vec());
    task.keep_unsealed(&truth, b"{opening}").unwrap();
    assert_eq!(task.truth_form(), TruthForm::Unsealed);
    assert_eq!(names(&dir), ["model_configs.json", "opening.json", "sealed"]);
    assert!(task.truth().unwrap() == truth);
    assert_eq!(task.opening().unwrap(), b"{opening}");
    assert_eq!(task.sealed_files().unwrap(), files(), "kept, since the commitment is in it");
    assert_eq!(Task::open(task.dir()).unwrap().digest(), digest);
}

#[test]
fn a_proof_that_fails_changes_nothing() {
    let dir = TempDir::new().unwrap();
    let task = task(&dir, Some(TRUTH));
    let error = task.keep_sealed(&files(), |_| Err("it does not open".to_owned())).unwrap_err();
    assert!(error.to_string().contains("it does not open"), "{error}");
    assert_eq!(task.truth_form(), TruthForm::Plain);
    assert_eq!(names(&dir), ["model_configs.json"]);
    assert_eq!(*task.truth().unwrap().reveal(), TRUTH);
}

#[test]
fn what_cannot_be_sealed_or_unsealed_says_so() {
    let dir = TempDir::new().unwrap();
    let none = task(&dir, None);
    assert_eq!(none.truth_form(), TruthForm::Absent);
    let absent = |result: Result<(), TaskError>| {
        assert!(matches!(result.unwrap_err(), TaskError::NoTruth { .. }));
    };
    absent(none.keep_sealed(&files(), |_| Ok(())));
    absent(none.keep_unsealed(&Hidden::new(Vec::new()), b""));
    absent(none.sealed_files().map(drop));

    let dir = TempDir::new().unwrap();
    let task = task(&dir, Some(TRUTH));
    let says = |result: Result<(), TaskError>, expected: &str| {
        let error = result.unwrap_err().to_string();
        assert!(error.contains("small.truth") && error.contains(expected), "{error}");
    };
    let truth = Hidden::new(TRUTH.to_vec());
    says(task.keep_unsealed(&truth, b""), "its truth is not sealed");
    says(task.sealed_files().map(drop), "its truth is not sealed");
    says(task.opening().map(drop), "was not unsealed");
    task.keep_sealed(&files(), |_| Ok(())).unwrap();
    says(task.keep_sealed(&files(), |_| Ok(())), "is sealed already");
    says(task.opening().map(drop), "was not unsealed");
    task.keep_unsealed(&truth, b"{}").unwrap();
    says(task.keep_sealed(&files(), |_| Ok(())), "was sealed before");
    says(task.keep_unsealed(&truth, b"{}"), "is unsealed already");
}

/// As if the power had gone between the two last steps of sealing.
#[test]
fn an_interrupted_sealing_is_told_apart_and_loses_nothing() {
    let dir = TempDir::new().unwrap();
    let task = task(&dir, Some(TRUTH));
    task.keep_sealed(&files(), |_| Ok(())).unwrap();
    fs::write(place(&dir, "model_configs.json"), TRUTH).unwrap();
    assert_eq!(task.truth_form(), TruthForm::Interrupted);
    assert_eq!(*task.truth().unwrap().reveal(), TRUTH, "it is still there");
    let error = task.keep_sealed(&files(), |_| Ok(())).unwrap_err().to_string();
    assert!(error.contains("interrupted"), "{error}");
    let other = Hidden::new(b"another".to_vec());
    let error = task.keep_unsealed(&other, b"{}").unwrap_err().to_string();
    assert!(error.contains("another than the sealed one"), "{error}");
    task.keep_unsealed(&Hidden::new(TRUTH.to_vec()), b"{}").unwrap();
    assert_eq!(task.truth_form(), TruthForm::Unsealed);
}

#[test]
fn only_files_belong_to_a_sealed_truth() {
    let dir = TempDir::new().unwrap();
    let task = task(&dir, Some(TRUTH));
    task.keep_sealed(&files(), |_| Ok(())).unwrap();
    fs::create_dir(place(&dir, "sealed").join("more")).unwrap();
    let error = task.sealed_files().unwrap_err().to_string();
    assert!(error.starts_with("sealed/more: "), "{error}");
    fs::remove_dir(place(&dir, "sealed").join("more")).unwrap();
    #[cfg(unix)]
    {
        let link = place(&dir, "sealed").join("link");
        std::os::unix::fs::symlink(place(&dir, "sealed").join("a.age"), &link).unwrap();
        let error = task.sealed_files().unwrap_err().to_string();
        assert!(error.starts_with("sealed/link: "), "{error}");
    }
}
