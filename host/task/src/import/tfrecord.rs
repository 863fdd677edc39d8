//! TFRecord files: records of `length, crc(length), data, crc(data)`.
//!
//! Source: TensorFlow's `record_writer.h`. Lengths are 64-bit little-endian; a CRC is CRC-32C,
//! rotated right by 15 bits plus a constant ("masked").

/// A record that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("record {record} at byte {offset}: {reason}")]
pub struct RecordError {
    /// Position of the record in its shard, from 0.
    pub record: usize,
    /// Where the record begins.
    pub offset: usize,
    /// What is wrong with it.
    pub reason: RecordReason,
}

/// What is wrong with a record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordReason {
    /// The file ends inside the record.
    #[error("the file ends inside it ({needed} bytes needed, {left} left); the shard is truncated")]
    Truncated {
        /// Bytes that the part being read needs.
        needed: u64,
        /// Bytes left.
        left: usize,
    },
    /// A checksum does not match.
    #[error(
        "the checksum of its {part} is {found:#010x}, stored is {stored:#010x}; the shard is damaged"
    )]
    Checksum {
        /// `length` or `data`.
        part: &'static str,
        /// The stored one.
        stored: u32,
        /// The computed one.
        found: u32,
    },
    /// The protocol buffer breaks its own encoding.
    #[error("{message} is no sound protocol buffer: {reason}")]
    Protobuf {
        /// Message being read.
        message: &'static str,
        /// What is wrong.
        reason: &'static str,
    },
    /// A feature is missing or there twice.
    #[error("it has {found} values of feature {feature:?}, expected one")]
    Feature {
        /// The feature.
        feature: &'static str,
        /// How many there are.
        found: usize,
    },
    /// A tensor has an element type that is not read here.
    #[error("{feature} has element type {dtype} of TensorFlow, expected {expected}")]
    Type {
        /// The feature.
        feature: &'static str,
        /// TensorFlow's number of the type.
        dtype: u64,
        /// The types that are read.
        expected: &'static str,
    },
    /// A tensor's values do not fill its shape.
    #[error("{feature} has shape {shape:?} but {found} values or bytes of values")]
    Values {
        /// The feature.
        feature: &'static str,
        /// The stated shape.
        shape: Vec<usize>,
        /// Values or bytes found.
        found: usize,
    },
    /// Too many values are left out.
    #[error(
        "more than {max} values up to here are left out as repetitions of the one before; write \
         them out"
    )]
    Repeated {
        /// The most that shards of this size may leave out.
        max: usize,
    },
    /// The shape is unknown, negative or too large.
    #[error("{feature} has an unknown, negative or too large shape")]
    Shape {
        /// The feature.
        feature: &'static str,
    },
    /// The example's shape is not that of the examples before.
    #[error("the example has shape {found:?}, those before have {expected:?}")]
    OtherShape {
        /// This example's.
        found: Vec<usize>,
        /// The others'.
        expected: Vec<usize>,
    },
    /// An input is NaN or infinite.
    #[error("input value {index} is {value}")]
    NotFinite {
        /// Position in the example.
        index: usize,
        /// `NaN`, `inf` or `-inf`.
        value: String,
    },
    /// The label is no single class index.
    #[error("the label is {found}, expected one class index")]
    Label {
        /// What stands there.
        found: String,
    },
}

/// One record of a shard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Record<'a> {
    /// Position in the shard.
    pub(super) index: usize,
    /// Where it begins.
    pub(super) offset: usize,
    /// Its payload.
    pub(super) data: &'a [u8],
}

impl Record<'_> {
    /// Places a reason at this record.
    pub(super) fn fail(&self, reason: RecordReason) -> RecordError {
        RecordError { record: self.index, offset: self.offset, reason }
    }
}

/// The records of a shard, checked; the first error ends them.
pub(super) fn records(shard: &[u8]) -> Records<'_> {
    Records { shard, offset: 0, record: 0 }
}

/// Iterator over the records of a shard.
pub(super) struct Records<'a> {
    shard: &'a [u8],
    offset: usize,
    record: usize,
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<Record<'a>, RecordError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut rest = self.shard.get(self.offset..).filter(|rest| !rest.is_empty())?;
        let (record, offset) = (self.record, self.offset);
        let result = read(&mut rest)
            .map(|data| Record { index: record, offset, data })
            .map_err(|reason| RecordError { record, offset, reason });
        self.record += 1;
        self.offset = if result.is_ok() { self.shard.len() - rest.len() } else { self.shard.len() };
        Some(result)
    }
}

/// Reads one record off the front.
fn read<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], RecordReason> {
    let length_bytes = take(rest, 8)?;
    check("length", length_bytes, rest)?;
    let length =
        length_bytes.iter().rev().fold(0_u64, |length, byte| length << 8 | u64::from(*byte));
    let data = take(rest, length)?;
    check("data", data, rest)?;
    Ok(data)
}

fn take<'a>(rest: &mut &'a [u8], needed: u64) -> Result<&'a [u8], RecordReason> {
    let split = usize::try_from(needed).ok().and_then(|needed| rest.split_at_checked(needed));
    let (front, back) = split.ok_or(RecordReason::Truncated { needed, left: rest.len() })?;
    *rest = back;
    Ok(front)
}

fn check(part: &'static str, data: &[u8], rest: &mut &[u8]) -> Result<(), RecordReason> {
    let stored = take(rest, 4)?;
    let stored = stored.iter().rev().fold(0_u32, |value, byte| value << 8 | u32::from(*byte));
    let found = masked_crc(data);
    if stored == found {
        return Ok(());
    }
    Err(RecordReason::Checksum { part, stored, found })
}

/// Frames payloads as a shard. Only tests and fuzz targets write shards.
pub(crate) fn shard(payloads: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for payload in payloads {
        for part in [&(payload.len() as u64).to_le_bytes(), *payload] {
            bytes.extend_from_slice(part);
            bytes.extend_from_slice(&masked_crc(part).to_le_bytes());
        }
    }
    bytes
}

/// The masked CRC-32C of some bytes.
pub(super) fn masked_crc(data: &[u8]) -> u32 {
    crc32c::crc32c(data).rotate_right(15).wrapping_add(0xa282_ead8)
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Frames payloads as a shard.
    pub(crate) fn shard(payloads: &[Vec<u8>]) -> Vec<u8> {
        let payloads: Vec<&[u8]> = payloads.iter().map(Vec::as_slice).collect();
        super::shard(&payloads)
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = records(&bytes).count();
        }

        #[test]
        fn any_flipped_bit_and_any_cut_inside_is_found(
            payloads in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..20), 1..4),
            at in any::<proptest::sample::Index>(),
            bit in 0_u8..8,
        ) {
            let sound = shard(&payloads);
            let read: Vec<_> = records(&sound).map(|record| record.unwrap().data.to_vec()).collect();
            prop_assert_eq!(&read, &payloads);
            let mut flipped = sound.clone();
            flipped[at.index(sound.len())] ^= 1 << bit;
            prop_assert!(records(&flipped).any(|record| record.is_err()));
            let last = shard(&payloads[payloads.len() - 1..]).len();
            let cut = sound.len() - 1 - at.index(last - 1);
            prop_assert!(records(&sound[..cut]).any(|record| record.is_err()));
        }
    }
}
