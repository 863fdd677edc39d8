//! The seven changes, and what each costs that makes the network predict another class.

use assay_sdk::augment::{Pipeline, Step};
use assay_sdk::images::{self, Area, ValueRange};
use assay_sdk::{Error, Tensor};

/// Part of a picture's sides that the central crop keeps.
const KEPT: f64 = 0.9;
/// What is added to all values, in the units in which the data is stored.
const BRIGHTER: f32 = 0.5;
const SATURATION: Step = Step::Saturation { low: 0.6, high: 1.6 };
const ERASE: Step = Step::Erase { low: 0.02, high: 0.4, ratio: 0.3 };

/// One change.
pub(crate) struct Change {
    /// What it costs if the predicted class changes.
    pub(crate) flip: f64,
    /// Each change draws from streams of its own.
    stream: u64,
    make: fn(&Tensor, &Draw<'_>) -> Result<Tensor, Error>,
}

/// What random changes of a batch need.
#[derive(Clone, Copy)]
pub(crate) struct Random {
    /// Values that stand for black and for full brightness.
    pub(crate) range: ValueRange,
    pub(crate) seed: u64,
    /// Number of the batch.
    pub(crate) batch: u64,
}

/// Applies random steps.
type Draw<'a> = dyn Fn(&[Step], &Tensor) -> Result<Tensor, Error> + 'a;

/// In the order of the paper.
pub(crate) const CHANGES: [Change; 7] = [
    Change { flip: 6.0, stream: 0, make: |pictures, _| images::flip_horizontal(pictures) },
    Change { flip: 1.0, stream: 1, make: |pictures, draw| draw(&[SATURATION], pictures) },
    Change { flip: 2.0, stream: 2, make: |pictures, _| cropped(pictures) },
    Change { flip: 3.0, stream: 3, make: |pictures, _| edges(pictures) },
    Change { flip: 1.0, stream: 4, make: |pictures, _| images::brightness(pictures, &[BRIGHTER]) },
    Change {
        flip: 12.0,
        stream: 5,
        make: |pictures, draw| draw(&[SATURATION], &images::flip_horizontal(pictures)?),
    },
    Change { flip: 2.0, stream: 6, make: |pictures, draw| draw(&[ERASE], pictures) },
];

impl Change {
    /// The changed pictures, same shape.
    pub(crate) fn apply(&self, pictures: &Tensor, random: Random) -> Result<Tensor, Error> {
        let Random { range, seed, batch } = random;
        let stream = batch * CHANGES.len() as u64 + self.stream;
        let draw = |steps: &[Step], pictures: &Tensor| {
            Pipeline { steps, range, seed }.apply(pictures, stream)
        };
        (self.make)(pictures, &draw)
    }
}

/// The middle of the pictures, scaled to their size.
fn cropped(pictures: &Tensor) -> Result<Tensor, Error> {
    let shape = pictures.shape();
    let &[_, height, width, _] = shape.as_slice() else {
        return Err(format!("{shape:?} is no batch of pictures").into());
    };
    let (top, kept_height) = middle(height);
    let (left, kept_width) = middle(width);
    let area = Area { top, left, height: kept_height, width: kept_width };
    images::crop_resize(pictures, &[area], height, width)
}

/// Where the kept part of a side begins, in whole pixels, and how long it is: what
/// `tf.image.central_crop` takes.
fn middle(side: u32) -> (f32, f32) {
    let start = ((f64::from(side) - f64::from(side) * KEPT) / 2.0).floor();
    (start as f32, (f64::from(side) - 2.0 * start) as f32)
}

/// Horizontal changes of brightness, brought to about 0 to 1 as for pictures in that range.
fn edges(pictures: &Tensor) -> Result<Tensor, Error> {
    let edges = images::sobel(pictures)?;
    Ok(edges.slice(4, 1..2).reshape(&pictures.shape()) / 4.0 + 0.5)
}

#[cfg(test)]
mod tests {
    use super::{CHANGES, middle};

    #[test]
    fn the_middle_is_that_of_tensorflow() {
        assert_eq!(middle(32), (1.0, 30.0));
        assert_eq!(middle(28), (1.0, 26.0));
        assert_eq!(middle(40), (2.0, 36.0));
        assert_eq!(middle(8), (0.0, 8.0));
    }

    #[test]
    fn each_change_has_a_stream_of_its_own() {
        for (at, change) in (0..).zip(&CHANGES) {
            assert_eq!(change.stream, at);
        }
    }
}
