//! The documented orders, element by element, at strides and borders of every kind.

use super::*;
use crate::cpu::gemm::BLOCK;
use crate::cpu::level::under_each;

const FILTERS: usize = 5;

fn sample(count: usize, salt: u32) -> Vec<f32> {
    (0..count as u32)
        .map(|i| (i.wrapping_mul(2_654_435_761).wrapping_add(salt) >> 8) as f32 / 8e6 - 1.0)
        .collect()
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

fn placements() -> Vec<Placement> {
    let windows = [([3, 3], [1, 1]), ([3, 3], [3, 3]), ([3, 2], [2, 3]), ([1, 2], [3, 1])];
    let inputs = [[7, 5, 3], [4, 9, 8], [4, 4, 2], [19, 17, 1]];
    let mut all = Vec::new();
    for padding in [Padding::Same, Padding::Valid] {
        for (size, strides) in windows {
            for input in inputs {
                all.extend(Placement::new(Window { size, strides, padding }, &input));
            }
        }
    }
    all
}

/// The input pixel under a kernel position of an output, as a place in the image.
fn under(place: &Placement, output: [usize; 2], tap: [usize; 2]) -> Option<usize> {
    let axis = |axis: usize| {
        let at = output[axis] * place.window.strides[axis] as usize + tap[axis];
        at.checked_sub(place.spans[axis].before).filter(|at| *at < place.input[axis])
    };
    Some(axis(0)? * place.input[1] + axis(1)?)
}

/// Outputs and kernel positions, row by row.
fn grids(place: &Placement) -> [Vec<[usize; 2]>; 2] {
    let [rows, columns] = place.spans.map(|span| span.outputs);
    let [tall, wide] = place.window.size.map(|size| size as usize);
    [(rows, columns), (tall, wide)]
        .map(|(rows, columns)| (0..rows * columns).map(|at| [at / columns, at % columns]).collect())
}

#[test]
fn input_gradients_have_the_documented_order() {
    for place in placements() {
        let [height, width, channels] = place.input;
        let [outputs, taps] = grids(&place);
        let kernel = sample(taps.len() * channels * FILTERS, 1);
        let cotangents = sample(2 * outputs.len() * FILTERS, 2);
        let mut expected = Vec::new();
        for image in cotangents.chunks_exact(outputs.len() * FILTERS) {
            for pixel in 0..height * width {
                // Outputs in order meet the kernel's positions from the last to the first.
                let mut met = Vec::new();
                for (at, output) in outputs.iter().enumerate() {
                    let tap =
                        taps.iter().position(|tap| under(&place, *output, *tap) == Some(pixel));
                    met.extend(tap.map(|tap| (at, tap)));
                }
                for channel in 0..channels {
                    // Fewer than 256 terms, so one block; padded positions add zeros.
                    let terms = met.iter().flat_map(|(at, tap)| {
                        (0..FILTERS).map(move |filter| {
                            (at * FILTERS + filter, (tap * channels + channel) * FILTERS + filter)
                        })
                    });
                    expected
                        .push(terms.fold(0.0_f32, |sum, (c, k)| image[c].mul_add(kernel[k], sum)));
                }
            }
        }
        let transposed = Transposed::new(place, &kernel, FILTERS);
        under_each(|level| {
            let mut out = vec![f32::NAN; expected.len()];
            transposed.apply(&cotangents, &mut out, 1);
            assert_eq!(bits(&out), bits(&expected), "{level:?} {place:?}");
        });
    }
}

#[test]
fn kernel_gradients_have_the_documented_order() {
    for place in placements() {
        let channels = place.input[2];
        let [outputs, taps] = grids(&place);
        let size = place.input.iter().product::<usize>();
        let images = sample(2 * size, 1);
        let cotangents = sample(2 * outputs.len() * FILTERS, 2);
        let mut expected = Vec::new();
        for tap in &taps {
            for index in 0..channels * FILTERS {
                let (channel, filter) = (index / FILTERS, index % FILTERS);
                let mut total = 0.0_f32;
                let examples = images.chunks_exact(size);
                for (image, own) in examples.zip(cotangents.chunks_exact(outputs.len() * FILTERS)) {
                    for (block, outputs) in outputs.chunks(BLOCK).enumerate() {
                        let mut sum = 0.0_f32;
                        for (at, output) in outputs.iter().enumerate() {
                            let pixel = under(&place, *output, *tap);
                            let value = pixel.map_or(0.0, |at| image[at * channels + channel]);
                            let at = block * BLOCK + at;
                            sum = value.mul_add(own[at * FILTERS + filter], sum);
                        }
                        total += sum;
                    }
                }
                expected.push(total);
            }
        }
        let mut out = vec![0.0; expected.len()];
        accumulate_kernel(&place, &images, &cotangents, FILTERS, &mut out);
        assert_eq!(bits(&out), bits(&expected), "{place:?}");
    }
}

/// Convolutions whose way back runs by Winograd's algorithm, against sums in 64-bit floats.
#[test]
fn wide_input_gradients_are_close_to_exact_ones() {
    const WIDE: usize = 48;
    for padding in [Padding::Same, Padding::Valid] {
        let window = Window { size: [3, 3], strides: [1, 1], padding };
        let place = Placement::new(window, &[9, 12, 32]).unwrap();
        let [height, width, channels] = place.input;
        let [outputs, taps] = grids(&place);
        let kernel = sample(taps.len() * channels * WIDE, 1);
        let cotangents = sample(2 * outputs.len() * WIDE, 2);
        let transposed = Transposed::new(place, &kernel, WIDE);
        assert_eq!(transposed.phases[0].kernel.tile(), 2, "this test is of Winograd's algorithm");
        // Every term of the sums, and of the sums of their magnitudes.
        let mut exact = vec![[0.0_f64; 2]; 2 * height * width * channels];
        for (image, own) in cotangents.chunks_exact(outputs.len() * WIDE).enumerate() {
            for (output, own) in outputs.iter().zip(own.chunks_exact(WIDE)) {
                for (at, tap) in taps.iter().enumerate() {
                    let Some(pixel) = under(&place, *output, *tap) else { continue };
                    for channel in 0..channels {
                        let weights = &kernel[(at * channels + channel) * WIDE..][..WIDE];
                        let slot =
                            &mut exact[(image * height * width + pixel) * channels + channel];
                        for (cotangent, weight) in own.iter().zip(weights) {
                            let term = f64::from(*cotangent) * f64::from(*weight);
                            *slot = [slot[0] + term, slot[1] + term.abs()];
                        }
                    }
                }
            }
        }
        let largest = exact.iter().map(|[_, magnitude]| *magnitude).fold(0.0, f64::max);
        let mut first: Option<Vec<u32>> = None;
        under_each(|level| {
            let mut out = vec![f32::NAN; exact.len()];
            transposed.apply(&cotangents, &mut out, 1);
            for (found, [sum, _]) in out.iter().zip(&exact) {
                let error = (f64::from(*found) - sum).abs();
                assert!(error < 2e-6 * largest, "{level:?} {padding:?}: {found} {sum}");
            }
            assert_eq!(*first.get_or_insert_with(|| bits(&out)), bits(&out), "{level:?}");
        });
    }
}
