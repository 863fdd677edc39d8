//! Keys that sign heads (Ed25519).

use std::fmt;
use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::RecordError;
use crate::key_file::{self, bytes, hexadecimal};

const SECRET: &str = "assay-ed25519-secret-1";
const PUBLIC: &str = "assay-ed25519-public-1";

/// A secret key. It has no `Debug`, `Display` or `Serialize`.
pub struct SecretKey(SigningKey);

/// A public key; its text is 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

/// A signature; its text is 128 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature(ed25519_dalek::Signature);

impl SecretKey {
    /// A new key from the system's randomness.
    ///
    /// # Errors
    /// The system has none.
    pub fn generate() -> Result<Self, RecordError> {
        Ok(Self(SigningKey::from_bytes(&*key_file::random()?)))
    }

    /// The key that goes with it.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Signature {
        Signature(self.0.sign(message))
    }

    /// Writes the key into a new file that only its owner can read.
    ///
    /// # Errors
    /// There is a file already, or the file system refuses.
    pub fn write(&self, path: &Path) -> Result<(), RecordError> {
        key_file::write_secret(path, SECRET, self.0.as_bytes())
    }

    /// Reads a key from its file.
    ///
    /// # Errors
    /// The file is absent, is no secret key, or others than its owner can read it.
    pub fn read(path: &Path) -> Result<Self, RecordError> {
        key_file::owner_only(path)?;
        Ok(Self(SigningKey::from_bytes(&*key_file::read(path, SECRET)?)))
    }
}

impl PublicKey {
    /// Reads a key from the file of a public key.
    ///
    /// # Errors
    /// The file is absent or is no public key.
    pub fn read(path: &Path) -> Result<Self, RecordError> {
        let bytes = match key_file::read(path, PUBLIC) {
            Err(RecordError::Key { .. }) if key_file::read(path, SECRET).is_ok() => {
                let reason = "it is a secret key; `assay key public` gives the public one";
                return Err(key_file::error(path, reason));
            }
            other => other?,
        };
        Self::from_bytes(&bytes).map_err(|reason| key_file::error(path, reason))
    }

    /// The line of its file, without the end of the line.
    pub fn line(&self) -> String {
        format!("{PUBLIC} {self}")
    }

    /// Writes the key's file.
    ///
    /// # Errors
    /// There is a file already, or the file system refuses.
    pub fn write(&self, path: &Path) -> Result<(), RecordError> {
        let mut file = File::create_new(path).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => RecordError::Exists { path: path.to_path_buf() },
            _ => RecordError::io(path)(error),
        })?;
        writeln!(file, "{}", self.line()).map_err(RecordError::io(path))
    }

    pub(crate) fn has_signed(&self, message: &[u8], signature: &Signature) -> bool {
        // Strict: no second signature of one message, no key that fits many messages.
        self.0.verify_strict(message, &signature.0).is_ok()
    }

    fn from_bytes(bytes: &[u8; 32]) -> Result<Self, String> {
        let key = VerifyingKey::from_bytes(bytes).ok().filter(|key| !key.is_weak());
        key.map(Self).ok_or_else(|| "these 32 bytes are no public key".to_owned())
    }
}

impl std::str::FromStr for PublicKey {
    type Err = String;

    /// 64 hexadecimal digits.
    fn from_str(text: &str) -> Result<Self, String> {
        Self::from_bytes(&bytes(text)?)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hexadecimal(self.0.as_bytes()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({})", hexadecimal(&self.0.to_bytes()))
    }
}

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl Serialize for Signature {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hexadecimal(&self.0.to_bytes()))
    }
}

impl<'de> Deserialize<'de> for Signature {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = bytes(&String::deserialize(deserializer)?).map_err(D::Error::custom)?;
        Ok(Self(ed25519_dalek::Signature::from_bytes(&bytes)))
    }
}
