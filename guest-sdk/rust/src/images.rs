//! Operations on batches of images, `[examples, height, width, channels]`.
//!
//! Lists give one number for each example, or one number for all: `&[0.1]`. Where a function needs to
//! know what black and full brightness are, a [`ValueRange`] says it: datasets hold values as they
//! were trained on, which need not be 0 to 1 (see [`Dataset::statistics`](crate::Dataset::statistics)).
//! Every function makes a new tensor.
//!
//! A task's examples need not be images, nor have three channels, so all of these return a [`Result`]:
//!
//! ```no_run
//! # use assay_sdk::{Dataset, Error, Network, Padding, Tensor, images};
//! // The same images, moved 2 pixels to the right and mirrored.
//! # fn augmented(batch: &Tensor) -> Result<Tensor, Error> {
//! let right = Padding { before: 2, after: 0 };
//! let wide = images::pad(batch, Padding::NONE, right, images::Border::Edge)?;
//! images::flip_horizontal(&wide.slice(2, 0..batch.shape()[2]))
//! # }
//! ```

use crate::bindings::assay::measure::images as raw;
use crate::{Error, Padding, Tensor};

pub use raw::{Area, Border, Cells, ValueRange};

impl ValueRange {
    /// Images from 0 to 1.
    pub const UNIT: Self = Self { low: 0.0, high: 1.0 };
}

/// Mirrors left and right. Work: elements.
///
/// # Errors
/// [`Error::ShapeMismatch`] (not a batch of images), [`Error::TooLarge`].
pub fn flip_horizontal(images: &Tensor) -> Result<Tensor, Error> {
    Ok(Tensor::from_raw(raw::flip_horizontal(images.raw())?))
}

/// Mirrors top and bottom. Work: elements.
///
/// # Errors
/// As [`flip_horizontal`].
pub fn flip_vertical(images: &Tensor) -> Result<Tensor, Error> {
    Ok(Tensor::from_raw(raw::flip_vertical(images.raw())?))
}

/// Surrounds images: `[n, h, w, c]` grows by the paddings in `h` and `w`. Work: elements of the
/// result.
///
/// # Errors
/// [`Error::ShapeMismatch`], [`Error::InvalidArgument`] (a reflected border as large as the image),
/// [`Error::TooLarge`].
pub fn pad(
    images: &Tensor,
    vertical: Padding,
    horizontal: Padding,
    border: Border,
) -> Result<Tensor, Error> {
    Ok(Tensor::from_raw(raw::pad(images.raw(), vertical, horizontal, border)?))
}

/// Cuts one area from each image and scales it: `[n, h, w, c] -> [n, height, width, c]`, bilinearly
/// with pixel centres at halves (as `tf.image.resize`); positions outside take the nearest pixel of
/// the edge. Work: 8 × elements of the result.
///
/// # Errors
/// [`Error::ShapeMismatch`], [`Error::InvalidArgument`] (an area that is empty or not finite, a size
/// of 0), [`Error::TooLarge`].
pub fn crop_resize(
    images: &Tensor,
    areas: &[Area],
    height: u32,
    width: u32,
) -> Result<Tensor, Error> {
    Ok(Tensor::from_raw(raw::crop_resize(images.raw(), areas, height, width)?))
}

/// Rotates counter-clockwise about the middle by angles in radians, bilinearly; outside stands
/// `fill`. Same shape. Work: 8 × elements.
///
/// # Errors
/// [`Error::ShapeMismatch`], [`Error::InvalidArgument`] (not finite), [`Error::TooLarge`].
pub fn rotate(images: &Tensor, angles: &[f32], fill: f32) -> Result<Tensor, Error> {
    Ok(Tensor::from_raw(raw::rotate(images.raw(), angles, fill)?))
}

/// Adds a number to every value. Work: elements.
///
/// # Errors
/// [`Error::ShapeMismatch`], [`Error::TooLarge`].
pub fn brightness(images: &Tensor, deltas: &[f32]) -> Result<Tensor, Error> {
    Ok(Tensor::from_raw(raw::brightness(images.raw(), deltas)?))
}

/// Scales each channel's distance from its mean over the image: `(x - mean) · factor + mean`. Work:
/// 2 × elements.
///
/// # Errors
/// As [`brightness`].
pub fn contrast(images: &Tensor, factors: &[f32]) -> Result<Tensor, Error> {
    Ok(Tensor::from_raw(raw::contrast(images.raw(), factors)?))
}

/// Scales the saturation of 3-channel images in HSV and keeps it within 0 to 1. Values are brought
/// into `range` first. Work: 8 × elements.
///
/// # Errors
/// [`Error::ShapeMismatch`] (not 3 channels), [`Error::InvalidArgument`] (an empty range),
/// [`Error::TooLarge`].
pub fn saturation(images: &Tensor, factors: &[f32], range: ValueRange) -> Result<Tensor, Error> {
    Ok(Tensor::from_raw(raw::saturation(images.raw(), factors, range)?))
}

/// Turns the hue of 3-channel images in HSV; 1 is a full turn. Values are brought into `range` first.
/// Work: 8 × elements.
///
/// # Errors
/// As [`saturation`].
pub fn hue(images: &Tensor, turns: &[f32], range: ValueRange) -> Result<Tensor, Error> {
    Ok(Tensor::from_raw(raw::hue(images.raw(), turns, range)?))
}

/// Brightness of 3-channel images as one channel, `0.2989 r + 0.5870 g + 0.1140 b`:
/// `[n, h, w, 3] -> [n, h, w, 1]`. Work: elements.
///
/// # Errors
/// [`Error::ShapeMismatch`] (not a batch of images, or not 3 channels), [`Error::TooLarge`].
pub fn rgb_to_gray(images: &Tensor) -> Result<Tensor, Error> {
    Ok(Tensor::from_raw(raw::rgb_to_gray(images.raw())?))
}

/// Repeats the one channel three times: `[n, h, w, 1] -> [n, h, w, 3]`. Work: elements of the result.
///
/// # Errors
/// [`Error::ShapeMismatch`] (not a batch of images, or not 1 channel), [`Error::TooLarge`].
pub fn gray_to_rgb(images: &Tensor) -> Result<Tensor, Error> {
    Ok(Tensor::from_raw(raw::gray_to_rgb(images.raw())?))
}

/// Sobel's edges, `[n, h, w, c] -> [n, h, w, c, 2]`: vertical then horizontal change, with reflected
/// borders (as `tf.image.sobel_edges`). Images of at least 2 × 2. Work: 16 × elements.
///
/// # Errors
/// [`Error::ShapeMismatch`], [`Error::TooLarge`].
pub fn sobel(images: &Tensor) -> Result<Tensor, Error> {
    Ok(Tensor::from_raw(raw::sobel(images.raw())?))
}

/// Fills a rectangle of each image with `value`; a list of one serves all. Same shape. Work: elements.
///
/// # Errors
/// [`Error::ShapeMismatch`], [`Error::OutOfRange`] (a rectangle that leaves the image),
/// [`Error::TooLarge`].
pub fn erase(images: &Tensor, areas: &[Cells], value: f32) -> Result<Tensor, Error> {
    Ok(Tensor::from_raw(raw::erase(images.raw(), areas, value)?))
}
