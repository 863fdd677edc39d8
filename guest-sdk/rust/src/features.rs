//! Activations as rows of features, in pieces that fit into tensors.

use crate::{Error, Network, Tap, Tensor};

/// Most elements of one piece: a quarter of what a tensor may hold, so that several fit beside each
/// other.
const ELEMENTS: u32 = 1 << 24;
/// Most rows of one piece.
const ROWS: u32 = 1 << 16;

/// Elements of a shape; saturates.
pub fn elements(shape: &[u32]) -> u32 {
    shape.iter().fold(1, |product: u32, &length| product.saturating_mul(length))
}

/// How many rows of so many elements to handle at once; at least 1.
pub fn rows_at_once(elements: u32) -> u32 {
    (ELEMENTS / elements.max(1)).clamp(1, ROWS)
}

/// Features of examples, `[rows, features]`, which need not fit into one tensor.
#[derive(Debug)]
pub struct Features {
    blocks: Vec<Tensor>,
}

impl Features {
    /// Activations at a tap for a batch `[examples, ..input shape]`, each flattened into a row. Work:
    /// that of [`Network::activations`], and 2 × elements.
    ///
    /// # Errors
    /// Those of [`Network::activations`].
    pub fn at(network: &Network<'_>, tap: Tap, batch: &Tensor) -> Result<Self, Error> {
        Self::with(network, tap, batch, |activation| Ok(activation.flatten_rows()))
    }

    /// As [`at`](Self::at), with a function that turns activations `[n, ..shape]` into rows
    /// `[n, features]`.
    ///
    /// # Errors
    /// Those of [`Network::activations`] and of `rows`.
    pub fn with(
        network: &Network<'_>,
        tap: Tap,
        batch: &Tensor,
        rows: impl Fn(&Tensor) -> Result<Tensor, Error>,
    ) -> Result<Self, Error> {
        let size = rows_at_once(tap_elements(network, tap)?);
        let examples = batch.shape().first().copied().unwrap_or(0);
        let mut blocks = Vec::new();
        for span in crate::data::spans(examples, size) {
            let whole = span == (0..examples);
            let part = (!whole).then(|| batch.slice(0, span));
            for activation in network.activations(part.as_ref().unwrap_or(batch), &[tap])? {
                blocks.push(rows(&activation)?);
            }
        }
        Ok(Self { blocks })
    }

    /// All rows in one tensor. Work: elements.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::InvalidArgument`] (no row).
    pub fn joined(self) -> Result<Tensor, Error> {
        let mut blocks = self.blocks;
        if blocks.len() == 1 {
            return Ok(blocks.remove(0));
        }
        Tensor::try_concat(&blocks.iter().collect::<Vec<_>>(), 0)
    }

    /// Number of rows.
    pub fn rows(&self) -> u32 {
        self.blocks.iter().map(|block| block.shape()[0]).sum()
    }

    /// The blocks, `[n, features]` each, in the order of the examples.
    pub fn blocks(&self) -> &[Tensor] {
        &self.blocks
    }

    /// A function of all pairs of rows of two sets, put together from the blocks' pairs:
    /// `features.pairwise(&other, Tensor::squared_distances)`.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::InvalidArgument`] (no row).
    pub fn pairwise(
        &self,
        other: &Self,
        function: impl Fn(&Tensor, &Tensor) -> Tensor,
    ) -> Result<Tensor, Error> {
        if let ([one], [another]) = (&self.blocks[..], &other.blocks[..]) {
            return Ok(function(one, another));
        }
        let mut strips = Vec::new();
        for one in &self.blocks {
            let parts: Vec<Tensor> = other.blocks.iter().map(|two| function(one, two)).collect();
            strips.push(Tensor::try_concat(&parts.iter().collect::<Vec<_>>(), 1)?);
        }
        Tensor::try_concat(&strips.iter().collect::<Vec<_>>(), 0)
    }
}

/// Elements of one example's activation at a tap.
///
/// # Errors
/// [`Error::OutOfRange`] (no such layer).
pub fn tap_elements(network: &Network<'_>, tap: Tap) -> Result<u32, Error> {
    let layers = network.layers();
    let layer = layers.get(tap.layer as usize);
    let layer =
        layer.ok_or_else(|| Error::OutOfRange(format!("there is no layer {}", tap.layer)))?;
    let shape = match tap.point {
        crate::TapPoint::Input => &layer.input_shape,
        crate::TapPoint::PreActivation | crate::TapPoint::Output => &layer.output_shape,
    };
    Ok(elements(shape))
}

/// Maximum over square windows that lie side by side, `[n, h, w, c] -> [n, h / side, w / side, c]`;
/// rows and columns that fill no window are left out. Work: 2 to 4 × elements.
///
/// # Errors
/// A text of its own if there is no picture, or none as large as a window.
pub fn max_pooled(activation: &Tensor, side: u32) -> Result<Tensor, Error> {
    let shape = activation.shape();
    let &[examples, height, width, channels] = shape.as_slice() else {
        return Err(format!("a window slides over pictures, this has shape {shape:?}").into());
    };
    let (rows, columns) = (height / side.max(1), width / side.max(1));
    if rows == 0 || columns == 0 {
        return Err(format!("{height} x {width} is too small for windows of {side}").into());
    }
    let cut = |tensor: &Tensor, axis, length| tensor.slice(axis, 0..length);
    let whole = (height, width) == (rows * side, columns * side);
    let trimmed = (!whole).then(|| cut(&cut(activation, 1, rows * side), 2, columns * side));
    let windows = trimmed.as_ref().unwrap_or(activation);
    let windows = windows.reshape(&[examples, rows, side, columns, side, channels]);
    Ok(windows.max_axes(&[2, 4]))
}

#[cfg(test)]
mod tests {
    use super::{elements, rows_at_once};

    #[test]
    fn pieces_hold_a_quarter_of_what_a_tensor_may() {
        assert_eq!(rows_at_once(elements(&[32, 32, 512])), 32);
        assert_eq!(rows_at_once(elements(&[])), 1 << 16);
        assert_eq!(rows_at_once(0), 1 << 16);
        assert_eq!(rows_at_once(elements(&[u32::MAX, 2])), 1);
    }
}
