//! The winning measure of 2020, of the Interpex team: Davies-Bouldin index × (1 − mixup accuracy).
//!
//! Begin with [`DbiTimesMixup`]; the README has the definition, the source and the published scores.

mod features;
mod index;
mod mixup;

use assay_sdk::{Dataset, Error, Measure, Network, export_measure};

/// The measure.
#[derive(Debug)]
pub struct DbiTimesMixup;

impl Measure for DbiTimesMixup {
    const NAME: &str = "dbi-times-mixup";
    const AUTHORS: &[&str] = &["Parth Natekar", "Manik Sharma"];

    fn evaluate(network: &Network<'_>, dataset: &Dataset<'_>, _: u64) -> Result<f64, Error> {
        let index = index::mean_over_rounds(network, dataset)?;
        let kept = mixup::accuracy(network, dataset)?;
        Ok(index * (1.0 - kept))
    }
}

export_measure!(DbiTimesMixup);
