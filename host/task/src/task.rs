//! Reading a task.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use assay_ids::{Digest, Hidden};
use assay_network::{Dataset, Network};
use safetensors::Dtype;

use crate::layers::LayerList;
use crate::manifest::{Data, MANIFEST, Manifest, NetworkEntry, Storage};
use crate::name::{TRUTH_SUFFIX, shortened};
use crate::{TaskError, TruthForm, dataset_digest, network_digest, tensors};

/// File of the training examples.
pub(crate) const DATA: &str = "data/train.safetensors";
/// File of a network's layers, in its directory.
pub(crate) const LAYERS: &str = "layers.json";
/// File of a network's final weights.
pub(crate) const WEIGHTS: &str = "weights.safetensors";
/// File of a network's initial weights.
pub(crate) const INITIAL: &str = "initial.safetensors";
/// File of the truth, in its directory.
pub(crate) const TRUTH: &str = "model_configs.json";

/// An open task. Opening reads the manifest only; networks and data are read, and checked against
/// their digests, when asked for.
#[derive(Debug, Clone)]
pub struct Task {
    dir: PathBuf,
    manifest: Manifest,
}

impl Task {
    /// Opens the task in a directory.
    ///
    /// # Errors
    /// The directory is absent or no task, or its manifest breaks the format.
    pub fn open(dir: &Path) -> Result<Self, TaskError> {
        // The absolute path has the directory's name even where `dir` is "." or ends in "..".
        let dir = dir.canonicalize().map_err(TaskError::io(dir))?;
        let path = dir.join(MANIFEST);
        if !path.is_file() {
            return Err(TaskError::NotATask { dir });
        }
        let text = fs::read_to_string(&path).map_err(TaskError::io(&path))?;
        Ok(Self { dir, manifest: Manifest::read(&text)? })
    }

    /// The task's name.
    pub fn name(&self) -> &str {
        &self.manifest.name
    }

    /// What the task says of itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Where the task lies, as an absolute path.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The networks' ids (`model_20`), in numeric order.
    pub fn network_ids(&self) -> Vec<&str> {
        self.manifest.networks.iter().map(|network| network.id.as_str()).collect()
    }

    /// Reads a network and checks its digest.
    ///
    /// # Errors
    /// There is no such network, a file is missing or breaks the format, or the content is not what
    /// the manifest recorded.
    pub fn network(&self, id: &str) -> Result<Network, TaskError> {
        let entry = self.entry(id).ok_or_else(|| TaskError::NoNetwork {
            task: self.manifest.name.clone(),
            id: id.to_owned(),
            known: shortened(self.network_ids().into_iter()),
        })?;
        // The manifest's own spelling makes the path: ids there are checked.
        let at = |name: &str| format!("networks/{}/{name}", entry.id);
        let layers = tensors::read_file(&self.dir.join(at(LAYERS)))?;
        let architecture = LayerList::read(&at(LAYERS), &layers)?;
        let read = |file: String| {
            let bytes = tensors::read_file(&self.dir.join(&file))?;
            tensors::read_weights(&file, &bytes, &architecture)
        };
        let weights = read(at(WEIGHTS))?;
        let has_initial = self.dir.join(at(INITIAL)).is_file();
        let initial = has_initial.then(|| read(at(INITIAL))).transpose()?;
        let network = Network::new(Arc::new(architecture), weights, initial)
            .map_err(TaskError::network(&at(WEIGHTS)))?;
        check(format!("network {id}"), entry.digest, network_digest(&network))?;
        Ok(network)
    }

    /// A network's digest: of its layers, final and initial weights.
    pub fn network_digest(&self, id: &str) -> Option<Digest> {
        self.entry(id).map(|entry| entry.digest)
    }

    /// Reads the training examples and checks their digest.
    ///
    /// # Errors
    /// The file is missing or breaks the format, or the content is not what the manifest recorded.
    pub fn dataset(&self) -> Result<Dataset, TaskError> {
        let data = &self.manifest.data;
        let bytes = tensors::read_file(&self.dir.join(DATA))?;
        let dataset = read_dataset(data, &bytes)?;
        check("the training examples".to_owned(), data.digest, dataset_digest(&dataset))?;
        Ok(dataset)
    }

    /// The original bytes of `model_configs.json`, from beside the task.
    ///
    /// # Errors
    /// The truth is not there, is sealed, or cannot be read.
    pub fn truth(&self) -> Result<Hidden<Vec<u8>>, TaskError> {
        let path = truth_dir(&self.dir).join(TRUTH);
        match self.truth_form() {
            TruthForm::Absent => Err(TaskError::NoTruth { path }),
            TruthForm::Sealed => {
                let (task, dir) = (self.manifest.name.clone(), self.dir.clone());
                Err(TaskError::SealedTruth { task, dir })
            }
            TruthForm::Plain | TruthForm::Unsealed | TruthForm::Interrupted => {
                tensors::read_file(&path).map(Hidden::new)
            }
        }
    }

    /// The digest of everything that a measure can meet: name, description, networks, data. Truth,
    /// provenance and the form of storage are left out.
    pub fn digest(&self) -> Digest {
        self.manifest.digest()
    }

    fn entry(&self, id: &str) -> Option<&NetworkEntry> {
        self.manifest.networks.iter().find(|network| network.id == id)
    }
}

/// Where the truth of the task in `dir` lies.
pub(crate) fn truth_dir(dir: &Path) -> PathBuf {
    let mut name = dir.file_name().unwrap_or_default().to_os_string();
    name.push(TRUTH_SUFFIX);
    dir.with_file_name(name)
}

fn check(what: String, expected: Digest, found: Digest) -> Result<(), TaskError> {
    if expected == found {
        return Ok(());
    }
    Err(TaskError::DigestDiffers { what, expected, found })
}

pub(crate) fn read_dataset(data: &Data, bytes: &[u8]) -> Result<Dataset, TaskError> {
    let file = tensors::parse(DATA, bytes)?;
    let shape: Vec<usize> =
        std::iter::once(data.examples).chain(data.input_shape.clone()).collect();
    let (dtype, labels) = tensors::take(DATA, &file, "labels", &[data.examples])?;
    let labels = tensors::indices(dtype, labels)
        .ok_or_else(|| TaskError::format(DATA, format!("labels have type {dtype:?}, not U32")))?;
    let (dtype, inputs) = tensors::take(DATA, &file, "inputs", &shape)?;
    let inputs = match &data.storage {
        Storage::F32 if dtype == Dtype::F32 => tensors::floats(dtype, inputs).unwrap_or_default(),
        Storage::U8 { scale, offset } if dtype == Dtype::U8 => scaled(inputs, scale, offset),
        storage => {
            let reason = format!("inputs have type {dtype:?}, but task.toml says {storage:?}");
            return Err(TaskError::format(DATA, reason));
        }
    };
    Dataset::new(data.input_shape.clone(), inputs, labels, data.classes)
        .map_err(TaskError::dataset(DATA))
}

/// Values of bytes whose last axis has one scale and offset each.
pub(crate) fn scaled(bytes: &[u8], scale: &[f64], offset: &[f64]) -> Vec<f32> {
    let channels = scale.iter().zip(offset).cycle();
    let value = |(byte, (scale, offset)): (&u8, (&f64, &f64))| {
        // Two roundings, in this order, are part of the format.
        let product = f32::from(*byte) * *scale as f32;
        product + *offset as f32
    };
    bytes.iter().zip(channels).map(value).collect()
}
