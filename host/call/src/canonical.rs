//! The canonical encoding: one way to write each value as bytes, and a reader that takes no other.
//!
//! What is hashed and what is stored is this. A count is four bytes, any other integer as many as its
//! type has, little-endian; a text is its count of bytes and its bytes; a list is its count and its
//! elements; a float is its bits, with one pattern for every NaN and with -0.0 kept. Where a value may
//! be one of several, it is named by a text, never numbered, so that old bytes keep their meaning when
//! cases are added.

use assay_ids::{Digest, Digester};

/// The one NaN.
const NAN: u32 = 0x7fc0_0000;
/// Bytes of a digest.
pub(crate) const DIGEST: usize = 32;

/// Bytes that are no canonical encoding of what they should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("byte {at}: {reason}")]
pub struct Malformed {
    /// Where, counted from 0.
    pub at: usize,
    /// What is wrong there.
    pub reason: String,
}

/// Writes values one after the other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Writer(Vec<u8>);

impl Writer {
    /// Nothing written yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// What was written.
    pub fn finish(self) -> Vec<u8> {
        self.0
    }

    /// The digest of what was written, for one `purpose`.
    pub fn digest(&self, purpose: &str) -> Digest {
        Digester::new(purpose).bytes(&self.0).finish()
    }

    /// A text. Names of fields and of cases are texts too.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.count(text.len());
        self.0.extend_from_slice(text.as_bytes());
        self
    }

    /// An integer.
    pub fn number(&mut self, number: u64) -> &mut Self {
        self.0.extend_from_slice(&number.to_le_bytes());
        self
    }

    /// Yes or no.
    pub fn flag(&mut self, flag: bool) -> &mut Self {
        self.0.push(u8::from(flag));
        self
    }

    /// A digest.
    pub fn hash(&mut self, digest: Digest) -> &mut Self {
        self.0.extend_from_slice(digest.as_bytes());
        self
    }

    /// A count of what follows. Counts above 2^32 - 1 stand for more than any limit lets exist.
    pub fn count(&mut self, count: usize) -> &mut Self {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        self.0.extend_from_slice(&count.to_le_bytes());
        self
    }

    /// A list of floats.
    pub fn floats(&mut self, values: &[f32]) -> &mut Self {
        self.count(values.len());
        self.0.reserve(4 * values.len());
        for value in values {
            let bits = if value.is_nan() { NAN } else { value.to_bits() };
            self.0.extend_from_slice(&bits.to_le_bytes());
        }
        self
    }

    /// A list of indices.
    pub fn indices(&mut self, values: &[u32]) -> &mut Self {
        self.count(values.len());
        self.0.reserve(4 * values.len());
        for value in values {
            self.0.extend_from_slice(&value.to_le_bytes());
        }
        self
    }

    /// A shape.
    pub fn shape(&mut self, shape: &[usize]) -> &mut Self {
        self.count(shape.len());
        for axis in shape {
            self.number(*axis as u64);
        }
        self
    }
}

/// Reads values one after the other. Nothing is allocated before it is known that its bytes are there.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// Reads from the beginning of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// What is wrong with the value that ends where this stands.
    pub fn malformed(&self, reason: impl Into<String>) -> Malformed {
        Malformed { at: self.at, reason: reason.into() }
    }

    /// Nothing may be left.
    pub fn end(&self) -> Result<(), Malformed> {
        match self.bytes.len() - self.at {
            0 => Ok(()),
            left => Err(self.malformed(format!("{left} bytes are left over"))),
        }
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let rest = &self.bytes[self.at..];
        if length > rest.len() {
            let left = rest.len();
            return Err(self.malformed(format!("{length} bytes are missing here: {left} are left")));
        }
        self.at += length;
        Ok(&rest[..length])
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    /// A text.
    pub fn text(&mut self) -> Result<&'a str, Malformed> {
        let length = self.count(1)?;
        let bytes = self.take(length)?;
        std::str::from_utf8(bytes).map_err(|error| self.malformed(error.to_string()))
    }

    /// The name of the field that must stand here.
    pub fn field(&mut self, name: &str) -> Result<(), Malformed> {
        let found = self.text()?;
        if found == name {
            return Ok(());
        }
        Err(self.malformed(format!("{found:?} where the field {name:?} belongs")))
    }

    /// An integer.
    pub fn number(&mut self) -> Result<u64, Malformed> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// An integer that this machine can count to.
    pub fn size(&mut self) -> Result<usize, Malformed> {
        let number = self.number()?;
        usize::try_from(number).map_err(|error| self.malformed(error.to_string()))
    }

    /// An integer of 32 bits.
    pub fn index(&mut self) -> Result<u32, Malformed> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    /// Yes or no.
    pub fn flag(&mut self) -> Result<bool, Malformed> {
        match self.array()? {
            [0] => Ok(false),
            [1] => Ok(true),
            [other] => Err(self.malformed(format!("{other} is neither 0 nor 1"))),
        }
    }

    /// A digest.
    pub fn hash(&mut self) -> Result<Digest, Malformed> {
        Ok(Digest::from_bytes(self.array::<DIGEST>()?))
    }

    /// A count of elements that take at least `each` bytes and must all be there.
    pub fn count(&mut self, each: usize) -> Result<usize, Malformed> {
        let count = self.index()? as usize;
        let left = self.bytes.len() - self.at;
        if count.checked_mul(each).is_none_or(|bytes| bytes > left) {
            return Err(
                self.malformed(format!("{count} elements do not fit the {left} bytes left"))
            );
        }
        Ok(count)
    }

    /// A float.
    pub fn float(&mut self) -> Result<f32, Malformed> {
        let bits = self.index()?;
        let value = f32::from_bits(bits);
        if value.is_nan() && bits != NAN {
            return Err(self.malformed(format!("{bits:#010x} is a second form of NaN")));
        }
        Ok(value)
    }

    /// A list of floats.
    pub fn floats(&mut self) -> Result<Vec<f32>, Malformed> {
        self.list(4, Self::float)
    }

    /// A list of indices.
    pub fn indices(&mut self) -> Result<Vec<u32>, Malformed> {
        self.list(4, Self::index)
    }

    /// A shape.
    pub fn shape(&mut self) -> Result<Vec<usize>, Malformed> {
        self.list(8, Self::size)
    }

    /// A list of elements that take at least `each` bytes.
    pub fn list<T>(
        &mut self,
        each: usize,
        mut element: impl FnMut(&mut Self) -> Result<T, Malformed>,
    ) -> Result<Vec<T>, Malformed> {
        let count = self.count(each)?;
        // Grows with what is read: an element may be larger here than its bytes.
        (0..count).map(|_| element(self)).collect()
    }

    /// The case of `all` that a text names.
    pub fn named<T: Copy>(
        &mut self,
        what: &str,
        all: &[T],
        name: impl Fn(T) -> &'static str,
    ) -> Result<T, Malformed> {
        let found = self.text()?;
        let case = all.iter().copied().find(|case| name(*case) == found);
        case.ok_or_else(|| self.malformed(format!("{found:?} names no {what}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_believed_only_where_the_bytes_are_there() {
        let mut writer = Writer::new();
        writer.count(usize::MAX).number(7);
        let bytes = writer.finish();
        assert!(Reader::new(&bytes).floats().unwrap_err().reason.contains("do not fit"));
        assert!(Reader::new(&bytes).text().unwrap_err().reason.contains("do not fit"));
        assert!(Reader::new(&bytes[..3]).index().unwrap_err().reason.contains("missing"));
    }

    #[test]
    fn nan_has_one_form_and_zero_two() {
        let mut writer = Writer::new();
        writer.floats(&[f32::from_bits(0xffc0_0001), -0.0, 0.0]);
        let mut bytes = writer.finish();
        let read: Vec<u32> =
            Reader::new(&bytes).floats().unwrap().into_iter().map(f32::to_bits).collect();
        assert_eq!(read, [NAN, 0x8000_0000, 0]);
        bytes[4] = 1;
        assert!(Reader::new(&bytes).floats().unwrap_err().reason.contains("second form"));
    }

    #[test]
    fn names_flags_and_ends_are_strict() {
        let mut writer = Writer::new();
        writer.text("work").flag(true);
        let bytes = writer.finish();
        let mut reader = Reader::new(&bytes);
        assert!(reader.clone().field("wörk").unwrap_err().to_string().contains("\"work\""));
        reader.field("work").unwrap();
        assert!(reader.end().is_err());
        assert_eq!(reader.flag(), Ok(true));
        assert_eq!(reader.end(), Ok(()));
        assert!(Reader::new(&[2]).flag().is_err());
        assert!(Reader::new(&[1, 0, 0, 0, 0xff]).text().is_err());
    }
}
