//! The right side of products in the order in which tiles read it.

/// Columns of a panel.
pub(crate) const COLUMNS: usize = 16;

/// The right side of products, `[k, n]`, cut into panels of 16 columns (the last one padded with
/// zeros) so that a tile reads it in sequence.
#[derive(Debug, Clone)]
pub(crate) struct Packed {
    k: usize,
    n: usize,
    values: Vec<f32>,
}

impl Packed {
    /// Packs a row-major `[k, n]` matrix.
    pub(crate) fn new(matrix: &[f32], k: usize, n: usize) -> Self {
        let count = n.div_ceil(COLUMNS);
        let mut values = vec![0.0; count * k * COLUMNS];
        for (panel, columns) in values.chunks_exact_mut(k.max(1) * COLUMNS).enumerate() {
            let from = panel * COLUMNS;
            let width = COLUMNS.min(n - from);
            for (row, slot) in columns.chunks_exact_mut(COLUMNS).enumerate() {
                slot[..width].copy_from_slice(&matrix[row * n + from..][..width]);
            }
        }
        Self { k, n, values }
    }

    pub(crate) fn k(&self) -> usize {
        self.k
    }

    pub(crate) fn n(&self) -> usize {
        self.n
    }

    /// Number of panels.
    pub(super) fn panels(&self) -> usize {
        self.n.div_ceil(COLUMNS)
    }

    /// The values from row `k` of a panel on.
    pub(super) fn from(&self, panel: usize, k: usize) -> &[f32] {
        &self.values[(panel * self.k + k) * COLUMNS..]
    }
}

/// Values per column, padded with zeros to whole panels, so that registers can be loaded from them.
pub(crate) fn padded(values: &[f32]) -> Vec<f32> {
    let mut padded = values.to_vec();
    padded.resize(values.len().next_multiple_of(COLUMNS), 0.0);
    padded
}
