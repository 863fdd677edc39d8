//! Safetensors files: weights named by position and role (`03.kernel`), examples.

use std::borrow::Cow;
use std::path::Path;
use std::{fs, io};

use assay_network::{Architecture, Parameter};
use half::f16;
use safetensors::{Dtype, SafeTensorError, SafeTensors, View};

use crate::TaskError;

/// How weights are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// 32-bit floats.
    F32,
    /// 16-bit floats; refuses values that they do not hold exactly.
    F16,
}

/// A tensor on its way into a file.
pub(crate) struct Outgoing<'a> {
    pub(crate) dtype: Dtype,
    pub(crate) shape: Vec<usize>,
    pub(crate) bytes: Cow<'a, [u8]>,
}

impl View for Outgoing<'_> {
    fn dtype(&self) -> Dtype {
        self.dtype
    }
    fn shape(&self) -> &[usize] {
        &self.shape
    }
    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.bytes)
    }
    fn data_len(&self) -> usize {
        self.bytes.len()
    }
}

/// The name of a parameter's tensor.
pub(crate) fn tensor_name(parameter: &Parameter) -> String {
    format!("{:02}.{}", parameter.layer, parameter.role.name())
}

/// Writes tensors into a new file.
pub(crate) fn write(path: &Path, tensors: Vec<(String, Outgoing<'_>)>) -> Result<(), TaskError> {
    safetensors::serialize_to_file(tensors, None, path).map_err(|error| TaskError::Io {
        path: path.to_path_buf(),
        reason: io::Error::other(error.to_string()),
    })
}

/// The little-endian bytes of some floats.
pub(crate) fn float_bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// The half-precision bytes of some floats, or the first float that has none.
pub(crate) fn half_bytes(values: &[f32]) -> Result<Vec<u8>, f32> {
    let mut bytes = Vec::with_capacity(values.len() * 2);
    for value in values {
        let half = f16::from_f32(*value);
        if half.to_f32().to_bits() != value.to_bits() {
            return Err(*value);
        }
        bytes.extend_from_slice(&half.to_le_bytes());
    }
    Ok(bytes)
}

/// Reads a file whole.
pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>, TaskError> {
    fs::read(path).map_err(TaskError::io(path))
}

/// Parses a safetensors file; `file` names it in errors.
pub(crate) fn parse<'a>(file: &str, bytes: &'a [u8]) -> Result<SafeTensors<'a>, TaskError> {
    SafeTensors::deserialize(bytes).map_err(|error| {
        let reason = match error {
            // Which of several faulty tensors is found first, and so which of these it is, follows from the
            // order of a hash table: the same bytes would be refused in several ways.
            SafeTensorError::TensorInvalidInfo
            | SafeTensorError::InvalidOffset(_)
            | SafeTensorError::ValidationOverflow
            | SafeTensorError::MisalignedSlice => {
                "shapes, types and places of its tensors do not fit together".to_owned()
            }
            other => other.to_string(),
        };
        TaskError::format(file, format!("no sound safetensors file: {reason}"))
    })
}

/// Takes one tensor of an expected shape; `file` names the file in errors.
pub(crate) fn take<'a>(
    file: &str,
    tensors: &SafeTensors<'a>,
    name: &str,
    shape: &[usize],
) -> Result<(Dtype, &'a [u8]), TaskError> {
    let tensor = tensors
        .tensor(name)
        .map_err(|_| TaskError::format(file, format!("there is no tensor {name:?}")))?;
    if tensor.shape() != shape {
        let found = tensor.shape();
        return Err(TaskError::format(
            file,
            format!("tensor {name:?} has shape {found:?}, expected {shape:?}"),
        ));
    }
    Ok((tensor.dtype(), tensor.data()))
}

/// Floats from little-endian F32 or F16 bytes; nothing for another type.
pub(crate) fn floats(dtype: Dtype, bytes: &[u8]) -> Option<Vec<f32>> {
    match dtype {
        Dtype::F32 => {
            Some(bytes.as_chunks().0.iter().map(|four| f32::from_le_bytes(*four)).collect())
        }
        Dtype::F16 => {
            Some(bytes.as_chunks().0.iter().map(|two| f16::from_le_bytes(*two).to_f32()).collect())
        }
        _ => None,
    }
}

/// Indices from little-endian U32 bytes; nothing for another type.
pub(crate) fn indices(dtype: Dtype, bytes: &[u8]) -> Option<Vec<u32>> {
    (dtype == Dtype::U32)
        .then(|| bytes.as_chunks().0.iter().map(|four| u32::from_le_bytes(*four)).collect())
}

/// Reads the weights of an architecture, in the order of its parameters.
pub(crate) fn read_weights(
    file: &str,
    bytes: &[u8],
    architecture: &Architecture,
) -> Result<Vec<Vec<f32>>, TaskError> {
    let tensors = parse(file, bytes)?;
    let parameters = architecture.parameters();
    if tensors.len() != parameters.len() {
        let (found, needed) = (tensors.len(), parameters.len());
        return Err(TaskError::format(
            file,
            format!("there are {found} tensors, the layers need {needed}"),
        ));
    }
    let read = |parameter: &Parameter| {
        let name = tensor_name(parameter);
        let (dtype, bytes) = take(file, &tensors, &name, &parameter.shape)?;
        floats(dtype, bytes).ok_or_else(|| {
            TaskError::format(
                file,
                format!("tensor {name:?} has type {dtype:?}; F32 and F16 are read"),
            )
        })
    };
    parameters.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_with_several_faults_is_refused_in_one_way() {
        // Either tensor is at fault, if it is looked at second.
        let header = r#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#;
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend_from_slice(header.as_bytes());
        bytes.extend_from_slice(&[0; 4]);
        let refused = || parse("x.safetensors", &bytes).err().unwrap().to_string();
        let first = refused();
        assert!(first.contains("do not fit together"), "{first}");
        assert!((0..64).all(|_| refused() == first));
    }
}
