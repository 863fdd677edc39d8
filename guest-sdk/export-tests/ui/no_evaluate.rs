//! A measure that computes nothing.

use assay_sdk::{Measure, export_measure};

struct Mine;

impl Measure for Mine {
    const NAME: &str = "mine";
    const AUTHORS: &[&str] = &["Ada Example"];
}

export_measure!(Mine);

fn main() {}
