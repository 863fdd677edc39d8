//! Keys that sign heads (Ed25519), and the files that they lie in.
//!
//! A key file is one line of text: a word that says what it is, a space, 64 hexadecimal digits.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::RecordError;
use crate::files::read_at_most;

const SECRET: &str = "assay-ed25519-secret-1";
const PUBLIC: &str = "assay-ed25519-public-1";
/// A key file is shorter.
const FILE_BYTES_MAX: u64 = 256;

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
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|error| RecordError::Key {
            place: "the system's randomness".to_owned(),
            reason: error.to_string(),
        })?;
        Ok(Self(SigningKey::from_bytes(&seed)))
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
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => RecordError::Exists { path: path.to_path_buf() },
            _ => RecordError::io(path)(error),
        })?;
        let text = format!("{SECRET} {}\n", hexadecimal(self.0.as_bytes()));
        file.write_all(text.as_bytes()).map_err(RecordError::io(path))?;
        file.sync_all().map_err(RecordError::io(path))
    }

    /// Reads a key from its file.
    ///
    /// # Errors
    /// The file is absent, is no secret key, or others than its owner can read it.
    pub fn read(path: &Path) -> Result<Self, RecordError> {
        let fail = |reason: String| key_error(path, reason);
        owner_only(path)?;
        let bytes = line(&read_at_most(path, FILE_BYTES_MAX)?, SECRET).map_err(fail)?;
        Ok(Self(SigningKey::from_bytes(&bytes)))
    }
}

impl PublicKey {
    /// Reads a key from the file of a public key.
    ///
    /// # Errors
    /// The file is absent or is no public key.
    pub fn read(path: &Path) -> Result<Self, RecordError> {
        let fail = |reason: String| key_error(path, reason);
        let bytes = line(&read_at_most(path, FILE_BYTES_MAX)?, PUBLIC).map_err(fail)?;
        Self::from_bytes(&bytes).map_err(fail)
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

fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from(b"0123456789abcdef"[usize::from(half)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)]).collect()
}

/// Exactly so many bytes as lower-case hexadecimal digits: one text for each value.
fn bytes<const N: usize>(text: &str) -> Result<[u8; N], String> {
    let fail = || format!("it must be {} lower-case hexadecimal digits", 2 * N);
    let digit = |digit: u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
    if text.len() != 2 * N || !text.bytes().all(digit) {
        return Err(fail());
    }
    let mut bytes = [0; N];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).map_err(|_| fail())?;
    }
    Ok(bytes)
}

/// The bytes of a key file's line.
fn line(file: &[u8], kind: &str) -> Result<[u8; 32], String> {
    let text = std::str::from_utf8(file).map_err(|_| format!("it is no `{kind}` file"))?;
    let line = text.strip_suffix('\n').unwrap_or(text);
    if kind == PUBLIC && line.starts_with(SECRET) {
        return Err("it is a secret key; `assay key public` gives the public one".to_owned());
    }
    let digits = line.strip_prefix(kind).and_then(|rest| rest.strip_prefix(' '));
    bytes(digits.ok_or_else(|| format!("it does not begin with `{kind} `"))?)
}

fn key_error(path: &Path, reason: String) -> RecordError {
    RecordError::Key { place: path.display().to_string(), reason }
}

#[cfg(unix)]
fn owner_only(path: &Path) -> Result<(), RecordError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::metadata(path).map_err(RecordError::io(path))?.permissions().mode() & 0o777;
    let others = mode & 0o077;
    if others == 0 {
        return Ok(());
    }
    let reason =
        format!("others than its owner may use this secret key (mode {mode:04o}); chmod 600 it");
    Err(key_error(path, reason))
}

#[cfg(not(unix))]
fn owner_only(path: &Path) -> Result<(), RecordError> {
    fs::metadata(path).map(drop).map_err(RecordError::io(path))
}
