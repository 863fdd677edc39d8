//! Examples of a shard: `tf.train.Example` with two serialised `TensorProto`s, `inputs` (float32)
//! and `output` (int32 or int64, the class).
//!
//! Field numbers are from TensorFlow's `example.proto`, `feature.proto`, `tensor.proto` and
//! `tensor_shape.proto`.

use super::protobuf::{Value, fields, varint};
use super::tfrecord::{RecordError, RecordReason, records};

/// TensorFlow's number of float32.
const DT_FLOAT: u64 = 1;
/// TensorFlow's number of int32.
const DT_INT32: u64 = 3;
/// TensorFlow's number of int64.
const DT_INT64: u64 = 9;
/// Most values of one tensor; a picture of the contest has 3072.
const VALUES_MAX: usize = 1 << 24;
/// Most axes of a tensor; a picture has 3.
const AXES_MAX: usize = 8;
/// Values of all examples together that may be left out of their shards, as repetitions: so many, and
/// [`REPEATED_PER_BYTE`] more for each byte of the shards. A record of fifty bytes could else stand for
/// 64 MiB, and a shard for anything.
const REPEATED_FREE: usize = 1 << 22;
/// The same ratio, of bytes, as an archive may have.
const REPEATED_PER_BYTE: usize = 25;

/// Examples read so far.
#[derive(Debug, Default)]
pub(crate) struct Examples {
    shape: Option<Vec<usize>>,
    inputs: Vec<f32>,
    labels: Vec<u32>,
    /// Bytes of the shards so far.
    bytes: usize,
    /// Values so far that were left out as repetitions.
    repeated: usize,
}

impl Examples {
    /// Appends a shard's examples.
    pub(crate) fn add_shard(&mut self, shard: &[u8]) -> Result<(), RecordError> {
        self.bytes += shard.len();
        for record in records(shard) {
            let record = record?;
            self.add(record.data).map_err(|reason| record.fail(reason))?;
        }
        Ok(())
    }

    /// Shape of one example (empty if there is none), inputs, labels.
    pub(crate) fn finish(self) -> (Vec<usize>, Vec<f32>, Vec<u32>) {
        (self.shape.unwrap_or_default(), self.inputs, self.labels)
    }

    fn add(&mut self, data: &[u8]) -> Result<(), RecordReason> {
        let features = features(data)?;
        let inputs = Tensor::read("inputs", single("inputs", &features)?)?;
        let label = Tensor::read("output", single("output", &features)?)?.label()?;
        self.repeated += inputs.repeated();
        let max = REPEATED_FREE + self.bytes.saturating_mul(REPEATED_PER_BYTE);
        if self.repeated > max {
            return Err(RecordReason::Repeated { max });
        }
        let values = inputs.floats()?;
        if let Some(index) = values.iter().position(|value| !value.is_finite()) {
            return Err(RecordReason::NotFinite { index, value: values[index].to_string() });
        }
        let expected = self.shape.get_or_insert_with(|| inputs.shape.clone());
        if *expected != inputs.shape {
            return Err(RecordReason::OtherShape {
                found: inputs.shape,
                expected: expected.clone(),
            });
        }
        self.inputs.extend_from_slice(&values);
        self.labels.push(label);
        Ok(())
    }
}

type Field<'a> = (u64, Value<'a>);

/// The fields of a message, with errors that name it.
fn message<'a>(
    name: &'static str,
    bytes: &'a [u8],
) -> impl Iterator<Item = Result<Field<'a>, RecordReason>> {
    fields(bytes)
        .map(move |field| field.map_err(|reason| RecordReason::Protobuf { message: name, reason }))
}

/// The messages that a field of a message holds.
fn children<'a>(
    name: &'static str,
    bytes: &'a [u8],
    number: u64,
) -> Result<Vec<&'a [u8]>, RecordReason> {
    let mut found = Vec::new();
    for field in message(name, bytes) {
        if let (field, Value::Bytes(bytes)) = field?
            && field == number
        {
            found.push(bytes);
        }
    }
    Ok(found)
}

/// A feature's name and one of its bytes values.
type Feature<'a> = (&'a [u8], &'a [u8]);

/// Each bytes value of each feature, with its feature's name.
fn features(example: &[u8]) -> Result<Vec<Feature<'_>>, RecordReason> {
    let mut found = Vec::new();
    for features in children("Example", example, 1)? {
        for entry in children("Features", features, 1)? {
            let key = children("Features entry", entry, 1)?.last().copied().unwrap_or_default();
            for feature in children("Features entry", entry, 2)? {
                for list in children("Feature", feature, 1)? {
                    let values = children("BytesList", list, 1)?;
                    found.extend(values.into_iter().map(|value| (key, value)));
                }
            }
        }
    }
    Ok(found)
}

/// The one value of a feature.
fn single<'a>(feature: &'static str, features: &[Feature<'a>]) -> Result<&'a [u8], RecordReason> {
    let mut values = features.iter().filter(|(key, _)| *key == feature.as_bytes());
    match (values.next(), values.count()) {
        (Some((_, value)), 0) => Ok(value),
        (first, more) => {
            Err(RecordReason::Feature { feature, found: usize::from(first.is_some()) + more })
        }
    }
}

/// A `TensorProto`.
#[derive(Debug, Default)]
struct Tensor<'a> {
    feature: &'static str,
    dtype: u64,
    shape: Vec<usize>,
    /// All values as little-endian bytes, where they are stored so.
    content: &'a [u8],
    /// Values stored one by one.
    float_values: Vec<f32>,
    int_values: Vec<i64>,
}

impl<'a> Tensor<'a> {
    fn read(feature: &'static str, bytes: &'a [u8]) -> Result<Self, RecordReason> {
        let mut tensor = Self { feature, ..Self::default() };
        for field in message("TensorProto", bytes) {
            match field? {
                (1, Value::Varint(dtype)) => tensor.dtype = dtype,
                (2, Value::Bytes(shape)) => tensor.shape = read_shape(feature, shape)?,
                (4, Value::Bytes(content)) => tensor.content = content,
                (5, Value::Fixed32(value)) => tensor.float_values.push(f32::from_le_bytes(value)),
                (5, Value::Bytes(packed)) => {
                    let (values, rest) = packed.as_chunks();
                    if !rest.is_empty() {
                        let reason = "packed floats do not fill their length";
                        return Err(RecordReason::Protobuf { message: "TensorProto", reason });
                    }
                    tensor.float_values.extend(values.iter().map(|v| f32::from_le_bytes(*v)));
                }
                // int_val and int64_val: negative 32-bit values are sign-extended to 64 bits.
                (7 | 10, Value::Varint(value)) => tensor.int_values.push(value as i64),
                (7 | 10, Value::Bytes(mut packed)) => {
                    while !packed.is_empty() {
                        let value = varint(&mut packed).map_err(|reason| {
                            RecordReason::Protobuf { message: "TensorProto", reason }
                        })?;
                        tensor.int_values.push(value as i64);
                    }
                }
                _ => {}
            }
        }
        Ok(tensor)
    }

    fn count(&self) -> usize {
        self.shape.iter().product()
    }

    /// Values that are left out as repetitions of the last one.
    fn repeated(&self) -> usize {
        if self.content.is_empty() {
            self.count().saturating_sub(self.float_values.len())
        } else {
            0
        }
    }

    fn wrong_count(&self, found: usize) -> RecordReason {
        RecordReason::Values { feature: self.feature, shape: self.shape.clone(), found }
    }

    fn floats(&self) -> Result<Vec<f32>, RecordReason> {
        if self.dtype != DT_FLOAT {
            let (feature, dtype) = (self.feature, self.dtype);
            return Err(RecordReason::Type { feature, dtype, expected: "1 (float32)" });
        }
        if self.content.is_empty() {
            return self.filled(&self.float_values);
        }
        let (values, rest) = self.content.as_chunks();
        if !rest.is_empty() || values.len() != self.count() {
            return Err(self.wrong_count(self.content.len()));
        }
        Ok(values.iter().map(|value| f32::from_le_bytes(*value)).collect())
    }

    /// Values stored one by one. TensorFlow leaves out repetitions of the last one.
    fn filled<T: Copy>(&self, values: &[T]) -> Result<Vec<T>, RecordReason> {
        match values.last() {
            Some(last) if values.len() <= self.count() => {
                let mut values = values.to_vec();
                values.resize(self.count(), *last);
                Ok(values)
            }
            _ => Err(self.wrong_count(values.len())),
        }
    }

    /// The one class index that the tensor holds.
    fn label(&self) -> Result<u32, RecordReason> {
        let size = match self.dtype {
            DT_INT32 => 4,
            DT_INT64 => 8,
            dtype => {
                let (feature, expected) = (self.feature, "3 (int32) or 9 (int64)");
                return Err(RecordReason::Type { feature, dtype, expected });
            }
        };
        if self.count() != 1 {
            let found = format!("a tensor of shape {:?}", self.shape);
            return Err(RecordReason::Label { found });
        }
        let value = if self.content.is_empty() {
            self.filled(&self.int_values)?[0]
        } else if self.content.len() == size {
            let negative = self.content[size - 1] >= 0x80;
            let start = if negative { -1_i64 } else { 0 };
            self.content.iter().rev().fold(start, |value, byte| value << 8 | i64::from(*byte))
        } else {
            return Err(self.wrong_count(self.content.len()));
        };
        u32::try_from(value).map_err(|_| RecordReason::Label { found: value.to_string() })
    }
}

fn read_shape(feature: &'static str, bytes: &[u8]) -> Result<Vec<usize>, RecordReason> {
    let mut shape = Vec::new();
    for field in message("TensorShapeProto", bytes) {
        match field? {
            (2, Value::Bytes(dim)) => {
                // An axis of length 0 is not written at all.
                let mut size = 0;
                for field in message("TensorShapeProto.Dim", dim) {
                    if let (1, Value::Varint(value)) = field? {
                        size = value;
                    }
                }
                // A negative size, for "unknown", is huge as an unsigned one.
                let axis = usize::try_from(size).ok().filter(|axis| *axis <= VALUES_MAX);
                shape.push(axis.ok_or(RecordReason::Shape { feature })?);
            }
            (3, Value::Varint(unknown)) if unknown != 0 => {
                return Err(RecordReason::Shape { feature });
            }
            _ => {}
        }
    }
    let count = shape.iter().try_fold(1_usize, |count, axis| count.checked_mul(*axis));
    match count {
        Some(count) if count <= VALUES_MAX && shape.len() <= AXES_MAX => Ok(shape),
        _ => Err(RecordReason::Shape { feature }),
    }
}

#[cfg(test)]
#[path = "example_tests.rs"]
mod tests;
