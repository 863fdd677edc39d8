//! Pooling over windows, NHWC.

#![expect(unsafe_code, reason = "calling code compiled for instruction sets found at run time")]

use super::convolution::Placement;
use super::level::for_each_level;

for_each_level! {
    /// Largest value of each window of one image; NaN wins, padding never does.
    pub(crate) fn maximum(image: &[f32], place: &Placement, out: &mut [f32]) {
        fold(image, place, out, |largest, value| {
            if value > largest || value.is_nan() { value } else { largest }
        });
    }
}

for_each_level! {
    /// Sum of each window of one image.
    fn sum(image: &[f32], place: &Placement, out: &mut [f32]) {
        fold(image, place, out, |sum, value| sum + value);
    }
}

/// Mean of each window of one image, over the positions that lie inside; added row by row, column
/// by column.
pub(crate) fn mean(image: &[f32], place: &Placement, out: &mut [f32]) {
    sum(image, place, out);
    let channels = place.input[2];
    for (at, slot) in out.chunks_exact_mut(channels).enumerate() {
        let rows = place.inside(0, at / place.spans[1].outputs).1.len();
        let columns = place.inside(1, at % place.spans[1].outputs).1.len();
        let count = (rows * columns) as f32;
        for value in slot {
            *value /= count;
        }
    }
}

/// Folds every window's pixels into its output slot, in order.
#[expect(clippy::inline_always, reason = "only an inlined body takes its caller's instruction set")]
#[inline(always)]
fn fold(image: &[f32], place: &Placement, out: &mut [f32], step: impl Fn(f32, f32) -> f32) {
    let [_, width, channels] = place.input;
    let mut slots = out.chunks_exact_mut(channels);
    for row in 0..place.spans[0].outputs {
        let rows = place.inside(0, row).1;
        for (column, slot) in slots.by_ref().take(place.spans[1].outputs).enumerate() {
            let columns = place.inside(1, column).1;
            let line = |y: usize| {
                &image[(y * width + columns.start) * channels..][..columns.len() * channels]
            };
            for y in rows.clone() {
                let mut pixels = line(y).chunks_exact(channels);
                if y == rows.start {
                    // A window covers one pixel of the image at least.
                    pixels.next().into_iter().for_each(|pixel| slot.copy_from_slice(pixel));
                }
                for pixel in pixels {
                    for (slot, value) in slot.iter_mut().zip(pixel) {
                        *slot = step(*slot, *value);
                    }
                }
            }
        }
    }
}

/// Mean over all pixels, in 64-bit floats, pixel by pixel: `[h * w, c] -> [c]`.
pub(crate) fn global_mean(image: &[f32], channels: usize, out: &mut [f32]) {
    let pixels = image.len() / channels;
    let mut sums = vec![0.0_f64; channels];
    add_pixels(image, &mut sums);
    for (slot, sum) in out.iter_mut().zip(&sums) {
        *slot = (sum / pixels as f64) as f32;
    }
}

for_each_level! {
    fn add_pixels(image: &[f32], sums: &mut [f64]) {
        for pixel in image.chunks_exact(sums.len()) {
            for (sum, value) in sums.iter_mut().zip(pixel) {
                *sum += f64::from(*value);
            }
        }
    }
}
