//! Content digests: BLAKE3, 32 bytes, written as lower-case hexadecimal.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// The BLAKE3 digest of some content.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of one run of bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }

    /// The digest's 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// A digest from its 32 bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

/// The text is not 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseDigestError;

impl fmt::Display for ParseDigestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a digest is 64 hexadecimal digits")
    }
}

impl std::error::Error for ParseDigestError {}

impl FromStr for Digest {
    type Err = ParseDigestError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; 32];
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(ParseDigestError);
        }
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| ParseDigestError)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| ParseDigestError)?;
        }
        Ok(Self(bytes))
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

/// Builds a [`Digest`] from parts, each part framed by its length, so that no two different
/// sequences of parts share an input.
#[derive(Clone)]
pub struct Digester(blake3::Hasher);

impl Digester {
    /// Starts a digest for one `purpose`; equal parts under different purposes differ.
    pub fn new(purpose: &str) -> Self {
        let mut digester = Self(blake3::Hasher::new());
        digester.bytes(purpose.as_bytes());
        digester
    }

    /// Adds one length-framed run of bytes.
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.update(&(bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    /// Adds one text.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.bytes(text.as_bytes())
    }

    /// Adds one integer.
    pub fn number(&mut self, number: u64) -> &mut Self {
        self.0.update(&number.to_le_bytes());
        self
    }

    /// Adds a run of `f32` by their bit patterns, framed by their count.
    pub fn floats(&mut self, values: &[f32]) -> &mut Self {
        self.number(values.len() as u64);
        let mut buffer = [0_u8; 4096];
        for chunk in values.chunks(buffer.len() / 4) {
            let bytes = &mut buffer[..chunk.len() * 4];
            for (slot, value) in bytes.chunks_exact_mut(4).zip(chunk) {
                slot.copy_from_slice(&value.to_bits().to_le_bytes());
            }
            self.0.update(bytes);
        }
        self
    }

    /// Adds a run of `u32`, framed by their count.
    pub fn indices(&mut self, values: &[u32]) -> &mut Self {
        self.number(values.len() as u64);
        for value in values {
            self.0.update(&value.to_le_bytes());
        }
        self
    }

    /// Adds a shape: the number of axes, then each length.
    pub fn shape(&mut self, shape: &[usize]) -> &mut Self {
        self.number(shape.len() as u64);
        for axis in shape {
            self.number(*axis as u64);
        }
        self
    }

    /// The digest of everything added so far.
    pub fn finish(&self) -> Digest {
        Digest(*self.0.finalize().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_text_reads_back() {
        let digest = Digest::of(b"assay");
        assert_eq!(digest.to_string().parse(), Ok(digest));
        assert_eq!("zz".parse::<Digest>(), Err(ParseDigestError));
        assert_eq!("+1".repeat(32).parse::<Digest>(), Err(ParseDigestError));
    }

    #[test]
    fn empty_input_has_the_published_blake3_digest() {
        assert_eq!(
            Digest::of(b"").to_string(),
            "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"
        );
    }

    #[test]
    fn parts_are_framed() {
        let mut joined = Digester::new("t");
        let mut split = Digester::new("t");
        joined.text("ab").text("");
        split.text("a").text("b");
        assert_ne!(joined.finish(), split.finish());
    }
}
