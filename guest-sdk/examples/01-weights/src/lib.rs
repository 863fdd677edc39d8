//! Weights: which arrays a network has, what each is to its layer, and how far training moved it.

use assay_sdk::{Dataset, Error, Measure, Network, ParameterRole, export_measure, log};

/// The mean over kernels of `‖W - W₀‖ / ‖W₀‖`: how far each went from where it began.
struct RelativeDistance;

impl Measure for RelativeDistance {
    const NAME: &str = "example-weights";
    const AUTHORS: &[&str] = &["The authors of Assay"];

    fn evaluate(network: &Network<'_>, _: &Dataset<'_>, _seed: u64) -> Result<f64, Error> {
        // Each asks the host, so both lists are kept.
        let (layers, parameters) = (network.layers(), network.parameters());
        let mut distances = Vec::new();
        for parameter in parameters.filter(|one| one.role == ParameterRole::Kernel) {
            // Only now do values move, from the network's arrays into tensors on the host's side.
            let start = parameter.initial()?;
            let moved = parameter.value() - &start;
            let distance = f64::from(moved.l2_norm()) / f64::from(start.l2_norm());
            let (at, shape) = (parameter.layer, &parameter.shape);
            let kind = layers[at as usize].kind;
            log::info!("layer {at}, {kind:?} {shape:?}: {distance:.3}");
            distances.push(distance);
        }
        mean(&distances).ok_or_else(|| "the network has no kernel".into())
    }
}

/// Nothing of nothing.
fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

export_measure!(RelativeDistance);

#[cfg(test)]
mod tests {
    use super::mean;

    #[test]
    fn the_mean_of_nothing_is_nothing() {
        assert_eq!(mean(&[1.0, 2.0]), Some(1.5));
        assert_eq!(mean(&[]), None);
    }
}
