//! Several copies of each of some examples, moved uphill on the loss together within balls.

use assay_sdk::{Dataset, Error, Network, Objective, Tap, Tensor, random};

use crate::walk::{Next, STEPS, Walk};

/// Copies of each example.
const COPIES: usize = 4;
/// The first radius, as root mean square over an example's elements.
const FIRST: f64 = 0.01;

/// The examples whose search goes on.
pub(crate) struct Population {
    /// Examples, each `COPIES` times, and where the copies have moved: `[rows, ..shape]`.
    origin: Tensor,
    moved: Tensor,
    labels: Vec<u32>,
    /// One for each example, with its place in the answer.
    walks: Vec<(usize, Walk)>,
    /// The first radius, in the inputs' units.
    first: f64,
}

impl Population {
    /// Copies of the examples, at random places in the first ball.
    pub(crate) fn around(
        dataset: &Dataset<'_>,
        labels: &[u32],
        indices: &[u32],
        (seed, stream): (u64, u64),
    ) -> Result<Self, Error> {
        let rows: Vec<u32> = indices.iter().flat_map(|&index| [index; COPIES]).collect();
        let origin = dataset.gather(&rows)?;
        let shape = origin.shape();
        let elements: f64 = shape.iter().skip(1).copied().map(f64::from).product();
        Ok(Self {
            moved: random::normal(seed, stream, &shape) * FIRST as f32,
            origin,
            labels: rows.iter().map(|&index| labels[index as usize]).collect(),
            walks: (0..indices.len()).map(|place| (place, Walk::new())).collect(),
            first: FIRST * elements.sqrt(),
        })
    }

    /// The radius of each example.
    pub(crate) fn radii(mut self, network: &Network<'_>, classes: u32) -> Result<Vec<f64>, Error> {
        let mut radii = vec![0.0; self.walks.len()];
        // Beyond what guessing costs, a loss does not count.
        let loss_max = f64::from(classes.max(2)).ln();
        self.project();
        for step in 0..STEPS {
            let losses = self.ascend(network, loss_max)?;
            let mut kept = Vec::new();
            let mut doubled = vec![1.0; self.labels.len()];
            for (at, loss) in losses.into_iter().enumerate() {
                let (place, walk) = &mut self.walks[at];
                let next = walk.after(step, loss / loss_max);
                radii[*place] = walk.scale * self.first;
                match next {
                    Next::Step => kept.push(at),
                    Next::Double => {
                        kept.push(at);
                        doubled[at * COPIES..][..COPIES].fill(2.0);
                    }
                    Next::Found => {}
                }
            }
            self.scale_rows(&doubled);
            if kept.is_empty() {
                break;
            }
            self.keep(&kept);
            self.project();
        }
        Ok(radii)
    }

    /// One step up the gradient of each example's mean loss over its copies. Returns the losses before.
    fn ascend(&mut self, network: &Network<'_>, loss_max: f64) -> Result<Vec<f64>, Error> {
        let batch = &self.origin + &self.moved;
        let loss = Objective::CrossEntropy(&self.labels);
        let losses = network.objective(0, &batch, loss)?.to_vec();
        let mut gradients = network.gradients(0, &batch, loss, &[Tap::input(0)])?;
        let gradient = gradients.pop().ok_or("a tap gave no gradient")?;
        let rows = losses.iter().enumerate().map(|(row, loss)| {
            let counts = f64::from(*loss) < loss_max;
            if counts { self.walks[row / COPIES].1.scale / COPIES as f64 } else { 0.0 }
        });
        let rates = self.of_rows(&rows.collect::<Vec<_>>());
        self.moved = &self.moved + gradient * rates;
        self.project();
        Ok(means(&losses, loss_max))
    }

    /// Brings every copy back into its example's ball.
    fn project(&mut self) {
        let lengths = self.moved.flatten_rows().l2_norm_axes(&[1]).to_vec();
        let factors = lengths.iter().enumerate().map(|(row, length)| {
            let radius = self.walks[row / COPIES].1.scale * self.first;
            (radius / f64::from(*length)).min(1.0)
        });
        self.scale_rows(&factors.collect::<Vec<_>>());
    }

    fn scale_rows(&mut self, factors: &[f64]) {
        if factors.iter().any(|factor| *factor != 1.0) {
            self.moved = &self.moved * self.of_rows(factors);
        }
    }

    /// One number for each row, broadcasting over it.
    fn of_rows(&self, numbers: &[f64]) -> Tensor {
        let mut shape = vec![1; self.moved.shape().len()];
        shape[0] = numbers.len() as u32;
        let numbers: Vec<f32> = numbers.iter().map(|number| *number as f32).collect();
        Tensor::from_values(&shape, &numbers)
    }

    /// Drops all examples but these.
    fn keep(&mut self, examples: &[usize]) {
        if examples.len() == self.walks.len() {
            return;
        }
        let rows = examples.iter().flat_map(|at| at * COPIES..(at + 1) * COPIES);
        let rows: Vec<u32> = rows.map(|row| row as u32).collect();
        self.origin = self.origin.gather_rows(&rows);
        self.moved = self.moved.gather_rows(&rows);
        self.labels = rows.iter().map(|row| self.labels[*row as usize]).collect();
        self.walks = examples.iter().map(|at| self.walks[*at]).collect();
    }
}

/// The mean over each example's copies of the loss, as far as it counts.
fn means(losses: &[f32], loss_max: f64) -> Vec<f64> {
    let mean = |copies: &[f32]| {
        copies.iter().map(|loss| f64::from(*loss).min(loss_max)).sum::<f64>() / copies.len() as f64
    };
    losses.chunks(COPIES).map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::means;

    #[test]
    fn losses_count_up_to_that_of_guessing() {
        assert_eq!(means(&[1.0, 9.0, 0.0, 1.0, 4.0, 4.0, 4.0, 4.0], 2.0), [1.0, 2.0]);
    }
}
