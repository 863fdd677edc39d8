//! Layer types for encodings that do not describe themselves.
//!
//! In files a layer is a table with a `kind`, which only a self-describing encoding can read back.
//! Between processes layers travel in a compact one, so the same variants are written there by
//! position. The compiler keeps the two lists equal: serde's derive converts field by field.

use serde::{Deserialize, Serialize};

use crate::{Activation, LayerKind, Window};

#[derive(Serialize, Deserialize)]
#[serde(remote = "LayerKind")]
pub(crate) enum PlainLayerKind {
    Conv2d { filters: u32, window: Window, activation: Activation, bias: bool },
    Dense { units: u32, activation: Activation, bias: bool },
    MaxPool2d { window: Window },
    AvgPool2d { window: Window },
    GlobalAvgPool2d,
    Flatten,
    Dropout { rate: f32 },
    BatchNorm { epsilon: f32, scale: bool, center: bool },
    Activation { activation: Activation },
}
