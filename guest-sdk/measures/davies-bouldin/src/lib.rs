//! The Davies-Bouldin index of early features, of the Interpex team: how much classes overlap there.
//!
//! Begin with [`DaviesBouldin`]; the README has the definition, the source and the published scores.

use assay_sdk::clusters::mean_early_davies_bouldin;
use assay_sdk::{Dataset, Error, Measure, Network, export_measure};

/// Examples of a round.
const ROUND: u32 = 120;
/// So many rounds are looked at, or as many complete ones as there are.
const ROUNDS: u32 = 10;

/// The measure.
#[derive(Debug)]
pub struct DaviesBouldin;

impl Measure for DaviesBouldin {
    const NAME: &str = "davies-bouldin";
    const AUTHORS: &[&str] = &["Parth Natekar", "Manik Sharma"];

    fn evaluate(network: &Network<'_>, dataset: &Dataset<'_>, _: u64) -> Result<f64, Error> {
        mean_early_davies_bouldin(network, dataset, ROUND, ROUNDS)
    }
}

export_measure!(DaviesBouldin);
