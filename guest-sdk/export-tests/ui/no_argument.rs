//! An export of nothing.

use assay_sdk::export_measure;

export_measure!();

fn main() {}
