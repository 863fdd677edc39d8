//! Two measures in one export.

use assay_sdk::{Dataset, Error, Measure, Network, export_measure};

struct Mine;

impl Measure for Mine {
    const NAME: &str = "mine";
    const AUTHORS: &[&str] = &["Ada Example"];

    fn evaluate(_: &Network, _: &Dataset, _: u64) -> Result<f64, Error> {
        Ok(0.0)
    }
}

struct Other;

impl Measure for Other {
    const NAME: &str = "other";
    const AUTHORS: &[&str] = &["Ada Example"];

    fn evaluate(_: &Network, _: &Dataset, _: u64) -> Result<f64, Error> {
        Ok(0.0)
    }
}

export_measure!(Mine, Other);

fn main() {}
