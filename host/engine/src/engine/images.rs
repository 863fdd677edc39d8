//! Calls of the `images` interface.

use assay_call::ImageOp;

use super::Engine;
use crate::{Tensor, images};

impl Engine {
    pub(super) fn compute_image(&self, batch: &Tensor, op: &ImageOp) -> Tensor {
        self.lane.run(|| match op {
            ImageOp::FlipHorizontal => images::flip_horizontal(batch),
            ImageOp::FlipVertical => images::flip_vertical(batch),
            ImageOp::Pad { vertical, horizontal, border } => {
                images::pad(batch, *vertical, *horizontal, *border)
            }
            ImageOp::CropResize { areas, height, width } => {
                images::crop_resize(batch, areas, *height, *width)
            }
            ImageOp::Rotate { angles, fill } => images::rotate(batch, angles, *fill),
            ImageOp::Brightness { deltas } => images::brightness(batch, deltas),
            ImageOp::Contrast { factors } => images::contrast(batch, factors),
            ImageOp::Saturation { factors, range } => images::saturation(batch, factors, *range),
            ImageOp::Hue { turns, range } => images::hue(batch, turns, *range),
            ImageOp::RgbToGray => images::rgb_to_gray(batch),
            ImageOp::GrayToRgb => images::gray_to_rgb(batch),
            ImageOp::Sobel => images::sobel(batch),
            ImageOp::Erase { areas, value } => images::erase(batch, areas, *value),
        })
    }
}
