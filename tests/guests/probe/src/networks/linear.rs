//! The linear parts of layers and their transposes.

use assay_sdk::{Dataset, Error, LayerKind, Network, Tap, Tensor, random};

use super::derivatives::close;
use super::{EXAMPLES, LAYERS};
use crate::check::{Checks, kind};

pub(crate) fn parts(
    checks: &mut Checks,
    network: &Network<'_>,
    dataset: &Dataset<'_>,
    seed: u64,
) -> Result<(), Error> {
    let layers = network.layers();
    let batch = dataset.batch(0, EXAMPLES.min(dataset.examples()))?;
    let count = LAYERS.min(layers.len() as u32);
    let taps: Vec<Tap> =
        (0..count).flat_map(|layer| [Tap::input(layer), Tap::pre_activation(layer)]).collect();
    let taken = network.activations(&batch, &taps)?;
    for ((at, layer), taken) in (0..).zip(&layers).zip(taken.chunks(2)) {
        let [input, result] = taken else {
            return Err("check failed: two taps of every layer".into());
        };
        if matches!(layer.kind, LayerKind::MaxPool2d | LayerKind::Activation) {
            let (there, back) =
                (network.apply_linear(at, input), network.apply_transpose(at, result));
            checks.refused("no linear part", there, kind::UNSUPPORTED)?;
            checks.refused("no transpose", back, kind::UNSUPPORTED)?;
            continue;
        }
        // What the layer makes of zeros is its constant part.
        let nothing = Tensor::full(&input.shape(), 0.0);
        let constant =
            network.activations_from(at, &nothing, &[Tap::pre_activation(at)])?.remove(0);
        let linear = network.apply_linear(at, input)?;
        close(checks, "linear and constant part", &(&linear + &constant), result)?;
        let other = random::normal(seed, 7 + u64::from(at), &result.shape());
        let back = network.apply_transpose(at, &other)?;
        checks.same("shape of a transpose", back.shape(), input.shape())?;
        let (there, back) = (&linear * &other, input * &back);
        let room = 1e-4 * there.l1_norm().max(back.l1_norm());
        checks.that("the transpose", (there.sum() - back.sum()).abs() <= room)?;
    }
    let beyond = layers.len() as u32;
    checks.refused("a layer too many", network.apply_linear(beyond, &batch), kind::RANGE)?;
    checks.refused("transpose of none", network.apply_transpose(beyond, &batch), kind::RANGE)?;
    let narrow = batch.flatten_rows().slice(1, 0..1);
    let linear = (0..).zip(&layers).find(|(_, layer)| {
        matches!(layer.kind, LayerKind::Conv2d | LayerKind::Dense) && layer.output_shape != [1]
    });
    let Some((at, _)) = linear else { return Ok(()) };
    checks.refused(
        "linear part of another shape",
        network.apply_linear(at, &narrow),
        kind::SHAPE,
    )?;
    checks.refused("transpose of another shape", network.apply_transpose(at, &narrow), kind::SHAPE)
}
