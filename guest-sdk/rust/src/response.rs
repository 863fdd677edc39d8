//! Perturbation response: how the accuracy falls as examples are perturbed more and more, after Schiff et
//! al., "Predicting Deep Neural Network Generalization with Perturbation Response Curves" (arXiv
//! 2106.04765).
//!
//! A curve here is a list of values at equally spaced magnitudes from 0 to 1, both included.

use std::collections::BTreeMap;

use crate::{Batch, Error, Network, random};

/// Accuracies on a batch of which every example is mixed with another one of its class:
/// `x + magnitude / 2 · (partner - x)`, at `steps + 1` magnitudes. At the last one both weigh the same.
/// Partners are random by `(seed, stream)` and the same at all magnitudes; an example alone in its class is
/// mixed with itself. Work: (steps + 1) × examples × the network's multiply-adds.
///
/// # Errors
/// As [`Network::logits`]; [`Error::TooLarge`] for batches of more than 262,144.
pub fn within_classes(
    network: &Network<'_>,
    batch: &Batch,
    steps: u32,
    (seed, stream): (u64, u64),
) -> Result<Vec<f64>, Error> {
    let order = random::permutation(seed, stream, batch.labels.len() as u32)?;
    let partners = batch.inputs.gather_rows(&partners(&batch.labels, &order));
    let towards = (partners - &batch.inputs) * 0.5;
    let accuracy_at = |step: u32| {
        let magnitude = step as f32 / steps.max(1) as f32;
        let inputs = &batch.inputs + &towards * magnitude;
        Batch { start: batch.start, inputs, labels: batch.labels.clone() }.accuracy(network)
    };
    (0..=steps).map(accuracy_at).collect()
}

/// For each position another one with the same label: the members of a class in the given order, each
/// with the next, and the last with the first.
fn partners(labels: &[u32], order: &[u32]) -> Vec<u32> {
    let mut classes: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for &position in order {
        classes.entry(labels[position as usize]).or_default().push(position);
    }
    let mut partners = vec![0; labels.len()];
    for members in classes.values() {
        let next = members.iter().cycle().skip(1);
        for (member, partner) in members.iter().zip(next) {
            partners[*member as usize] = *partner;
        }
    }
    partners
}

/// The area below a curve up to each of its magnitudes, by the trapezoidal rule; as long as the curve.
pub fn cumulative(curve: &[f64]) -> Vec<f64> {
    let width = 1.0 / curve.len().saturating_sub(1).max(1) as f64;
    let mut area = 0.0;
    let steps = curve.windows(2).map(|pair| {
        area += width * f64::midpoint(pair[0], pair[1]);
        area
    });
    std::iter::once(0.0).take(curve.len()).chain(steps).collect()
}

/// The area below a curve.
pub fn area(curve: &[f64]) -> f64 {
    cumulative(curve).pop().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::{area, cumulative, partners};

    #[test]
    fn partners_share_a_label_and_come_once() {
        // Class 7 in order: 3, 0, 2; class 1: 4, 1; class 9 alone.
        let found = partners(&[7, 1, 7, 7, 1, 9], &[3, 4, 5, 0, 2, 1]);
        assert_eq!(found, [2, 4, 3, 0, 1, 5]);
    }

    #[test]
    fn areas_are_those_of_trapezia() {
        assert_eq!(cumulative(&[1.0, 1.0, 0.5, 0.0, 0.0]), [0.0, 0.25, 0.4375, 0.5, 0.5]);
        assert_eq!(area(&[0.0, 1.0]), 0.5);
        assert_eq!(area(&[3.0]), 0.0);
        assert!(cumulative(&[]).is_empty());
    }
}
