//! The features that the index looks at: an early layer's output, pooled and flattened.

use assay_sdk::{Dataset, Error, Layer, Network, Tap, Tensor};

/// Only these layers, from the first, are considered.
const LAYERS: usize = 3;
/// Side of a pooling window, and its step.
const POOL: u32 = 4;
/// Most elements of one activation: a quarter of what a tensor may hold.
const ELEMENTS_MAX: u32 = 1 << 24;

/// A layer and how its output becomes features.
pub(crate) struct Source {
    tap: Tap,
    /// Elements of one example's output.
    elements: u32,
}

impl Source {
    /// The first layer that slides a window, among the first three.
    pub(crate) fn find(network: &Network<'_>) -> Result<Self, Error> {
        let windowed = |(_, layer): &(u32, Layer)| layer.window.is_some();
        let found = (0..).zip(network.layers()).take(LAYERS).find(windowed);
        let Some((at, layer)) = found else {
            return Err(format!("none of the first {LAYERS} layers slides a window").into());
        };
        let elements = layer.output_shape.iter().fold(1, |n: u32, &axis| n.saturating_mul(axis));
        Ok(Self { tap: Tap::output(at), elements: elements.max(1) })
    }

    /// Features `[length, ..]` of consecutive examples from `start`.
    pub(crate) fn of(
        &self,
        network: &Network<'_>,
        dataset: &Dataset<'_>,
        start: u32,
        length: u32,
    ) -> Result<Tensor, Error> {
        let step = (ELEMENTS_MAX / self.elements).clamp(1, length) as usize;
        let mut parts = Vec::new();
        for start in (start..start + length).step_by(step) {
            let count = (start..start + length).take(step).len() as u32;
            let batch = dataset.batch(start, count)?;
            for activation in network.activations(&batch, &[self.tap])? {
                parts.push(pooled(&activation)?);
            }
        }
        Ok(Tensor::concat(&parts.iter().collect::<Vec<_>>(), 0))
    }
}

/// Maximum over windows of 4 × 4 that lie side by side, `[n, h, w, c] -> [n, h/4 · w/4 · c]`; rows and
/// columns that fill no window are left out.
fn pooled(activation: &Tensor) -> Result<Tensor, Error> {
    let shape = activation.shape();
    let &[examples, height, width, channels] = shape.as_slice() else {
        return Err(format!("a window slides over pictures, this has shape {shape:?}").into());
    };
    let (rows, columns) = (height / POOL, width / POOL);
    if rows == 0 || columns == 0 {
        return Err(format!("{height} x {width} is too small for windows of {POOL}").into());
    }
    let cut = |tensor: &Tensor, axis, length| tensor.slice(axis, 0..length);
    let whole = (height, width) == (rows * POOL, columns * POOL);
    let trimmed = (!whole).then(|| cut(&cut(activation, 1, rows * POOL), 2, columns * POOL));
    let windows = trimmed.as_ref().unwrap_or(activation);
    let windows = windows.reshape(&[examples, rows, POOL, columns, POOL, channels]);
    Ok(windows.max_axes(&[2, 4]).flatten_rows())
}
