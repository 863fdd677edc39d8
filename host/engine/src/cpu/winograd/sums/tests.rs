//! The documented order of sums, at every instruction set, size and number of threads, and the error.

use assay_network::Padding;

use super::super::super::guard::{Guard, Guarded};
use super::super::super::level::under_each;
use super::super::tests::{bits, both_ways, pixel, place, sample};
use super::*;

/// Several examples to a block, one to a block, and one of more tiles than a block holds; with whole
/// tiles and without.
fn cases() -> [(Placement, usize, usize); 4] {
    let (same, valid) = (Padding::Same, Padding::Valid);
    [
        (place([5, 4, 32], same), 48, 64),
        (place([9, 12, 16], valid), 16, 16),
        (place([31, 32, 16], same), 32, 2),
        (place([33, 32, 16], same), 16, 2),
    ]
}

/// A tile's `B' d B` of a channel and `A y A'` of a filter, at each point.
fn tile(
    place: &Placement,
    [image, cotangents]: [&[f32]; 2],
    [top, left]: [usize; 2],
    [channel, filter, filters]: [usize; 3],
) -> [[[f32; 4]; 4]; 2] {
    let under = |y: usize, x: usize| {
        let at = [(top, y), (left, x)].map(|(corner, at)| (corner + at) as isize);
        let before = place.spans.map(|span| span.before as isize);
        pixel(image, place, [at[0] - before[0], at[1] - before[1]], channel)
    };
    let [height, width] = place.spans.map(|span| span.outputs);
    let made = |y: usize, x: usize| {
        let inside = top + y < height && left + x < width;
        if inside { cotangents[((top + y) * width + left + x) * filters + filter] } else { 0.0 }
    };
    let entered = std::array::from_fn(|y| std::array::from_fn(|x| under(y, x)));
    let given = std::array::from_fn(|y| std::array::from_fn(|x| made(y, x)));
    [
        both_ways(entered, |[a, b, c, d]| [a - c, b + c, c - b, b - d]),
        both_ways(given, |[a, b]: [f32; 2]| [a, a + b, a - b, b]),
    ]
}

/// The sums in the documented order, from `held` on.
fn documented(
    place: &Placement,
    [images, cotangents]: [&[f32]; 2],
    filters: usize,
    start: Start,
    held: &[f32],
) -> Vec<f32> {
    let channels = place.input[2];
    let [height, width] = place.spans.map(|span| span.outputs);
    let corners: Vec<[usize; 2]> =
        (0..height).step_by(2).flat_map(|y| (0..width).step_by(2).map(move |x| [y, x])).collect();
    let examples: Vec<[&[f32]; 2]> = images
        .chunks_exact(place.input.iter().product())
        .zip(cotangents.chunks_exact(height * width * filters))
        .map(|(image, own)| [image, own])
        .collect();
    let of_a_block = if start == Start::Continue { usize::MAX } else { examples_of_a_block(place) };
    let mut out = held.to_vec();
    for pair in 0..channels * filters {
        let own = [pair / filters, pair % filters, filters];
        for examples in examples.chunks(of_a_block) {
            let tiles: Vec<_> = examples
                .iter()
                .flat_map(|example| corners.iter().map(|at| tile(place, *example, *at, own)))
                .collect();
            for point in 0..POINTS {
                let slot = &mut out[point * channels * filters + pair];
                let (row, column) = (point / 4, point % 4);
                for block in tiles.chunks(256) {
                    let from = if start == Start::Continue { *slot } else { 0.0 };
                    let sum = block
                        .iter()
                        .fold(from, |sum, [d, y]| d[row][column].mul_add(y[row][column], sum));
                    *slot = if start == Start::Continue { sum } else { *slot + sum };
                }
            }
        }
    }
    out
}

/// Images, cotangents and what the sums hold before.
fn operands(place: &Placement, filters: usize, examples: usize) -> [Vec<f32>; 3] {
    let pixels = place.spans[0].outputs * place.spans[1].outputs;
    let sizes = [
        examples * place.input.iter().product::<usize>(),
        examples * pixels * filters,
        places(place.input[2], filters),
    ];
    [0, 1, 2].map(|at| sample(sizes[at], at as u32))
}

fn check(place: &Placement, filters: usize, examples: usize, start: Start) {
    let [images, cotangents, held] = operands(place, filters, examples);
    let expected = bits(&documented(place, [&images, &cotangents], filters, start, &held));
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        for side in [Guard::Before, Guard::After] {
            pool.install(|| {
                let images = Guarded::new(&images, side);
                let cotangents = Guarded::new(&cotangents, side);
                under_each(|level| {
                    let mut into = Guarded::new(&held, side);
                    accumulate(place, &images, &cotangents, filters, start, &mut into);
                    assert_eq!(bits(&into), expected, "{level:?} {threads} {start:?} {place:?}");
                });
            });
        }
    }
}

#[test]
fn whole_blocks_have_the_documented_order() {
    for (place, filters, examples) in cases() {
        assert!(examples.is_multiple_of(examples_of_a_block(&place)), "whole blocks");
        check(&place, filters, examples, Start::Add);
    }
}

#[test]
fn parts_of_a_block_go_on_with_its_sums() {
    let (place, filters, _) = cases()[0];
    assert_eq!(examples_of_a_block(&place), 32);
    check(&place, filters, 5, Start::Continue);
    let [images, cotangents, held] = operands(&place, filters, 32);
    let run = |cuts: &[usize]| {
        let (mut sums, mut from) = (held.clone(), 0);
        for count in cuts {
            let own = |all: &[f32]| all[all.len() / 32 * from..][..all.len() / 32 * count].to_vec();
            let [images, cotangents] = [own(&images), own(&cotangents)];
            accumulate(&place, &images, &cotangents, filters, Start::Continue, &mut sums);
            from += count;
        }
        bits(&sums)
    };
    assert_eq!(run(&[32]), run(&[1, 8, 23]));
}

#[test]
fn the_error_against_float64_is_small() {
    for (place, filters, examples) in [
        (place([8, 8, 32], Padding::Same), 48, 32),
        (place([16, 17, 32], Padding::Valid), 32, 16),
        (place([28, 28, 48], Padding::Same), 48, 8),
    ] {
        let [images, cotangents, _] = operands(&place, filters, examples);
        let channels = place.input[2];
        let mut sums = vec![0.0; places(channels, filters)];
        accumulate(&place, &images, &cotangents, filters, Start::Add, &mut sums);
        let kernel = finish(&sums, channels * filters);
        let [height, width] = place.spans.map(|span| span.outputs);
        let size = place.input.iter().product::<usize>();
        let (mut worst, mut magnitude) = (0.0_f64, 0.0_f64);
        // Some elements of every kernel position.
        for (at, value) in kernel.iter().enumerate().step_by(7) {
            let (tap, pair) = (at / (channels * filters), at % (channels * filters));
            let (channel, filter) = (pair / filters, pair % filters);
            let (mut exact, mut terms) = (0.0, 0.0);
            let all =
                images.chunks_exact(size).zip(cotangents.chunks_exact(height * width * filters));
            for (image, own) in all {
                for output in 0..height * width {
                    let y = (output / width + tap / 3) as isize - place.spans[0].before as isize;
                    let x = (output % width + tap % 3) as isize - place.spans[1].before as isize;
                    let term = f64::from(pixel(image, &place, [y, x], channel))
                        * f64::from(own[output * filters + filter]);
                    (exact, terms) = (exact + term, terms + term.abs());
                }
            }
            worst = worst.max((f64::from(*value) - exact).abs());
            magnitude = magnitude.max(terms);
        }
        println!("{place:?}: {:e} of the sum of magnitudes", worst / magnitude);
        assert!(worst / magnitude < 2e-6, "{place:?}");
    }
}
