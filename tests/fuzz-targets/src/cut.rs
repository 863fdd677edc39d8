//! Cutting an input into pieces, and putting pieces together into one.

/// What is left of an input. It always gives something: at the end zeros and nothing.
#[derive(Debug, Clone)]
pub(crate) struct Cut<'a>(&'a [u8]);

impl<'a> Cut<'a> {
    pub(crate) fn new(input: &'a [u8]) -> Self {
        Self(input)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn byte(&mut self) -> u8 {
        self.0.split_off_first().copied().unwrap_or(0)
    }

    /// Two bytes, little-endian.
    pub(crate) fn short(&mut self) -> usize {
        usize::from(self.byte()) | usize::from(self.byte()) << 8
    }

    /// Up to so many bytes.
    pub(crate) fn take(&mut self, length: usize) -> &'a [u8] {
        let (piece, rest) = self.0.split_at(length.min(self.0.len()));
        self.0 = rest;
        piece
    }

    /// A piece that says its length in two bytes.
    pub(crate) fn piece(&mut self) -> &'a [u8] {
        let length = self.short();
        self.take(length)
    }

    pub(crate) fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.0)
    }
}

/// A piece as [`Cut::piece`] takes it. Longer ones are cut off.
pub(crate) fn piece(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    let mut piece = length.to_le_bytes().to_vec();
    piece.extend_from_slice(&bytes[..usize::from(length)]);
    piece
}
