//! Cotangents of poolings, NHWC. Each visits the windows in order and adds to what lies under them.

#![expect(unsafe_code, reason = "calling code compiled for instruction sets found at run time")]

use crate::cpu::convolution::Placement;
use crate::cpu::level::for_each_level;

for_each_level! {
    /// Each window's cotangent goes to its largest value; the first of equals takes it, and a NaN counts
    /// as largest. `image` is what entered, `cotangent[h' * w', channels]`; `out` has the image's shape and
    /// holds zeros.
    pub(crate) fn maximum(image: &[f32], place: &Placement, cotangent: &[f32], out: &mut [f32]) {
        let channels = place.input[2];
        // The largest value so far, and which of the window's pixels has it.
        let (mut best, mut which) = (vec![0.0_f32; channels], vec![0_u32; channels]);
        for (window, cotangent) in cotangent.chunks_exact(channels).enumerate() {
            let mut at = 0;
            pixels(place, window, |pixel| {
                let slots = best.iter_mut().zip(which.iter_mut());
                for ((best, which), value) in slots.zip(&image[pixel..][..channels]) {
                    let larger = *value > *best || (value.is_nan() && !best.is_nan());
                    let takes = at == 0 || larger;
                    *best = if takes { *value } else { *best };
                    *which = if takes { at } else { *which };
                }
                at += 1;
            });
            let mut at = 0;
            pixels(place, window, |pixel| {
                let slots = out[pixel..][..channels].iter_mut().zip(&which);
                for ((slot, which), value) in slots.zip(cotangent) {
                    *slot = if *which == at { *slot + *value } else { *slot };
                }
                at += 1;
            });
        }
    }
}

/// The tangent of each window's largest value, chosen as [`maximum`] chooses. `image` and `tangent`
/// have one shape; `out[h' * w', channels]`.
pub(crate) fn maximum_tangent(image: &[f32], place: &Placement, tangent: &[f32], out: &mut [f32]) {
    let channels = place.input[2];
    let mut best = vec![0.0_f32; channels];
    for (window, slots) in out.chunks_exact_mut(channels).enumerate() {
        let mut first = true;
        pixels(place, window, |pixel| {
            let values = image[pixel..][..channels].iter().zip(&tangent[pixel..][..channels]);
            for ((best, slot), (value, tangent)) in
                best.iter_mut().zip(slots.iter_mut()).zip(values)
            {
                let larger = *value > *best || (value.is_nan() && !best.is_nan());
                if first || larger {
                    (*best, *slot) = (*value, *tangent);
                }
            }
            first = false;
        });
    }
}

/// Each window's cotangent is shared by the positions inside: divided by their number, rounded, added.
/// `cotangent[h' * w', channels]`; `out` has the image's shape and holds zeros.
pub(crate) fn mean(place: &Placement, cotangent: &[f32], out: &mut [f32]) {
    let channels = place.input[2];
    let mut share = vec![0.0_f32; channels];
    for (window, cotangent) in cotangent.chunks_exact(channels).enumerate() {
        let mut count = 0_u32;
        pixels(place, window, |_| count += 1);
        for (share, value) in share.iter_mut().zip(cotangent) {
            *share = *value / count as f32;
        }
        pixels(place, window, |pixel| {
            for (slot, share) in out[pixel..][..channels].iter_mut().zip(&share) {
                *slot += *share;
            }
        });
    }
}

/// Every pixel takes the same share of its channel's cotangent: `[c] -> [h * w, c]`.
pub(crate) fn global_mean(cotangent: &[f32], out: &mut [f32]) {
    let pixels = out.len() / cotangent.len();
    for pixel in out.chunks_exact_mut(cotangent.len()) {
        for (slot, value) in pixel.iter_mut().zip(cotangent) {
            *slot = (f64::from(*value) / pixels as f64) as f32;
        }
    }
}

/// Visits the positions of a window's pixels in the image: row by row, column by column.
#[expect(clippy::inline_always, reason = "only an inlined body takes its caller's instruction set")]
#[inline(always)]
fn pixels(place: &Placement, window: usize, mut visit: impl FnMut(usize)) {
    let [_, width, channels] = place.input;
    let rows = place.inside(0, window / place.spans[1].outputs).1;
    let columns = place.inside(1, window % place.spans[1].outputs).1;
    for y in rows {
        for x in columns.clone() {
            visit((y * width + x) * channels);
        }
    }
}

#[cfg(test)]
mod tests {
    use assay_network::{Padding, Window};

    use super::*;

    fn place(size: u32, stride: u32) -> Placement {
        let window = Window { size: [size; 2], strides: [stride; 2], padding: Padding::Same };
        Placement::new(window, &[2, 2, 1]).unwrap()
    }

    #[test]
    fn the_first_of_equals_takes_it() {
        let mut out = [0.0; 4];
        maximum(&[1.0, 3.0, 3.0, 2.0], &place(2, 2), &[5.0], &mut out);
        assert_eq!(out, [0.0, 5.0, 0.0, 0.0]);
        let mut out = [0.0; 4];
        maximum(&[1.0, f32::NAN, 3.0, f32::NAN], &place(2, 2), &[5.0], &mut out);
        assert_eq!(out, [0.0, 5.0, 0.0, 0.0]);
    }

    #[test]
    fn overlapping_windows_add_up_and_padding_takes_nothing() {
        // 2 x 2 windows with stride 1: whole, right column, bottom row, last pixel.
        let mut out = [0.0; 4];
        mean(&place(2, 1), &[4.0, 2.0, 2.0, 1.0], &mut out);
        assert_eq!(out, [1.0, 2.0, 2.0, 4.0]);
        let mut out = [0.0; 4];
        maximum(&[9.0, 1.0, 1.0, 2.0], &place(2, 1), &[1.0, 10.0, 100.0, 1000.0], &mut out);
        assert_eq!(out, [1.0, 0.0, 0.0, 1110.0]);
    }
}
