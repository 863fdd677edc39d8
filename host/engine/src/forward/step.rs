//! One step of a pass: some layers that run as one, on some examples.

use assay_network::Activation;
use rayon::prelude::*;

use crate::cpu::convolution::Placement;
use crate::cpu::filters::Filters;
use crate::cpu::gemm::{Finish, Packed, multiply_rows};
use crate::cpu::normalization::Affine;
use crate::cpu::{activation, pooling};

/// What a step computes.
pub(super) enum Work<'n> {
    /// Keeps what enters the first layer.
    Copy,
    Convolution {
        place: &'n Placement,
        kernel: &'n Filters,
        finish: Finish<'n>,
    },
    Dense {
        kernel: &'n Packed,
        finish: Finish<'n>,
    },
    MaxPool(&'n Placement),
    AvgPool(&'n Placement),
    GlobalAvgPool,
    Affine(&'n Affine),
    Activation {
        activation: Activation,
        row: usize,
    },
}

/// A step, and what is known of its result.
pub(super) struct Step<'n> {
    pub(super) work: Work<'n>,
    /// Values of the result, for one example.
    pub(super) size: usize,
    /// Rows of the result (pixels), for one example.
    pub(super) rows: usize,
    /// Where the result is kept, if a tap asks for it.
    pub(super) keep: Option<usize>,
}

/// Values that one thread takes at a time where every value is on its own.
const GRAIN: usize = 1 << 14;

impl Step<'_> {
    /// Whether the result can be written over the input.
    pub(super) fn is_in_place(&self) -> bool {
        matches!(self.work, Work::Copy | Work::Affine(_) | Work::Activation { .. })
    }

    /// Whether the step is a product with weights.
    pub(super) fn reads_weights(&self) -> bool {
        matches!(self.work, Work::Convolution { .. } | Work::Dense { .. })
    }

    /// Rows of the product that the step is, for one example.
    pub(super) fn product_rows(&self) -> usize {
        let pixels = match &self.work {
            Work::Convolution { kernel, .. } => kernel.tile().pow(2),
            _ => 1,
        };
        self.rows.div_ceil(pixels)
    }

    /// Computes whole examples into `out`, cut into parallel parts if `ways` is over 1.
    pub(super) fn run(&self, input: &[f32], out: &mut [f32], ways: usize) {
        let examples = out.len() / self.size;
        match &self.work {
            Work::Copy | Work::Affine(_) | Work::Activation { .. } => {
                out.copy_from_slice(input);
                self.run_in_place(out, ways);
            }
            Work::Convolution { place, kernel, finish } => {
                kernel.convolve(input, place, finish, out, ways);
            }
            Work::Dense { kernel, finish } => multiply_rows(input, kernel, finish, out, ways),
            Work::MaxPool(_) | Work::AvgPool(_) | Work::GlobalAvgPool => {
                let one = |(image, out): (&[f32], &mut [f32])| self.pool(image, out);
                let size = input.len() / examples;
                if ways <= 1 {
                    input.chunks_exact(size).zip(out.chunks_exact_mut(self.size)).for_each(one);
                } else {
                    let images = input.par_chunks_exact(size);
                    images.zip(out.par_chunks_exact_mut(self.size)).for_each(one);
                }
            }
        }
    }

    /// Computes a step that [`Self::is_in_place`].
    pub(super) fn run_in_place(&self, values: &mut [f32], ways: usize) {
        match &self.work {
            Work::Affine(affine) => {
                each_part(values, self.size / self.rows, ways, |part| affine.apply(part));
            }
            Work::Activation { activation, row } => {
                each_part(values, *row, ways, |part| activation::apply(*activation, part, *row));
            }
            _ => {}
        }
    }

    fn pool(&self, image: &[f32], out: &mut [f32]) {
        match &self.work {
            Work::MaxPool(place) => pooling::maximum(image, place, out),
            Work::AvgPool(place) => pooling::mean(image, place, out),
            _ => pooling::global_mean(image, self.size, out),
        }
    }
}

/// Applies a function to rows, many at a time.
fn each_part(
    values: &mut [f32],
    row: usize,
    ways: usize,
    function: impl Fn(&mut [f32]) + Sync + Send,
) {
    if ways <= 1 {
        function(values);
    } else {
        values.par_chunks_mut((GRAIN / row).max(1) * row).for_each(function);
    }
}
