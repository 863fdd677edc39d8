//! Gradients of 2-D convolutions, NHWC, with respect to their input and their kernel.

use std::sync::Arc;

use assay_network::{Padding, Window, WindowSpan};

use crate::cpu::buffers::Buffer;
use crate::cpu::convolution::{Framed, Placement};
use crate::cpu::filters::Filters;
use crate::cpu::gemm::{Finish, Left, Start, Steps, accumulate};

/// A convolution's transpose: its cotangent, convolved with the flipped kernel.
///
/// With stride `s` the input pixels fall into `s x s` phases, by their place modulo `s`; those of one
/// phase meet the same positions of the kernel, so each phase is a convolution of its own with
/// stride 1. An element's terms run over (row, column, filter) of the cotangent, in the order of a
/// convolution with those weights ([`Filters`]) and padded positions as zeros.
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
    /// The window over the cotangent that gives the phase's pixels.
    place: Placement,
    /// `[rows, columns, filters, channels]`.
    kernel: Filters,
}

/// One axis of a phase.
#[derive(Debug, Clone, Copy)]
struct PhaseAxis {
    /// The phase's first input pixel; the next ones follow at the stride.
    offset: usize,
    /// Number of its input pixels.
    pixels: usize,
    /// Positions of the cotangent before the first that the phase meets.
    skipped: usize,
    /// Positions of the first pixel's window before the cotangent; each further pixel moves the
    /// window by one.
    before: usize,
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
            skipped: (shift + 1).saturating_sub(taps),
            before: taps.saturating_sub(shift + 1),
            taps,
            last_tap: (first_tap + stride * taps).saturating_sub(stride),
        }
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
                if let Some(own) = phase_place(&place, filters, axes) {
                    let kernel = phase_kernel(&place, kernel, filters, axes);
                    let kernel = Filters::new(&own, &kernel, place.input[2]);
                    phases.push(Phase { axes, place: own, kernel });
                }
            }
        }
        Self { place, filters, phases }
    }

    /// Positions of an example's cotangent.
    fn positions(&self) -> usize {
        self.place.spans[0].outputs * self.place.spans[1].outputs
    }

    /// Rows of the product that an example's way back is, of all phases together.
    pub(crate) fn product_rows(&self) -> usize {
        let rows = |phase: &Phase| {
            let pixels = phase.axes[0].pixels * phase.axes[1].pixels;
            pixels.div_ceil(phase.kernel.tile().pow(2))
        };
        self.phases.iter().map(rows).sum()
    }

    /// Whole examples: `cotangents[h' * w', filters]` each to `out[h * w, channels]` each, cut into
    /// `ways` parallel parts or more.
    pub(crate) fn apply(&self, cotangents: &[f32], out: &mut [f32], ways: usize) {
        let finish = Finish::default();
        if let ([phase], [1, 1]) = (&self.phases[..], self.place.window.strides) {
            return phase.kernel.convolve(cotangents, &phase.place, &finish, out, ways);
        }
        out.fill(0.0);
        let count = cotangents.len() / (self.positions() * self.filters);
        for phase in &self.phases {
            let pixels = phase.axes[0].pixels * phase.axes[1].pixels;
            let mut own = Buffer::stale(count * pixels * self.place.input[2]);
            let met = self.met(phase, cotangents);
            let met = met.as_deref().unwrap_or(cotangents);
            phase.kernel.convolve(met, &phase.place, &finish, &mut own, ways);
            self.scatter(phase, &own, out);
        }
    }

    /// The part of the cotangents from the first position that a phase meets on; nothing if that is
    /// all of them.
    fn met(&self, phase: &Phase, cotangents: &[f32]) -> Option<Buffer> {
        let skipped = phase.axes.map(|axis| axis.skipped);
        if skipped == [0, 0] {
            return None;
        }
        let line = self.place.spans[1].outputs * self.filters;
        let own = phase.place.input[1] * self.filters;
        let images = cotangents.chunks_exact(self.positions() * self.filters);
        let mut part = Buffer::stale(images.len() * phase.place.input[0] * own);
        let lines = images.flat_map(|image| image.chunks_exact(line).skip(skipped[0]));
        for (slot, line) in part.chunks_exact_mut(own).zip(lines) {
            slot.copy_from_slice(&line[skipped[1] * self.filters..]);
        }
        Some(part)
    }

    /// Puts a phase's pixels into the images.
    fn scatter(&self, phase: &Phase, pixels: &[f32], out: &mut [f32]) {
        let [height, width, channels] = self.place.input;
        let [down, across] = phase.axes;
        let [step_down, step_across] = self.place.window.strides.map(|stride| stride as usize);
        let images = out.chunks_exact_mut(height * width * channels);
        let own = pixels.chunks_exact(down.pixels * across.pixels * channels);
        for (image, pixels) in images.zip(own) {
            let lines = image.chunks_exact_mut(width * channels).skip(down.offset);
            let rows = pixels.chunks_exact(across.pixels * channels);
            for (line, row) in lines.step_by(step_down).zip(rows) {
                let slots = line.chunks_exact_mut(channels).skip(across.offset);
                for (slot, pixel) in slots.step_by(step_across).zip(row.chunks_exact(channels)) {
                    slot.copy_from_slice(pixel);
                }
            }
        }
    }
}

/// The window of a phase over the cotangent; nothing if it meets none of it.
fn phase_place(place: &Placement, filters: usize, axes: [PhaseAxis; 2]) -> Option<Placement> {
    let [height, width] =
        [0, 1].map(|axis| place.spans[axis].outputs.saturating_sub(axes[axis].skipped));
    if height == 0 || width == 0 || axes.iter().any(|axis| axis.taps == 0) {
        return None;
    }
    let window = Window {
        size: axes.map(|axis| axis.taps as u32),
        strides: [1, 1],
        // The spans say how much on each side.
        padding: Padding::Same,
    };
    let spans = axes.map(|axis| WindowSpan { outputs: axis.pixels, before: axis.before });
    Some(Placement { window, input: [height, width, filters], spans })
}

/// The kernel positions of a phase, last first, each turned to `[filters, channels]`.
fn phase_kernel(
    place: &Placement,
    kernel: &[f32],
    filters: usize,
    axes: [PhaseAxis; 2],
) -> Arc<[f32]> {
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
    matrix.into()
}

/// Adds images' share of a kernel's gradient, `out[kh * kw * channels, filters]`.
///
/// `images` and `cotangents` are whole examples, `[h, w, channels]` and `[h' * w', filters]` each.
/// Order: over the examples, and in each over its output positions in blocks of 256; a block's sum
/// starts at zero and is then added.
///
/// Runs on the threads of the lane that it is called under.
pub(crate) fn accumulate_kernel(
    place: &Placement,
    images: &[f32],
    cotangents: &[f32],
    filters: usize,
    out: &mut [f32],
) {
    let framed = Framed::new(images, place, rayon::current_num_threads());
    let rows: Vec<usize> = framed.distances().collect();
    // An architecture's shapes are far below 2^32.
    let positions: Vec<u32> = framed.starts().map(|start| start as u32).collect();
    let left = Left { values: framed.values(), starts: &rows, offsets: &positions };
    let examples = framed.values().len() / framed.image();
    let steps = Steps { left, distance: framed.image(), examples };
    accumulate(&steps, cotangents, filters, Start::Add, out);
}

#[cfg(test)]
mod tests;
