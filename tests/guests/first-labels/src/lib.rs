//! A guest whose value spells the labels of the first examples as decimal digits: host tests learn from
//! it in which order a measure sees the training data.
//!
//! Begin with [`FirstLabels`].

use assay_sdk::{Dataset, Error, Measure, Network, export_measure};

/// Labels that are spelled: as many decimal digits as a 64-bit float holds exactly.
const DIGITS: u32 = 15;

/// The measure.
#[derive(Debug)]
pub struct FirstLabels;

impl Measure for FirstLabels {
    const NAME: &str = "first-labels";
    const AUTHORS: &[&str] = &["Assay"];

    /// The task has at most ten classes.
    fn evaluate(_: &Network<'_>, dataset: &Dataset<'_>, _: u64) -> Result<f64, Error> {
        let labels = dataset.labels(0..DIGITS.min(dataset.examples()))?;
        Ok(labels.into_iter().fold(0.0, |digits, label| digits * 10.0 + f64::from(label)))
    }
}

export_measure!(FirstLabels);
