//! How far apart two halves of a class lie in features, by optimal transport: the k-variance of
//! Solomon, Greenewald and Nagaraja (2020), as the margins of Chuang et al. (arXiv 2106.03314) use it.

use crate::features::{Features, rows_at_once, tap_elements};
use crate::margins::Margins;
use crate::samples::{Sample, by_class};
use crate::{Dataset, Error, Network, Tap};

/// Examples drawn for each class, on average.
const PER_CLASS: u32 = 200;
/// Most examples in one half of a class: what optimal transport takes grows with the cube.
const HALF_MAX: usize = 256;
/// The features are what enters the first of these layers that is there and slides a window.
const SHALLOW: [usize; 4] = [2, 3, 4, 5];
/// The stream that examples are drawn from.
const STREAM: u64 = 0;

/// A class's variance in features.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClassVariance {
    /// Share of the class among the examples drawn.
    pub frequency: f64,
    /// Wasserstein-1 distance (Euclidean cost) between two random halves of the class.
    pub distance: f64,
    /// The largest slope of the class's margins: see [`Margins::slopes`].
    pub steepest: f64,
}

/// Margins of examples, and variances of classes, in the features of one layer.
#[derive(Debug, Clone, Default)]
pub struct KVariance {
    /// One for each example that was drawn.
    pub margins: Margins,
    /// One for each class with at least two examples.
    pub classes: Vec<ClassVariance>,
}

impl KVariance {
    /// Draws 200 examples per class of the task (not the same number of each class, and at most all
    /// examples) and looks at what enters the first layer among 2, 3, 4 and 5 that is there and slides a
    /// window; without one, at what enters layer 2, or the last before it.
    ///
    /// Work: 5 × examples × the network's multiply-adds, and examples × 100 × features; fuel: about
    /// 10⁷ for each class.
    ///
    /// # Errors
    /// Those of [`Network::gradients`], and a text of its own if no class has two examples.
    pub fn shallow(network: &Network<'_>, dataset: &Dataset<'_>, seed: u64) -> Result<Self, Error> {
        let layers = network.layers();
        let windowed = |at: &usize| layers.get(*at).is_some_and(|layer| layer.window.is_some());
        let fallback = SHALLOW[0].min(layers.len().saturating_sub(1));
        let layer = SHALLOW.into_iter().find(windowed).unwrap_or(fallback);
        let count = dataset.classes().saturating_mul(PER_CLASS);
        let sample = Sample::shuffled(dataset, count, seed, STREAM)?;
        let mut found = Self::default();
        for members in by_class(&sample.labels).into_values() {
            found.add_class(network, dataset, Tap::input(layer as u32), &sample, &members)?;
        }
        if found.classes.is_empty() {
            return Err("no class has two examples".into());
        }
        Ok(found)
    }

    /// `members` are positions in the sample, in its random order: cutting them in two cuts at random.
    fn add_class(
        &mut self,
        network: &Network<'_>,
        dataset: &Dataset<'_>,
        tap: Tap,
        sample: &Sample<'_>,
        members: &[u32],
    ) -> Result<(), Error> {
        let index = |&member: &u32| sample.indices[member as usize];
        let indices: Vec<u32> = members.iter().map(index).collect();
        let label = sample.labels[members[0] as usize];
        let mut steepest = 0.0_f64;
        for indices in indices.chunks(rows_at_once(tap_elements(network, tap)?) as usize) {
            let labels = vec![label; indices.len()];
            let margins = Margins::at(network, tap, &dataset.gather(indices)?, &labels)?;
            steepest = margins.slopes.iter().copied().fold(steepest, f64::max);
            self.margins.differences.extend(margins.differences);
            self.margins.slopes.extend(margins.slopes);
        }
        let half = (indices.len() / 2).min(HALF_MAX);
        if half == 0 {
            return Ok(());
        }
        let features = |indices: &[u32]| Features::at(network, tap, &dataset.gather(indices)?);
        let (one, two) = (features(&indices[..half])?, features(&indices[half..2 * half])?);
        let squares = one.pairwise(&two, crate::Tensor::squared_distances)?.to_vec();
        let costs: Vec<f64> = squares.into_iter().map(|square| f64::from(square).sqrt()).collect();
        self.classes.push(ClassVariance {
            frequency: members.len() as f64 / sample.len() as f64,
            distance: assignment(&costs, half) / half as f64,
            steepest,
        });
        Ok(())
    }
}

/// The least total cost of giving each of `n` rows a column of its own; `costs` is `[n, n]`, row-major,
/// without NaN. Shortest augmenting paths (Jonker and Volgenant 1987), in time n³.
///
/// ```
/// # use assay_sdk::k_variance::assignment;
/// assert_eq!(assignment(&[4.0, 1.0, 2.0, 3.0], 2), 3.0);
/// ```
pub fn assignment(costs: &[f64], n: usize) -> f64 {
    // Potentials of rows and columns; place 0 of the columns is where a path begins.
    let (mut row_potential, mut column_potential) = (vec![0.0; n], vec![0.0; n + 1]);
    let mut owner: Vec<Option<usize>> = vec![None; n + 1];
    for row in 0..n {
        owner[0] = Some(row);
        let (mut least, mut before) = (vec![f64::INFINITY; n + 1], vec![0; n + 1]);
        let mut done = vec![false; n + 1];
        let mut column = 0;
        while let Some(here) = owner[column] {
            done[column] = true;
            let (mut step, mut next) = (f64::INFINITY, 0);
            for to in (1..=n).filter(|&to| !done[to]) {
                let reduced = costs[here * n + to - 1] - row_potential[here] - column_potential[to];
                if reduced < least[to] {
                    (least[to], before[to]) = (reduced, column);
                }
                if least[to] < step {
                    (step, next) = (least[to], to);
                }
            }
            if next == 0 {
                // Only infinite costs are left: no assignment is cheaper than another.
                return f64::INFINITY;
            }
            for to in 0..=n {
                match owner[to] {
                    Some(by) if done[to] => {
                        row_potential[by] += step;
                        column_potential[to] -= step;
                    }
                    _ => least[to] -= step,
                }
            }
            column = next;
        }
        while column != 0 {
            owner[column] = owner[before[column]];
            column = before[column];
        }
    }
    let cost =
        |(column, row): (usize, &Option<usize>)| row.map_or(0.0, |row| costs[row * n + column]);
    owner[1..].iter().enumerate().map(cost).sum()
}

#[cfg(test)]
mod tests {
    use super::assignment;

    /// The least cost over all ways, by trying them.
    fn by_trying(costs: &[f64], n: usize, row: usize, taken: &mut [bool]) -> f64 {
        if row == n {
            return 0.0;
        }
        let mut least = f64::INFINITY;
        for column in 0..n {
            if !taken[column] {
                taken[column] = true;
                let rest = by_trying(costs, n, row + 1, taken);
                least = least.min(costs[row * n + column] + rest);
                taken[column] = false;
            }
        }
        least
    }

    #[test]
    fn the_cheapest_assignment_is_found() {
        let mut state = 1_u32;
        for n in 1..=6 {
            for _ in 0..20 {
                let costs: Vec<f64> = (0..n * n)
                    .map(|_| {
                        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                        f64::from(state >> 24)
                    })
                    .collect();
                let expected = by_trying(&costs, n, 0, &mut vec![false; n]);
                assert_eq!(assignment(&costs, n), expected, "{n}: {costs:?}");
            }
        }
    }

    #[test]
    fn nothing_costs_nothing_and_equal_halves_neither() {
        assert_eq!(assignment(&[], 0), 0.0);
        assert_eq!(assignment(&[5.0, 0.0, 0.0, 0.0, 5.0, 0.0, 0.0, 0.0, 5.0], 3), 0.0);
        assert_eq!(assignment(&[f64::INFINITY], 1), f64::INFINITY);
    }
}
