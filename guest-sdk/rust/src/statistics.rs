//! Summaries: of lists of numbers, computed in the component, and of features over many examples,
//! computed on the host's side.
//!
//! Lists are summed in their order in 64-bit floats. NaN sorts after everything.

use crate::{Direction, Tensor};

/// Arithmetic mean; NaN of nothing.
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The middle value, or the mean of the two in the middle; NaN of nothing.
pub fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}

/// The quantile `q`, which is brought within 0 to 1: between two values it interpolates linearly,
/// position `q · (n - 1)`, as NumPy's default. NaN of nothing.
pub fn quantile(values: &[f64], q: f64) -> f64 {
    let sorted = sorted(values);
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let position = q.clamp(0.0, 1.0) * last as f64;
    #[allow(clippy::cast_sign_loss, reason = "the position lies between 0 and the last place")]
    let below = position as usize;
    let above = (below + 1).min(last);
    sorted[below] + (sorted[above] - sorted[below]) * (position - below as f64)
}

/// The mean without the smallest and the largest `share` of the values, each rounded down to whole
/// values, as `scipy.stats.trim_mean`. NaN where nothing is left.
///
/// ```
/// assert_eq!(assay_sdk::statistics::trimmed_mean(&[9.0, 1.0, 2.0, 900.0], 0.25), 5.5);
/// ```
pub fn trimmed_mean(values: &[f64], share: f64) -> f64 {
    let sorted = sorted(values);
    let (cut, kept) = trim(sorted.len(), share);
    mean(&sorted[cut..cut + kept])
}

/// As [`trimmed_mean`], of all values of a tensor, on the host's side. Work: that of
/// [`Tensor::sort`] over one row, and its elements.
#[track_caller]
pub fn trimmed_mean_of(values: &Tensor, share: f64) -> f64 {
    let elements = values.elements();
    let row = values.reshape(&[elements]).sort(Direction::Ascending);
    let (cut, kept) = trim(elements as usize, share);
    // Both are parts of `elements`.
    f64::from(row.slice(0, cut as u32..(cut + kept) as u32).mean())
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// How many values go at each end, and how many stay.
fn trim(count: usize, share: f64) -> (usize, usize) {
    #[allow(clippy::cast_sign_loss, reason = "a share below 0 counts as 0")]
    let cut = (share.max(0.0) * count as f64) as usize;
    (cut.min(count), count.saturating_sub(2 * cut))
}

/// Mean and variance of each feature over examples that come in batches, so that they need not fit
/// into one tensor.
///
/// ```no_run
/// # use assay_sdk::{Dataset, Error, Network, Tap, statistics::FeatureMoments};
/// # fn spread(network: &Network<'_>, dataset: &Dataset<'_>) -> Result<f32, Error> {
/// let mut moments = FeatureMoments::default();
/// for batch in dataset.batches(50) {
///     moments.add(&network.activations(&batch?.inputs, &[Tap::output(0)])?[0]);
/// }
/// Ok(moments.variance().ok_or("no examples")?.mean())
/// # }
/// ```
#[derive(Debug, Default)]
pub struct FeatureMoments {
    seen: Option<Seen>,
}

#[derive(Debug)]
struct Seen {
    examples: f64,
    mean: Tensor,
    variance: Tensor,
}

impl FeatureMoments {
    /// Adds a batch `[examples, ..features]`; all batches have the same features. Work: 3 × elements,
    /// and some passes over one example's features.
    #[track_caller]
    pub fn add(&mut self, batch: &Tensor) {
        let examples = f64::from(batch.shape().first().copied().unwrap_or(0));
        if examples == 0.0 {
            return;
        }
        let (mean, variance) = (batch.mean_axes(&[0]), batch.variance_axes(&[0]));
        self.seen = Some(match self.seen.take() {
            None => Seen { examples, mean, variance },
            Some(seen) => seen.joined(examples, &mean, &variance),
        });
    }

    /// Mean of each feature, `[..features]`; none before the first batch.
    pub fn mean(&self) -> Option<&Tensor> {
        self.seen.as_ref().map(|seen| &seen.mean)
    }

    /// Variance of each feature (divided by the count), `[..features]`; none before the first batch.
    pub fn variance(&self) -> Option<&Tensor> {
        self.seen.as_ref().map(|seen| &seen.variance)
    }
}

impl Seen {
    /// The moments of two sets from the moments of each (Chan, Golub and LeVeque 1979): no difference
    /// of large sums, which 32-bit floats would not survive.
    fn joined(self, examples: f64, mean: &Tensor, variance: &Tensor) -> Self {
        let all = self.examples + examples;
        let (old, new) = ((self.examples / all) as f32, (examples / all) as f32);
        let apart = mean - &self.mean;
        Self {
            examples: all,
            variance: self.variance * old + variance * new + apart.square() * (old * new),
            mean: self.mean + apart * new,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{mean, median, quantile, trim, trimmed_mean};

    #[test]
    fn the_middle_of_odd_and_of_even_lists() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median(&[]).is_nan());
    }

    #[test]
    fn quantiles_interpolate() {
        let values = [10.0, 0.0, 20.0, 40.0, 30.0];
        assert_eq!(quantile(&values, 0.0), 0.0);
        assert_eq!(quantile(&values, 1.0), 40.0);
        assert_eq!(quantile(&values, 0.375), 15.0);
        assert_eq!(quantile(&[7.0], 0.9), 7.0);
    }

    #[test]
    fn trimming_takes_whole_values_from_both_ends() {
        let values: Vec<f64> = (0..39).map(f64::from).collect();
        assert_eq!(trim(39, 0.05), (1, 37));
        assert_eq!(trimmed_mean(&values, 0.05), 19.0);
        assert_eq!(trimmed_mean(&[1.0, 2.0, 60.0], 0.0), mean(&[1.0, 2.0, 60.0]));
        assert!(trimmed_mean(&[1.0, 2.0], 0.5).is_nan());
    }
}
