//! Keys of age: whom shares are encrypted to, and what opens them.

use std::io::{Read as _, Write as _};
use std::iter::once;

use age::{DecryptError, Decryptor, Encryptor, x25519};
use zeroize::Zeroizing;

use crate::SealError;

/// The most shares: points of GF(256) but for zero, where the key itself lies.
pub(crate) const SHARES_MAX: usize = 255;

/// Whom the shares are for, in the order of the shares. Each is there once.
#[derive(Debug, Clone, Default)]
pub struct Recipients(Vec<x25519::Recipient>);

impl Recipients {
    /// No recipients yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one; `place` says where it stands.
    ///
    /// # Errors
    /// The text is no recipient, or this one is there already.
    pub fn add(&mut self, place: &str, text: &str) -> Result<(), SealError> {
        let (place, text) = (place.to_owned(), text.trim());
        let recipient: x25519::Recipient = text
            .parse()
            .map_err(|_| SealError::Recipient { place: place.clone(), text: shortened(text) })?;
        let text = recipient.to_string();
        if self.texts().contains(&text) {
            return Err(SealError::SameRecipient { place, recipient: text });
        }
        self.0.push(recipient);
        Ok(())
    }

    /// Adds those of a file as age has them: one in a line, comments after `#`.
    ///
    /// # Errors
    /// A line is no recipient, one is there already, or there is none.
    pub fn add_file(&mut self, place: &str, bytes: &[u8]) -> Result<(), SealError> {
        let before = self.0.len();
        for (at, line) in text_lines(bytes) {
            self.add(&format!("{place}, line {at}"), line)?;
        }
        if self.0.len() == before {
            return Err(SealError::Recipient { place: place.to_owned(), text: String::new() });
        }
        Ok(())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each as age writes it.
    pub fn texts(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &x25519::Recipient> {
        self.0.iter()
    }
}

/// An organizer's secret keys, from one file. They have no `Debug`, `Display` or `Serialize`.
///
/// ```compile_fail
/// fn shown(keys: &assay_seal::Identities) -> String {
///     format!("{keys:?}")
/// }
/// ```
///
/// ```
/// fn shown(keys: &assay_seal::Identities) -> String {
///     format!("{:?}", keys.place())
/// }
/// ```
pub struct Identities {
    place: String,
    list: Vec<x25519::Identity>,
}

impl Identities {
    /// Those of a file as age-keygen makes it; `place` names it in messages.
    ///
    /// # Errors
    /// The file is encrypted, holds something else, or holds none.
    pub fn read(place: &str, bytes: &[u8]) -> Result<Self, SealError> {
        let fail = |reason: String| SealError::Identity { place: place.to_owned(), reason };
        if bytes.starts_with(b"age-encryption.org/") || bytes.starts_with(b"-----BEGIN AGE") {
            let reason = "it is encrypted; decrypt it with `age -d` first, and wipe it afterwards";
            return Err(fail(reason.to_owned()));
        }
        let mut list = Vec::new();
        for (at, line) in text_lines(bytes) {
            // The line itself is a secret, or was meant to be one: it is not shown.
            let identity = line.trim().parse().map_err(|_| {
                fail(format!("line {at} is no identity of age, which is `AGE-SECRET-KEY-1…`"))
            })?;
            list.push(identity);
        }
        if list.is_empty() {
            return Err(fail("it holds no identity of age".to_owned()));
        }
        Ok(Self { place: place.to_owned(), list })
    }

    /// The file that they are from.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// What they decrypt; nothing if it is for none of them.
    pub(crate) fn decrypt(
        &self,
        file: &str,
        bytes: &[u8],
    ) -> Result<Option<Zeroizing<Vec<u8>>>, SealError> {
        decrypt(self.list.iter(), file, bytes)
    }
}

/// Lines with something in them, counted from 1. What is no text is one line that nothing accepts.
fn text_lines(bytes: &[u8]) -> impl Iterator<Item = (usize, &str)> {
    let text = std::str::from_utf8(bytes).unwrap_or("\u{fffd}");
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line));
    lines.filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'))
}

/// As much of a text as a message shows. A secret key that was given by mistake is not shown.
fn shortened(text: &str) -> String {
    if text.to_ascii_uppercase().starts_with("AGE-SECRET-KEY") {
        return "AGE-SECRET-KEY-…".to_owned();
    }
    text.chars().take(80).collect()
}

/// Encrypts to one recipient.
pub(crate) fn encrypt(to: &x25519::Recipient, content: &[u8]) -> Result<Vec<u8>, SealError> {
    let failed = |reason: String| SealError::Failed { what: "age cannot encrypt", reason };
    let encryptor = Encryptor::with_recipients(once(to as &dyn age::Recipient))
        .map_err(|error| failed(error.to_string()))?;
    let mut bytes = Vec::with_capacity(content.len() + 512);
    let mut writer =
        encryptor.wrap_output(&mut bytes).map_err(|error| failed(error.to_string()))?;
    writer.write_all(content).map_err(|error| failed(error.to_string()))?;
    writer.finish().map_err(|error| failed(error.to_string()))?;
    Ok(bytes)
}

/// Decrypts with whichever of some identities fits; nothing if none does.
pub(crate) fn decrypt<'a>(
    identities: impl Iterator<Item = &'a x25519::Identity>,
    file: &str,
    bytes: &[u8],
) -> Result<Option<Zeroizing<Vec<u8>>>, SealError> {
    let damaged =
        |error: DecryptError| SealError::damaged(file, format!("it cannot be decrypted: {error}"));
    let decryptor = Decryptor::new_buffered(bytes).map_err(damaged)?;
    let mut reader = match decryptor.decrypt(identities.map(|own| own as &dyn age::Identity)) {
        Ok(reader) => reader,
        Err(DecryptError::NoMatchingKeys) => return Ok(None),
        Err(error) => return Err(damaged(error)),
    };
    // As much room as there can be content, so that no copy stays behind when a buffer grows.
    let mut content = Zeroizing::new(Vec::with_capacity(bytes.len()));
    let read = reader.read_to_end(&mut content);
    read.map_err(|error| SealError::damaged(file, format!("it cannot be decrypted: {error}")))?;
    Ok(Some(content))
}
