//! From a recipe and files to a task on disk, small enough for every test run.

use std::path::Path;
use std::sync::Mutex;

use assay_ids::Digest;
use assay_task::Task;

use crate::keep::Keep;
use crate::outcome::Outcome;
use crate::pictures::Pictures;
use crate::train::{train_networks, write};
use crate::{Event, Recipe, Settings, TrainError, Unfit, synthetic, train};

const RECIPE: &str = r#"
    name = "tiny"
    family = "vgg"
    seed = 5
    require_train_acc = 0.999
    [dataset]
    kind = "fashion-mnist"
    train_slice = 60
    seed = 1
    [schedule]
    momentum = 0.9
    milestones = []
    milestone_factor = 0.2
    max_epochs = 1
    stop_loss = 0.0
    [grid]
    dropout_p = [0.0, 0.5]
    lr = [0.01, 0.003]
    [fixed]
    bs = 16
    convwidth = 4
    dense_width = 8
    num_conv_blocks = 1
    weight_decay = 1e-4
"#;

fn recipe(text: &str) -> Recipe {
    Recipe::parse(text, Path::new("tiny.toml")).unwrap()
}

fn pictures(dir: &Path, recipe: &Recipe) -> Pictures {
    synthetic::write(dir, 80, 40);
    Pictures::read(&recipe.dataset, Some(dir)).unwrap()
}

/// Trains in `dir` and says how many networks were found there already.
fn outcomes(
    recipe: &Recipe,
    pictures: &Pictures,
    dir: &Path,
    threads: usize,
) -> (Vec<Outcome>, usize) {
    let found = Mutex::new(0);
    let keep = Keep::open(dir, &recipe.name).unwrap();
    let outcomes = train_networks(recipe, pictures, &keep, threads, &|event| {
        if let Event::Start { kept, .. } = event {
            *found.lock().unwrap() = kept;
        }
    })
    .unwrap();
    (outcomes, found.into_inner().unwrap())
}

#[test]
fn a_recipe_gives_the_same_task_for_every_number_of_threads() {
    let dir = tempfile::tempdir().unwrap();
    let recipe = recipe(RECIPE);
    let pictures = pictures(dir.path(), &recipe);
    let tasks = [1, 2].map(|threads| {
        let into = dir.path().join(format!("threads-{threads}"));
        let (outcomes, found) = outcomes(&recipe, &pictures, &into, threads);
        assert_eq!((outcomes.len(), found), (4, 0));
        write(&recipe, &pictures, &outcomes, &into).unwrap()
    });
    assert_eq!(tasks[0].digest(), tasks[1].digest());
    let digests: Vec<Option<Digest>> =
        (0..4).map(|i| tasks[0].network_digest(&format!("model_{i}"))).collect();
    assert!((1..4).all(|i| digests[i] != digests[0]), "{digests:?}");
    assert_eq!(tasks[0].truth().unwrap().reveal(), tasks[1].truth().unwrap().reveal());
}

#[test]
fn a_written_task_holds_what_was_measured() {
    let dir = tempfile::tempdir().unwrap();
    let recipe = recipe(RECIPE);
    let pictures = pictures(dir.path(), &recipe);
    let (outcomes, _) = outcomes(&recipe, &pictures, dir.path(), 2);
    write(&recipe, &pictures, &outcomes, dir.path()).unwrap();
    let task = Task::open(&dir.path().join("tiny")).unwrap();
    assert_eq!(task.network_ids(), ["model_0", "model_1", "model_2", "model_3"]);
    let data = task.dataset().unwrap();
    assert_eq!(data.inputs(), pictures.train.inputs());
    let lane = assay_engine::Lane::new(1).unwrap();
    for outcome in &outcomes {
        let network = task.network(&format!("model_{}", outcome.cell.number)).unwrap();
        assert_eq!(network.weights(), outcome.network.weights());
        assert_eq!(network.initial(), outcome.network.initial());
        let prepared = assay_engine::PreparedNetwork::new(network);
        let again = assay_engine::evaluate(&lane, &prepared, &data).unwrap();
        assert_eq!(again, outcome.train);
    }
}

#[test]
fn finished_networks_are_not_trained_again_unless_the_recipe_changes() {
    let dir = tempfile::tempdir().unwrap();
    let first = recipe(RECIPE);
    let pictures = pictures(dir.path(), &first);
    let (before, _) = outcomes(&first, &pictures, dir.path(), 1);
    std::fs::remove_file(dir.path().join(".tiny.training/cell-2")).unwrap();
    let (after, found) = outcomes(&first, &pictures, dir.path(), 1);
    assert_eq!(found, 3);
    for (a, b) in before.iter().zip(&after) {
        assert_eq!(a.network.weights(), b.network.weights());
    }
    let accepting = recipe(&RECIPE.replace("0.999", "0.1"));
    assert_eq!(outcomes(&accepting, &pictures, dir.path(), 1).1, 4);
    // A changed rate concerns half of the grid.
    let changed = recipe(&RECIPE.replace("lr = [0.01, 0.003]", "lr = [0.01, 0.002]"));
    assert_eq!(outcomes(&changed, &pictures, dir.path(), 1).1, 2);
}

#[test]
fn networks_that_did_not_learn_make_no_task_and_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    synthetic::write(dir.path(), 80, 40);
    let into = dir.path().join("into");
    let settings = Settings { into: &into, threads: 2, data_dir: Some(dir.path()) };
    let (outcomes, written) = train(&recipe(RECIPE), settings, &|_| ()).unwrap();
    assert_eq!(outcomes.len(), 4);
    let Err(TrainError::Unfit(Unfit::TrainAccuracy { cells, .. })) = written else {
        panic!("{written:?}");
    };
    assert_eq!(cells, [0, 1, 2, 3]);
    let names: Vec<_> =
        std::fs::read_dir(&into).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, [".tiny.training"]);
}

#[test]
fn an_existing_task_and_a_batch_larger_than_the_slice_are_refused_before_training() {
    let dir = tempfile::tempdir().unwrap();
    synthetic::write(dir.path(), 80, 40);
    let into = dir.path().join("into");
    let settings = Settings { into: &into, threads: 1, data_dir: Some(dir.path()) };
    let large = recipe(&RECIPE.replace("bs = 16", "bs = 64"));
    let error = train(&large, settings, &|_| ()).unwrap_err();
    assert!(matches!(error, TrainError::Batch { batch: 64, examples: 60 }), "{error}");
    std::fs::create_dir_all(into.join("tiny.truth")).unwrap();
    let error = train(&recipe(RECIPE), settings, &|_| ()).unwrap_err();
    assert!(matches!(error, TrainError::Exists { .. }), "{error}");
}
