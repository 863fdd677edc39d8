//! An `evaluate` that forgets the seed.

use assay_sdk::{Dataset, Error, Measure, Network, export_measure};

struct Mine;

impl Measure for Mine {
    const NAME: &str = "mine";
    const AUTHORS: &[&str] = &["Ada Example"];

    fn evaluate(_: &Network, _: &Dataset) -> Result<f64, Error> {
        Ok(0.0)
    }
}

export_measure!(Mine);

fn main() {}
