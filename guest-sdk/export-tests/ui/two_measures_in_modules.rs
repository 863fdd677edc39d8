//! Two exports in one component, out of each other's sight.

use assay_sdk::{Dataset, Error, Measure, Network};

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

mod one {
    assay_sdk::export_measure!(super::Mine);
}

mod two {
    assay_sdk::export_measure!(super::Other);
}

fn main() {}
