//! Calls of the `images` interface.

use assay_call::ImageOp;

use super::Engine;
use crate::{Tensor, images};

impl Engine {
    pub(super) fn compute_image(&self, batch: &Tensor, op: &ImageOp) -> Tensor {
        let lane = &self.lane;
        match op {
            ImageOp::FlipHorizontal => images::flip_horizontal(lane, batch),
            ImageOp::FlipVertical => images::flip_vertical(lane, batch),
            ImageOp::Pad { vertical, horizontal, border } => {
                images::pad(lane, batch, (*vertical).into(), (*horizontal).into(), *border)
            }
            ImageOp::CropResize { areas, height, width } => {
                images::crop_resize(lane, batch, areas, *height as usize, *width as usize)
            }
            ImageOp::Rotate { angles, fill } => images::rotate(lane, batch, angles, *fill),
            ImageOp::Brightness { deltas } => images::brightness(lane, batch, deltas),
            ImageOp::Contrast { factors } => images::contrast(lane, batch, factors),
            ImageOp::Saturation { factors, range } => {
                images::saturation(lane, batch, factors, *range)
            }
            ImageOp::Hue { turns, range } => images::hue(lane, batch, turns, *range),
            ImageOp::RgbToGray => images::rgb_to_gray(lane, batch),
            ImageOp::GrayToRgb => images::gray_to_rgb(lane, batch),
            ImageOp::Sobel => images::sobel(lane, batch),
            ImageOp::Erase { areas, value } => images::erase(lane, batch, areas, *value),
        }
    }
}
