//! Importing the reference contest's released files, from a directory or a zip.
//!
//! Everything is read, checked and staged before anything becomes visible: an import that fails
//! leaves the target directory as it was.

pub(crate) mod config;
pub(crate) mod example;
mod layout;
mod protobuf;
pub(crate) mod source;
pub(crate) mod tfrecord;
mod vocabulary;
pub(crate) mod weights;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use assay_network::{Architecture, Dataset, Network};

pub use config::ConfigError;
pub use tfrecord::{RecordError, RecordReason};
pub use weights::WeightsError;

use crate::writer::{compare_ids, truth_ids};
use crate::{Precision, Task, TaskError, TaskWriter};
use example::Examples;
use layout::{Model, TaskFiles};
use source::Source;

/// Largest `config.json`. The contest's have a few kilobytes.
const CONFIG_BYTES_MAX: u64 = 1 << 20;
/// Largest `model_configs.json`. The contest's have about 100 kilobytes.
const TRUTH_BYTES_MAX: u64 = 1 << 26;
/// Largest weights file or shard. The contest's largest weights have 77 MB.
const BULK_BYTES_MAX: u64 = 1 << 32;

/// How far an import has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// The task.
    pub task: String,
    /// What is being read.
    pub stage: Stage,
    /// How many networks or shards are done.
    pub done: usize,
    /// How many there are.
    pub total: usize,
}

/// What an import is reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Shards of training examples.
    Data,
    /// Networks.
    Networks,
}

/// A task that was imported.
#[derive(Debug)]
pub struct ImportedTask {
    /// The task, in its final place.
    pub task: Task,
    /// What a person should know: files left out, truth missing.
    pub notes: Vec<String>,
}

/// Imports every task found in `src`, a directory or a zip, into the directory `into`.
///
/// `src` is one of: a root with `input_data/` and `reference_data/`; a folder of tasks alone (then
/// there is no truth, and a note says so); one task's folder, with or without `model_configs.json`
/// in it. The layout's source is the contest's starting kit.
///
/// # Errors
/// Anything missing, damaged, unknown or not fitting, with file and place. `into` is then unchanged.
pub fn import(
    src: &Path,
    into: &Path,
    progress: &mut dyn FnMut(Progress),
) -> Result<Vec<ImportedTask>, TaskError> {
    let mut source = Source::open(src)?;
    let layout = layout::find(src, &source)?;
    let mut staged = Vec::with_capacity(layout.len());
    for files in &layout {
        // All are staged before the first is finished, so that one bad task leaves none behind.
        staged.push(stage(&mut source, files, into, progress)?);
    }
    let finish = |(writer, notes): (TaskWriter, Vec<String>)| {
        Ok(ImportedTask { task: writer.finish()?, notes })
    };
    staged.into_iter().map(finish).collect()
}

fn stage(
    source: &mut Source,
    files: &TaskFiles,
    into: &Path,
    progress: &mut dyn FnMut(Progress),
) -> Result<(TaskWriter, Vec<String>), TaskError> {
    let mut notes = files.notes.clone();
    let mut writer = TaskWriter::create(into, &files.name)?;
    let version = env!("CARGO_PKG_VERSION");
    let provenance = format!("PGDL layout, {}; importer {version}", source.describe());
    writer.describe(None, None, &provenance);
    // The cheap checks come first: a wrong reference should not cost the reading of gigabytes.
    match &files.truth {
        Some(file) => {
            let truth = source.read(file, TRUTH_BYTES_MAX)?;
            let networks: BTreeSet<u64> = files.models.keys().copied().collect();
            compare_ids(&truth_ids(&truth)?, &networks)?;
            writer.truth(&truth)?;
        }
        None => notes.push("no model_configs.json was found: imported without truth".to_owned()),
    }
    let mut examples = Examples::default();
    let mut report = |stage, done, total| {
        progress(Progress { task: files.name.clone(), stage, done, total });
    };
    for (done, shard) in files.train.iter().enumerate() {
        report(Stage::Data, done, files.train.len());
        let bytes = source.read(shard, BULK_BYTES_MAX)?;
        examples
            .add_shard(&bytes)
            .map_err(|reason| TaskError::Record { file: shard.clone(), reason: reason.into() })?;
    }
    report(Stage::Data, files.train.len(), files.train.len());
    let mut first: Option<(String, Arc<Architecture>)> = None;
    for (done, (number, model)) in files.models.iter().enumerate() {
        report(Stage::Networks, done, files.models.len());
        let network = read_network(source, model)?;
        let id = format!("model_{number}");
        let (first_id, reference) =
            first.get_or_insert_with(|| (id.clone(), network.architecture().clone()));
        agree(&id, network.architecture(), first_id, reference)?;
        writer.network(&id, &network, Precision::F32)?;
    }
    report(Stage::Networks, files.models.len(), files.models.len());
    if let Some((id, architecture)) = first {
        writer.dataset_f32(&dataset(files, examples, &id, &architecture)?)?;
    }
    notes.extend(test_note(source, files)?);
    Ok((writer, notes))
}

/// Puts the examples together under the shape and classes of the networks.
fn dataset(
    files: &TaskFiles,
    examples: Examples,
    id: &str,
    architecture: &Architecture,
) -> Result<Dataset, TaskError> {
    let file = files.train_folder.clone();
    let [classes] = architecture.output() else {
        let reason = format!(
            "network {id} gives {:?} for one example, not one logit for each class",
            architecture.output()
        );
        return Err(TaskError::format(file, reason));
    };
    let (shape, inputs, labels) = examples.finish();
    if shape != architecture.input() {
        return Err(TaskError::Unfit {
            id: id.to_owned(),
            what: "its input shape",
            found: architecture.input().to_vec(),
            other: file,
            expected: shape,
        });
    }
    Dataset::new(shape, inputs, labels, *classes as u32).map_err(TaskError::dataset(&file))
}

/// Checks that two networks of a task take and give the same shapes.
fn agree(
    id: &str,
    network: &Architecture,
    first_id: &str,
    first: &Architecture,
) -> Result<(), TaskError> {
    let sides = [
        ("its input shape", network.input(), first.input()),
        ("its output shape", network.output(), first.output()),
    ];
    for (what, found, expected) in sides {
        if found != expected {
            return Err(TaskError::Unfit {
                id: id.to_owned(),
                what,
                found: found.to_vec(),
                other: format!("network {first_id}"),
                expected: expected.to_vec(),
            });
        }
    }
    Ok(())
}

fn read_network(source: &mut Source, model: &Model) -> Result<Network, TaskError> {
    let bytes = source.read(&model.config, CONFIG_BYTES_MAX)?;
    let architecture = config::read(&bytes).map_err(|reason| TaskError::Config {
        file: model.config.clone(),
        reason: reason.into(),
    })?;
    let mut read = |file: &String| {
        let bytes = source.read(file, BULK_BYTES_MAX)?;
        weights::read(bytes, &architecture)
            .map_err(|reason| TaskError::Weights { file: file.clone(), reason: reason.into() })
    };
    let last = read(&model.weights)?;
    let initial = model.initial.as_ref().map(&mut read).transpose()?;
    Network::new(Arc::new(architecture), last, initial).map_err(TaskError::network(&model.weights))
}

/// Says how many test examples were left out. Damage there does not matter: they are not imported.
fn test_note(source: &mut Source, files: &TaskFiles) -> Result<Option<String>, TaskError> {
    let mut count = 0;
    for shard in &files.test {
        let bytes = source.read(shard, BULK_BYTES_MAX)?;
        match tfrecord::records(&bytes).collect::<Result<Vec<_>, _>>() {
            Ok(records) => count += records.len(),
            Err(_) => return Ok(Some(format!("test shards left out ({shard} is damaged)"))),
        }
    }
    Ok((count > 0).then(|| format!("{count} test examples left out")))
}
