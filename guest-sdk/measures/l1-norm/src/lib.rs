//! The sum of the absolute values of all kernels' entries.
//!
//! Begin with [`L1Norm`]; the README has the definition and the source.

use assay_sdk::{Dataset, Error, Measure, Network, Weights, export_measure};

/// The measure.
#[derive(Debug)]
pub struct L1Norm;

impl Measure for L1Norm {
    const NAME: &str = "l1-norm";
    const AUTHORS: &[&str] = &["Behnam Neyshabur", "Ryota Tomioka", "Nathan Srebro"];

    fn evaluate(network: &Network<'_>, _: &Dataset<'_>, _: u64) -> Result<f64, Error> {
        let kernels = Weights::kernels(network);
        Ok(kernels.tensors().iter().map(|kernel| f64::from(kernel.l1_norm())).sum())
    }
}

export_measure!(L1Norm);
