//! The right side of products in the order in which tiles read it.

/// Columns of a panel.
pub(crate) const COLUMNS: usize = 16;

/// One row of a panel. Aligned to the cache's lines, so that no load spans two of them.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub(crate) struct Line(pub(crate) [f32; COLUMNS]);

/// The right side of products, `[k, n]`, cut into panels of 16 columns (the last one padded with
/// zeros) so that a tile reads it in sequence.
#[derive(Debug, Clone)]
pub(crate) struct Packed {
    k: usize,
    n: usize,
    lines: Vec<Line>,
}

impl Packed {
    /// Packs a row-major `[k, n]` matrix.
    pub(crate) fn new(matrix: &[f32], k: usize, n: usize) -> Self {
        let mut lines = vec![Line([0.0; COLUMNS]); n.div_ceil(COLUMNS) * k];
        pack(matrix, k, n, &mut lines);
        Self { k, n, lines }
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

    pub(super) fn right(&self) -> Right<'_> {
        Right { k: self.k, n: self.n, lines: &self.lines }
    }
}

/// Panels, wherever their lines are kept.
#[derive(Clone, Copy)]
pub(super) struct Right<'a> {
    pub(super) k: usize,
    pub(super) n: usize,
    pub(super) lines: &'a [Line],
}

impl<'a> Right<'a> {
    /// The values from row `k` of a panel on.
    pub(super) fn from(self, panel: usize, k: usize) -> &'a [Line] {
        &self.lines[panel * self.k + k..]
    }
}

/// Writes the panels of a row-major `[k, n]` matrix to `lines`, all of them.
pub(super) fn pack(matrix: &[f32], k: usize, n: usize, lines: &mut [Line]) {
    for (panel, columns) in lines.chunks_exact_mut(k.max(1)).enumerate() {
        let from = panel * COLUMNS;
        let width = COLUMNS.min(n - from);
        if width == COLUMNS {
            // A length that the compiler knows becomes a few moves instead of a call.
            for (row, line) in matrix.chunks_exact(n).zip(columns) {
                line.0.copy_from_slice(&row[from..from + COLUMNS]);
            }
        } else {
            for (row, line) in matrix.chunks_exact(n).zip(columns) {
                line.0[..width].copy_from_slice(&row[from..]);
                line.0[width..].fill(0.0);
            }
        }
    }
}

/// Values per column, padded with zeros to whole panels, so that registers can be loaded from them.
pub(crate) fn padded(values: &[f32]) -> Vec<f32> {
    let mut padded = values.to_vec();
    padded.resize(values.len().next_multiple_of(COLUMNS), 0.0);
    padded
}
