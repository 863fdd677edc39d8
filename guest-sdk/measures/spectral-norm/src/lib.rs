//! The product of the layers' squared spectral norms, as a logarithm: how much the linear parts of all
//! layers together can stretch an input.
//!
//! Begin with [`SpectralNorm`]; how each layer's norm is found is in `layer`, and the README has the
//! definition and the source.

mod layer;

use assay_sdk::{Dataset, Error, LayerKind, Measure, Network, ParameterRole, export_measure};

/// The measure.
#[derive(Debug)]
pub struct SpectralNorm;

impl Measure for SpectralNorm {
    const NAME: &str = "spectral-norm";
    const AUTHORS: &[&str] = &["Peter L. Bartlett", "Dylan J. Foster", "Matus Telgarsky"];

    fn evaluate(network: &Network<'_>, _: &Dataset<'_>, seed: u64) -> Result<f64, Error> {
        let layers = network.layers();
        let mut norms = Vec::new();
        for (at, layer) in (0..).zip(&layers) {
            match layer.kind {
                LayerKind::Conv2d => norms.push(layer::operator(network, at, layer, seed)?),
                LayerKind::BatchNorm => norms.push(layer::diagonal(network, at, layer)?),
                _ => {}
            }
        }
        for kernel in network.parameters() {
            let kind = layers.get(kernel.layer as usize).map(|layer| layer.kind);
            if kind == Some(LayerKind::Dense) && kernel.role == ParameterRole::Kernel {
                norms.push(layer::matrix(&kernel.value())?);
            }
        }
        Ok(log_of_product_of_squares(&norms))
    }
}

/// Minus infinity if a layer does nothing.
fn log_of_product_of_squares(norms: &[f64]) -> f64 {
    norms.iter().map(|norm| 2.0 * norm.ln()).sum()
}

export_measure!(SpectralNorm);

#[cfg(test)]
mod tests {
    use super::log_of_product_of_squares;

    #[test]
    fn norms_multiply() {
        let found = log_of_product_of_squares(&[2.0, 3.0]);
        assert!((found - 36.0_f64.ln()).abs() < 1e-12, "{found}");
        assert_eq!(log_of_product_of_squares(&[2.0, 0.0]), f64::NEG_INFINITY);
    }
}
