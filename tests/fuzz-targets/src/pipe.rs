//! A stream whose other end has said everything already, and that gives it in pieces of any size.

use std::io::{Read, Write};

/// The stream. What is written to it is kept.
#[derive(Debug, Default)]
pub(crate) struct Pipe<'a> {
    input: &'a [u8],
    /// Sizes of reads, over and over; 0 stands for an interruption, then one byte.
    sizes: &'a [u8],
    at: usize,
    interrupted: bool,
    pub(crate) output: Vec<u8>,
}

impl<'a> Pipe<'a> {
    /// Gives `input` in reads of at most these sizes; as much as is wanted if there are none.
    pub(crate) fn new(input: &'a [u8], sizes: &'a [u8]) -> Self {
        Self { input, sizes, ..Self::default() }
    }
}

impl Read for Pipe<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let size = match self.sizes.get(self.at % self.sizes.len().max(1)) {
            None => into.len(),
            Some(0) if !self.interrupted => {
                self.interrupted = true;
                return Err(std::io::ErrorKind::Interrupted.into());
            }
            Some(size) => usize::from(*size).max(1),
        };
        self.interrupted = false;
        self.at += 1;
        let count = size.min(into.len()).min(self.input.len());
        let (now, rest) = self.input.split_at(count);
        into[..count].copy_from_slice(now);
        self.input = rest;
        Ok(count)
    }
}

impl Write for Pipe<'_> {
    fn write(&mut self, from: &[u8]) -> std::io::Result<usize> {
        self.output.extend_from_slice(from);
        Ok(from.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
