//! Brightness, contrast and colours.
//!
//! Saturation and hue follow HSV: with `v` the largest and `m` the smallest of a pixel's three
//! values, `v` is the value, `(v - m) / v` the saturation, and the hue says which values are largest.
//! Neither changes `v`.

use assay_call::ValueRange;

use super::{Size, each_image, entry, same_shape};
use crate::{Lane, Tensor};

/// Share of red, green and blue in brightness, as `tf.image.rgb_to_grayscale` has them.
const SHARES: [f32; 3] = [0.2989, 0.5870, 0.1140];
/// Sectors of the hue's circle: red, yellow, green, cyan, blue, magenta.
const SECTORS: f32 = 6.0;

/// `x + delta`.
pub fn brightness(lane: &Lane, images: &Tensor, deltas: &[f32]) -> Tensor {
    same_shape(lane, images, |example, image, out| {
        let delta = entry(deltas, example);
        for (x, out) in image.iter().zip(out) {
            *out = x + delta;
        }
    })
}

/// `(x - mean) · factor + mean`, with each channel's mean over its image: summed in 64-bit floats in
/// the order of the pixels, divided, rounded once.
pub fn contrast(lane: &Lane, images: &Tensor, factors: &[f32]) -> Tensor {
    let channels = Size::of(images).channels;
    same_shape(lane, images, |example, image, out| {
        let factor = entry(factors, example);
        let means = means(image, channels);
        let pixels = image.chunks_exact(channels).zip(out.chunks_exact_mut(channels));
        for (pixel, out) in pixels {
            for ((x, mean), out) in pixel.iter().zip(&means).zip(out) {
                *out = (x - mean) * factor + mean;
            }
        }
    })
}

fn means(image: &[f32], channels: usize) -> Vec<f32> {
    let mut sums = vec![0.0_f64; channels];
    for pixel in image.chunks_exact(channels) {
        for (sum, x) in sums.iter_mut().zip(pixel) {
            *sum += f64::from(*x);
        }
    }
    let pixels = (image.len() / channels) as f64;
    sums.into_iter().map(|sum| (sum / pixels) as f32).collect()
}

/// Scales the saturation `s` of 3-channel images: `s' = s · factor` within 0 to 1, and each value
/// becomes `v - (v - x) · (s' / s)`. Grey pixels stay.
pub fn saturation(lane: &Lane, images: &Tensor, factors: &[f32], range: ValueRange) -> Tensor {
    each_pixel(lane, images, range, |example| {
        let factor = entry(factors, example);
        move |pixel| {
            let (value, chroma) = value_and_chroma(pixel);
            if chroma == 0.0 {
                return pixel;
            }
            let old = chroma / value;
            let scale = (old * factor).clamp(0.0, 1.0) / old;
            pixel.map(|x| value - (value - x) * scale)
        }
    })
}

/// Turns the hue of 3-channel images; 1 is a full turn. Grey pixels stay.
///
/// The hue `h` in sectors is `(g - b) / (v - m)` where red is largest, else `2 + (b - r) / (v - m)`
/// where green is, else `4 + (r - g) / (v - m)`; the turn's fraction times 6 is added. Each value is
/// then `v - (v - m) · min(k, 4 - k)` with the minimum within 0 to 1 and `k = (n + h) mod 6`; `n` is
/// 5 for red, 3 for green, 1 for blue.
pub fn hue(lane: &Lane, images: &Tensor, turns: &[f32], range: ValueRange) -> Tensor {
    each_pixel(lane, images, range, |example| {
        let turn = f64::from(entry(turns, example));
        let turn = ((turn - turn.floor()) * f64::from(SECTORS)) as f32;
        move |pixel| {
            let (value, chroma) = value_and_chroma(pixel);
            if chroma == 0.0 {
                return pixel;
            }
            let [r, g, b] = pixel;
            let own = if r == value {
                (g - b) / chroma
            } else if g == value {
                2.0 + (b - r) / chroma
            } else {
                4.0 + (r - g) / chroma
            };
            let hue = own + turn;
            [5.0, 3.0, 1.0].map(|n: f32| {
                let k = n + hue;
                let k = k - SECTORS * (k / SECTORS).floor();
                let share = if k < 4.0 - k { k } else { 4.0 - k };
                value - chroma * share.clamp(0.0, 1.0)
            })
        }
    })
}

/// `(0.2989 r + 0.5870 g) + 0.1140 b`: `[n, h, w, 3] -> [n, h, w, 1]`.
pub fn rgb_to_gray(lane: &Lane, images: &Tensor) -> Tensor {
    let Size { height, width, .. } = Size::of(images);
    each_image(lane, images, &[height, width, 1], |_, image, out| {
        for (pixel, out) in image.as_chunks().0.iter().zip(out) {
            let [r, g, b]: [f32; 3] = *pixel;
            *out = (SHARES[0] * r + SHARES[1] * g) + SHARES[2] * b;
        }
    })
}

/// Repeats the one channel three times: `[n, h, w, 1] -> [n, h, w, 3]`.
pub fn gray_to_rgb(lane: &Lane, images: &Tensor) -> Tensor {
    let Size { height, width, .. } = Size::of(images);
    each_image(lane, images, &[height, width, 3], |_, image, out| {
        for (x, out) in image.iter().zip(out.chunks_exact_mut(3)) {
            out.fill(*x);
        }
    })
}

/// A function of every pixel of 3-channel images, as red, green and blue from 0 to 1: values are
/// brought there by `(x - low) / (high - low)` and back by `low + x · (high - low)`. `of_example`
/// makes the function for one example.
fn each_pixel<F: Fn([f32; 3]) -> [f32; 3]>(
    lane: &Lane,
    images: &Tensor,
    ValueRange { low, high }: ValueRange,
    of_example: impl Fn(usize) -> F + Sync,
) -> Tensor {
    let extent = high - low;
    same_shape(lane, images, |example, image, out| {
        let function = of_example(example);
        for (pixel, out) in image.as_chunks().0.iter().zip(out.as_chunks_mut().0) {
            let unit: [f32; 3] = pixel.map(|x: f32| ((x - low) / extent).clamp(0.0, 1.0));
            *out = function(unit).map(|x| low + x * extent);
        }
    })
}

/// The largest of a pixel's values, and its distance from the smallest. A pixel with a NaN has none.
fn value_and_chroma(pixel: [f32; 3]) -> (f32, f32) {
    let [r, g, b] = pixel;
    let larger = |a: f32, b: f32| if a > b || a.is_nan() { a } else { b };
    let smaller = |a: f32, b: f32| if a < b || a.is_nan() { a } else { b };
    let value = larger(larger(r, g), b);
    (value, value - smaller(smaller(r, g), b))
}
