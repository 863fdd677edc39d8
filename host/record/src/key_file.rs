//! Files of keys: one line of text, of a word that says what it is, a space, and 64 hexadecimal digits.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use zeroize::Zeroizing;

use crate::RecordError;
use crate::files::read_at_most;

/// A key file is shorter.
const FILE_BYTES_MAX: u64 = 256;

/// 32 bytes of the system's randomness.
pub(crate) fn random() -> Result<Zeroizing<[u8; 32]>, RecordError> {
    let mut bytes = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *bytes).map_err(|error| RecordError::Key {
        place: "the system's randomness".to_owned(),
        reason: error.to_string(),
    })?;
    Ok(bytes)
}

/// Writes a secret key into a new file that only its owner can read.
pub(crate) fn write_secret(path: &Path, kind: &str, key: &[u8; 32]) -> Result<(), RecordError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => RecordError::Exists { path: path.to_path_buf() },
        _ => RecordError::io(path)(error),
    })?;
    let digits = Zeroizing::new(hexadecimal(key));
    let text = Zeroizing::new(format!("{kind} {}\n", *digits));
    file.write_all(text.as_bytes()).map_err(RecordError::io(path))?;
    file.sync_all().map_err(RecordError::io(path))
}

/// The bytes of a key of one kind.
pub(crate) fn read(path: &Path, kind: &str) -> Result<Zeroizing<[u8; 32]>, RecordError> {
    let file = Zeroizing::new(read_at_most(path, FILE_BYTES_MAX)?);
    line(&file, kind).map(Zeroizing::new).map_err(|reason| error(path, reason))
}

fn line(file: &[u8], kind: &str) -> Result<[u8; 32], String> {
    let text = std::str::from_utf8(file).map_err(|_| format!("it is no `{kind}` file"))?;
    let line = text.strip_suffix('\n').unwrap_or(text);
    let digits = line.strip_prefix(kind).and_then(|rest| rest.strip_prefix(' '));
    bytes(digits.ok_or_else(|| format!("it does not begin with `{kind} `"))?)
}

/// What is wrong with a key's file.
pub(crate) fn error(path: &Path, reason: impl Into<String>) -> RecordError {
    RecordError::Key { place: path.display().to_string(), reason: reason.into() }
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from(b"0123456789abcdef"[usize::from(half)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)]).collect()
}

/// Exactly so many bytes as lower-case hexadecimal digits: one text for each value.
pub(crate) fn bytes<const N: usize>(text: &str) -> Result<[u8; N], String> {
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

/// Refuses the file of a secret key that others than its owner can use.
#[cfg(unix)]
pub(crate) fn owner_only(path: &Path) -> Result<(), RecordError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::metadata(path).map_err(RecordError::io(path))?.permissions().mode() & 0o777;
    let others = mode & 0o077;
    if others == 0 {
        return Ok(());
    }
    let reason =
        format!("others than its owner may use this secret key (mode {mode:04o}); chmod 600 it");
    Err(error(path, reason))
}

/// Access is not told from a mode here.
#[cfg(not(unix))]
pub(crate) fn owner_only(path: &Path) -> Result<(), RecordError> {
    fs::metadata(path).map(drop).map_err(RecordError::io(path))
}
