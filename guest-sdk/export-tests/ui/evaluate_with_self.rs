//! A method, where a measure has no state.

use assay_sdk::{Dataset, Error, Measure, Network, export_measure};

struct Mine;

impl Measure for Mine {
    const NAME: &str = "mine";
    const AUTHORS: &[&str] = &["Ada Example"];

    fn evaluate(&self, _: &Network, _: &Dataset, _: u64) -> Result<f64, Error> {
        Ok(0.0)
    }
}

export_measure!(Mine);

fn main() {}
