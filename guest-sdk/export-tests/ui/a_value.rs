//! An export of a value, where a type is expected.

use assay_sdk::{Dataset, Error, Measure, Network, export_measure};

struct Mine {
    layers: u32,
}

impl Measure for Mine {
    const NAME: &str = "mine";
    const AUTHORS: &[&str] = &["Ada Example"];

    fn evaluate(_: &Network, _: &Dataset, _: u64) -> Result<f64, Error> {
        Ok(0.0)
    }
}

export_measure!(Mine { layers: 3 });

fn main() {}
