//! Activations of every layer: one pass, tapped at many places.

use assay_sdk::{Activation, Dataset, Error, Measure, Network, Tap, export_measure, log};

/// All taps of a pass are alive at once: examples × the elements of all tapped layers are held.
const EXAMPLES: u32 = 500;

/// The mean over layers with a ReLU of the share of activations that are not zero.
struct Active;

impl Measure for Active {
    const NAME: &str = "example-activations";
    const AUTHORS: &[&str] = &["The authors of Assay"];

    fn evaluate(network: &Network<'_>, dataset: &Dataset<'_>, _seed: u64) -> Result<f64, Error> {
        let batch = dataset.batch(0, EXAMPLES.min(dataset.examples()))?;
        let layers = network.layers();
        let rectified = (0..).zip(&layers).filter(|(_, one)| one.activation == Activation::Relu);
        let taps: Vec<Tap> = rectified.map(|(at, _)| Tap::output(at)).collect();
        if taps.is_empty() {
            return Err("no layer has a ReLU".into());
        }
        let mut sum = 0.0;
        for (tap, activation) in taps.iter().zip(network.activations(&batch, &taps)?) {
            // 1 where a unit speaks, 0 where it is silent: `[examples, ..shape]`, as the activation is.
            let active = activation.greater(0.0);
            let share = active.mean();
            // A unit that is silent for all of these examples does nothing for the network.
            let speaks = active.max_axes(&[0]);
            let dead = 1.0 - speaks.mean();
            let shape = &layers[tap.layer as usize].output_shape;
            log::info!("layer {}, {shape:?}: {share:.3} active, {dead:.3} dead", tap.layer);
            sum += f64::from(share);
        }
        Ok(sum / taps.len() as f64)
    }
}

export_measure!(Active);
