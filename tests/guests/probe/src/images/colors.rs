//! Colours, brightness and edges.

use assay_sdk::images::{self, ValueRange};
use assay_sdk::{Error, Tensor};

use super::{CLOSE, nine};
use crate::check::{Checks, kind};

pub(crate) fn values(checks: &mut Checks) -> Result<(), Error> {
    // Two images of two pixels with two channels: means (2, 10) and (0, 1).
    let two = Tensor::from_values(&[2, 1, 2, 2], &[1., 10., 3., 10., -1., 0., 1., 2.]);
    let shape = &[2, 1, 2, 2];
    let brighter = images::brightness(&two, &[0.5, -1.0])?;
    let expected = [1.5, 10.5, 3.5, 10.5, -2., -1., 0., 1.];
    checks.tensor("brightness of each", &brighter, shape, &expected)?;
    let brighter = images::brightness(&two, &[1.0])?.to_vec();
    checks.same("one brightness for all", brighter, (&two + 1.0).to_vec())?;
    let sharper = images::contrast(&two, &[2.0, 0.0])?;
    checks.tensor("contrast", &sharper, shape, &[0., 10., 4., 10., 0., 1., 0., 1.])?;
    checks.refused(
        "three deltas for two images",
        images::brightness(&two, &[0.0; 3]),
        kind::SHAPE,
    )?;
    checks.refused("no factor for two images", images::contrast(&two, &[]), kind::SHAPE)?;
    // Rising by 3 downwards and by 1 to the right; at the borders both neighbours are the same.
    let change = |at: usize| if at == 1 { 1.0 } else { 0.0 };
    let edges: Vec<f32> =
        (0..9).flat_map(|at| [24.0 * change(at / 3), 8.0 * change(at % 3)]).collect();
    checks.tensor("sobel", &images::sobel(&nine())?, &[1, 3, 3, 1, 2], &edges)?;
    let thin = Tensor::full(&[1, 1, 3, 1], 0.0);
    checks.refused("edges of one row", images::sobel(&thin), kind::SHAPE)
}

pub(crate) fn colors(checks: &mut Checks) -> Result<(), Error> {
    let shape = &[2, 1, 2, 3];
    // A colour and grey; the colour again and white.
    let color = [0.8, 0.4, 0.2];
    let pixels = [color, [0.5; 3], color, [1.0; 3]];
    let two = Tensor::from_values(shape, pixels.as_flattened());
    let unit = ValueRange::UNIT;
    // Saturation 0.75 becomes 0.375, and 1 (not 1.5).
    let expected = [[0.8, 0.6, 0.5], [0.5; 3], [0.8, 0.8 - 0.4 / 0.75, 0.0], [1.0; 3]];
    let found = images::saturation(&two, &[0.5, 2.0], unit)?;
    checks.tensor_within("saturation", &found, shape, expected.as_flattened(), CLOSE)?;
    // A third of a turn makes red green, half a turn the complement.
    let expected = [[0.2, 0.8, 0.4], [0.5; 3], [0.2, 0.6, 0.8], [1.0; 3]];
    let found = images::hue(&two, &[1.0 / 3.0, -0.5], unit)?;
    checks.tensor_within("hue", &found, shape, expected.as_flattened(), CLOSE)?;
    // The same colours in a range from -1 to 3; what was white is far above it.
    let range = ValueRange { low: -1.0, high: 3.0 };
    let moved = pixels.map(|pixel| pixel.map(|x| if x == 1.0 { 90.0 } else { 4.0 * x - 1.0 }));
    let moved = Tensor::from_values(shape, moved.as_flattened());
    let expected = expected.map(|pixel| pixel.map(|x| 4.0 * x - 1.0));
    let found = images::hue(&moved, &[1.0 / 3.0, 0.5], range)?;
    checks.tensor_within("hue in a range", &found, shape, expected.as_flattened(), 4.0 * CLOSE)?;
    let gray = [[0.496_72], [0.499_95], [0.496_72], [0.9999]];
    let found = images::rgb_to_gray(&two)?;
    checks.tensor_within("rgb-to-gray", &found, &[2, 1, 2, 1], gray.as_flattened(), CLOSE)?;
    let again = images::gray_to_rgb(&found)?;
    let expected: Vec<f32> = found.to_vec().into_iter().flat_map(|x| [x; 3]).collect();
    checks.tensor("gray-to-rgb", &again, shape, &expected)?;
    let empty = ValueRange { low: 1.0, high: 1.0 };
    checks.refused("an empty range", images::saturation(&two, &[1.0], empty), kind::ARGUMENT)?;
    let endless = ValueRange { low: 0.0, high: f32::INFINITY };
    checks.refused("an endless range", images::hue(&two, &[1.0], endless), kind::ARGUMENT)?;
    checks.refused("saturation of grey", images::saturation(&found, &[1.0], unit), kind::SHAPE)?;
    checks.refused("hue of grey", images::hue(&found, &[1.0], unit), kind::SHAPE)?;
    checks.refused("grey of grey", images::rgb_to_gray(&found), kind::SHAPE)?;
    checks.refused("colours of colours", images::gray_to_rgb(&two), kind::SHAPE)
}
