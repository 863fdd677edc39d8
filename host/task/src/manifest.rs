//! `task.toml`: what a task says of itself.

use assay_ids::Digest;
use assay_network::Dataset;
use serde::{Deserialize, Serialize};

use crate::name::{check_task_name, network_number};
use crate::{TaskError, digest};

/// The manifest's file.
pub(crate) const MANIFEST: &str = "task.toml";
/// The version of the format that this crate writes and reads.
pub(crate) const SCHEMA: u32 = 1;

/// What a task says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of the format: 1.
    pub schema: u32,
    /// The task's name.
    pub name: String,
    /// Family of the networks, for people ("VGG-like").
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    /// The data, for people ("CIFAR-10, 32x32x3").
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dataset: Option<String>,
    /// Where the task comes from and what wrote it.
    pub provenance: String,
    /// The training examples.
    pub data: Data,
    /// The networks, in numeric order of their ids.
    pub networks: Vec<NetworkEntry>,
}

/// What the manifest says of the training examples.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// Number of examples.
    pub examples: usize,
    /// Number of classes.
    pub classes: u32,
    /// Shape of one example, channels last.
    pub input_shape: Vec<usize>,
    /// Digest of values and labels.
    pub digest: Digest,
    /// How the values lie in the file.
    pub storage: Storage,
    /// What the values are like.
    pub values: Statistics,
}

/// How input values are stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Storage {
    /// As they are.
    F32,
    /// As bytes: `value = byte * scale + offset`, computed in `f32` with a multiplication and then
    /// an addition. One scale and offset for each index of the last axis. They are written as `f64`
    /// because TOML has no other float; each is exactly an `f32`.
    U8 {
        /// Multiplies a byte.
        scale: Vec<f64>,
        /// Is added to the product.
        offset: Vec<f64>,
    },
}

/// Statistics of all input values of a task, computed in `f64`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statistics {
    /// Smallest value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
    /// Mean.
    pub mean: f64,
    /// Standard deviation (of the population).
    pub std: f64,
}

impl Statistics {
    /// The statistics of a dataset's inputs.
    pub fn of(dataset: &Dataset) -> Self {
        let inputs = dataset.inputs();
        let values = || inputs.iter().map(|value| f64::from(*value));
        let count = inputs.len() as f64;
        let mean = values().sum::<f64>() / count;
        let variance = values().map(|value| (value - mean) * (value - mean)).sum::<f64>() / count;
        Self {
            min: values().fold(f64::INFINITY, f64::min),
            max: values().fold(f64::NEG_INFINITY, f64::max),
            mean,
            std: variance.sqrt(),
        }
    }
}

/// What the manifest says of one network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkEntry {
    /// The id, `model_<number>`.
    pub id: String,
    /// Digest of layers, final and initial weights.
    pub digest: Digest,
    /// Number of parameter values.
    pub parameters: usize,
}

impl Manifest {
    /// Reads and checks a manifest.
    pub(crate) fn read(text: &str) -> Result<Self, TaskError> {
        let fail = |reason: String| TaskError::format(MANIFEST, reason);
        #[derive(Deserialize)]
        struct Version {
            schema: u32,
        }
        // The version first: a later format may have other fields, and the error should say so.
        let version: Version = toml::from_str(text).map_err(|error| fail(error.to_string()))?;
        if version.schema != SCHEMA {
            return Err(fail(format!(
                "schema {} is not known here, only {SCHEMA}; use the version of assay that wrote the task",
                version.schema
            )));
        }
        let manifest: Self = toml::from_str(text).map_err(|error| fail(error.to_string()))?;
        check_task_name(&manifest.name)?;
        let mut before = None;
        for network in &manifest.networks {
            let number = network_number(&network.id)?;
            if before.is_some_and(|before| before >= number) {
                return Err(fail(format!("network {} is out of order or there twice", network.id)));
            }
            before = Some(number);
        }
        manifest.data.check().map_err(fail)?;
        Ok(manifest)
    }

    /// The manifest as TOML.
    pub(crate) fn write(&self) -> Result<String, TaskError> {
        toml::to_string(self).map_err(|error| TaskError::format(MANIFEST, error.to_string()))
    }

    /// The digest of the task that this describes.
    pub(crate) fn digest(&self) -> Digest {
        digest::task_digest(self)
    }
}

impl Data {
    /// Checks that one scale and offset belongs to each channel.
    fn check(&self) -> Result<(), String> {
        let Storage::U8 { scale, offset } = &self.storage else { return Ok(()) };
        let channels = self.input_shape.last().copied().unwrap_or(0);
        if scale.len() == channels && offset.len() == channels {
            return Ok(());
        }
        Err(format!(
            "storage has {} scales and {} offsets, but input_shape {:?} has {channels} channels",
            scale.len(),
            offset.len(),
            self.input_shape
        ))
    }
}
