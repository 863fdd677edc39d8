//! How near to training examples the network begins to doubt their class.
//!
//! Begin with [`AdversarialRadius`]; the search for one radius is in `walk`, and for many examples at
//! once in `population`. The README has the definition, the source and the published scores.

mod population;
mod walk;

use assay_sdk::{Dataset, Error, Measure, Network, export_measure};

use population::Population;

/// So many examples are looked at, or as many as there are, as many of each class as of another.
const EXAMPLES: u32 = 256;
/// Examples of one call; each stands there several times.
const TOGETHER: usize = 64;
/// The mean is taken over the median of the means of so many groups of examples.
const GROUPS: usize = 8;

/// The measure.
#[derive(Debug)]
pub struct AdversarialRadius;

impl Measure for AdversarialRadius {
    const NAME: &str = "adversarial-radius";
    const AUTHORS: &[&str] = &["BrAIn team"];

    fn evaluate(network: &Network<'_>, dataset: &Dataset<'_>, seed: u64) -> Result<f64, Error> {
        let labels = dataset.labels(0..dataset.examples())?;
        let chosen = balanced(&labels, dataset.classes(), EXAMPLES);
        let mut values = Vec::with_capacity(chosen.len());
        for (stream, indices) in (0..).zip(chosen.chunks(TOGETHER)) {
            let population = Population::around(dataset, &labels, indices, (seed, stream))?;
            let radii = population.radii(network, dataset.classes())?;
            values.extend(radii.into_iter().map(|radius| radius.powi(-2)));
        }
        median_of_means(&values).ok_or_else(|| "the task has no examples".into())
    }
}

/// The first examples of each class, class after class in turn: at most `count`, and at least one of
/// each class that has any.
fn balanced(labels: &[u32], classes: u32, count: u32) -> Vec<u32> {
    let each = (count / classes.max(1)).max(1) as usize;
    let mut members = vec![Vec::new(); classes as usize];
    for (index, &label) in (0..).zip(labels) {
        if let Some(members) = members.get_mut(label as usize)
            && members.len() < each
        {
            members.push(index);
        }
    }
    let turns = (0..each).flat_map(|turn| members.iter().filter_map(move |of| of.get(turn)));
    turns.copied().collect()
}

/// The median of the means of groups of neighbours, which a few wild values do not move.
fn median_of_means(values: &[f64]) -> Option<f64> {
    let size = values.len().div_ceil(GROUPS).max(1);
    let mean = |group: &[f64]| group.iter().sum::<f64>() / group.len() as f64;
    let mut means: Vec<f64> = values.chunks(size).map(mean).collect();
    means.sort_by(f64::total_cmp);
    let (low, high) = (means.len().checked_sub(1)? / 2, means.len() / 2);
    Some(f64::midpoint(means[low], means[high]))
}

export_measure!(AdversarialRadius);

#[cfg(test)]
mod tests {
    use super::{balanced, median_of_means};

    #[test]
    fn classes_take_turns() {
        assert_eq!(balanced(&[1, 1, 1, 0, 2, 0, 0], 3, 6), [3, 0, 4, 5, 1]);
        assert_eq!(balanced(&[1, 0, 1], 2, 1), [1, 0]);
        assert!(balanced(&[], 2, 8).is_empty());
    }

    #[test]
    fn one_wild_group_does_not_move_the_median() {
        let mut values = vec![2.0; 16];
        values[3] = 1e9;
        assert_eq!(median_of_means(&values), Some(2.0));
        assert_eq!(median_of_means(&[1.0, 4.0]), Some(2.5));
        assert_eq!(median_of_means(&[]), None);
    }
}
