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
