//! Checks of the `images` interface.

use super::{Checked, Plan, Rejected, elements, fail, window};
use crate::{Area, Border, Cells, ErrorKind, ImageOp, ValueRange, price};

/// Work of an element that is interpolated or changes its colour space.
const INTERPOLATED: u64 = 8;
/// Work of an element of Sobel's edges: two times eight neighbours.
const SOBEL: u64 = 16;

pub(super) fn check(shape: &[usize], op: &ImageOp) -> Checked {
    let &[examples, height, width, channels] = shape else {
        let message = format!("shape {shape:?} is not [examples, height, width, channels]");
        return fail(ErrorKind::ShapeMismatch, message);
    };
    let same = |each: u64| made(shape.to_vec(), each);
    match op {
        ImageOp::FlipHorizontal | ImageOp::FlipVertical => same(1),
        ImageOp::Pad { vertical, horizontal, border } => {
            let height = padded(height, *vertical, *border)?;
            let width = padded(width, *horizontal, *border)?;
            made(vec![examples, height, width, channels], 1)
        }
        ImageOp::CropResize { areas, height: to_height, width: to_width } => {
            per_example(areas.len(), examples)?;
            areas.iter().try_for_each(area)?;
            if *to_height == 0 || *to_width == 0 || height == 0 || width == 0 {
                return fail(ErrorKind::InvalidArgument, "an image without pixels");
            }
            let shape = vec![examples, *to_height as usize, *to_width as usize, channels];
            made(shape, INTERPOLATED)
        }
        ImageOp::Rotate { angles, .. } => {
            per_example(angles.len(), examples)?;
            if let Some(angle) = angles.iter().find(|angle| !angle.is_finite()) {
                return fail(ErrorKind::InvalidArgument, format!("an angle of {angle}"));
            }
            same(INTERPOLATED)
        }
        ImageOp::Brightness { deltas: list } => per_example(list.len(), examples).and(same(1)),
        ImageOp::Contrast { factors: list } => per_example(list.len(), examples).and(same(2)),
        ImageOp::Saturation { factors: list, range } | ImageOp::Hue { turns: list, range } => {
            per_example(list.len(), examples)?;
            has_channels(channels, 3)?;
            value_range(*range)?;
            same(INTERPOLATED)
        }
        ImageOp::RgbToGray => {
            has_channels(channels, 3)?;
            // Priced by what is read.
            let work = elements(shape)?;
            Ok(Plan::tensor(vec![examples, height, width, 1], Some(work)))
        }
        ImageOp::GrayToRgb => {
            has_channels(channels, 1)?;
            made(vec![examples, height, width, 3], 1)
        }
        ImageOp::Sobel => {
            if height < 2 || width < 2 {
                let message = format!("an image of {height} x {width} has no reflected border");
                return fail(ErrorKind::ShapeMismatch, message);
            }
            let work = price::elements(elements(shape)?, SOBEL);
            Ok(Plan::tensor(vec![examples, height, width, channels, 2], work))
        }
        ImageOp::Erase { areas, .. } => {
            per_example(areas.len(), examples)?;
            areas.iter().try_for_each(|cells| inside(cells, height, width))?;
            same(1)
        }
    }
}

fn made(shape: Vec<usize>, each: u64) -> Checked {
    let work = price::elements(elements(&shape)?, each);
    Ok(Plan::tensor(shape, work))
}

/// A list has one entry for each example, or one for all.
fn per_example(entries: usize, examples: usize) -> Result<(), Rejected> {
    window(entries)?;
    if entries == examples || entries == 1 {
        return Ok(());
    }
    let message = format!("{entries} numbers for {examples} examples; one each, or one for all");
    fail(ErrorKind::ShapeMismatch, message)
}

fn has_channels(found: usize, needed: usize) -> Result<(), Rejected> {
    if found == needed {
        return Ok(());
    }
    fail(ErrorKind::ShapeMismatch, format!("{found} channels, {needed} are needed"))
}

fn padded(length: usize, [before, after]: [u32; 2], border: Border) -> Result<usize, Rejected> {
    let (before, after) = (before as usize, after as usize);
    if border == Border::Reflect && before.max(after) >= length.max(1) {
        let message = format!("a reflected border of {before} and {after} around {length} pixels");
        return fail(ErrorKind::InvalidArgument, message);
    }
    if border == Border::Edge && length == 0 && before + after > 0 {
        return fail(ErrorKind::InvalidArgument, "an image without pixels has no edge");
    }
    Ok(length + before + after)
}

fn area(area: &Area) -> Result<(), Rejected> {
    let Area { top, left, height, width } = *area;
    let finite = [top, left, height, width].iter().all(|value| value.is_finite());
    if finite && height > 0.0 && width > 0.0 {
        return Ok(());
    }
    let message = format!("an area of {height} x {width} pixels at {top}, {left}");
    fail(ErrorKind::InvalidArgument, message)
}

fn value_range(range: ValueRange) -> Result<(), Rejected> {
    let ValueRange { low, high } = range;
    if low.is_finite() && high.is_finite() && low < high {
        return Ok(());
    }
    fail(ErrorKind::InvalidArgument, format!("a range of values from {low} to {high}"))
}

fn inside(cells: &Cells, height: usize, width: usize) -> Result<(), Rejected> {
    let ends = |start: u32, length: u32| u64::from(start) + u64::from(length);
    let fits = ends(cells.top, cells.height) <= height as u64
        && ends(cells.left, cells.width) <= width as u64;
    if fits {
        return Ok(());
    }
    let message = format!(
        "{} x {} pixels at {}, {} of an image of {height} x {width}",
        cells.height, cells.width, cells.top, cells.left
    );
    fail(ErrorKind::OutOfRange, message)
}
