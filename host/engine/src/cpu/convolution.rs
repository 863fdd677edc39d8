//! 2-D convolution, NHWC, as a matrix product whose left side is the images themselves.
//!
//! `k` runs over (kernel row, kernel column, input channel), as a row of Keras's kernel array does;
//! padded positions contribute zeros. Images are copied once with their border of zeros; then every
//! value of a window lies at the same distance from the window's first, so the product reads windows
//! in place instead of gathering them.

use assay_network::{Window, WindowSpan};
use rayon::prelude::*;

use super::buffers::Buffer;
use super::gemm::{Finish, Left, Packed, multiply_rows, product};

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

    /// Whether the windows are the image's pixels, in order.
    fn is_pointwise(&self) -> bool {
        // A phase of a convolution's transpose may stop before the image does.
        let all = |axis: usize| self.spans[axis].outputs == self.input[axis];
        self.window.size == [1, 1] && self.window.strides == [1, 1] && all(0) && all(1)
    }

    /// Rows (`axis` 0) or columns (1) from the first to the last that a window covers, padding
    /// included.
    fn covered(&self, axis: usize) -> usize {
        let steps = (self.spans[axis].outputs - 1) * self.window.strides[axis] as usize;
        steps + self.window.size[axis] as usize
    }

    /// Whether windows reach beyond the image.
    fn is_padded(&self) -> bool {
        [0, 1]
            .iter()
            .any(|axis| self.spans[*axis].before > 0 || self.covered(*axis) > self.input[*axis])
    }
}

/// Images in whose memory windows lie whole: themselves, or a copy with a border of zeros.
pub(crate) struct Framed<'a> {
    images: &'a [f32],
    padded: Option<Buffer>,
    /// Rows and columns of an image.
    size: [usize; 2],
    place: &'a Placement,
}

impl<'a> Framed<'a> {
    /// Frames whole images, on as many threads as `ways` says.
    pub(crate) fn new(images: &'a [f32], place: &'a Placement, ways: usize) -> Self {
        if !place.is_padded() {
            return Self { images, padded: None, size: [place.input[0], place.input[1]], place };
        }
        let size = [place.covered(0), place.covered(1)];
        let count = images.len() / place.input.iter().product::<usize>();
        let mut padded = Buffer::stale(count * size[0] * size[1] * place.input[2]);
        pad(images, place, &mut padded, ways);
        Self { images, padded: Some(padded), size, place }
    }

    pub(crate) fn values(&self) -> &[f32] {
        self.padded.as_deref().unwrap_or(self.images)
    }

    /// Values of an image.
    pub(crate) fn image(&self) -> usize {
        self.size[0] * self.size[1] * self.place.input[2]
    }

    /// Where an image's windows begin, in order.
    pub(crate) fn starts(&self) -> impl Iterator<Item = usize> + use<> {
        let [down, across] = self.place.window.strides.map(|stride| stride as usize);
        let [rows, columns] = [self.place.spans[0].outputs, self.place.spans[1].outputs];
        let (channels, width) = (self.place.input[2], self.size[1]);
        (0..rows * columns)
            .map(move |at| (at / columns * down * width + at % columns * across) * channels)
    }

    /// The distances of a window's values from its first, in the order of a kernel's rows.
    pub(crate) fn distances(&self) -> impl Iterator<Item = usize> + use<> {
        let [tall, wide] = self.place.window.size.map(|size| size as usize);
        let line = self.size[1] * self.place.input[2];
        let length = wide * self.place.input[2];
        (0..tall).flat_map(move |y| y * line..y * line + length)
    }
}

/// `out[images, h', w', filters]` of whole images, cut into `ways` parallel parts or more.
pub(crate) fn convolve(
    images: &[f32],
    place: &Placement,
    kernel: &Packed,
    finish: &Finish<'_>,
    out: &mut [f32],
    ways: usize,
) {
    if place.is_pointwise() {
        return multiply_rows(images, kernel, finish, out, ways);
    }
    let framed = Framed::new(images, place, ways);
    let own: Vec<usize> = framed.starts().collect();
    let images = (0..framed.values().len()).step_by(framed.image());
    let starts: Vec<usize> =
        images.flat_map(|image| own.iter().map(move |start| image + start)).collect();
    // An architecture's shapes are far below 2^32.
    let offsets: Vec<u32> = framed.distances().map(|at| at as u32).collect();
    let left = Left { values: framed.values(), starts: &starts, offsets: &offsets };
    product(&left, kernel, finish, out, ways);
}

/// Copies images into the middle of zeros.
fn pad(images: &[f32], place: &Placement, out: &mut [f32], ways: usize) {
    let [height, width, channels] = place.input;
    let [tall, wide] = [place.covered(0), place.covered(1)];
    let [top, left] = [place.spans[0].before, place.spans[1].before * channels];
    // With strides a window may end before the image does.
    let length = (width * channels).min(wide * channels - left);
    let fill = |(at, line): (usize, &mut [f32])| {
        let (image, row) = (at / tall, at % tall);
        if row < top || row - top >= height {
            return line.fill(0.0);
        }
        let from = (image * height + row - top) * width * channels;
        line[..left].fill(0.0);
        line[left..left + length].copy_from_slice(&images[from..from + length]);
        line[left + length..].fill(0.0);
    };
    if ways <= 1 {
        out.chunks_exact_mut(wide * channels).enumerate().for_each(fill);
    } else {
        out.par_chunks_exact_mut(wide * channels).with_min_len(16).enumerate().for_each(fill);
    }
}

#[cfg(test)]
mod tests {
    use assay_network::Padding;

    use super::super::guard::{Guard, Guarded};
    use super::super::level::under_each;
    use super::super::pooling;
    use super::*;

    fn sample(count: usize) -> Vec<f32> {
        (0..count as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 8) as f32 / 8e6 - 1.0).collect()
    }

    fn placements() -> Vec<Placement> {
        let mut all = Vec::new();
        for padding in [Padding::Same, Padding::Valid] {
            for (size, strides) in [([3, 3], [1, 1]), ([3, 2], [2, 3]), ([1, 1], [2, 1])] {
                for input in [[7, 5, 3], [4, 9, 8], [3, 3, 1]] {
                    let window = Window { size, strides, padding };
                    all.extend(Placement::new(window, &input));
                }
            }
        }
        all
    }

    /// Images and results that end where a forbidden page begins, and the other way round.
    #[test]
    fn nothing_beyond_images_and_results_is_touched() {
        for place in placements() {
            let [height, width, channels] = place.input;
            let k = (place.window.size[0] * place.window.size[1]) as usize * channels;
            let pixels = place.spans[0].outputs * place.spans[1].outputs;
            let kernel = Packed::new(&sample(k * 11), k, 11);
            let images = sample(2 * height * width * channels);
            let mut first: Option<Vec<f32>> = None;
            for side in [Guard::Before, Guard::After] {
                let images = Guarded::new(&images, side);
                under_each(|level| {
                    let mut out = Guarded::new(&vec![f32::NAN; 2 * pixels * 11], side);
                    convolve(&images, &place, &kernel, &Finish::default(), &mut out, 1);
                    let expected = first.get_or_insert_with(|| out.to_vec());
                    assert_eq!(*expected, *out, "{level:?} {place:?}");
                    let image = &images[height * width * channels..];
                    let mut out = Guarded::new(&vec![f32::NAN; pixels * channels], side);
                    pooling::maximum(image, &place, &mut out);
                    pooling::mean(image, &place, &mut out);
                    assert!(out.iter().all(|value| value.abs() <= 1.1), "{level:?} {place:?}");
                });
            }
        }
    }
}
