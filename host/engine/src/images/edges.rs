//! Sobel's edges.

use super::{Size, each_image};
use crate::{Lane, Tensor};

/// Sobel's edges with reflected borders, as `tf.image.sobel_edges`:
/// `[n, h, w, c] -> [n, h, w, c, 2]`, the change downwards, then that to the right. Images are at
/// least 2 x 2.
///
/// With differences taken across the pixel (below minus above, right minus left), each change is
/// `(d1 + d3) + 2 · d2`: `d1` and `d3` along the pixel's neighbours in order, `d2` along itself.
pub fn sobel(lane: &Lane, images: &Tensor) -> Tensor {
    let size = Size::of(images);
    let Size { height, width, channels } = size;
    each_image(lane, images, &[height, width, channels, 2], |_, image, out| {
        for (at, out) in out.as_chunks_mut().0.iter_mut().enumerate() {
            let (pixel, channel) = (at / channels, at % channels);
            let rows = around(pixel / width, height);
            let columns = around(pixel % width, width);
            let [above, own, below] = rows.map(|row| {
                columns.map(|column| image[(row * width + column) * channels + channel])
            });
            *out = [
                (below[0] - above[0] + (below[2] - above[2])) + 2.0 * (below[1] - above[1]),
                (above[2] - above[0] + (below[2] - below[0])) + 2.0 * (own[2] - own[0]),
            ];
        }
    })
}

/// A position with its neighbours; at an end the other neighbour stands for the missing one.
fn around(at: usize, length: usize) -> [usize; 3] {
    let before = at.checked_sub(1).unwrap_or(at + 1);
    let after = if at + 1 < length { at + 1 } else { at - 1 };
    [before, at, after]
}
