//! The Euclidean norm of all kernels' entries together.
//!
//! Begin with [`L2Norm`]; the README has the definition and the source.

use assay_sdk::{Dataset, Error, Measure, Network, Weights, export_measure};

/// The measure.
#[derive(Debug)]
pub struct L2Norm;

impl Measure for L2Norm {
    const NAME: &str = "l2-norm";
    const AUTHORS: &[&str] = &["Behnam Neyshabur", "Ryota Tomioka", "Nathan Srebro"];

    fn evaluate(network: &Network<'_>, _: &Dataset<'_>, _: u64) -> Result<f64, Error> {
        let kernels = Weights::kernels(network);
        let norms = kernels.tensors().iter().map(|kernel| f64::from(kernel.l2_norm()));
        Ok(norms.map(|norm| norm.powi(2)).sum::<f64>().sqrt())
    }
}

export_measure!(L2Norm);
