//! Weights from Keras's legacy HDF5 layout: root attribute `layer_names`, one group for each, with
//! attribute `weight_names`, each a path below the group.
//!
//! Names are followed, never made up: files differ in how many levels stand between. Layers have
//! other names in `weights.hdf5` than in `weights_init.hdf5`, so arrays are matched to parameters
//! by order and shape.

use assay_network::{Architecture, Parameter};
use half::f16;
use hdf5_reader::error::ByteOrder;
use hdf5_reader::group::Group;
use hdf5_reader::{Dataset, Datatype, Hdf5File, OpenOptions};

/// Most bytes of one array: 2^28 values of eight bytes, the largest that a network here may have.
const ARRAY_BYTES_MAX: usize = 1 << 31;
/// Bytes of values that any file may give. HDF5 states shapes apart from values, and packs those or
/// leaves them out, so a small file could make its reader allocate anything.
const FREE_BYTES: usize = 1 << 24;
/// Larger files may give so many times their own bytes; trained weights pack by less than two to one.
const PACKED_RATIO_MAX: usize = 100;
/// Most parts of an array's path; Keras writes two to four.
const PATH_PARTS_MAX: usize = 16;
/// Most layers and arrays of a file.
const NAMES_MAX: usize = 1 << 16;

/// Why an HDF5 file's weights cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WeightsError {
    /// The file is no HDF5, is damaged, or uses a part of HDF5 that is not read here.
    #[error("{place}: cannot be read as HDF5: {reason}")]
    Hdf5 {
        /// The group or array.
        place: String,
        /// What the reader said.
        reason: String,
    },
    /// The file is HDF5 but not Keras's weights.
    #[error(
        "there is no attribute {attribute:?} at {place}; expected Keras's legacy HDF5 weights (`save_weights('weights.hdf5')`)"
    )]
    NotKeras {
        /// `layer_names` or `weight_names`.
        attribute: &'static str,
        /// The group.
        place: String,
    },
    /// An array's elements are no floats.
    #[error("{place}: element type {found}, expected 16-, 32- or 64-bit floats")]
    Type {
        /// The array.
        place: String,
        /// What the elements are.
        found: String,
    },
    /// The file has more or fewer arrays than the layers.
    #[error("there are {found} arrays, the layers of config.json need {expected}; {detail}")]
    Count {
        /// Arrays in the file.
        found: usize,
        /// Arrays needed.
        expected: usize,
        /// The first array that is missing or too many.
        detail: String,
    },
    /// An array's shape is not that of the parameter in its place.
    #[error(
        "{place}: shape {found:?}, but layer {layer} ({kind}) of config.json needs a {role} of shape {expected:?} here"
    )]
    Shape {
        /// The array.
        place: String,
        /// Its shape.
        found: Vec<u64>,
        /// Position of the layer.
        layer: usize,
        /// Type of the layer.
        kind: &'static str,
        /// What the array would be to the layer.
        role: &'static str,
        /// The shape needed.
        expected: Vec<usize>,
    },
    /// An array's name says that it is something else than the parameter in its place.
    #[error(
        "{place}: by its name it is a {found}, but layer {layer} ({kind}) of config.json needs a {role} here"
    )]
    Role {
        /// The array.
        place: String,
        /// What its name says.
        found: String,
        /// Position of the layer.
        layer: usize,
        /// Type of the layer.
        kind: &'static str,
        /// What is needed.
        role: &'static str,
    },
}

/// Reads the weights for an architecture: one array per parameter, in its order.
pub(crate) fn read(
    bytes: Vec<u8>,
    architecture: &Architecture,
) -> Result<Vec<Vec<f32>>, WeightsError> {
    let size = bytes.len();
    let room = size.saturating_mul(PACKED_RATIO_MAX).max(FREE_BYTES);
    let options = OpenOptions::default()
        .with_max_read_bytes(ARRAY_BYTES_MAX.min(room))
        .with_max_chunk_bytes(ARRAY_BYTES_MAX.min(room));
    let file = Hdf5File::from_vec_with_options(bytes, options).map_err(hdf5("the file"))?;
    let mut root = file.root_group().map_err(hdf5("the root group"))?;
    if names(&root, "layer_names", "/")?.is_none()
        && let Ok(group) = root.group("model_weights")
    {
        // `model.save` puts the same layout one level down.
        root = group;
    }
    let arrays = arrays(&root)?;
    let parameters = architecture.parameters();
    if arrays.len() != parameters.len() {
        return Err(count(architecture, &arrays));
    }
    let needed = architecture.parameter_count().saturating_mul(size_of::<f32>());
    if needed > room {
        let reason = format!(
            "{needed} bytes of weights from a file of {size} bytes; at most {PACKED_RATIO_MAX} to \
             one are read"
        );
        return Err(bad("the file", &reason));
    }
    parameters
        .iter()
        .zip(&arrays)
        .map(|(parameter, array)| array.values(architecture, parameter))
        .collect()
}

/// An array of the file, not yet read.
struct Array {
    /// Its path in the file, for messages.
    place: String,
    data: Dataset,
}

/// Every array, in the order of `layer_names` and `weight_names`. Layers without weights have none.
fn arrays(root: &Group) -> Result<Vec<Array>, WeightsError> {
    let not_keras =
        |attribute, place: &str| WeightsError::NotKeras { attribute, place: place.to_owned() };
    let layers = names(root, "layer_names", "/")?.ok_or_else(|| not_keras("layer_names", "/"))?;
    let mut arrays = Vec::new();
    for layer in &layers {
        let group = descend(root.clone(), &parts(layer), layer)?;
        let weights = names(&group, "weight_names", layer)?
            .ok_or_else(|| not_keras("weight_names", layer))?;
        for weight in &weights {
            let place = format!("{layer}/{weight}");
            let path = parts(weight);
            let Some((last, folders)) = path.split_last() else {
                return Err(bad(&place, "an empty name"));
            };
            let group = descend(group.clone(), folders, &place)?;
            let data = group.dataset(last).map_err(hdf5(&place))?;
            arrays.push(Array { place, data });
            if arrays.len() > NAMES_MAX {
                return Err(bad(layer, "too many arrays"));
            }
        }
    }
    Ok(arrays)
}

fn parts(path: &str) -> Vec<&str> {
    path.split('/').filter(|part| !part.is_empty()).collect()
}

fn descend(mut group: Group, path: &[&str], place: &str) -> Result<Group, WeightsError> {
    if path.len() > PATH_PARTS_MAX {
        return Err(bad(place, "a path of too many parts"));
    }
    for part in path {
        group = group.group(part).map_err(hdf5(place))?;
    }
    Ok(group)
}

/// A list of names from an attribute, or from `name0`, `name1`, …, as Keras splits it when it is
/// longer than an HDF5 header allows; nothing if there is neither.
fn names(group: &Group, attribute: &str, place: &str) -> Result<Option<Vec<String>>, WeightsError> {
    let all = group.attributes().map_err(hdf5(place))?;
    let read = |name: &str| {
        all.iter().find(|a| a.name == name).map(|a| {
            // An empty list is stored as an empty array of floats.
            if a.shape.contains(&0) { Ok(Vec::new()) } else { a.read_strings() }
        })
    };
    let mut found = read(attribute).transpose().map_err(hdf5(place))?;
    if found.is_none() {
        for chunk in 0.. {
            let Some(names) = read(&format!("{attribute}{chunk}")) else { break };
            found.get_or_insert_default().extend(names.map_err(hdf5(place))?);
        }
    }
    match found {
        Some(names) if names.len() > NAMES_MAX => Err(bad(place, "too many names")),
        found => Ok(found),
    }
}

impl Array {
    /// The values, if shape and name are those of the parameter.
    fn values(
        &self,
        architecture: &Architecture,
        parameter: &Parameter,
    ) -> Result<Vec<f32>, WeightsError> {
        let (layer, role) = (parameter.layer, parameter.role.name());
        let kind = architecture.layers()[layer].kind.name();
        let place = self.place.clone();
        let expected = parameter.shape.iter().map(|axis| *axis as u64);
        if self.data.shape().iter().copied().ne(expected) {
            let (found, expected) = (self.data.shape().to_vec(), parameter.shape.clone());
            return Err(WeightsError::Shape { place, found, layer, kind, role, expected });
        }
        // Square arrays of a batch normalisation look alike: the name is the better witness.
        const ROLES: [&str; 6] =
            ["kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance"];
        let name = place.rsplit('/').next().unwrap_or_default();
        let name = name.split(':').next().unwrap_or_default();
        if ROLES.contains(&name) && name != role {
            let found = name.to_owned();
            return Err(WeightsError::Role { place, found, layer, kind, role });
        }
        let bytes = self.data.read_raw_bytes().map_err(hdf5(&self.place))?;
        self.decode(&bytes, parameter.shape.iter().product())
    }

    fn decode(&self, bytes: &[u8], count: usize) -> Result<Vec<f32>, WeightsError> {
        let Datatype::FloatingPoint { size, byte_order } = self.data.dtype() else {
            return Err(self.wrong_type());
        };
        let big = matches!(byte_order, ByteOrder::BigEndian);
        let values: Vec<f32> = match size {
            2 => elements(bytes, big, |b| f16::from_le_bytes(b).to_f32()),
            4 => elements(bytes, big, f32::from_le_bytes),
            8 => elements(bytes, big, |b| f64::from_le_bytes(b) as f32),
            _ => return Err(self.wrong_type()),
        };
        if values.len() == count {
            return Ok(values);
        }
        Err(bad(&self.place, "the data do not fill the shape"))
    }

    fn wrong_type(&self) -> WeightsError {
        WeightsError::Type { place: self.place.clone(), found: format!("{:?}", self.data.dtype()) }
    }
}

/// Decodes elements of `N` bytes.
fn elements<const N: usize>(
    bytes: &[u8],
    big_endian: bool,
    decode: impl Fn([u8; N]) -> f32,
) -> Vec<f32> {
    let element = |element: &[u8; N]| {
        let mut element = *element;
        if big_endian {
            element.reverse();
        }
        decode(element)
    };
    bytes.as_chunks().0.iter().map(element).collect()
}

/// Describes arrays that are too many or too few, by the first one concerned.
fn count(architecture: &Architecture, arrays: &[Array]) -> WeightsError {
    let parameters = architecture.parameters();
    let detail = match (parameters.get(arrays.len()), arrays.get(parameters.len())) {
        (_, Some(extra)) => format!("the first one too many is {}", extra.place),
        (Some(parameter), None) => format!(
            "the first one missing is the {} of layer {} ({})",
            parameter.role.name(),
            parameter.layer,
            architecture.layers()[parameter.layer].kind.name()
        ),
        (None, None) => String::new(),
    };
    WeightsError::Count { found: arrays.len(), expected: parameters.len(), detail }
}

fn bad(place: &str, reason: &str) -> WeightsError {
    WeightsError::Hdf5 { place: place.to_owned(), reason: reason.to_owned() }
}

fn hdf5(place: &str) -> impl FnOnce(hdf5_reader::error::Error) -> WeightsError {
    let place = place.to_owned();
    move |error| WeightsError::Hdf5 { place, reason: error.to_string() }
}

#[cfg(test)]
#[path = "weights_tests.rs"]
mod tests;
