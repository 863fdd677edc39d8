//! The competition's sample submission: the sum over all parameter arrays of the squared L2 norm,
//! biases and batch-norm statistics included.
//!
//! Begin with [`SumOfSquares`]; the README has the source and the published scores.

use assay_sdk::{Dataset, Error, Measure, Network, export_measure};

/// The measure.
#[derive(Debug)]
pub struct SumOfSquares;

impl Measure for SumOfSquares {
    const NAME: &str = "sum-of-squares";
    const AUTHORS: &[&str] = &["PGDL organizers"];

    fn evaluate(network: &Network<'_>, _: &Dataset<'_>, _: u64) -> Result<f64, Error> {
        Ok(network.parameters().map(|parameter| f64::from(parameter.value().square().sum())).sum())
    }
}

export_measure!(SumOfSquares);
