//! Writing a task: staged beside its final place, checked, then moved there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use assay_network::{Dataset, Network};
use safetensors::Dtype;
use tempfile::TempDir;

use crate::layers::LayerList;
use crate::manifest::{Data, MANIFEST, Manifest, NetworkEntry, SCHEMA, Statistics, Storage};
use crate::name::{check_task_name, network_number, shortened};
use crate::task::{DATA, INITIAL, LAYERS, TRUTH, WEIGHTS, scaled, truth_dir};
use crate::tensors::{self, Outgoing, Precision};
use crate::{Task, TaskError, dataset_digest, network_digest};

/// Writes one task. Nothing is visible under the task's name until [`TaskWriter::finish`]; a writer
/// that is dropped before leaves nothing behind.
#[derive(Debug)]
pub struct TaskWriter {
    name: String,
    target: PathBuf,
    staging: TempDir,
    family: Option<String>,
    dataset: Option<String>,
    provenance: String,
    data: Option<Data>,
    networks: BTreeMap<u64, Written>,
    truth: Option<BTreeSet<u64>>,
}

/// What the writer remembers of a network that it wrote.
#[derive(Debug)]
struct Written {
    entry: NetworkEntry,
    input: Vec<usize>,
    output: Vec<usize>,
}

impl TaskWriter {
    /// Starts a task called `name` in the directory `into`, which is made if it is not there.
    ///
    /// # Errors
    /// The name is not usable, `NAME` or `NAME.truth` exists, or the file system refuses.
    pub fn create(into: &Path, name: &str) -> Result<Self, TaskError> {
        check_task_name(name)?;
        let target = into.join(name);
        refuse_existing(&target)?;
        fs::create_dir_all(into).map_err(TaskError::io(into))?;
        let staging = tempfile::Builder::new()
            .prefix(&format!(".{name}."))
            .suffix(".partial")
            .tempdir_in(into)
            .map_err(TaskError::io(into))?;
        let inside = staging.path().join(name);
        for dir in [inside.join("networks"), inside.join("data")] {
            fs::create_dir_all(&dir).map_err(TaskError::io(&dir))?;
        }
        Ok(Self {
            name: name.to_owned(),
            target,
            staging,
            family: None,
            dataset: None,
            provenance: "unknown".to_owned(),
            data: None,
            networks: BTreeMap::new(),
            truth: None,
        })
    }

    /// Says for people what the task is and where it comes from.
    pub fn describe(&mut self, family: Option<&str>, dataset: Option<&str>, provenance: &str) {
        self.family = family.map(str::to_owned);
        self.dataset = dataset.map(str::to_owned);
        provenance.clone_into(&mut self.provenance);
    }

    /// Writes the training examples as they are.
    ///
    /// # Errors
    /// A value is not finite, or the file system refuses.
    pub fn dataset_f32(&mut self, dataset: &Dataset) -> Result<(), TaskError> {
        let inputs = Outgoing {
            dtype: Dtype::F32,
            shape: batch_shape(dataset),
            bytes: tensors::float_bytes(dataset.inputs()).into(),
        };
        self.write_dataset(dataset, inputs, Storage::F32)
    }

    /// Writes training examples given as bytes, `[examples, ..shape]`, of which value `v` stands
    /// for `v * scale[c] + offset[c]` (an `f32` multiplication, then an addition), `c` being the
    /// index along the last axis.
    ///
    /// # Errors
    /// Counts that do not fit, a label outside the classes, a value that is not finite, or the file
    /// system refuses.
    pub fn dataset_u8(
        &mut self,
        shape: &[usize],
        bytes: &[u8],
        labels: &[u32],
        classes: u32,
        scale: &[f32],
        offset: &[f32],
    ) -> Result<(), TaskError> {
        let channels = shape.last().copied().unwrap_or(0);
        if scale.len() != channels || offset.len() != channels {
            let (scales, offsets) = (scale.len(), offset.len());
            return Err(TaskError::format(
                DATA,
                format!(
                    "{scales} scales and {offsets} offsets do not fit examples of shape {shape:?}"
                ),
            ));
        }
        let exact = |values: &[f32]| values.iter().map(|value| f64::from(*value)).collect();
        let (scale, offset): (Vec<f64>, Vec<f64>) = (exact(scale), exact(offset));
        let values = scaled(bytes, &scale, &offset);
        let dataset = Dataset::new(shape.to_vec(), values, labels.to_vec(), classes)
            .map_err(TaskError::dataset(DATA))?;
        let inputs =
            Outgoing { dtype: Dtype::U8, shape: batch_shape(&dataset), bytes: bytes.into() };
        self.write_dataset(&dataset, inputs, Storage::U8 { scale, offset })
    }

    fn write_dataset(
        &mut self,
        dataset: &Dataset,
        inputs: Outgoing<'_>,
        storage: Storage,
    ) -> Result<(), TaskError> {
        if let Some(position) = dataset.inputs().iter().position(|value| !value.is_finite()) {
            let size = dataset.inputs().len() / dataset.examples();
            let (example, value) = (position / size, dataset.inputs()[position]);
            return Err(TaskError::format(DATA, format!("example {example} holds {value}")));
        }
        let labels = Outgoing {
            dtype: Dtype::U32,
            shape: vec![dataset.examples()],
            bytes: dataset.labels().iter().flat_map(|label| label.to_le_bytes()).collect(),
        };
        let list = vec![("inputs".to_owned(), inputs), ("labels".to_owned(), labels)];
        tensors::write(&self.inside().join(DATA), list)?;
        self.data = Some(Data {
            examples: dataset.examples(),
            classes: dataset.classes(),
            input_shape: dataset.shape().to_vec(),
            digest: dataset_digest(dataset),
            storage,
            values: Statistics::of(dataset),
        });
        Ok(())
    }

    /// Writes one network. Its id is `model_<number>`.
    ///
    /// # Errors
    /// The id is not usable or was written before, a value does not fit the precision, or the file
    /// system refuses.
    pub fn network(
        &mut self,
        id: &str,
        network: &Network,
        precision: Precision,
    ) -> Result<(), TaskError> {
        let number = network_number(id)?;
        let dir = self.inside().join("networks").join(id);
        if self.networks.contains_key(&number) {
            return Err(TaskError::Exists { path: dir });
        }
        let weights = encode(id, "final", network, network.weights(), precision)?;
        let initial = network
            .initial()
            .map(|arrays| encode(id, "initial", network, arrays, precision))
            .transpose()?;
        fs::create_dir_all(&dir).map_err(TaskError::io(&dir))?;
        let architecture = network.architecture();
        write_new(&dir.join(LAYERS), LayerList::of(architecture).to_json().as_bytes())?;
        tensors::write(&dir.join(WEIGHTS), weights)?;
        if let Some(initial) = initial {
            tensors::write(&dir.join(INITIAL), initial)?;
        }
        let entry = NetworkEntry {
            id: id.to_owned(),
            digest: network_digest(network),
            parameters: architecture.parameter_count(),
        };
        let (input, output) = (architecture.input().to_vec(), architecture.output().to_vec());
        self.networks.insert(number, Written { entry, input, output });
        Ok(())
    }

    /// Writes the truth, the bytes of `model_configs.json`, beside the task.
    ///
    /// # Errors
    /// The bytes are no JSON object with a network's number as each key, or the file system refuses.
    pub fn truth(&mut self, model_configs_json: &[u8]) -> Result<(), TaskError> {
        let ids = truth_ids(model_configs_json)?;
        let dir = truth_dir(&self.inside());
        fs::create_dir_all(&dir).map_err(TaskError::io(&dir))?;
        write_new(&dir.join(TRUTH), model_configs_json)?;
        self.truth = Some(ids);
        Ok(())
    }

    /// Checks that everything fits together, makes it durable and moves it to its final place,
    /// truth first.
    ///
    /// # Errors
    /// Something is missing or does not fit, something of that name has appeared meanwhile, or the
    /// file system refuses; then nothing is left behind.
    pub fn finish(self) -> Result<Task, TaskError> {
        let manifest = self.manifest()?;
        let inside = self.inside();
        write_new(&inside.join(MANIFEST), manifest.write()?.as_bytes())?;
        // What was written must read as what was meant, before anybody can see it.
        let staged = Task::open(&inside)?;
        if staged.digest() != manifest.digest() {
            let reason = "the manifest does not read back as it was written";
            return Err(TaskError::format(MANIFEST, reason));
        }
        sync_tree(self.staging.path())?;
        refuse_existing(&self.target)?;
        let (from, to) = (truth_dir(&inside), truth_dir(&self.target));
        if self.truth.is_some() {
            fs::rename(&from, &to).map_err(TaskError::io(&to))?;
        }
        if let Err(reason) = fs::rename(&inside, &self.target) {
            if self.truth.is_some() {
                // Back into the staging directory, which goes away with the writer.
                let _ = fs::rename(&to, &from);
            }
            return Err(TaskError::Io { path: self.target.clone(), reason });
        }
        sync_dir(self.target.parent().unwrap_or(Path::new(".")))?;
        Task::open(&self.target)
    }

    fn manifest(&self) -> Result<Manifest, TaskError> {
        let missing = |missing: &str| TaskError::Incomplete {
            task: self.name.clone(),
            missing: missing.to_owned(),
        };
        let data = self.data.clone().ok_or_else(|| missing("it has no training examples"))?;
        if self.networks.is_empty() {
            return Err(missing("it has no networks"));
        }
        for written in self.networks.values() {
            let unfit = |what, found: &[usize], expected: Vec<usize>| TaskError::Unfit {
                id: written.entry.id.clone(),
                what,
                found: found.to_vec(),
                other: "the training data".to_owned(),
                expected,
            };
            if written.input != data.input_shape {
                return Err(unfit("its input shape", &written.input, data.input_shape.clone()));
            }
            let classes = vec![data.classes as usize];
            if written.output != classes {
                return Err(unfit("its output shape", &written.output, classes));
            }
        }
        if let Some(truth) = &self.truth {
            let networks: BTreeSet<u64> = self.networks.keys().copied().collect();
            compare_ids(truth, &networks)?;
        }
        Ok(Manifest {
            schema: SCHEMA,
            name: self.name.clone(),
            family: self.family.clone(),
            dataset: self.dataset.clone(),
            provenance: self.provenance.clone(),
            data,
            networks: self.networks.values().map(|written| written.entry.clone()).collect(),
        })
    }

    /// The staged task's directory.
    fn inside(&self) -> PathBuf {
        self.staging.path().join(&self.name)
    }
}

/// The network numbers that a `model_configs.json` has entries for. Errors never quote its content.
pub(crate) fn truth_ids(bytes: &[u8]) -> Result<BTreeSet<u64>, TaskError> {
    let fail = |reason: String| TaskError::format(TRUTH, reason);
    let value: serde_json::Value = serde_json::from_slice(bytes).map_err(|error| {
        fail(format!("no sound JSON at line {}, column {}", error.line(), error.column()))
    })?;
    let object = value.as_object().filter(|object| !object.is_empty());
    let object = object.ok_or_else(|| fail("it is no JSON object with entries".to_owned()))?;
    let number = |key: &String| {
        network_number(&format!("model_{key}"))
            .map_err(|_| fail(format!("key {key:?} is no network number, like \"20\"")))
    };
    object.keys().map(number).collect()
}

/// Checks that truth and networks are about the same numbers.
pub(crate) fn compare_ids(
    truth: &BTreeSet<u64>,
    networks: &BTreeSet<u64>,
) -> Result<(), TaskError> {
    if truth == networks {
        return Ok(());
    }
    let only = |left: &BTreeSet<u64>, right: &BTreeSet<u64>| {
        let ids: Vec<String> =
            left.difference(right).map(|number| format!("model_{number}")).collect();
        shortened(ids.iter().map(String::as_str))
    };
    Err(TaskError::TruthDiffers {
        only_truth: only(truth, networks),
        only_networks: only(networks, truth),
    })
}

fn batch_shape(dataset: &Dataset) -> Vec<usize> {
    std::iter::once(dataset.examples()).chain(dataset.shape().iter().copied()).collect()
}

fn encode(
    id: &str,
    which: &'static str,
    network: &Network,
    arrays: &[Arc<[f32]>],
    precision: Precision,
) -> Result<Vec<(String, Outgoing<'static>)>, TaskError> {
    let parameters = network.architecture().parameters();
    let encode = |(parameter, array): (&assay_network::Parameter, &Arc<[f32]>)| {
        let (dtype, bytes) = match precision {
            Precision::F32 => (Dtype::F32, tensors::float_bytes(array)),
            Precision::F16 => {
                let not_half = |value| TaskError::NotHalf {
                    id: id.to_owned(),
                    which,
                    layer: parameter.layer,
                    role: parameter.role.name(),
                    value,
                };
                (Dtype::F16, tensors::half_bytes(array).map_err(not_half)?)
            }
        };
        let tensor = Outgoing { dtype, shape: parameter.shape.clone(), bytes: bytes.into() };
        Ok((tensors::tensor_name(parameter), tensor))
    };
    parameters.iter().zip(arrays).map(encode).collect()
}

fn write_new(path: &Path, bytes: &[u8]) -> Result<(), TaskError> {
    let mut file = File::create(path).map_err(TaskError::io(path))?;
    file.write_all(bytes).map_err(TaskError::io(path))
}

fn refuse_existing(target: &Path) -> Result<(), TaskError> {
    match occupied(target) {
        Some(path) => Err(TaskError::Exists { path }),
        None => Ok(()),
    }
}

/// What already stands where a task and its truth would go, if anything does. `target` is the
/// task's own directory.
pub fn occupied(target: &Path) -> Option<PathBuf> {
    let places = [target.to_path_buf(), truth_dir(target)];
    places.into_iter().find(|path| path.symlink_metadata().is_ok())
}

/// Makes every file and directory below `dir` durable.
fn sync_tree(dir: &Path) -> Result<(), TaskError> {
    for entry in fs::read_dir(dir).map_err(TaskError::io(dir))? {
        let path = entry.map_err(TaskError::io(dir))?.path();
        if path.is_dir() {
            sync_tree(&path)?;
        } else {
            let file = File::open(&path).map_err(TaskError::io(&path))?;
            file.sync_all().map_err(TaskError::io(&path))?;
        }
    }
    sync_dir(dir)
}

/// Makes the entries of a directory durable.
pub(crate) fn sync_dir(dir: &Path) -> Result<(), TaskError> {
    let dir = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
    let open = File::open(dir).map_err(TaskError::io(dir))?;
    open.sync_all().map_err(TaskError::io(dir))
}
