//! The competition's baseline: the sum over all parameter arrays of the squared L2 distance from
//! where training began.
//!
//! Begin with [`DistanceFromInit`]; the README has the source and the published scores.

use assay_sdk::{Dataset, Error, Measure, Network, export_measure};

/// The measure.
#[derive(Debug)]
pub struct DistanceFromInit;

impl Measure for DistanceFromInit {
    const NAME: &str = "distance-from-init";
    const AUTHORS: &[&str] = &["PGDL organizers"];

    fn evaluate(network: &Network<'_>, _: &Dataset<'_>, _: u64) -> Result<f64, Error> {
        let mut distance = 0.0;
        for parameter in network.parameters() {
            let moved = parameter.value() - parameter.initial()?;
            distance += f64::from(moved.square().sum());
        }
        Ok(distance)
    }
}

export_measure!(DistanceFromInit);

#[cfg(test)]
mod tests {
    use assay_native::parts::{Activation, Dataset, LayerKind, Layers};
    use assay_native::{Failure, Run, Unit};

    use super::DistanceFromInit;

    /// The measure on one dense layer: a kernel of four weights and a bias of two.
    fn measured(trained: &[&[f32]; 2], initial: Option<&[&[f32]; 2]>) -> Result<Run, Failure> {
        let dense = LayerKind::Dense { units: 2, activation: Activation::Linear, bias: true };
        let layers = Layers::from_input(&[2]).layer(dense, trained);
        let layers = match initial {
            Some(initial) => layers.with_initial(initial),
            None => layers,
        };
        let data = Dataset::new(vec![2], vec![0.0; 2], vec![0], 2).unwrap();
        Unit::new(layers.network().unwrap(), data).unwrap().run::<DistanceFromInit>()
    }

    #[test]
    fn squares_are_summed_over_all_arrays() {
        let trained: [&[f32]; 2] = [&[1.0, 2.0, 3.0, 4.0], &[0.5, 0.0]];
        let initial: [&[f32]; 2] = [&[0.0, 2.0, 5.0, 4.0], &[-2.5, 0.0]];
        assert_eq!(measured(&trained, Some(&initial)).unwrap().value, 1.0 + 4.0 + 9.0);
        assert_eq!(measured(&trained, Some(&trained)).unwrap().value, 0.0);
    }

    #[test]
    fn a_task_without_initial_weights_is_an_error() {
        let failure = measured(&[&[1.0; 4], &[0.0; 2]], None).unwrap_err();
        assert_eq!(failure.reason.class(), "measure-error");
        assert!(failure.to_string().contains("unsupported: "), "{failure}");
    }
}
