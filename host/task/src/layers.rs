//! `layers.json`: a network's input shape and layers.

use assay_network::{Architecture, LayerKind};
use serde::{Deserialize, Serialize};

use crate::TaskError;

/// The content of `layers.json`.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LayerList {
    /// Shape of one example.
    pub(crate) input: Vec<usize>,
    /// Types and settings, first to last.
    pub(crate) layers: Vec<LayerKind>,
}

impl LayerList {
    /// The list that describes an architecture.
    pub(crate) fn of(architecture: &Architecture) -> Self {
        Self {
            input: architecture.input().to_vec(),
            layers: architecture.layers().iter().map(|layer| layer.kind.clone()).collect(),
        }
    }

    /// The list as JSON text. Plain structures of numbers and names always have one.
    pub(crate) fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads `layers.json` and checks that the layers fit together.
    pub(crate) fn read(file: &str, bytes: &[u8]) -> Result<Architecture, TaskError> {
        let fail = |error: serde_json::Error| TaskError::format(file, error.to_string());
        // Through a `Value`: read directly, the tagged layers would meet numbers in the private
        // form that arbitrary precision gives them.
        let value: serde_json::Value = serde_json::from_slice(bytes).map_err(fail)?;
        let list: Self = serde_json::from_value(value).map_err(fail)?;
        Architecture::new(&list.input, list.layers).map_err(TaskError::architecture(file))
    }
}
