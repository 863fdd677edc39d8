//! Operations on batches of images, `[examples, height, width, channels]`.
//!
//! Arguments are checked before: a batch has four axes, a list has one entry for each example or one
//! for all, and what the WIT documentation of `images` refuses does not come here. Arithmetic is in
//! 32-bit floats in the order that each function states, without fused multiply-adds; no value
//! depends on another example, so threads and cuts of a batch cannot change a bit. Results of an
//! image without pixels are zeros.
//!
//! By purpose: pixels that only move in `place`, new positions between pixels in `sample`, colours
//! in `color`, differences of neighbours in `edges`.

mod color;
mod edges;
mod place;
mod sample;

use rayon::prelude::*;

use crate::{Lane, Tensor};

pub use color::{brightness, contrast, gray_to_rgb, hue, rgb_to_gray, saturation};
pub use edges::sobel;
pub use place::{erase, flip_horizontal, flip_vertical, pad};
pub use sample::{crop_resize, rotate};

/// Values that one thread takes at least: below that, waking another costs more than it saves.
const SHARE: usize = 1 << 14;

/// Sizes of one image.
#[derive(Debug, Clone, Copy)]
struct Size {
    height: usize,
    width: usize,
    channels: usize,
}

impl Size {
    /// Of the images of a batch.
    fn of(images: &Tensor) -> Self {
        let [_, height, width, channels] = *images.shape() else {
            unreachable!("checked before: a batch of images, not {:?}", images.shape());
        };
        Self { height, width, channels }
    }

    /// Values of a row.
    fn row(self) -> usize {
        self.width * self.channels
    }

    fn elements(self) -> usize {
        self.height * self.row()
    }
}

/// A list's entry for an example: its own, or the one for all.
fn entry<T: Copy>(list: &[T], example: usize) -> T {
    if let [one] = list { *one } else { list[example] }
}

/// A new batch of images of the shape `after`; `function` takes the example's position, its image
/// and the zeros to be filled.
fn each_image(
    lane: &Lane,
    images: &Tensor,
    after: &[usize],
    function: impl Fn(usize, &[f32], &mut [f32]) + Sync,
) -> Tensor {
    let (before, examples) = (Size::of(images).elements(), images.shape()[0]);
    let after_elements: usize = after.iter().product();
    let mut values = vec![0.0; examples * after_elements];
    if before > 0 && after_elements > 0 {
        let from = images.values().par_chunks(before);
        let to = values.par_chunks_mut(after_elements);
        let pairs = from.zip(to).enumerate().with_min_len(SHARE / after_elements);
        lane.run(|| pairs.for_each(|(example, (image, out))| function(example, image, out)));
    }
    let mut shape = vec![examples];
    shape.extend(after);
    Tensor::new(shape, values)
}

/// As [`each_image`], where the images keep their shape.
fn same_shape(
    lane: &Lane,
    images: &Tensor,
    function: impl Fn(usize, &[f32], &mut [f32]) + Sync,
) -> Tensor {
    each_image(lane, images, &images.shape()[1..], function)
}
