//! Bilinear sampling between pixels.
//!
//! Positions are computed in 64-bit floats; a pixel's centre is at its index. The distance `t` to
//! the pixel before is rounded to 32 bits, and two values are mixed as `a + (b - a) · t`: first the
//! two pixels of the upper row, then those of the lower, then both results. Where `t` is 0 the result
//! is `a` itself, so that a position on a centre copies the pixel.

use assay_call::Area;

use super::{Size, each_image, entry, same_shape};
use crate::{Lane, Tensor};

/// Cuts one area from each image and scales it to `[height, width]`:
/// `[n, h, w, c] -> [n, height, width, c]`. One area serves all.
///
/// Row `i` of the result is taken at `top + (i + 0.5) · (area height / height) - 0.5`, columns alike
/// (TensorFlow's `tf.image.resize` with half-pixel centres); positions outside take the nearest
/// pixel of the edge.
pub fn crop_resize(
    lane: &Lane,
    images: &Tensor,
    areas: &[Area],
    height: usize,
    width: usize,
) -> Tensor {
    let size = Size::of(images);
    each_image(lane, images, &[height, width, size.channels], |example, image, out| {
        let area = entry(areas, example);
        let rows = places(area.top, area.height, height, size.height);
        let columns = places(area.left, area.width, width, size.width);
        let outs = out.chunks_exact_mut(width * size.channels);
        for (row, out) in rows.iter().zip(outs) {
            let [upper, lower] = [row.low, row.high].map(|at| &image[at * size.row()..]);
            for (column, out) in columns.iter().zip(out.chunks_exact_mut(size.channels)) {
                let [left, right] = [column.low, column.high].map(|at| at * size.channels);
                for (channel, out) in out.iter_mut().enumerate() {
                    let (left, right) = (left + channel, right + channel);
                    let corners = [[upper[left], upper[right]], [lower[left], lower[right]]];
                    *out = bilinear(corners, column.weight, row.weight);
                }
            }
        }
    })
}

/// Rotates by angles in radians, counter-clockwise as seen with row 0 on top, about the middle
/// (`(height - 1) / 2`, `(width - 1) / 2`); one angle serves all. Pixels outside have the value
/// `fill`, also as neighbours of positions just outside the edge.
///
/// With `(y, x)` the distance from the middle, the result is taken at `x · cos - y · sin` to the
/// right of it and `x · sin + y · cos` below it.
pub fn rotate(lane: &Lane, images: &Tensor, angles: &[f32], fill: f32) -> Tensor {
    let size = Size::of(images);
    let middle = |length: usize| (length as f64 - 1.0) / 2.0;
    let (middle_row, middle_column) = (middle(size.height), middle(size.width));
    same_shape(lane, images, |example, image, out| {
        let (sine, cosine) = libm::sincos(f64::from(entry(angles, example)));
        for (at, out) in out.chunks_exact_mut(size.channels).enumerate() {
            let y = (at / size.width) as f64 - middle_row;
            let x = (at % size.width) as f64 - middle_column;
            let row = middle_row + (x * sine + y * cosine);
            let column = middle_column + (x * cosine - y * sine);
            sample(image, size, fill, [row, column], out);
        }
    })
}

/// The pixel at a position between pixels.
fn sample(image: &[f32], size: Size, fill: f32, [row, column]: [f64; 2], out: &mut [f32]) {
    let (top, left) = (row.floor(), column.floor());
    let weights = [(column - left) as f32, (row - top) as f32];
    // Positions are at most a diagonal away from the image.
    let (top, left) = (top as i64, left as i64);
    let offset = |row: i64, column: i64| {
        let inside =
            (0..size.height as i64).contains(&row) && (0..size.width as i64).contains(&column);
        inside.then(|| (row as usize * size.width + column as usize) * size.channels)
    };
    let offsets = [top, top + 1].map(|row| [left, left + 1].map(|column| offset(row, column)));
    for (channel, out) in out.iter_mut().enumerate() {
        let value = |offset: Option<usize>| offset.map_or(fill, |at| image[at + channel]);
        *out = bilinear(offsets.map(|pair| pair.map(value)), weights[0], weights[1]);
    }
}

/// A position between two pixels of an axis.
#[derive(Debug, Clone, Copy)]
struct Place {
    low: usize,
    high: usize,
    weight: f32,
}

/// Where `count` equal steps over `extent` from `start` have their middles, on an axis of `length`
/// pixels.
fn places(start: f32, extent: f32, count: usize, length: usize) -> Vec<Place> {
    let step = f64::from(extent) / count as f64;
    let last = (length - 1) as f64;
    let place = |index: usize| {
        let at = f64::from(start) + (index as f64 + 0.5) * step - 0.5;
        let (low, high) = (at.floor().clamp(0.0, last), at.ceil().clamp(0.0, last));
        let weight = if low < high { (at - low) as f32 } else { 0.0 };
        Place { low: low as usize, high: high as usize, weight }
    };
    (0..count).map(place).collect()
}

/// A value between four pixels, `[upper, lower]` rows of `[left, right]`.
fn bilinear([upper, lower]: [[f32; 2]; 2], across: f32, down: f32) -> f32 {
    mix([mix(upper, across), mix(lower, across)], down)
}

fn mix([a, b]: [f32; 2], weight: f32) -> f32 {
    if weight == 0.0 { a } else { a + (b - a) * weight }
}
