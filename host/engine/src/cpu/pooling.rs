//! Pooling over windows, NHWC.

use super::convolution::Placement;

/// Largest value of each window; NaN wins, padding never does.
pub(crate) fn maximum(image: &[f32], place: &Placement, out: &mut [f32]) {
    windows(image, place, out, |out, pixel, first| {
        for (slot, value) in out.iter_mut().zip(pixel) {
            if first || *value > *slot || value.is_nan() {
                *slot = *value;
            }
        }
    });
}

/// Mean of each window, over the positions that lie inside; added row by row, column by column.
pub(crate) fn mean(image: &[f32], place: &Placement, out: &mut [f32]) {
    windows(image, place, out, |out, pixel, first| {
        for (slot, value) in out.iter_mut().zip(pixel) {
            *slot = if first { *value } else { *slot + *value };
        }
    });
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

/// Visits every pixel of every window with the window's output slot.
fn windows(
    image: &[f32],
    place: &Placement,
    out: &mut [f32],
    mut visit: impl FnMut(&mut [f32], &[f32], bool),
) {
    let [_, width, channels] = place.input;
    for (at, slot) in out.chunks_exact_mut(channels).enumerate() {
        let rows = place.inside(0, at / place.spans[1].outputs).1;
        let columns = place.inside(1, at % place.spans[1].outputs).1;
        let mut first = true;
        for y in rows {
            for x in columns.clone() {
                visit(slot, &image[(y * width + x) * channels..][..channels], first);
                first = false;
            }
        }
    }
}

/// Mean over all pixels, in 64-bit floats, pixel by pixel: `[h * w, c] -> [c]`.
pub(crate) fn global_mean(image: &[f32], channels: usize, out: &mut [f32]) {
    let pixels = image.len() / channels;
    let mut sums = vec![0.0_f64; channels];
    for pixel in image.chunks_exact(channels) {
        for (sum, value) in sums.iter_mut().zip(pixel) {
            *sum += f64::from(*value);
        }
    }
    for (slot, sum) in out.iter_mut().zip(&sums) {
        *slot = (sum / pixels as f64) as f32;
    }
}
