//! Compiled code: kept on disk under a key of ours, handed out in memory that nobody can change.
//!
//! A file of compiled code is native code that will run. So a file is only taken back if its
//! authenticator, BLAKE3 keyed with a secret that lies elsewhere, is right for this component and this
//! build of the sandbox; anything else is as if it were not there.

use std::fs::{self, File};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use assay_ids::Digest;
use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};

use crate::WorkerError;

/// Bytes of the authenticator at the front of a file.
const TAG: usize = 32;

/// A place for compiled code that only its owner writes to.
#[derive(Debug, Clone)]
pub struct CodeCache {
    dir: PathBuf,
    key: [u8; 32],
}

impl CodeCache {
    /// A cache in a directory, under the key in a file. Both are made if they are not there, for this
    /// user alone.
    ///
    /// # Errors
    /// They cannot be made or read, or the key is not as this function makes it, or somebody else may
    /// read it.
    pub fn open(dir: &Path, key: &Path) -> Result<Self, WorkerError> {
        let failed = |what| move |error| WorkerError::Machine { what, error };
        let mut folder = fs::DirBuilder::new();
        folder.recursive(true).mode(0o700);
        folder.create(dir).map_err(failed("the folder of compiled code"))?;
        if let Some(parent) = key.parent() {
            folder.create(parent).map_err(failed("the folder of the key to compiled code"))?;
        }
        let key = read_key(key).map_err(failed("the key to compiled code"))?;
        Ok(Self { dir: dir.to_owned(), key })
    }

    /// What was kept for a component and a build of the sandbox, if it is genuine.
    pub(crate) fn get(&self, component: Digest, compatibility: Digest) -> Option<Vec<u8>> {
        let mut bytes = fs::read(self.path(component, compatibility)).ok()?;
        let kept = bytes.split_off(TAG.min(bytes.len()));
        let tag = blake3::Hash::from_bytes(bytes.try_into().ok()?);
        // Compared in constant time by its type.
        (self.tag(component, compatibility, &kept) == tag).then_some(kept)
    }

    /// Keeps something for a component. That it cannot be kept costs time only.
    pub(crate) fn put(
        &self,
        component: Digest,
        compatibility: Digest,
        kept: &[u8],
    ) -> std::io::Result<()> {
        let path = self.path(component, compatibility);
        let staged = path.with_extension(format!("{}.part", std::process::id()));
        let mut file = File::create(&staged)?;
        file.write_all(self.tag(component, compatibility, kept).as_bytes())?;
        file.write_all(kept)?;
        fs::rename(staged, path)
    }

    fn path(&self, component: Digest, compatibility: Digest) -> PathBuf {
        self.dir.join(format!("{component}-{compatibility}.code"))
    }

    fn tag(&self, component: Digest, compatibility: Digest, kept: &[u8]) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        hasher.update(component.as_bytes()).update(compatibility.as_bytes()).update(kept);
        hasher.finalize()
    }
}

/// Reads the key; makes one where there is none.
fn read_key(path: &Path) -> std::io::Result<[u8; 32]> {
    if !path.exists() {
        make_key(path)?;
    }
    let mut key = [0; 32];
    let mut file = File::open(path)?;
    let (mode, length) = (file.metadata()?.permissions().mode(), file.metadata()?.len());
    let invalid = |why: &str| std::io::Error::new(ErrorKind::InvalidData, name(path, why));
    if mode & 0o077 != 0 {
        return Err(invalid("others may read it: chmod 600, or remove it"));
    }
    if length != key.len() as u64 {
        return Err(invalid("it is not 32 bytes long: remove it, and a new one is made"));
    }
    file.read_exact(&mut key)?;
    Ok(key)
}

/// Makes a key, whole from the first moment that anybody can see it. Of two that are made at once, the
/// first stays.
fn make_key(path: &Path) -> std::io::Result<()> {
    let mut key = [0; 32];
    fill_random(&mut key)?;
    let staged = path.with_extension(format!("{}.part", std::process::id()));
    let mut file =
        fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&staged)?;
    file.write_all(&key)?;
    file.sync_all()?;
    let linked = fs::hard_link(&staged, path);
    fs::remove_file(&staged)?;
    match linked {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

fn name(path: &Path, why: &str) -> String {
    format!("{}: {why}", path.display())
}

fn fill_random(bytes: &mut [u8]) -> std::io::Result<()> {
    let mut filled = 0;
    while filled < bytes.len() {
        filled +=
            rustix::rand::getrandom(&mut bytes[filled..], rustix::rand::GetRandomFlags::empty())?;
    }
    Ok(())
}

/// Code in memory of its own, which nobody can change any more, to be handed to guests.
pub(crate) fn sealed(code: &[u8]) -> std::io::Result<OwnedFd> {
    let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    // Kernels before 6.3 do not know that memory for code must be asked for.
    let memory = memfd_create(c"assay-code", flags | MemfdFlags::EXEC)
        .or_else(|_| memfd_create(c"assay-code", flags))?;
    let mut file = File::from(memory);
    file.write_all(code)?;
    fcntl_add_seals(
        &file,
        SealFlags::WRITE | SealFlags::GROW | SealFlags::SHRINK | SealFlags::SEAL,
    )?;
    Ok(file.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digests() -> (Digest, Digest) {
        (Digest::of(b"component"), Digest::of(b"build"))
    }

    fn only_file(dir: &Path) -> PathBuf {
        fs::read_dir(dir).unwrap().next().unwrap().unwrap().path()
    }

    #[test]
    fn what_was_kept_comes_back_for_its_component_and_build_only() {
        let dir = tempfile::tempdir().unwrap();
        let cache = CodeCache::open(&dir.path().join("code"), &dir.path().join("k/key")).unwrap();
        let (component, build) = digests();
        assert_eq!(cache.get(component, build), None);
        cache.put(component, build, b"code").unwrap();
        assert_eq!(cache.get(component, build).as_deref(), Some(&b"code"[..]));
        assert_eq!(cache.get(build, component), None);
        // A file moved to another name is not that component's.
        fs::rename(only_file(&cache.dir), cache.path(build, component)).unwrap();
        assert_eq!(cache.get(build, component), None);
    }

    #[test]
    fn a_file_that_anybody_changed_is_not_taken() {
        let dir = tempfile::tempdir().unwrap();
        let cache = CodeCache::open(&dir.path().join("code"), &dir.path().join("key")).unwrap();
        let (component, build) = digests();
        cache.put(component, build, b"code").unwrap();
        let path = only_file(&cache.dir);
        let whole = fs::read(&path).unwrap();
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            fs::write(&path, changed).unwrap();
            assert_eq!(cache.get(component, build), None, "byte {at}");
            fs::write(&path, &whole[..at]).unwrap();
            assert_eq!(cache.get(component, build), None, "cut at {at}");
        }
        // Nor one that was made under another key.
        let other = CodeCache::open(&cache.dir, &dir.path().join("other")).unwrap();
        fs::write(&path, &whole).unwrap();
        assert_eq!(other.get(component, build), None);
        assert!(cache.get(component, build).is_some());
    }

    #[test]
    fn a_key_that_others_may_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let (code, key) = (dir.path().join("code"), dir.path().join("key"));
        CodeCache::open(&code, &key).unwrap();
        fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
        let error = CodeCache::open(&code, &key).unwrap_err().to_string();
        assert!(error.contains("chmod 600"), "{error}");
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&key, b"short").unwrap();
        let error = CodeCache::open(&code, &key).unwrap_err().to_string();
        assert!(error.contains("32 bytes"), "{error}");
    }

    #[test]
    fn sealed_code_cannot_be_changed() {
        let mut file = File::from(sealed(b"code").unwrap());
        assert!(file.write_all(b"more").is_err());
        assert!(file.set_len(1).is_err());
    }
}
