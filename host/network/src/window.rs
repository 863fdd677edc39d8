//! Sliding windows of convolutions and pooling, with TensorFlow's padding rule.

use serde::{Deserialize, Serialize};

/// How a window treats the border.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Padding {
    /// Only windows that lie wholly inside.
    Valid,
    /// `ceil(in / stride)` outputs; the padding that this needs is split evenly, the odd row or
    /// column going to the end (TensorFlow's rule, which matters for strides over 1).
    Same,
}

/// A window over height and width.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Window {
    /// Height and width of the window.
    pub size: [u32; 2],
    /// Step between windows, down and across.
    pub strides: [u32; 2],
    /// Border rule.
    pub padding: Padding,
}

/// One axis of a window laid over an input of a known length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowSpan {
    /// Number of positions of the window.
    pub outputs: usize,
    /// Padded positions before the first input element.
    pub before: usize,
}

impl Window {
    /// Lays the window over one axis (0 = height, 1 = width) of `length` elements; nothing if no
    /// window fits.
    pub fn span(&self, axis: usize, length: usize) -> Option<WindowSpan> {
        let (size, stride) = (self.size[axis] as usize, self.strides[axis] as usize);
        if size == 0 || stride == 0 || length == 0 {
            return None;
        }
        match self.padding {
            Padding::Valid if size > length => None,
            Padding::Valid => Some(WindowSpan { outputs: (length - size) / stride + 1, before: 0 }),
            Padding::Same => {
                let outputs = length.div_ceil(stride);
                let total = ((outputs - 1) * stride + size).saturating_sub(length);
                Some(WindowSpan { outputs, before: total / 2 })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(size: u32, stride: u32, padding: Padding, length: usize) -> Option<WindowSpan> {
        Window { size: [size; 2], strides: [stride; 2], padding }.span(0, length)
    }

    #[test]
    fn same_padding_follows_tensorflow() {
        let same = |size, stride, length| span(size, stride, Padding::Same, length);
        assert_eq!(same(3, 1, 32), Some(WindowSpan { outputs: 32, before: 1 }));
        // Even length, stride 2: one padded column in all, and it goes to the end.
        assert_eq!(same(3, 2, 32), Some(WindowSpan { outputs: 16, before: 0 }));
        assert_eq!(same(3, 2, 7), Some(WindowSpan { outputs: 4, before: 1 }));
        assert_eq!(same(1, 2, 5), Some(WindowSpan { outputs: 3, before: 0 }));
    }

    #[test]
    fn valid_windows_lie_inside() {
        assert_eq!(span(2, 2, Padding::Valid, 7), Some(WindowSpan { outputs: 3, before: 0 }));
        assert_eq!(span(3, 1, Padding::Valid, 2), None);
    }
}
