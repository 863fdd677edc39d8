//! The logarithm of the product of the kernels' squared Frobenius norms.
//!
//! Begin with [`FrobeniusNorm`]; the README has the definition and the source.

use assay_sdk::{Dataset, Error, Measure, Network, Weights, export_measure};

/// The measure.
#[derive(Debug)]
pub struct FrobeniusNorm;

impl Measure for FrobeniusNorm {
    const NAME: &str = "frobenius-norm";
    const AUTHORS: &[&str] =
        &["Yiding Jiang", "Behnam Neyshabur", "Hossein Mobahi", "Dilip Krishnan", "Samy Bengio"];

    fn evaluate(network: &Network<'_>, _: &Dataset<'_>, _: u64) -> Result<f64, Error> {
        let kernels = Weights::kernels(network);
        Ok(kernels.tensors().iter().map(|kernel| 2.0 * f64::from(kernel.l2_norm()).ln()).sum())
    }
}

export_measure!(FrobeniusNorm);
