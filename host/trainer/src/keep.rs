//! The work folder: finished networks survive a kill and are not trained again.
//!
//! One file per network, `cell-<number>`: a magic, the key (digest of all that the weights depend
//! on), the digest of the rest, then epochs and both sets of weights, little-endian. A file whose
//! key or digest does not fit is as good as absent: its network is trained again.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use assay_ids::Digest;
use assay_network::Architecture;

use crate::fit::Fit;

const MAGIC: &[u8; 8] = b"assay.f1";

/// A work folder.
#[derive(Debug)]
pub(crate) struct Keep {
    dir: PathBuf,
}

impl Keep {
    /// Opens `INTO/.NAME.training`, making it if need be.
    pub(crate) fn open(into: &Path, name: &str) -> Result<Self, (PathBuf, io::Error)> {
        let dir = into.join(format!(".{name}.training"));
        fs::create_dir_all(&dir).map_err(|source| (dir.clone(), source))?;
        Ok(Self { dir })
    }

    fn path(&self, cell: usize) -> PathBuf {
        self.dir.join(format!("cell-{cell}"))
    }

    /// A kept network, if the file is whole and belongs to `key`.
    pub(crate) fn load(
        &self,
        cell: usize,
        key: Digest,
        architecture: &Architecture,
    ) -> Option<Fit> {
        let bytes = fs::read(self.path(cell)).ok()?;
        let rest = bytes.strip_prefix(MAGIC)?.strip_prefix(key.as_bytes())?;
        let (digest, body) = rest.split_at_checked(32)?;
        if Digest::of(body).as_bytes() != digest {
            return None;
        }
        let (epochs, values) = body.split_first_chunk::<4>()?;
        let mut values = values
            .chunks_exact(4)
            .filter_map(|chunk| chunk.first_chunk().map(|bytes| f32::from_le_bytes(*bytes)));
        let mut arrays = || {
            let sizes = architecture.parameters().iter().map(|p| p.shape.iter().product());
            sizes
                .map(|size: usize| {
                    let array: Vec<f32> = values.by_ref().take(size).collect();
                    (array.len() == size).then_some(array)
                })
                .collect::<Option<Vec<_>>>()
        };
        let (initial, weights) = (arrays()?, arrays()?);
        Some(Fit { initial, weights, epochs: u32::from_le_bytes(*epochs) })
    }

    /// Keeps a network: the file appears whole or not at all.
    pub(crate) fn store(
        &self,
        cell: usize,
        key: Digest,
        fit: &Fit,
    ) -> Result<(), (PathBuf, io::Error)> {
        let mut body = fit.epochs.to_le_bytes().to_vec();
        for value in fit.initial.iter().chain(&fit.weights).flatten() {
            body.extend(value.to_le_bytes());
        }
        let path = self.path(cell);
        let draft = path.with_extension("partial");
        let write = || {
            let mut file = File::create(&draft)?;
            file.write_all(MAGIC)?;
            file.write_all(key.as_bytes())?;
            file.write_all(Digest::of(&body).as_bytes())?;
            file.write_all(&body)?;
            file.sync_all()?;
            fs::rename(&draft, &path)
        };
        write().map_err(|source| (path.clone(), source))
    }

    /// Removes the folder once the task that it served is written.
    pub(crate) fn discard(self) -> Result<(), (PathBuf, io::Error)> {
        fs::remove_dir_all(&self.dir).map_err(|source| (self.dir.clone(), source))
    }
}

#[cfg(test)]
mod tests {
    use assay_network::{Activation, LayerKind};

    use super::*;

    #[test]
    fn a_kept_network_reads_back_and_a_damaged_or_foreign_one_does_not() {
        let kinds = vec![LayerKind::Dense { units: 2, activation: Activation::Linear, bias: true }];
        let architecture = Architecture::new(&[3], kinds).unwrap();
        let array = |first: f32, count: usize| (0..count).map(|i| first + i as f32).collect();
        let fit = Fit {
            initial: vec![array(0.5, 6), array(-1.0, 2)],
            weights: vec![array(1.5, 6), array(-2.0, 2)],
            epochs: 7,
        };
        let dir = tempfile::tempdir().unwrap();
        let keep = Keep::open(dir.path(), "mini").unwrap();
        let key = Digest::of(b"recipe");
        assert_eq!(keep.load(3, key, &architecture), None);
        keep.store(3, key, &fit).unwrap();
        assert_eq!(keep.load(3, key, &architecture), Some(fit));
        assert_eq!(keep.load(2, key, &architecture), None);
        assert_eq!(keep.load(3, Digest::of(b"another"), &architecture), None);
        let path = dir.path().join(".mini.training/cell-3");
        let whole = fs::read(&path).unwrap();
        for length in 0..whole.len() {
            fs::write(&path, &whole[..length]).unwrap();
            assert_eq!(keep.load(3, key, &architecture), None, "{length}");
        }
        let mut flipped = whole;
        flipped[90] ^= 1;
        fs::write(&path, &flipped).unwrap();
        assert_eq!(keep.load(3, key, &architecture), None);
        keep.discard().unwrap();
        assert!(!dir.path().join(".mini.training").exists());
    }
}
