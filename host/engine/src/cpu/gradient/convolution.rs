//! Gradients of 2-D convolutions, NHWC, with respect to their input and their kernel.

use std::ops::Range;

use super::outer::{self, BLOCK, HEIGHT, Start};
use crate::cpu::convolution::Placement;
use crate::cpu::gemm::{Packed, multiply};

/// Positions gathered at a time: the rows stay in the cache while all panels pass over them.
const GATHER: usize = 96;

/// A convolution's transpose: its cotangent, convolved with the flipped kernel.
///
/// With stride `s` the input pixels fall into `s x s` phases, by their place modulo `s`; those of one
/// phase meet the same positions of the kernel, so each phase is a convolution of its own with
/// stride 1. An element's terms run over (row, column, filter) of the cotangent, in the order of
/// [`multiply`] with padded positions as zeros.
#[derive(Debug)]
pub(crate) struct Transposed {
    place: Placement,
    filters: usize,
    phases: Vec<Phase>,
}

/// The input pixels of one phase, which make a grid, and the part of the kernel that they meet.
#[derive(Debug)]
struct Phase {
    axes: [PhaseAxis; 2],
    /// `[rows * columns * filters, channels]`.
    kernel: Packed,
}

/// One axis of a phase.
#[derive(Debug, Clone, Copy)]
struct PhaseAxis {
    /// The phase's first input pixel; the next ones follow at the stride.
    offset: usize,
    /// Number of its input pixels.
    pixels: usize,
    /// Cotangent position under the window of the first pixel; each further pixel moves it by one.
    first: isize,
    /// Length of the window.
    taps: usize,
    /// The last kernel position that it meets; the window walks down from there at the stride.
    last_tap: usize,
}

impl PhaseAxis {
    fn new(place: &Placement, axis: usize, offset: usize) -> Self {
        let [stride, size] =
            [place.window.strides[axis], place.window.size[axis]].map(|n| n as usize);
        // Input pixel `offset + stride j` lies under output `o` at kernel position
        // `offset + stride j + before - stride o`.
        let place_before = offset + place.spans[axis].before;
        let (first_tap, shift) = (place_before % stride, place_before / stride);
        let taps = size.saturating_sub(first_tap).div_ceil(stride);
        Self {
            offset,
            pixels: place.input[axis].saturating_sub(offset).div_ceil(stride),
            first: shift as isize + 1 - taps as isize,
            taps,
            last_tap: (first_tap + stride * taps).saturating_sub(stride),
        }
    }

    /// Of the window of pixel `at`: how many of its positions lie before the cotangent, and the
    /// cotangent's positions under it.
    fn inside(&self, at: usize, length: usize) -> (usize, Range<usize>) {
        let start = self.first + at as isize;
        let clip = |position: isize| position.clamp(0, length as isize) as usize;
        let range = clip(start)..clip(start + self.taps as isize);
        ((range.start as isize - start).max(0) as usize, range)
    }
}

impl Transposed {
    /// Arranges `kernel [kh, kw, channels, filters]` for cotangents of the convolution at `place`.
    pub(crate) fn new(place: Placement, kernel: &[f32], filters: usize) -> Self {
        let [down, across] = place.window.strides.map(|stride| stride as usize);
        let mut phases = Vec::new();
        for row in 0..down.min(place.input[0]) {
            for column in 0..across.min(place.input[1]) {
                let axes = [PhaseAxis::new(&place, 0, row), PhaseAxis::new(&place, 1, column)];
                // A pixel that no window covers keeps its zero.
                if axes.iter().all(|axis| axis.taps > 0) {
                    let kernel = phase_kernel(&place, kernel, filters, axes);
                    phases.push(Phase { axes, kernel });
                }
            }
        }
        Self { place, filters, phases }
    }

    /// One image: `cotangent[h' * w', filters]` to `out[h * w, channels]`, which holds zeros.
    pub(crate) fn apply(&self, cotangent: &[f32], gathered: &mut Vec<f32>, out: &mut [f32]) {
        let channels = self.place.input[2];
        for phase in &self.phases {
            let k = phase.kernel.k();
            let pixels = phase.axes[0].pixels * phase.axes[1].pixels;
            gathered.resize(GATHER * (k + channels), 0.0);
            let (rows, results) = gathered.split_at_mut(GATHER * k);
            for from in (0..pixels).step_by(GATHER) {
                let count = GATHER.min(pixels - from);
                for (row, at) in rows.chunks_exact_mut(k).zip(from..from + count) {
                    self.gather(phase, cotangent, at, row);
                }
                let results = &mut results[..count * channels];
                multiply(&rows[..count * k], &phase.kernel, None, results);
                for (result, at) in results.chunks_exact(channels).zip(from..) {
                    out[self.pixel(phase, at) * channels..][..channels].copy_from_slice(result);
                }
            }
        }
    }

    /// Position in the image of a phase's pixel.
    fn pixel(&self, phase: &Phase, at: usize) -> usize {
        let [down, across] = phase.axes;
        let strides = self.place.window.strides.map(|stride| stride as usize);
        let row = down.offset + strides[0] * (at / across.pixels);
        row * self.place.input[1] + across.offset + strides[1] * (at % across.pixels)
    }

    /// The cotangent under one pixel's window as a row of `rows * columns * filters` values.
    fn gather(&self, phase: &Phase, cotangent: &[f32], at: usize, row: &mut [f32]) {
        let [down, across] = phase.axes;
        let [height, width] = self.place.spans.map(|span| span.outputs);
        let (top, rows) = down.inside(at / across.pixels, height);
        let (left, columns) = across.inside(at % across.pixels, width);
        let (line, length) = (across.taps * self.filters, columns.len() * self.filters);
        row.fill(0.0);
        if length == 0 {
            return;
        }
        for (offset, y) in rows.enumerate() {
            let slot = &mut row[(top + offset) * line + left * self.filters..][..length];
            let from = (y * width + columns.start) * self.filters;
            slot.copy_from_slice(&cotangent[from..][..length]);
        }
    }
}

/// The kernel positions of a phase, last first, each turned to `[filters, channels]`.
fn phase_kernel(place: &Placement, kernel: &[f32], filters: usize, axes: [PhaseAxis; 2]) -> Packed {
    let (width, channels) = (place.window.size[1] as usize, place.input[2]);
    let walk = |axis: usize| {
        let PhaseAxis { taps, last_tap, .. } = axes[axis];
        let stride = place.window.strides[axis] as usize;
        (0..taps).map(move |tap| last_tap - stride * tap)
    };
    let k = axes[0].taps * axes[1].taps * filters;
    let mut matrix = Vec::with_capacity(k * channels);
    for row in walk(0) {
        for column in walk(1) {
            let own = &kernel[(row * width + column) * channels * filters..][..channels * filters];
            let values = |filter: usize| own[filter..].iter().step_by(filters).copied();
            (0..filters).for_each(|filter| matrix.extend(values(filter)));
        }
    }
    Packed::new(&matrix, k, channels)
}

/// Adds images' share of a kernel's gradient, for a part of its rows.
///
/// `images` and `cotangents` are whole examples, `[h, w, channels]` and `[h' * w', filters]` each.
/// `out` holds rows `first..` of the gradient `[kh * kw * channels, filters]`, at most [`HEIGHT`] of
/// them. Order: over the examples, and in each over its output positions in blocks of 256; a block's
/// sum starts at zero and is then added.
pub(crate) fn accumulate_kernel(
    place: &Placement,
    images: &[f32],
    cotangents: &[f32],
    filters: usize,
    first: usize,
    out: &mut [f32],
) {
    let segments = segments(place, first..first + out.len() / filters);
    let mut left = vec![[0.0_f32; HEIGHT]; BLOCK];
    let positions = place.spans[0].outputs * place.spans[1].outputs;
    let images = images.chunks_exact(place.input.iter().product());
    for (image, cotangent) in images.zip(cotangents.chunks_exact(positions * filters)) {
        for (block, right) in cotangent.chunks(BLOCK * filters).enumerate() {
            let steps = &mut left[..right.len() / filters];
            for (step, at) in steps.iter_mut().zip(block * BLOCK..) {
                gather_segments(place, image, &segments, at, step);
            }
            outer::accumulate(steps, right, filters, Start::Zero, out);
        }
    }
}

/// Consecutive channels at one position of the kernel.
struct Segment {
    /// Row and column in the window.
    position: [usize; 2],
    first_channel: usize,
    /// Where its values go.
    slots: Range<usize>,
}

/// The rows of a kernel `[kh * kw * channels, ..]` as segments.
fn segments(place: &Placement, rows: Range<usize>) -> Vec<Segment> {
    let (width, channels) = (place.window.size[1] as usize, place.input[2]);
    let mut segments = Vec::new();
    let mut row = rows.start;
    while row < rows.end {
        let (position, first_channel) = (row / channels, row % channels);
        let length = (channels - first_channel).min(rows.end - row);
        let slot = row - rows.start;
        segments.push(Segment {
            position: [position / width, position % width],
            first_channel,
            slots: slot..slot + length,
        });
        row += length;
    }
    segments
}

/// The image under the window at output position `at`, at the segments; zeros where it is padded.
fn gather_segments(
    place: &Placement,
    image: &[f32],
    segments: &[Segment],
    at: usize,
    step: &mut [f32; HEIGHT],
) {
    let [height, width, channels] = place.input;
    let columns = place.spans[1].outputs;
    let corner = [at / columns, at % columns];
    let pixel = |axis: usize, position: [usize; 2], length: usize| {
        let from = corner[axis] * place.window.strides[axis] as usize + position[axis];
        from.checked_sub(place.spans[axis].before).filter(|pixel| *pixel < length)
    };
    for segment in segments {
        let slots = &mut step[segment.slots.clone()];
        match (pixel(0, segment.position, height), pixel(1, segment.position, width)) {
            (Some(y), Some(x)) => {
                let from = (y * width + x) * channels + segment.first_channel;
                slots.copy_from_slice(&image[from..][..slots.len()]);
            }
            _ => slots.fill(0.0),
        }
    }
}
