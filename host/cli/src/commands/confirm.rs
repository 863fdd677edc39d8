//! Whether the `cpu` lane confirms a run: scores depend only on the order of the networks' values.

use assay_worker::Unit;

/// What a second run on the `cpu` lane says of a first one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// Pairs of networks that the two lanes order differently.
    pub(crate) differing: Vec<(String, String)>,
    /// Whether every network has a value on both lanes: only then the order is known.
    pub(crate) complete: bool,
}

impl Verdict {
    /// Whether the order is known and the same.
    pub(crate) fn confirmed(&self) -> bool {
        self.complete && self.differing.is_empty()
    }
}

/// Compares two runs over the same networks.
pub(crate) fn compare(provisional: &[Unit], cpu: &[Unit]) -> Verdict {
    let values = provisional
        .iter()
        .zip(cpu)
        .map(|(a, b)| (a.id.as_str(), a.report.outcome.value().zip(b.report.outcome.value())));
    verdict(&values.collect::<Vec<_>>())
}

fn verdict(values: &[(&str, Option<(f64, f64)>)]) -> Verdict {
    let mut differing = Vec::new();
    for (at, (first, a)) in values.iter().enumerate() {
        for (second, b) in &values[at + 1..] {
            let (Some(a), Some(b)) = (a, b) else { continue };
            // A tie on one lane that is none on the other is a difference too: scorers count ties.
            if a.0.partial_cmp(&b.0) != a.1.partial_cmp(&b.1) {
                differing.push(((*first).to_owned(), (*second).to_owned()));
            }
        }
    }
    Verdict { differing, complete: values.iter().all(|(_, both)| both.is_some()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_order_counts_and_ties_belong_to_it() {
        let same = verdict(&[("a", Some((1.0, 10.0))), ("b", Some((2.0, 11.0)))]);
        assert!(same.confirmed());
        let swapped = verdict(&[("a", Some((1.0, 1.0))), ("b", Some((2.0, 0.5)))]);
        assert_eq!(swapped.differing, [("a".to_owned(), "b".to_owned())]);
        let tie = verdict(&[("a", Some((1.0, 1.0))), ("b", Some((1.0, 1.1)))]);
        assert!(!tie.confirmed());
    }

    #[test]
    fn a_missing_value_confirms_nothing() {
        let missing = verdict(&[("a", Some((1.0, 1.0))), ("b", None)]);
        assert!(missing.differing.is_empty() && !missing.confirmed());
    }
}
