//! Interface `images`.

use super::Error;
use super::interface::functions;
use super::tensors::{Padding, Tensor};
pub use crate::bindings::assay::measure::plain::images::{Area, Border, Cells, ValueRange};

type Made = Result<Tensor, Error>;

functions! {
    /// The functions of batches of images.
    Images:
    flip_horizontal(images: &Tensor) -> Made;
    flip_vertical(images: &Tensor) -> Made;
    pad(images: &Tensor, vertical: Padding, horizontal: Padding, border: Border) -> Made;
    crop_resize(images: &Tensor, areas: &[Area], height: u32, width: u32) -> Made;
    rotate(images: &Tensor, angles: &[f32], fill: f32) -> Made;
    brightness(images: &Tensor, deltas: &[f32]) -> Made;
    contrast(images: &Tensor, factors: &[f32]) -> Made;
    saturation(images: &Tensor, factors: &[f32], range: ValueRange) -> Made;
    hue(images: &Tensor, turns: &[f32], range: ValueRange) -> Made;
    rgb_to_gray(images: &Tensor) -> Made;
    gray_to_rgb(images: &Tensor) -> Made;
    sobel(images: &Tensor) -> Made;
    erase(images: &Tensor, areas: &[Cells], value: f32) -> Made;
}
