//! The readers of other people's bytes, one by one. Fuzz targets call them here, since through files
//! each try would cost a hundred times as much. No stable interface: tasks are read by
//! [`Task`](crate::Task), and the contest's files by [`import`](crate::import()).

use std::path::Path;

use assay_network::{Architecture, Dataset};

use crate::layers::LayerList;
use crate::{ConfigError, Manifest, RecordError, TaskError, WeightsError};
use crate::{import, task, tensors};

/// A network's `config.json`.
pub fn config(bytes: &[u8]) -> Result<Architecture, ConfigError> {
    import::config::read(bytes)
}

/// Weights in HDF5.
pub fn weights(bytes: Vec<u8>, architecture: &Architecture) -> Result<Vec<Vec<f32>>, WeightsError> {
    import::weights::read(bytes, architecture)
}

/// Shape of an example, inputs, labels.
pub type Examples = (Vec<usize>, Vec<f32>, Vec<u32>);

/// The examples in the shards of one task.
pub fn shards(shards: &[&[u8]]) -> Result<Examples, RecordError> {
    let mut examples = import::example::Examples::default();
    for shard in shards {
        examples.add_shard(shard)?;
    }
    Ok(examples.finish())
}

/// Payloads framed as a shard, with right checksums.
pub fn shard(payloads: &[&[u8]]) -> Vec<u8> {
    import::tfrecord::shard(payloads)
}

/// The files of an archive that would be imported, each read whole if it has at most so many bytes.
pub fn archive(path: &Path, bytes_max: u64) -> Result<Vec<(String, Vec<u8>)>, TaskError> {
    let mut source = import::source::Source::open(path)?;
    let names: Vec<String> = source.files().cloned().collect();
    names
        .into_iter()
        .map(|name| {
            let bytes = source.read(&name, bytes_max)?;
            Ok((name, bytes))
        })
        .collect()
}

/// `task.toml`.
pub fn manifest(text: &str) -> Result<Manifest, TaskError> {
    Manifest::read(text)
}

/// The text of a `task.toml`.
pub fn manifest_text(manifest: &Manifest) -> Result<String, TaskError> {
    manifest.write()
}

/// `layers.json`.
pub fn layers(bytes: &[u8]) -> Result<Architecture, TaskError> {
    LayerList::read("layers.json", bytes)
}

/// The text of a `layers.json`.
pub fn layers_text(architecture: &Architecture) -> String {
    LayerList::of(architecture).to_json()
}

/// Weights in safetensors.
pub fn parameters(bytes: &[u8], architecture: &Architecture) -> Result<Vec<Vec<f32>>, TaskError> {
    tensors::read_weights("weights.safetensors", bytes, architecture)
}

/// Training examples in safetensors, as a manifest describes them.
pub fn examples(manifest: &Manifest, bytes: &[u8]) -> Result<Dataset, TaskError> {
    task::read_dataset(&manifest.data, bytes)
}
