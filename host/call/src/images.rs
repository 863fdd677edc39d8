//! Operations on batches of images.

use serde::{Deserialize, Serialize};

use crate::{Area, Border, Cells, ValueRange};

/// An operation on a batch `[examples, height, width, channels]`. Lists give one entry for each
/// example, or one for all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the WIT documentation describes each operation and field")]
pub enum ImageOp {
    FlipHorizontal,
    FlipVertical,
    Pad { vertical: [u32; 2], horizontal: [u32; 2], border: Border },
    CropResize { areas: Vec<Area>, height: u32, width: u32 },
    Rotate { angles: Vec<f32>, fill: f32 },
    Brightness { deltas: Vec<f32> },
    Contrast { factors: Vec<f32> },
    Saturation { factors: Vec<f32>, range: ValueRange },
    Hue { turns: Vec<f32>, range: ValueRange },
    RgbToGray,
    GrayToRgb,
    Sobel,
    Erase { areas: Vec<Cells>, value: f32 },
}

impl ImageOp {
    /// Four-byte words that the guest brings.
    pub(crate) fn words(&self) -> usize {
        match self {
            Self::CropResize { areas, .. } => 4 * areas.len(),
            Self::Erase { areas, .. } => 4 * areas.len(),
            Self::Rotate { angles: list, .. }
            | Self::Brightness { deltas: list }
            | Self::Contrast { factors: list }
            | Self::Saturation { factors: list, .. }
            | Self::Hue { turns: list, .. } => list.len(),
            _ => 0,
        }
    }
}
