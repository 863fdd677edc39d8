//! One-sided Jacobi rotations: turn pairs of columns until all are orthogonal to each other.
//!
//! Hestenes 1958; the larger column of a pair comes first, as in de Rijk, "A one-sided Jacobi
//! algorithm for computing the singular value decomposition on a vector computer" (1989). A sweep
//! visits every pair once: first the pairs inside each block of columns, then, round by round, those
//! between two blocks. The pairs of blocks of one round touch different columns, so they may run at
//! once with the same bits. How many sweeps there are depends on the values alone.

use rayon::prelude::*;

use super::columns::Columns;
use super::kernel::{Body, dot_body, run};

/// Columns of a block: two blocks of a few hundred rows stay in a core's second cache.
const BLOCK: usize = 16;
/// Cosines up to this are rounding errors, and not worth a rotation.
const NEGLIGIBLE: f64 = 1e-15;
/// When no cosine of a sweep was larger, its rotations were the last: the error falls quadratically,
/// to below `NEGLIGIBLE`.
const CONVERGED: f64 = 1e-9;
/// Random matrices take 6 to 10 sweeps. None is known that takes more than 20.
const SWEEPS_MAX: usize = 40;
/// Columns whose squared length is smaller hold rounding errors of rounding errors: the values of a
/// scaled 32-bit matrix are above 1e-84.
pub(super) const NOTHING: f64 = 1e-300;

/// A few columns with their squared lengths.
#[derive(Default)]
struct Block {
    values: Vec<f64>,
    squares: Vec<f64>,
}

/// Lengths within a column: the first `compared` values decide about rotations, all are rotated.
#[derive(Clone, Copy)]
struct Layout {
    stride: usize,
    compared: usize,
}

/// Rotates columns until the parts that lie in the first `compared` values are orthogonal. The rest
/// of each column goes with them: ones on its diagonal gather the product of all rotations.
pub(super) fn orthogonalize(columns: &mut Columns, compared: usize) {
    let layout = Layout { stride: columns.stride(), compared };
    let mut blocks: Vec<Block> = Vec::new();
    for (at, column) in columns.iter().enumerate() {
        if at % BLOCK == 0 {
            blocks.push(Block::default());
        }
        if let Some(block) = blocks.last_mut() {
            block.values.extend_from_slice(column);
            block.squares.push(0.0);
        }
    }
    for _ in 0..SWEEPS_MAX {
        if sweep(&mut blocks, layout) <= CONVERGED {
            break;
        }
    }
    let rotated = blocks.iter().flat_map(|block| block.values.chunks_exact(layout.stride));
    columns.iter_mut().zip(rotated).for_each(|(column, rotated)| column.copy_from_slice(rotated));
}

/// Visits every pair; returns the largest cosine that was met.
fn sweep(blocks: &mut [Block], layout: Layout) -> f64 {
    let inside = blocks.par_iter_mut().map(|block| run(Inside { block, layout }));
    let mut largest = inside.reduce(|| 0.0, f64::max);
    for round in 0..rounds(blocks.len()) {
        let pairs = meetings(round, blocks.len());
        let take = |blocks: &mut [Block], at: usize| std::mem::take(&mut blocks[at]);
        let mut taken: Vec<(Block, Block)> =
            pairs.iter().map(|(a, b)| (take(blocks, *a), take(blocks, *b))).collect();
        let across = taken.par_iter_mut().map(|(left, right)| run(Across { left, right, layout }));
        largest = f64::max(largest, across.reduce(|| 0.0, f64::max));
        for ((a, b), (left, right)) in pairs.into_iter().zip(taken) {
            blocks[a] = left;
            blocks[b] = right;
        }
    }
    largest
}

/// Rounds after which each of `count` has met each other.
fn rounds(count: usize) -> usize {
    if count < 2 { 0 } else { count.next_multiple_of(2) - 1 }
}

/// Who meets whom in a round: one stays, the others turn in a circle. With an odd count the one who
/// would meet nobody rests.
fn meetings(round: usize, count: usize) -> Vec<(usize, usize)> {
    let circle = count.next_multiple_of(2) - 1;
    let opposite = |step: usize| {
        let (a, b) = ((round + step) % circle, (round + circle - step) % circle);
        if step == 0 { (round, circle) } else { (a.min(b), a.max(b)) }
    };
    (0..=circle / 2).map(opposite).filter(|(_, b)| *b < count).collect()
}

/// All pairs of one block; begins with fresh squared lengths.
struct Inside<'a> {
    block: &'a mut Block,
    layout: Layout,
}

impl Body for Inside<'_> {
    type Output = f64;

    #[expect(clippy::inline_always, reason = "see `Body`")]
    #[inline(always)]
    fn run(self) -> f64 {
        let Layout { stride, compared } = self.layout;
        let Block { values, squares } = self.block;
        for (column, square) in values.chunks_exact(stride).zip(squares.iter_mut()) {
            *square = dot_body(&column[..compared], &column[..compared]);
        }
        let mut largest = 0.0_f64;
        for at in 1..squares.len() {
            let (left, right) = values.split_at_mut(at * stride);
            let (left_squares, right_squares) = squares.split_at_mut(at);
            let x = (&mut left[(at - 1) * stride..], &mut left_squares[at - 1]);
            let x = Column { values: x.0, square: x.1 };
            largest = largest.max(x.against(right, right_squares, self.layout));
        }
        largest
    }
}

/// All pairs between two blocks.
struct Across<'a> {
    left: &'a mut Block,
    right: &'a mut Block,
    layout: Layout,
}

impl Body for Across<'_> {
    type Output = f64;

    #[expect(clippy::inline_always, reason = "see `Body`")]
    #[inline(always)]
    fn run(self) -> f64 {
        let mut largest = 0.0_f64;
        let columns = self.left.values.chunks_exact_mut(self.layout.stride);
        for (values, square) in columns.zip(&mut self.left.squares) {
            let x = Column { values, square };
            let (right, squares) = (&mut self.right.values, &mut self.right.squares);
            largest = largest.max(x.against(right, squares, self.layout));
        }
        largest
    }
}

/// A column and its squared length.
struct Column<'a> {
    values: &'a mut [f64],
    square: &'a mut f64,
}

impl Column<'_> {
    /// Pairs this column with each of the others in turn; returns the largest cosine.
    #[expect(clippy::inline_always, reason = "see `Body`")]
    #[inline(always)]
    fn against(self, others: &mut [f64], squares: &mut [f64], layout: Layout) -> f64 {
        let mut largest = 0.0_f64;
        for (y, y_square) in others.chunks_exact_mut(layout.stride).zip(squares) {
            let x_square = &mut *self.square;
            if *x_square < NOTHING || *y_square < NOTHING {
                continue;
            }
            let compared = layout.compared;
            let product = dot_body(&self.values[..compared], &y[..compared]);
            let cosine = product.abs() / (x_square.sqrt() * y_square.sqrt());
            largest = largest.max(cosine);
            if cosine <= NEGLIGIBLE {
                continue;
            }
            let (small, large) = (x_square.min(*y_square), x_square.max(*y_square));
            let (cos, sin, tangent) = angle(small, large, product);
            // After the rotation x is the longer of the two.
            if *x_square < *y_square {
                rotate(self.values, y, sin, -cos);
            } else {
                rotate(self.values, y, cos, -sin);
            }
            let moved = tangent * product.abs();
            *x_square = large + moved;
            *y_square = small - moved;
            if *y_square < 0.01 * small {
                // Cancellation took the digits.
                *y_square = dot_body(&y[..compared], &y[..compared]);
            }
        }
        largest
    }
}

/// Cosine and sine of the rotation that makes two columns orthogonal, from their squared lengths and
/// their product, and the absolute tangent: the smaller of the two possible angles.
fn angle(small: f64, large: f64, product: f64) -> (f64, f64, f64) {
    let cotangent = (large - small) / (2.0 * product.abs());
    // Far out the square would overflow, and the root is the cotangent itself.
    let tangent = if cotangent > 1e8 {
        0.5 / cotangent
    } else {
        1.0 / (cotangent + (1.0 + cotangent * cotangent).sqrt())
    };
    let cos = 1.0 / (1.0 + tangent * tangent).sqrt();
    (cos, (cos * tangent).copysign(product), tangent)
}

/// `x, y = cos x - sin y, sin x + cos y`.
#[expect(clippy::inline_always, reason = "see `Body`")]
#[inline(always)]
fn rotate(x: &mut [f64], y: &mut [f64], cos: f64, sin: f64) {
    for (x, y) in x.iter_mut().zip(y) {
        (*x, *y) = (cos.mul_add(*x, -(sin * *y)), cos.mul_add(*y, sin * *x));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::level::under_each;

    #[test]
    fn every_pair_of_blocks_meets_once_and_nobody_twice_in_a_round() {
        for count in 0..12 {
            let mut met = std::collections::BTreeSet::new();
            for round in 0..rounds(count) {
                let mut busy = std::collections::BTreeSet::new();
                for (a, b) in meetings(round, count) {
                    assert!(a < b && b < count, "{count} {round}");
                    assert!(met.insert((a, b)) && busy.insert(a) && busy.insert(b));
                }
            }
            assert_eq!(met.len(), count * count.saturating_sub(1) / 2);
        }
    }

    #[test]
    fn the_angle_makes_columns_orthogonal() {
        for (small, large, product) in [(1.0, 1.0, 0.5), (1.0, 4.0, -1.5), (1e-60, 1.0, 1e-31)] {
            let (cos, sin, tangent) = angle(small, large, product);
            let left: f64 = (cos * cos - sin * sin) * product + cos * sin * (small - large);
            assert!(left.abs() < 1e-15 * product.abs(), "{left}");
            assert!((cos * cos + sin * sin - 1.0).abs() < 1e-15 && tangent <= 1.0);
        }
    }

    #[test]
    fn every_instruction_set_rotates_to_the_same_bits() {
        let layout = Layout { stride: 80, compared: 48 };
        let sample = |at: usize| ((at * 7919) % 1009) as f64 / 97.0 - 5.0;
        let block = |from: usize| Block {
            values: (from..from + 5 * 80).map(sample).collect(),
            squares: vec![0.0; 5],
        };
        let mut results = Vec::new();
        under_each(|_| {
            let (mut left, mut right) = (block(0), block(3));
            for block in [&mut left, &mut right] {
                run(Inside { block, layout });
            }
            let cosine = run(Across { left: &mut left, right: &mut right, layout });
            assert!(cosine > 0.01 && cosine < 1.0, "{cosine}");
            results.push((cosine, left.values, right.values, left.squares, right.squares));
        });
        assert!(results.iter().all(|result| *result == results[0]));
        assert_ne!(results[0].1, block(0).values);
    }
}
