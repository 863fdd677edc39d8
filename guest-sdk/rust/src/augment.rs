//! Pipelines of random changes to pictures. Every example draws its own numbers.
//!
//! ```no_run
//! # use assay_sdk::{Dataset, Error, augment::{Pipeline, Step, brightness_range}};
//! # fn changed(dataset: &Dataset<'_>, seed: u64) -> Result<assay_sdk::Tensor, Error> {
//! let steps = [Step::Mirror { share: 0.5 }, Step::Brightness { most: 0.05 }];
//! let pipeline = Pipeline { steps: &steps, range: brightness_range(dataset), seed };
//! pipeline.apply(&dataset.batch(0, 100)?, 0)
//! # }
//! ```

use crate::images::{self, Area, Cells, ValueRange};
use crate::{Dataset, Error, Tensor, random};

/// One random change.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Step {
    /// Mirrors this share of the pictures left to right.
    Mirror {
        /// From 0 to 1.
        share: f32,
    },
    /// Turns the hue by at most this part of a full turn, either way. Pictures without three channels
    /// stay as they are.
    Hue {
        /// Largest turn.
        most: f32,
    },
    /// Scales the saturation by a factor between the two. Pictures without three channels stay as they
    /// are: grey has none.
    Saturation {
        /// Smallest factor.
        low: f32,
        /// Largest factor.
        high: f32,
    },
    /// Adds at most this to all values of a picture, or takes it away.
    Brightness {
        /// Largest change, in the units in which the data is stored.
        most: f32,
    },
    /// Scales each channel's distance from its mean by a factor between the two.
    Contrast {
        /// Smallest factor.
        low: f32,
        /// Largest factor.
        high: f32,
    },
    /// Cuts out the middle of this share of the pictures and scales it to the picture's size.
    CentralCrop {
        /// From 0 to 1.
        share: f32,
        /// Smallest side of what is kept, as a part of the picture's.
        low: f32,
        /// Largest side.
        high: f32,
    },
    /// Fills a rectangle of every picture with zeros (random erasing, Zhong et al. 2017): its area as
    /// a part of the picture's lies between the two, the ratio of its sides between `ratio` and
    /// `1 / ratio`; sides longer than the picture's are cut to them.
    Erase {
        /// Smallest part.
        low: f32,
        /// Largest part.
        high: f32,
        /// Smallest ratio of height to width, above 0.
        ratio: f32,
    },
}

/// Random changes, one after another.
#[derive(Debug, Clone, Copy)]
pub struct Pipeline<'a> {
    /// In this order.
    pub steps: &'a [Step],
    /// What stands for black and for full brightness: see [`brightness_range`].
    pub range: ValueRange,
    /// The seed that [`evaluate`](crate::Measure::evaluate) was handed.
    pub seed: u64,
}

/// The data's smallest and largest value: what to take for black and full brightness where a task does
/// not say.
pub fn brightness_range(dataset: &Dataset<'_>) -> ValueRange {
    let statistics = dataset.statistics();
    ValueRange { low: statistics.minimum, high: statistics.maximum }
}

impl Pipeline<'_> {
    /// The changed pictures, same shape `[examples, height, width, channels]`. Step `s` draws from
    /// stream `stream + s`. Work: at most 16 × elements for each step.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] (not a batch of pictures), [`Error::TooLarge`].
    pub fn apply(&self, pictures: &Tensor, stream: u64) -> Result<Tensor, Error> {
        // A handle of the caller's tensor cannot be shared, so the first step works on a copy.
        let mut changed = pictures * 1.0;
        for (stream, &step) in (stream..).zip(self.steps) {
            changed = self.step(step, changed, stream)?;
        }
        Ok(changed)
    }

    fn step(&self, step: Step, pictures: Tensor, stream: u64) -> Result<Tensor, Error> {
        let shape = pictures.shape();
        let &[examples, height, width, channels] = shape.as_slice() else {
            return Err(Error::ShapeMismatch(format!("{shape:?} is no batch of pictures")));
        };
        let draws = |count| random::uniform(self.seed, stream, &[examples, count]).to_vec();
        let between = |low: f32, high: f32| -> Vec<f32> {
            draws(1).into_iter().map(|draw| low + (high - low) * draw).collect()
        };
        match step {
            Step::Mirror { share } => {
                let chosen: Vec<f32> =
                    draws(1).iter().map(|&draw| f32::from(u8::from(draw < share))).collect();
                let chosen = Tensor::from_values(&[examples, 1, 1, 1], &chosen);
                Ok(chosen.choose(&images::flip_horizontal(&pictures)?, &pictures))
            }
            Step::Hue { .. } | Step::Saturation { .. } if channels != 3 => Ok(pictures),
            Step::Hue { most } => images::hue(&pictures, &between(-most, most), self.range),
            Step::Saturation { low, high } => {
                images::saturation(&pictures, &between(low, high), self.range)
            }
            Step::Brightness { most } => images::brightness(&pictures, &between(-most, most)),
            Step::Contrast { low, high } => images::contrast(&pictures, &between(low, high)),
            Step::CentralCrop { share, low, high } => {
                let side = |draw: &[f32]| {
                    if draw[0] < share { low + (high - low) * draw[1] } else { 1.0 }
                };
                let area = |draw: &[f32]| central(side(draw), height, width);
                let areas: Vec<Area> = draws(2).chunks_exact(2).map(area).collect();
                images::crop_resize(&pictures, &areas, height, width)
            }
            Step::Erase { low, high, ratio } => {
                let cells = |draw: &[f32]| {
                    let share = low + (high - low) * draw[0];
                    let ratio = ratio + (ratio.recip() - ratio) * draw[1];
                    rectangle(share, ratio, [draw[2], draw[3]], [height, width])
                };
                let cells: Vec<Cells> = draws(4).chunks_exact(4).map(cells).collect();
                images::erase(&pictures, &cells, 0.0)
            }
        }
    }
}

/// The middle of a picture, whose sides are a part of the picture's.
pub fn central(side: f32, height: u32, width: u32) -> Area {
    let (height, width) = (height as f32, width as f32);
    Area {
        top: (1.0 - side) / 2.0 * height,
        left: (1.0 - side) / 2.0 * width,
        height: side * height,
        width: side * width,
    }
}

/// A rectangle of a part of the picture's area, of a ratio of height to width, at a place that two
/// numbers from 0 to 1 choose among those that fit.
#[allow(clippy::cast_sign_loss, reason = "sides, draws and ratios are not negative")]
fn rectangle(share: f32, ratio: f32, place: [f32; 2], picture: [u32; 2]) -> Cells {
    let area = share * picture[0] as f32 * picture[1] as f32;
    let side = |length: f32, most: u32| (length.round() as u32).clamp(1.min(most), most);
    let height = side((area * ratio).sqrt(), picture[0]);
    let width = side((area / ratio).sqrt(), picture[1]);
    // Below the number of places, as the draws are below 1; the rounding of floats may reach it.
    let start = |draw: f32, free: u32| ((draw * (free + 1) as f32) as u32).min(free);
    let top = start(place[0], picture[0] - height);
    Cells { top, left: start(place[1], picture[1] - width), height, width }
}

#[cfg(test)]
mod tests {
    use super::{central, rectangle};

    #[test]
    fn the_middle_keeps_its_distance_to_all_sides() {
        let area = central(0.5, 28, 32);
        assert_eq!((area.top, area.left, area.height, area.width), (7.0, 8.0, 14.0, 16.0));
        assert_eq!((central(1.0, 28, 28).top, central(1.0, 28, 28).height), (0.0, 28.0));
    }

    #[test]
    fn rectangles_stay_within_the_picture() {
        let quarter = rectangle(0.25, 1.0, [0.0, 0.999_999_9], [32, 32]);
        assert_eq!([quarter.top, quarter.left, quarter.height, quarter.width], [0, 16, 16, 16]);
        // 0.4 of the area at 1 : 3.3 would be wider than the picture.
        let wide = rectangle(0.4, 0.3, [0.5, 0.5], [32, 32]);
        assert_eq!([wide.top, wide.left, wide.height, wide.width], [11, 0, 11, 32]);
    }
}
