//! One organizer's share of a key, and the one line of text that it travels in.
//!
//! `assay-truth-share-1`, the commitment of the truth that it opens, its index, and its value in
//! hexadecimal digits, with single spaces between. The same line is what `share-N.age` holds, so that
//! `age -d` gives what `assay task share` gives.

use std::fmt::Write as _;

use assay_ids::{Digest, Digester, Hidden};
use zeroize::Zeroizing;

use crate::SealError;

const KIND: &str = "assay-truth-share-1";
/// The most bytes of a share's text: some three times what one has.
pub(crate) const TEXT_BYTES_MAX: usize = 1024;

/// A share. Its value has no `Debug`, `Display` or `Serialize`, and is wiped from memory.
///
/// ```compile_fail
/// fn shown(share: &assay_seal::Share) -> String {
///     format!("{share:?}")
/// }
/// ```
///
/// ```
/// fn shown(share: &assay_seal::Share) -> String {
///     format!("{:?} {:?}", share.commitment(), share.index())
/// }
/// ```
pub struct Share {
    place: String,
    commitment: Digest,
    index: usize,
    value: Hidden<Zeroizing<Vec<u8>>>,
}

impl Share {
    pub(crate) fn new(commitment: Digest, index: usize, value: Zeroizing<Vec<u8>>) -> Self {
        Self { place: format!("share {index}"), commitment, index, value: Hidden::new(value) }
    }

    /// Reads a share from its text; `place` says where that comes from.
    ///
    /// # Errors
    /// The text is no share's.
    pub fn read(place: &str, text: &[u8]) -> Result<Self, SealError> {
        let fail =
            |reason: &str| SealError::Share { place: place.to_owned(), reason: reason.to_owned() };
        let no_share =
            || fail("it is no share, which is one line that begins with `assay-truth-share-1`");
        if text.len() > TEXT_BYTES_MAX {
            return Err(no_share());
        }
        let text = std::str::from_utf8(text).map_err(|_| no_share())?;
        let line = text.strip_suffix('\n').unwrap_or(text);
        let line = line.strip_suffix('\r').unwrap_or(line);
        let parts: Vec<&str> = line.split(' ').collect();
        let [KIND, commitment, index, value] = parts[..] else { return Err(no_share()) };
        let commitment =
            commitment.parse().map_err(|_| fail("its commitment is cut or damaged"))?;
        let index = index.parse().ok().filter(|index| (1..=255).contains(index));
        let index = index.ok_or_else(|| fail("its index is none of 1 to 255"))?;
        let value = bytes(value).ok_or_else(|| fail("its value is cut or damaged"))?;
        let share = Self::new(commitment, index, value);
        Ok(Self { place: place.to_owned(), ..share })
    }

    /// The share's text, which is a secret.
    pub fn text(&self) -> Hidden<Zeroizing<String>> {
        let value = self.value.reveal();
        let mut text = String::with_capacity(TEXT_BYTES_MAX + 2 * value.len());
        // Writing to a String cannot fail. It has room for all, so no copy stays behind.
        let _ = write!(text, "{KIND} {} {} ", self.commitment, self.index);
        for byte in value.iter() {
            for half in [byte >> 4, byte & 0xf] {
                text.push(char::from(b"0123456789abcdef"[usize::from(half)]));
            }
        }
        text.push('\n');
        Hidden::new(Zeroizing::new(text))
    }

    /// The commitment of the truth that it opens.
    pub fn commitment(&self) -> Digest {
        self.commitment
    }

    /// Which of the shares it is, from 1.
    pub fn index(&self) -> usize {
        self.index
    }

    /// Where it comes from.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The same from another place.
    pub(crate) fn from(self, place: &str) -> Self {
        Self { place: place.to_owned(), ..self }
    }

    pub(crate) fn value(&self) -> &[u8] {
        self.value.reveal()
    }

    /// What the manifest knows it by.
    pub(crate) fn digest(&self) -> Digest {
        let mut digester = Digester::new("assay truth share 1");
        digester.bytes(self.commitment.as_bytes()).number(self.index as u64);
        digester.bytes(self.value()).finish()
    }
}

fn bytes(digits: &str) -> Option<Zeroizing<Vec<u8>>> {
    let digit = |digit: &u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
    if digits.is_empty() || !digits.len().is_multiple_of(2) || !digits.as_bytes().iter().all(digit)
    {
        return None;
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(digits.len() / 2));
    for at in (0..digits.len()).step_by(2) {
        bytes.push(u8::from_str_radix(&digits[at..at + 2], 16).ok()?);
    }
    Some(bytes)
}
