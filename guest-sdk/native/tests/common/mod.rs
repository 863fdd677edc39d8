//! What several tests need.

use assay_native::Unit;
use assay_native::parts::{Activation, Dataset, LayerKind, Layers};

/// The task that ships with the project.
#[allow(dead_code, reason = "each test file is a crate of its own, and not all need it")]
pub(crate) const SHIPPED_TASK: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../tasks/fashion-mini");

/// Two classes of two values, told apart by the larger one; the logits are the values.
#[allow(dead_code, reason = "each test file is a crate of its own, and not all need it")]
pub(crate) fn larger_of_two() -> Unit {
    let dense = LayerKind::Dense { units: 2, activation: Activation::Linear, bias: false };
    let network = Layers::from_input(&[2]).layer(dense, &[&[1.0, 0.0, 0.0, 1.0]]).network();
    let data = Dataset::new(vec![2], vec![3.0, 1.0, 2.0, 5.0, 4.0, 0.5], vec![0, 1, 1], 2);
    Unit::new(network.expect("they fit"), data.expect("they fit")).expect("they fit")
}
