//! A convolution's weights in the form that its algorithm reads.

use std::sync::{Arc, OnceLock};

use super::convolution::{Placement, convolve};
use super::gemm::{Finish, Packed};
use super::winograd::{self, Winograd};

/// The weights of a convolution `[kernel height, kernel width, channels, filters]`.
///
/// The layer's shapes choose the algorithm; the number of images has no say, because the algorithms
/// round differently.
#[derive(Debug)]
pub(crate) struct Filters {
    k: usize,
    form: Form,
}

#[derive(Debug)]
enum Form {
    /// One product over whole windows.
    Direct(Packed),
    /// Made when a pass first needs it: a network's layers may never run.
    Winograd { weights: Arc<[f32]>, filters: usize, made: OnceLock<Winograd> },
}

impl Filters {
    /// Arranges the weights for windows at `place`.
    pub(crate) fn new(place: &Placement, weights: &Arc<[f32]>, filters: usize) -> Self {
        let k = (place.window.size[0] * place.window.size[1]) as usize * place.input[2];
        let form = if winograd::suits(place, filters) {
            Form::Winograd { weights: Arc::clone(weights), filters, made: OnceLock::new() }
        } else {
            Form::Direct(Packed::new(weights, k, filters))
        };
        Self { k, form }
    }

    /// Values of a window: the rows of the weights as a matrix.
    pub(crate) fn k(&self) -> usize {
        self.k
    }

    /// The edge of the square of output pixels that one row of a product covers.
    pub(crate) fn tile(&self) -> usize {
        match self.form {
            Form::Direct(_) => 1,
            Form::Winograd { .. } => winograd::TILE,
        }
    }

    /// `out[images, h', w', filters]` of whole images, cut into `ways` parallel parts or more. `place`
    /// is the one that the weights were arranged for.
    pub(crate) fn convolve(
        &self,
        images: &[f32],
        place: &Placement,
        finish: &Finish<'_>,
        out: &mut [f32],
        ways: usize,
    ) {
        match &self.form {
            Form::Direct(packed) => convolve(images, place, packed, finish, out, ways),
            Form::Winograd { weights, filters, made } => {
                let made = made.get_or_init(|| Winograd::new(weights, place.input[2], *filters));
                made.convolve(images, place, finish, out, ways);
            }
        }
    }
}
