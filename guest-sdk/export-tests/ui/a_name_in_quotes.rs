//! An export by the measure's name.

use assay_sdk::export_measure;

export_measure!("mine");

fn main() {}
