//! Pixels that move or are overwritten: flips, borders, erased rectangles. No arithmetic.

use assay_call::{Border, Cells};

use super::{Size, each_image, entry, same_shape};
use crate::{Lane, Tensor};

/// Mirrors left and right.
pub fn flip_horizontal(lane: &Lane, images: &Tensor) -> Tensor {
    let size = Size::of(images);
    same_shape(lane, images, |_, image, out| {
        let rows = image.chunks_exact(size.row()).zip(out.chunks_exact_mut(size.row()));
        for (row, out) in rows {
            let pixels = row.chunks_exact(size.channels).rev();
            for (pixel, out) in pixels.zip(out.chunks_exact_mut(size.channels)) {
                out.copy_from_slice(pixel);
            }
        }
    })
}

/// Mirrors top and bottom.
pub fn flip_vertical(lane: &Lane, images: &Tensor) -> Tensor {
    let row = Size::of(images).row();
    same_shape(lane, images, |_, image, out| {
        for (from, to) in image.chunks_exact(row).rev().zip(out.chunks_exact_mut(row)) {
            to.copy_from_slice(from);
        }
    })
}

/// Surrounds images by `vertical` rows (above, below) and `horizontal` columns (left, right):
/// `[n, h, w, c] -> [n, above + h + below, left + w + right, c]`. A reflected border is smaller than
/// the image.
pub fn pad(
    lane: &Lane,
    images: &Tensor,
    vertical: (u32, u32),
    horizontal: (u32, u32),
    border: Border,
) -> Tensor {
    let size = Size::of(images);
    let rows = sources(size.height, vertical, border);
    let columns = sources(size.width, horizontal, border);
    let after = [rows.len(), columns.len(), size.channels];
    each_image(lane, images, &after, |_, image, out| {
        let outs = out.chunks_exact_mut(columns.len() * size.channels);
        for (row, out) in rows.iter().zip(outs) {
            let Some(row) = row else { continue };
            let row = &image[row * size.row()..][..size.row()];
            for (column, out) in columns.iter().zip(out.chunks_exact_mut(size.channels)) {
                if let Some(column) = column {
                    out.copy_from_slice(&row[column * size.channels..][..size.channels]);
                }
            }
        }
    })
}

/// For each position of a padded axis the position that it shows; none for zeros.
fn sources(length: usize, (before, after): (u32, u32), border: Border) -> Vec<Option<usize>> {
    let (length, before, after) = (length as i64, i64::from(before), i64::from(after));
    let last = length - 1;
    let source = |at: i64| match border {
        _ if (0..length).contains(&at) => Some(at as usize),
        Border::Zero => None,
        Border::Edge => Some(at.clamp(0, last.max(0)) as usize),
        // Left of 0 the distance to 0, right of the last the same distance to its left.
        Border::Reflect => Some((last - (last - at.abs()).abs()) as usize),
    };
    (-before..length + after).map(source).collect()
}

/// Fills a rectangle of each image with `value`. Rectangles lie inside; one serves all.
pub fn erase(lane: &Lane, images: &Tensor, areas: &[Cells], value: f32) -> Tensor {
    let size = Size::of(images);
    same_shape(lane, images, |example, image, out| {
        out.copy_from_slice(image);
        let Cells { top, left, height, width } = entry(areas, example);
        let [top, left, height, width] = [top, left, height, width].map(|n| n as usize);
        for row in out.chunks_exact_mut(size.row()).skip(top).take(height) {
            row[left * size.channels..][..width * size.channels].fill(value);
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn borders_show_the_documented_positions() {
        let shown = |border| {
            let sources = sources(3, (2, 2), border).into_iter();
            sources.map(|at| at.map_or('0', |at| ['a', 'b', 'c'][at])).collect::<String>()
        };
        assert_eq!(shown(Border::Zero), "00abc00");
        assert_eq!(shown(Border::Edge), "aaabccc");
        assert_eq!(shown(Border::Reflect), "cbabcba");
    }
}
