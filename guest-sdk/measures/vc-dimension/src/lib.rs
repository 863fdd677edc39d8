//! An upper bound of the network's VC dimension, from the number and the sizes of its kernels alone.
//!
//! Begin with [`VcDimension`]; the README has the formula, the source and the published scores.

use assay_sdk::{Dataset, Error, Measure, Network, ParameterRole, export_measure};

/// The measure.
#[derive(Debug)]
pub struct VcDimension;

impl Measure for VcDimension {
    const NAME: &str = "vc-dimension";
    const AUTHORS: &[&str] = &["PGDL organizers"];

    fn evaluate(network: &Network<'_>, _: &Dataset<'_>, _: u64) -> Result<f64, Error> {
        let kernels = network.parameters().filter(|one| one.role == ParameterRole::Kernel);
        let shapes: Vec<_> = kernels.map(|kernel| kernel.shape).collect();
        Ok(bound(&shapes))
    }
}

/// The bound for a network with kernels of these shapes.
fn bound(kernels: &[Vec<u32>]) -> f64 {
    /// Side of a picture; the baseline takes it for every task.
    const SIDE: f64 = 32.0;
    let entries = |shape: &Vec<u32>| shape.iter().copied().map(f64::from).product::<f64>();
    let depth = kernels.len() as f64;
    let all: f64 = kernels.iter().map(entries).sum();
    // Without kernels the logarithm is that of 0, and its product with 0 has no value.
    if depth == 0.0 { 0.0 } else { depth + 2.0 * depth * (22.0 * depth * SIDE * SIDE).ln() * all }
}

export_measure!(VcDimension);

#[cfg(test)]
mod tests {
    use super::bound;

    #[test]
    fn the_bound_of_two_kernels() {
        // 2 + 4 ln(22 * 2 * 1024) * (3*3*1*4 + 16*10), ln 45056 = 10.715661...
        let found = bound(&[vec![3, 3, 1, 4], vec![16, 10]]);
        assert!((found - (2.0 + 4.0 * 10.715_661_9 * 196.0)).abs() < 1e-3, "{found}");
        assert_eq!(bound(&[]), 0.0);
    }
}
