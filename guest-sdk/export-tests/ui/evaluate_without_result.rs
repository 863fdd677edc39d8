//! An `evaluate` that returns the bare number.

use assay_sdk::{Dataset, Measure, Network, export_measure};

struct Mine;

impl Measure for Mine {
    const NAME: &str = "mine";
    const AUTHORS: &[&str] = &["Ada Example"];

    fn evaluate(_: &Network, _: &Dataset, _: u64) -> f64 {
        0.0
    }
}

export_measure!(Mine);

fn main() {}
