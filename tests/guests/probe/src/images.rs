//! Operations on images: small ones by hand, colours in `colors`, and the task's own examples where
//! they are images.

mod colors;

use std::f32::consts::{FRAC_1_SQRT_2, FRAC_PI_2, FRAC_PI_4, SQRT_2};

use assay_sdk::images::{self, Area, Border, Cells, ValueRange};
use assay_sdk::{Dataset, Error, Padding, Tensor};

use crate::check::{Checks, kind};

pub(crate) use colors::{colors, values};

/// Room for a few roundings of 32-bit floats.
const CLOSE: f32 = 1e-5;

/// 1 to 9, row by row.
fn nine() -> Tensor {
    let values: Vec<f32> = (1..10u8).map(f32::from).collect();
    Tensor::from_values(&[1, 3, 3, 1], &values)
}

pub(crate) fn places(checks: &mut Checks) -> Result<(), Error> {
    // Two images of one row of two pixels with two channels.
    let two = Tensor::from_values(&[2, 1, 2, 2], &[1., 2., 3., 4., 5., 6., 7., 8.]);
    let mirrored = [3., 4., 1., 2., 7., 8., 5., 6.];
    let shape = &[2, 1, 2, 2];
    checks.tensor("flip-horizontal", &images::flip_horizontal(&two)?, shape, &mirrored)?;
    let column = two.reshape(&[2, 2, 1, 2]);
    checks.tensor("flip-vertical", &images::flip_vertical(&column)?, &[2, 2, 1, 2], &mirrored)?;
    let image = nine();
    let (vertical, horizontal) = (Padding { before: 2, after: 0 }, Padding { before: 0, after: 1 });
    let middle = [1., 2., 3., 0., 4., 5., 6., 0., 7., 8., 9., 0.];
    for (border, above, right) in [
        (Border::Zero, [0.; 8], [0.; 3]),
        (Border::Edge, [1., 2., 3., 3., 1., 2., 3., 3.], [3., 6., 9.]),
        (Border::Reflect, [7., 8., 9., 8., 4., 5., 6., 5.], [2., 5., 8.]),
    ] {
        let mut expected = [&above[..], &middle].concat();
        for (row, value) in right.into_iter().enumerate() {
            expected[8 + 4 * row + 3] = value;
        }
        let padded = images::pad(&image, vertical, horizontal, border)?;
        checks.tensor("pad images", &padded, &[1, 5, 4, 1], &expected)?;
    }
    let large = Padding { before: 3, after: 0 };
    let reflected = images::pad(&image, large, Padding::NONE, Border::Reflect);
    checks.refused("a reflected border as large as the image", reflected, kind::ARGUMENT)?;
    let area = Cells { top: 1, left: 0, height: 2, width: 2 };
    let erased = images::erase(&image, &[area], -1.0)?;
    checks.tensor("erase", &erased, &[1, 3, 3, 1], &[1., 2., 3., -1., -1., 6., -1., -1., 9.])?;
    let both = [
        Cells { top: 0, left: 0, height: 1, width: 1 },
        Cells { top: 0, left: 1, height: 1, width: 1 },
    ];
    let erased = images::erase(&two, &both, 0.0)?;
    checks.tensor("erase each its own", &erased, shape, &[0., 0., 3., 4., 5., 6., 0., 0.])?;
    let beyond = Cells { top: 2, left: 0, height: 2, width: 1 };
    checks.refused("erase beyond the image", images::erase(&image, &[beyond], 0.0), kind::RANGE)?;
    let wrapping = Cells { top: u32::MAX, left: 0, height: 2, width: 1 };
    checks.refused(
        "erase at a wrapping end",
        images::erase(&image, &[wrapping], 0.0),
        kind::RANGE,
    )?;
    let flat = Tensor::from_values(&[2, 2], &[0.0; 4]);
    checks.refused("flip a matrix", images::flip_horizontal(&flat), kind::SHAPE)?;
    checks.refused("flip a matrix over", images::flip_vertical(&flat), kind::SHAPE)
}

pub(crate) fn samples(checks: &mut Checks) -> Result<(), Error> {
    let pair = Tensor::from_values(&[1, 1, 2, 1], &[0.0, 4.0]);
    let whole = Area { top: 0.0, left: 0.0, height: 1.0, width: 2.0 };
    // Middles of four halves: -0.25, 0.25, 0.75, 1.25; the outer two stand outside.
    let wide = images::crop_resize(&pair, &[whole], 1, 4)?;
    checks.tensor_within("twice as wide", &wide, &[1, 1, 4, 1], &[0., 1., 3., 4.], CLOSE)?;
    let image = nine();
    let whole = Area { top: 0.0, left: 0.0, height: 3.0, width: 3.0 };
    let same = images::crop_resize(&image, &[whole], 3, 3)?;
    checks.tensor("the whole area in the same size", &same, &[1, 3, 3, 1], &image.to_vec())?;
    // One pixel from the middle of (1.25, 0.5) to (2.25, 2.0): at row 1.25, column 0.75.
    let part = Area { top: 1.25, left: 0.5, height: 1.0, width: 1.5 };
    let far = Area { top: -90.0, left: 50.0, height: 1.0, width: 1.0 };
    let two = Tensor::concat(&[&image, &image], 0);
    let parts = images::crop_resize(&two, &[part, far], 1, 1)?;
    checks.tensor_within("an area for each", &parts, &[2, 1, 1, 1], &[5.5, 3.0], CLOSE)?;
    let empty = Area { width: 0.0, ..part };
    checks.refused("an empty area", images::crop_resize(&image, &[empty], 1, 1), kind::ARGUMENT)?;
    let endless = Area { top: f32::NAN, ..part };
    checks.refused(
        "an area at NaN",
        images::crop_resize(&image, &[endless], 1, 1),
        kind::ARGUMENT,
    )?;
    checks.refused("a size of 0", images::crop_resize(&image, &[part], 0, 1), kind::ARGUMENT)?;
    checks.refused(
        "two areas for one image",
        images::crop_resize(&image, &[part; 2], 1, 1),
        kind::SHAPE,
    )?;
    rotations(checks, &image)
}

fn rotations(checks: &mut Checks, image: &Tensor) -> Result<(), Error> {
    let shape = &[1, 3, 3, 1];
    checks.tensor("no rotation", &images::rotate(image, &[0.0], 9.0)?, shape, &image.to_vec())?;
    let quarter = images::rotate(image, &[FRAC_PI_2], 9.0)?;
    let expected = [3., 6., 9., 2., 5., 8., 1., 4., 7.];
    checks.tensor_within("a quarter to the left", &quarter, shape, &expected, CLOSE)?;
    // Corners come from √2 rows or columns off the middle: 0.414 beyond the middle pixel of an edge.
    // The others come from between pixels, where the image is 1 + 3 · row + column.
    let (fill, low, high) = (20.0, 1.0 - FRAC_1_SQRT_2, 1.0 + FRAC_1_SQRT_2);
    let corner = |edge: f32| fill + (edge - fill) * (2.0 - SQRT_2);
    let between = |row: f32, column: f32| 1.0 + 3.0 * row + column;
    let expected = [
        [corner(2.0), between(low, high), corner(6.0)],
        [between(low, low), 5.0, between(high, high)],
        [corner(4.0), between(high, low), corner(8.0)],
    ];
    let eighth = images::rotate(image, &[FRAC_PI_4], fill)?;
    checks.tensor_within(
        "an eighth to the left",
        &eighth,
        shape,
        expected.as_flattened(),
        CLOSE,
    )?;
    let angles = images::rotate(image, &[f32::INFINITY], 0.0);
    checks.refused("an endless rotation", angles, kind::ARGUMENT)?;
    checks.refused("two angles for one image", images::rotate(image, &[0.0; 2], 0.0), kind::SHAPE)
}

/// The task's own examples, if they are images.
pub(crate) fn examples(checks: &mut Checks, dataset: &Dataset<'_>) -> Result<(), Error> {
    let batch = dataset.batch(0, dataset.examples().min(40))?;
    let &[_, height, width, channels] = &batch.shape()[..] else {
        return checks.refused("edges of no images", images::sobel(&batch), kind::SHAPE);
    };
    let twice = images::flip_horizontal(&images::flip_horizontal(&batch)?)?;
    checks.same("mirrored twice", twice.to_vec(), batch.to_vec())?;
    let turned = images::rotate(&batch, &[std::f32::consts::PI], 0.0)?;
    let mirrored = images::flip_vertical(&images::flip_horizontal(&batch)?)?;
    let statistics = dataset.statistics();
    let scale = (statistics.maximum - statistics.minimum).max(1.0);
    // Half a turn in 32 bits is off by 1e-7: on an image of 100 pixels by 1e-5 of a pixel.
    checks
        .that("half a turn mirrors both ways", (turned - mirrored).abs().max() <= 1e-3 * scale)?;
    let whole = Area { top: 0.0, left: 0.0, height: height as f32, width: width as f32 };
    let same = images::crop_resize(&batch, &[whole], height, width)?;
    checks.same("the whole area in the same size", same.to_vec(), batch.to_vec())?;
    let alone = images::contrast(&batch.slice(0, 0..1), &[0.5])?.to_vec();
    let together = images::contrast(&batch, &[0.5])?.slice(0, 0..1).to_vec();
    checks.same("an image alone", alone, together)?;
    if channels == 3 && statistics.minimum < statistics.maximum {
        let range = ValueRange { low: statistics.minimum, high: statistics.maximum };
        let turned = images::hue(&batch, &[1.0], range)?;
        checks.that("a full turn of hue", (turned - &batch).abs().max() <= CLOSE * scale)?;
    }
    Ok(())
}
