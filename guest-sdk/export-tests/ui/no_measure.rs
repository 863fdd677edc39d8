//! A type that is not a measure.

use assay_sdk::export_measure;

struct Mine;

export_measure!(Mine);

fn main() {}
