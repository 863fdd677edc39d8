//! Householder's reflections: a tall matrix becomes a small triangular one.
//!
//! `A = Q R` with the longest remaining column first (Businger and Golub 1965): the diagonal of `R`
//! then falls, which spares the rotations that follow much of their work. No column is moved for it:
//! rows of `R` are kept under the original positions.

use rayon::prelude::*;

use super::columns::Columns;
use super::jacobi::NOTHING;
use super::kernel::{add_scaled, aligned, dot};

/// Values that make a piece of work for one thread.
const PIECE: usize = 1 << 15;
/// A squared length that fell below this share of the last one computed is computed again: what is
/// left of it would be the rounding error of the subtractions.
const STALE: f64 = 1e-4;

/// `Q`, as the reflections `I - scale v v'` whose product it is.
pub(super) struct Reflections(Vec<Reflection>);

struct Reflection {
    /// Zero before `first`.
    vector: Vec<f64>,
    first: usize,
    scale: f64,
}

impl Reflection {
    fn apply(&self, column: &mut [f64]) {
        let from = aligned(self.first);
        let (vector, column) = (&self.vector[from..], &mut column[from..]);
        let share = -self.scale * dot(vector, column);
        add_scaled(column, share, vector);
    }
}

impl Reflections {
    /// Makes `Q x` of `x`, padded to the height of the matrix.
    pub(super) fn apply(&self, column: &mut [f64]) {
        for reflection in self.0.iter().rev() {
            reflection.apply(column);
        }
    }
}

/// A column on its way.
struct Working {
    values: Vec<f64>,
    /// Its value in the row that the last reflection finished; it is zero among the values.
    head: f64,
    /// Squared length of what is left, by subtraction.
    square: f64,
    /// The last squared length that was computed from the values.
    computed: f64,
    /// The squared length of the whole column.
    whole: f64,
    done: bool,
}

/// Splits a matrix of at least as many rows as columns into `Q` and `R`. Column `k` of the result is
/// row `k` of `R`. What is left of a column counts as zero when it is not above the rounding errors of
/// the whole column, so that a matrix of lower rank has rows of zeros at the end.
pub(super) fn triangular(matrix: Columns) -> (Reflections, Columns) {
    let count = matrix.iter().len();
    let mut rows = Columns::zeros(count, count);
    let mut columns: Vec<Working> = matrix
        .iter()
        .map(|column| {
            let square = dot(column, column);
            Working {
                values: column.to_vec(),
                head: 0.0,
                square,
                computed: square,
                whole: square,
                done: square < NOTHING,
            }
        })
        .collect();
    let height = matrix.stride();
    drop(matrix);
    let mut reflections = Vec::with_capacity(count);
    let noise = (count as f64 * f64::EPSILON).powi(2);
    for step in 0..count {
        let Some(longest) = longest(&columns) else { break };
        let mut vector = std::mem::take(&mut columns[longest].values);
        columns[longest].done = true;
        let square = dot(&vector[aligned(step)..], &vector[aligned(step)..]);
        let length = square.sqrt();
        let head = vector[step];
        // Away from zero, so that nothing cancels.
        vector[step] = head + length.copysign(head);
        let scale = 1.0 / (length * (length + head.abs()));
        let reflection = Reflection { vector, first: step, scale };
        let row = rows.get_mut(step);
        row[longest] = -length.copysign(head);
        let left = columns.par_iter_mut().with_min_len(PIECE.div_ceil(height - aligned(step)));
        left.filter(|column| !column.done).for_each(|column| reflect(column, &reflection));
        for (slot, column) in row.iter_mut().zip(&mut columns).filter(|(_, column)| !column.done) {
            *slot = column.head;
            column.done = column.square <= noise * column.whole;
        }
        reflections.push(reflection);
    }
    (Reflections(reflections), rows)
}

/// The first of the longest columns that are left.
fn longest(columns: &[Working]) -> Option<usize> {
    let mut best: Option<usize> = None;
    for (at, column) in columns.iter().enumerate().filter(|(_, column)| !column.done) {
        if best.is_none_or(|best| column.square > columns[best].square) {
            best = Some(at);
        }
    }
    best
}

fn reflect(column: &mut Working, reflection: &Reflection) {
    reflection.apply(&mut column.values);
    column.head = std::mem::take(&mut column.values[reflection.first]);
    column.square -= column.head * column.head;
    if column.square < STALE * column.computed {
        let left = &column.values[aligned(reflection.first)..];
        column.square = dot(left, left);
        column.computed = column.square;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_product_is_the_matrix_and_the_diagonal_falls() {
        let (rows, count) = (37, 7);
        let mut matrix = Columns::zeros(rows, count);
        let sample = |i: usize, j: usize| (i * 7 + j * j * 5 + (i * j) % 11) as f64 % 13.0 - 6.0;
        for (j, column) in matrix.iter_mut().enumerate() {
            (0..rows).for_each(|i| column[i] = sample(i, j));
        }
        let (q, r) = triangular(matrix);
        for j in 0..count {
            let mut column = vec![0.0; super::super::kernel::padded(rows)];
            (0..count).for_each(|k| column[k] = r.get(k)[j]);
            q.apply(&mut column);
            for (i, value) in column.iter().enumerate() {
                let expected = if i < rows { sample(i, j) } else { 0.0 };
                assert!((value - expected).abs() < 1e-13, "{i} {j}: {value} {expected}");
            }
        }
        let mut diagonal = vec![0.0; count];
        for column in 0..count {
            // A column is done in the step of its last value: the triangle's diagonal.
            let last = (0..count).rev().find(|k| r.get(*k)[column] != 0.0).unwrap();
            diagonal[last] = r.get(last)[column].abs();
        }
        assert!(diagonal.is_sorted_by(|a, b| a >= b) && diagonal[6] > 0.0, "{diagonal:?}");
    }

    #[test]
    fn what_is_left_of_dependent_columns_is_nothing_and_small_columns_are_kept() {
        let mut matrix = Columns::zeros(20, 6);
        for (j, column) in matrix.iter_mut().enumerate() {
            let value = |i: usize| match j {
                0 | 1 => ((i * i + j * 3) % 7) as f64,
                2 => ((i * i) % 7) as f64 * 0.3 - ((i * i + 3) % 7) as f64 * 1.7,
                3 => 0.0,
                // Nearly, but not, what the first is: the difference is far above rounding errors.
                4 => ((i * i) % 7) as f64 + 1e-9 * i as f64,
                _ => (i % 3) as f64 * 1e-60,
            };
            (0..20).for_each(|i| column[i] = value(i));
        }
        let (_, r) = triangular(matrix);
        let lengths: Vec<f64> = r.iter().map(|row| dot(row, row).sqrt()).collect();
        assert!(lengths[0] > 1.0 && lengths[1] > 1.0, "{lengths:?}");
        assert!((1e-9..1e-7).contains(&lengths[2]), "{lengths:?}");
        assert!((1e-61..1e-58).contains(&lengths[3]), "{lengths:?}");
        assert_eq!(lengths[4..], [0.0, 0.0]);
    }
}
