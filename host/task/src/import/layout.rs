//! Finds the tasks in a list of files. Pure: it sees names only.

use std::collections::BTreeMap;
use std::path::Path;

use super::source::Source;
use crate::TaskError;
use crate::manifest::MANIFEST;
use crate::name::network_number;

/// Files of one task in the source.
#[derive(Debug)]
pub(super) struct TaskFiles {
    pub(super) name: String,
    /// By number.
    pub(super) models: BTreeMap<u64, Model>,
    /// The folder of the training shards, for messages.
    pub(super) train_folder: String,
    /// Shards of training examples, in numeric order.
    pub(super) train: Vec<String>,
    /// Shards of test examples, which are only counted.
    pub(super) test: Vec<String>,
    pub(super) truth: Option<String>,
    pub(super) notes: Vec<String>,
}

/// Files of one network in the source.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) config: String,
    pub(super) weights: String,
    pub(super) initial: Option<String>,
}

/// Every task in the source, by name.
pub(super) fn find(src: &Path, source: &Source) -> Result<Vec<TaskFiles>, TaskError> {
    // A task's folder is one that has folders called `model_…`.
    let mut folders: BTreeMap<String, BTreeMap<String, Vec<String>>> = BTreeMap::new();
    for file in source.files() {
        let parts: Vec<&str> = file.split('/').collect();
        let folders_of = &parts[..parts.len() - 1];
        if let Some(position) = folders_of.iter().position(|part| part.starts_with("model_")) {
            let models = folders.entry(parts[..position].join("/")).or_default();
            models.entry(parts[position].to_owned()).or_default().push(file.clone());
        }
    }
    // Folders of tasks in our own format look alike; they need no import.
    let own = |folder: &str| {
        let task = folder.strip_suffix("networks").map(|parent| parent.trim_end_matches('/'));
        task.is_some_and(|task| source.has(&join(task, MANIFEST)))
    };
    let all = folders.len();
    folders.retain(|folder, _| !own(folder));
    if folders.is_empty() && all > 0 {
        return Err(TaskError::NothingToImport {
            path: src.to_path_buf(),
            reason: "this is imported already (there is a task.toml)".to_owned(),
        });
    }
    if folders.is_empty() {
        return Err(TaskError::NothingToImport {
            path: src.to_path_buf(),
            reason: "no folder model_<number> was found; expected input_data/<task>/model_<number>/config.json, \
                     or one task's folder with model_<number>/ and dataset_1/ in it"
                .to_owned(),
        });
    }
    let mut tasks = Vec::with_capacity(folders.len());
    for (folder, models) in &folders {
        tasks.push(task(source, folder, models)?);
    }
    tasks.sort_by(|left, right| left.name.cmp(&right.name));
    if let Some(pair) = tasks.windows(2).find(|pair| pair[0].name == pair[1].name) {
        return Err(TaskError::NothingToImport {
            path: src.to_path_buf(),
            reason: format!("two tasks are called {}; import them one by one", pair[0].name),
        });
    }
    Ok(tasks)
}

fn task(
    source: &Source,
    folder: &str,
    model_folders: &BTreeMap<String, Vec<String>>,
) -> Result<TaskFiles, TaskError> {
    let (parent, name) = match folder.rsplit_once('/') {
        Some((parent, name)) => (parent, name.to_owned()),
        None if folder.is_empty() => ("", source.name()),
        None => ("", folder.to_owned()),
    };
    let mut models = BTreeMap::new();
    for model in model_folders.keys() {
        let number = network_number(model)?;
        models.insert(number, self::model(source, &join(folder, model))?);
    }
    let mut notes = Vec::new();
    let other = source
        .files()
        .filter_map(|file| below(file, folder))
        .filter_map(|file| file.split_once('/').map(|(first, _)| first))
        .find(|first| first.starts_with("dataset_") && *first != "dataset_1");
    notes.extend(other.map(|other| format!("{other} left out: only dataset_1 is used")));
    let train_folder = join(folder, "dataset_1/train");
    let test = shards(source, &join(folder, "dataset_1/test"));
    let train = shards(source, &train_folder)?;
    if train.is_empty() {
        return Err(TaskError::format(train_folder, "there are no shards (shard_0.tfrecord, …)"));
    }
    Ok(TaskFiles {
        name,
        models,
        train_folder,
        train,
        // Nobody needs the test shards, so a gap in their numbers is no reason to stop.
        test: test.unwrap_or_default(),
        truth: truth(source, folder, parent),
        notes,
    })
}

/// The truth: in the task's folder, or where `reference_data` mirrors `input_data`.
fn truth(source: &Source, folder: &str, parent: &str) -> Option<String> {
    let inside = join(folder, "model_configs.json");
    let (root, last) = parent.rsplit_once('/').unwrap_or(("", parent));
    let name = folder.rsplit('/').next().unwrap_or(folder);
    let mirror = (last == "input_data")
        .then(|| join(root, &format!("reference_data/{name}/model_configs.json")));
    mirror.into_iter().chain([inside]).find(|file| source.has(file))
}

fn model(source: &Source, folder: &str) -> Result<Model, TaskError> {
    let need = |name: &str| {
        let file = join(folder, name);
        if source.has(&file) {
            return Ok(file);
        }
        Err(TaskError::format(file, "the file is missing"))
    };
    let initial = join(folder, "weights_init.hdf5");
    Ok(Model {
        config: need("config.json")?,
        weights: need("weights.hdf5")?,
        initial: source.has(&initial).then_some(initial),
    })
}

/// The shards in a folder, in numeric order: `shard_10` comes after `shard_9`.
fn shards(source: &Source, folder: &str) -> Result<Vec<String>, TaskError> {
    let mut shards = BTreeMap::new();
    for file in source.files() {
        let Some(name) = below(file, folder) else { continue };
        let digits = name.strip_prefix("shard_").and_then(|rest| rest.strip_suffix(".tfrecord"));
        let number = digits
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|digits| digits.parse::<u64>().ok())
            .ok_or_else(|| TaskError::format(file, "expected only shard_<number>.tfrecord here"))?;
        if let Some(other) = shards.insert(number, file.clone()) {
            let reason = format!("this and {other} have the same number");
            return Err(TaskError::format(file, reason));
        }
    }
    if let Some((gap, (number, _))) =
        shards.iter().enumerate().find(|(index, (number, _))| *index as u64 != **number)
    {
        let reason =
            format!("shard_{gap}.tfrecord is missing: the next one there is shard_{number}");
        return Err(TaskError::format(folder, reason));
    }
    Ok(shards.into_values().collect())
}

/// The part of a file's name below a folder.
fn below<'a>(file: &'a str, folder: &str) -> Option<&'a str> {
    if folder.is_empty() {
        return Some(file);
    }
    file.strip_prefix(folder)?.strip_prefix('/')
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}
