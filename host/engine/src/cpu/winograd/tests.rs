//! The documented order of operations, at every instruction set and odd size, and the error.

use assay_network::{Padding, Window};

use super::super::guard::{Guard, Guarded};
use super::super::level::under_each;
use super::super::simd::Array;
use super::*;

pub(super) fn sample(count: usize, salt: u32) -> Vec<f32> {
    (0..count as u32)
        .map(|i| (i.wrapping_mul(2_654_435_761).wrapping_add(salt) >> 8) as f32 / 8e6 - 1.0)
        .collect()
}

pub(super) fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

pub(super) fn place(input: [usize; 3], padding: Padding) -> Placement {
    Placement::new(Window { size: [3, 3], strides: [1, 1], padding }, &input).unwrap()
}

/// Even and odd outputs, both paddings, tiles with every number of pixels, sums over one and two
/// blocks, and images smaller than a tile.
fn cases() -> Vec<(Placement, usize)> {
    let (same, valid) = (Padding::Same, Padding::Valid);
    vec![
        (place([6, 8, 32], same), 48),
        (place([7, 5, 16], same), 32),
        (place([7, 6, 16], valid), 16),
        (place([3, 3, 32], valid), 16),
        (place([1, 2, 16], same), 32),
        (place([5, 4, 272], same), 16),
    ]
}

/// One pixel's values in the place of a padded pixel too.
pub(super) fn pixel(image: &[f32], place: &Placement, [y, x]: [isize; 2], channel: usize) -> f32 {
    let [height, width, channels] = place.input;
    let inside = |at: isize, length: usize| usize::try_from(at).ok().filter(|at| *at < length);
    match (inside(y, height), inside(x, width)) {
        (Some(y), Some(x)) => image[(y * width + x) * channels + channel],
        _ => 0.0,
    }
}

/// `M' square M`: columns first, then rows.
pub(super) fn both_ways<const FROM: usize, const TO: usize>(
    square: [[f32; FROM]; FROM],
    one: impl Fn([f32; FROM]) -> [f32; TO],
) -> [[f32; TO]; TO] {
    let columns: [[f32; TO]; FROM] =
        std::array::from_fn(|column| one(std::array::from_fn(|row| square[row][column])));
    std::array::from_fn(|row| one(std::array::from_fn(|column| columns[column][row])))
}

/// A weight's values at the 16 points.
fn transformed(weights: &[f32], size: usize, pair: usize) -> [[f32; 4]; 4] {
    let g = |at: usize| f64::from(weights[at * size + pair]);
    let half = 0.5;
    let rows = [[1.0, 0.0, 0.0], [half, half, half], [half, -half, half], [0.0, 0.0, 1.0]];
    std::array::from_fn(|y| {
        std::array::from_fn(|x| {
            let terms = (0..9).map(|at| rows[y][at / 3] * rows[x][at % 3] * g(at));
            terms.sum::<f64>() as f32
        })
    })
}

/// One image's result in the documented order, tile by tile.
fn documented(image: &[f32], weights: &[f32], place: &Placement, filters: usize) -> Vec<f32> {
    let channels = place.input[2];
    let [height, width] = place.spans.map(|span| span.outputs);
    let mut out = vec![f32::NAN; height * width * filters];
    for (top, left) in
        (0..height).step_by(2).flat_map(|y| (0..width).step_by(2).map(move |x| (y, x)))
    {
        let corner = [top as isize, left as isize];
        let before = [0, 1].map(|axis| corner[axis] - place.spans[axis].before as isize);
        let entered: Vec<[[f32; 4]; 4]> = (0..channels)
            .map(|channel| {
                let at = |y: usize, x: usize| {
                    pixel(image, place, [before[0] + y as isize, before[1] + x as isize], channel)
                };
                let square = std::array::from_fn(|y| std::array::from_fn(|x| at(y, x)));
                both_ways(square, |[a, b, c, d]| [a - c, b + c, c - b, b - d])
            })
            .collect();
        for filter in 0..filters {
            let own: Vec<_> = (0..channels)
                .map(|channel| transformed(weights, channels * filters, channel * filters + filter))
                .collect();
            let sums = std::array::from_fn(|y| {
                std::array::from_fn(|x| {
                    let block = |(entered, own): (&[Square], &[Square])| {
                        let pairs = entered.iter().zip(own);
                        pairs.fold(0.0_f32, |sum, (d, g)| d[y][x].mul_add(g[y][x], sum))
                    };
                    let blocks = entered.chunks(256).zip(own.chunks(256)).map(block);
                    blocks.reduce(|total, sum| total + sum).unwrap()
                })
            });
            let made = both_ways(sums, |[a, b, c, d]: [f32; 4]| [(a + b) + c, (b - c) - d]);
            for (y, row) in made.iter().enumerate().filter(|(y, _)| top + y < height) {
                for (x, value) in row.iter().enumerate().filter(|(x, _)| left + x < width) {
                    out[((top + y) * width + left + x) * filters + filter] = *value;
                }
            }
        }
    }
    out
}

/// A tile of the transformed domain in plain numbers.
type Square = [[f32; 4]; 4];

#[test]
fn every_instruction_set_and_cut_gives_the_documented_order() {
    for (place, filters) in cases() {
        let size = place.input.iter().product();
        let weights = sample(9 * place.input[2] * filters, 1);
        let images = sample(3 * size, 2);
        let one = |image| documented(image, &weights, &place, filters);
        let expected: Vec<f32> = images.chunks_exact(size).flat_map(one).collect();
        let own = Winograd::new(&weights, place.input[2], filters);
        for side in [Guard::Before, Guard::After] {
            let images = Guarded::new(&images, side);
            under_each(|level| {
                for ways in [1, 3, 40] {
                    let mut out = Guarded::new(&vec![f32::NAN; expected.len()], side);
                    own.convolve(&images, &place, &Finish::default(), &mut out, ways);
                    assert_eq!(bits(&out), bits(&expected), "{level:?} {ways} {place:?}");
                }
            });
        }
    }
}

/// More tiles than a block holds.
#[test]
fn cuts_of_a_batch_change_no_bit() {
    let (place, filters) = (place([15, 16, 32], Padding::Same), 32);
    let size: usize = place.input.iter().product();
    let own = Winograd::new(&sample(9 * 32 * filters, 1), 32, filters);
    let images = sample(7 * size, 2);
    let run = |images: &[f32], ways| {
        let mut out = vec![f32::NAN; images.len() / size * 15 * 16 * filters];
        own.convolve(images, &place, &Finish::default(), &mut out, ways);
        bits(&out)
    };
    let whole = run(&images, 1);
    for (cut, ways) in [(1, 1), (1, 2), (2, 1), (5, 3), (7, 2)] {
        let parts: Vec<u32> = images.chunks(cut * size).flat_map(|part| run(part, ways)).collect();
        assert_eq!(parts, whole, "{cut} {ways}");
    }
    assert!(run(&[], 2).is_empty());
}

#[test]
fn registers_of_sixteen_give_the_bits_of_eight() {
    let (channels, side) = (48, 80);
    let pixels = sample(POINTS * channels, 3);
    let under: [*const f32; POINTS] = std::array::from_fn(|at| pixels[at * channels..].as_ptr());
    let mut entered = [vec![0.0; POINTS * side], vec![0.0; POINTS * side]];
    let mut left = [vec![0.0; 4 * channels], vec![0.0; 4 * channels]];
    let bias = sample(channels, 4);
    let finish = Finish { bias: Some(&bias), ..Finish::default() };
    let [eight, sixteen] = &mut left;
    #[expect(unsafe_code, reason = "the transforms take pointers")]
    // SAFETY: every pixel and every point has its channels; arrays need no instruction set.
    unsafe {
        transform::enter_with::<Array<8>>(&under, channels, entered[0].as_mut_ptr(), side);
        transform::enter_with::<Array<16>>(&under, channels, entered[1].as_mut_ptr(), side);
        let made = |out: &mut [f32]| std::array::from_fn(|at| out[at * channels..].as_mut_ptr());
        let from = entered[0].as_ptr();
        transform::leave_with::<Array<8>>(from, side, channels, &made(eight), &finish);
        transform::leave_with::<Array<16>>(from, side, channels, &made(sixteen), &finish);
    }
    assert_eq!(bits(&entered[0]), bits(&entered[1]));
    assert_eq!(bits(eight), bits(sixteen));
    assert!(eight.iter().any(|value| value.abs() > 1.0), "something was computed");
}

#[test]
fn what_follows_has_the_bits_of_separate_passes() {
    let (place, filters) = (place([5, 6, 32], Padding::Same), 32);
    let own = Winograd::new(&sample(9 * 32 * filters, 1), 32, filters);
    let (images, bias) = (sample(2 * 5 * 6 * 32, 2), sample(filters, 3));
    let finish =
        Finish { bias: Some(&bias), first: super::super::gemm::Clamp::Relu, ..Finish::default() };
    under_each(|level| {
        let mut plain = vec![f32::NAN; 2 * 5 * 6 * filters];
        own.convolve(&images, &place, &Finish::default(), &mut plain, 1);
        for row in plain.chunks_exact_mut(filters) {
            row.iter_mut().zip(&bias).for_each(|(slot, bias)| *slot = (*slot + bias).max(0.0));
        }
        let mut out = vec![f32::NAN; plain.len()];
        own.convolve(&images, &place, &finish, &mut out, 1);
        // Zeros may differ in sign: the maximum of equal zeros is either.
        assert_eq!(out, plain, "{level:?}");
    });
}

/// The largest error against float64, and that of the direct product: each divided by the largest sum
/// of magnitudes of a result's terms, and by the largest result.
fn errors(place: &Placement, filters: usize, positive: bool) -> [[f64; 2]; 2] {
    let channels = place.input[2];
    let weights = sample(9 * channels * filters, 1);
    let mut image = sample(place.input.iter().product(), 2);
    if positive {
        for value in &mut image {
            *value = value.max(0.0);
        }
    }
    let [height, width] = place.spans.map(|span| span.outputs);
    let run = |winograd: bool| {
        let mut out = vec![0.0; height * width * filters];
        let finish = Finish::default();
        if winograd {
            let own = Winograd::new(&weights, channels, filters);
            own.convolve(&image, place, &finish, &mut out, 1);
        } else {
            let packed = Packed::new(&weights, 9 * channels, filters);
            super::super::convolution::convolve(&image, place, &packed, &finish, &mut out, 1);
        }
        out
    };
    let results = [run(true), run(false)];
    let (mut worst, mut magnitude, mut largest) = ([0.0_f64; 2], 0.0_f64, 0.0_f64);
    for index in 0..height * width * filters {
        let (at, filter) = (index / filters, index % filters);
        let corner = [at / width, at % width].map(|at| at as isize);
        let (mut exact, mut terms) = (0.0, 0.0);
        for row in 0..9 * channels {
            let (within, channel) = (row / channels, row % channels);
            let y = corner[0] + (within / 3) as isize - place.spans[0].before as isize;
            let x = corner[1] + (within % 3) as isize - place.spans[1].before as isize;
            let value = f64::from(pixel(&image, place, [y, x], channel));
            let term = value * f64::from(weights[row * filters + filter]);
            (exact, terms) = (exact + term, terms + term.abs());
        }
        (magnitude, largest) = (magnitude.max(terms), largest.max(exact.abs()));
        for (worst, result) in worst.iter_mut().zip(&results) {
            *worst = worst.max((f64::from(result[index]) - exact).abs());
        }
    }
    worst.map(|worst| [worst / magnitude, worst / largest])
}

#[test]
fn the_error_against_float64_is_small() {
    for (channels, positive) in [(32, false), (64, true), (256, false), (512, true)] {
        let place = place([8, 8, channels], Padding::Same);
        let [own, direct] = errors(&place, 16, positive);
        println!("{channels} channels: {own:?} of magnitudes and results, direct {direct:?}");
        assert!(own[0] < 5e-7, "{channels}: {own:?} of the sum of magnitudes");
        assert!(own[1] < 1e-5, "{channels}: {own:?} of the largest result");
    }
}

#[test]
fn shapes_alone_choose() {
    let suits = |input, padding, filters| suits(&place(input, padding), filters);
    assert!(suits([32, 32, 64], Padding::Same, 64));
    assert!(suits([2, 2, 512], Padding::Same, 512));
    assert!(!suits([32, 32, 3], Padding::Same, 64), "few channels");
    assert!(!suits([32, 32, 64], Padding::Same, 8), "few filters");
    assert!(!suits([32, 32, 64], Padding::Same, 72), "no whole registers");
    assert!(!suits([3, 3, 64], Padding::Valid, 64), "a tile for one pixel");
    let window = Window { size: [3, 3], strides: [2, 2], padding: Padding::Same };
    let strided = Placement::new(window, &[32, 32, 64]).unwrap();
    assert!(!super::suits(&strided, 64), "windows apart");
}
