//! 2-D convolution, NHWC, as a matrix product over gathered windows.
//!
//! `k` runs over (kernel row, kernel column, input channel), as a row of Keras's kernel array does;
//! padded positions contribute zeros.

use assay_network::{Window, WindowSpan};

use super::gemm::{Packed, multiply};

/// Windows gathered at a time: the rows stay in the cache while all panels pass over them.
const GATHER: usize = 96;

/// The window's place over an image, per axis.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Placement {
    pub(crate) window: Window,
    pub(crate) input: [usize; 3],
    pub(crate) spans: [WindowSpan; 2],
}

impl Placement {
    /// Lays a window over images `[height, width, channels]`; nothing if it does not fit.
    pub(crate) fn new(window: Window, input: &[usize]) -> Option<Self> {
        let input: [usize; 3] = input.try_into().ok()?;
        let spans = [window.span(0, input[0])?, window.span(1, input[1])?];
        Some(Self { window, input, spans })
    }

    /// The rows (`axis` 0) or columns (1) of the image under position `at` of the window: the
    /// window's first position that lies inside, and the range inside.
    pub(crate) fn inside(&self, axis: usize, at: usize) -> (usize, std::ops::Range<usize>) {
        let start = at * self.window.strides[axis] as usize;
        let before = self.spans[axis].before;
        let skipped = before.saturating_sub(start);
        let from = (start + skipped) - before;
        let end = (start + self.window.size[axis] as usize).saturating_sub(before);
        (skipped, from..end.min(self.input[axis]))
    }

    /// Whether the gathered rows are the image itself.
    fn is_pointwise(&self) -> bool {
        self.window.size == [1, 1] && self.window.strides == [1, 1]
    }
}

/// One image: `out[h' * w', filters]`.
pub(crate) fn convolve(
    image: &[f32],
    place: &Placement,
    kernel: &Packed,
    bias: Option<&[f32]>,
    gathered: &mut Vec<f32>,
    out: &mut [f32],
) {
    if place.is_pointwise() {
        return multiply(image, kernel, bias, out);
    }
    let (k, filters) = (kernel.k(), kernel.n());
    gathered.resize(GATHER * k, 0.0);
    for (block, out) in out.chunks_mut(GATHER * filters).enumerate() {
        let count = out.len() / filters;
        let rows = &mut gathered[..count * k];
        for (row, at) in rows.chunks_exact_mut(k).zip(block * GATHER..) {
            gather(image, place, at, row);
        }
        multiply(rows, kernel, bias, out);
    }
}

/// The window at position `at` as one row of `kh * kw * channels` values.
fn gather(image: &[f32], place: &Placement, at: usize, row: &mut [f32]) {
    let [_, width, channels] = place.input;
    let (top, rows) = place.inside(0, at / place.spans[1].outputs);
    let (left, columns) = place.inside(1, at % place.spans[1].outputs);
    let line = place.window.size[1] as usize * channels;
    let length = columns.len() * channels;
    row.fill(0.0);
    for (offset, y) in rows.enumerate() {
        let slot = &mut row[(top + offset) * line + left * channels..][..length];
        slot.copy_from_slice(&image[(y * width + columns.start) * channels..][..length]);
    }
}
