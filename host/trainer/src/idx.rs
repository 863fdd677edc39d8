//! Gzipped IDX files, the format of MNIST and its relatives.
//!
//! Layout (LeCun, "The MNIST database", file formats): two zero bytes, a type byte (8 = unsigned
//! byte), the number of axes, one big-endian `u32` per axis, then the values row-major.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

/// An array of bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idx {
    /// Its axes.
    pub shape: Vec<usize>,
    /// Its values, row-major.
    pub bytes: Vec<u8>,
}

/// Why a file is no IDX array.
#[derive(Debug, thiserror::Error)]
pub enum IdxError {
    /// The file cannot be opened or decompressed.
    #[error("{path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        source: std::io::Error,
    },
    /// The content does not begin as an IDX file of bytes with that many axes does.
    #[error(
        "{path}: begins with bytes {found:02x?}, an IDX file of {axes} axes with [00, 00, 08, {axes:02x}]"
    )]
    Magic {
        /// The file.
        path: PathBuf,
        /// Its first bytes.
        found: Vec<u8>,
        /// Axes expected.
        axes: u8,
    },
    /// The header ends early or announces more than any such dataset has.
    #[error(
        "{path}: the header announces {shape:?} values, more than {ELEMENTS_MAX} or none at all"
    )]
    Shape {
        /// The file.
        path: PathBuf,
        /// Announced axes.
        shape: Vec<usize>,
    },
    /// There are fewer or more values than the header announces.
    #[error("{path}: the header announces {expected} values, {found} follow; is the file whole?")]
    Length {
        /// The file.
        path: PathBuf,
        /// Values announced.
        expected: usize,
        /// Values present (one past the announced number stands for "more").
        found: usize,
    },
}

/// Largest array that is read: 256 MiB; the largest of the MNIST family has 47 million values.
const ELEMENTS_MAX: usize = 1 << 28;

impl Idx {
    /// Reads a gzipped IDX file of bytes with a known number of axes.
    pub fn read(path: &Path, axes: u8) -> Result<Self, IdxError> {
        let fail = |source| IdxError::Read { path: path.to_owned(), source };
        let file = File::open(path).map_err(fail)?;
        Self::decode(MultiGzDecoder::new(file), path, axes)
    }

    /// Reads the decompressed bytes of an IDX file; `path` only names it in errors.
    pub fn decode(mut source: impl Read, path: &Path, axes: u8) -> Result<Self, IdxError> {
        let path = || path.to_owned();
        let fail = |source| IdxError::Read { path: path(), source };
        let mut header = Vec::new();
        let header_length = 4 + 4 * u64::from(axes);
        source.by_ref().take(header_length).read_to_end(&mut header).map_err(fail)?;
        let magic = &header[..header.len().min(4)];
        if magic != [0, 0, 8, axes] {
            return Err(IdxError::Magic { path: path(), found: magic.to_vec(), axes });
        }
        let shape: Vec<usize> = header[4..]
            .chunks_exact(4)
            .map(|axis| axis.iter().fold(0, |value, byte| value << 8 | usize::from(*byte)))
            .collect();
        let count = shape.iter().try_fold(1_usize, |count, axis| count.checked_mul(*axis));
        let whole = header.len() as u64 == header_length;
        let count = match count {
            Some(count) if whole && (1..=ELEMENTS_MAX).contains(&count) => count,
            _ => return Err(IdxError::Shape { path: path(), shape }),
        };
        let mut bytes = Vec::new();
        // One byte more than announced is asked for, so that surplus is noticed without reading it.
        source.take(count as u64 + 1).read_to_end(&mut bytes).map_err(fail)?;
        if bytes.len() != count {
            return Err(IdxError::Length { path: path(), expected: count, found: bytes.len() });
        }
        Ok(Self { shape, bytes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(bytes: &[u8], axes: u8) -> Result<Idx, IdxError> {
        Idx::decode(bytes, Path::new("hand-made"), axes)
    }

    const TWO_BY_THREE: [u8; 18] = [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 10, 20, 30, 40, 50, 60];

    #[test]
    fn hand_made_bytes_read_row_major() {
        let idx = decode(&TWO_BY_THREE, 2).unwrap();
        assert_eq!(idx, Idx { shape: vec![2, 3], bytes: vec![10, 20, 30, 40, 50, 60] });
    }

    #[test]
    fn every_truncation_and_any_surplus_is_refused() {
        for length in 0..TWO_BY_THREE.len() {
            let error = decode(&TWO_BY_THREE[..length], 2).unwrap_err();
            assert!(error.to_string().starts_with("hand-made: "), "{error}");
        }
        let mut longer = TWO_BY_THREE.to_vec();
        longer.push(0);
        let error = decode(&longer, 2).unwrap_err();
        assert!(matches!(error, IdxError::Length { expected: 6, found: 7, .. }), "{error}");
    }

    #[test]
    fn wrong_headers_are_refused() {
        assert!(matches!(decode(&TWO_BY_THREE, 1), Err(IdxError::Magic { .. })));
        let huge = [0, 0, 8, 2, 255, 255, 255, 255, 255, 255, 255, 255, 0];
        assert!(matches!(decode(&huge, 2), Err(IdxError::Shape { .. })));
        let empty = [0, 0, 8, 1, 0, 0, 0, 0];
        assert!(matches!(decode(&empty, 1), Err(IdxError::Shape { .. })));
    }

    #[test]
    fn a_file_that_is_not_gzip_or_not_there_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("plain.gz");
        std::fs::write(&path, TWO_BY_THREE).unwrap();
        for path in [path, dir.path().join("absent.gz")] {
            let error = Idx::read(&path, 2).unwrap_err();
            assert!(error.to_string().starts_with(&path.display().to_string()), "{error}");
        }
    }
}
