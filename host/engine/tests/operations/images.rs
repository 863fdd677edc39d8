//! Operations of the `images` interface.

use assay_call::{Area, Border, Call, Cells, ImageOp, TensorHandle, ValueRange};

use super::{List, Slice};

pub(super) fn add(list: &mut List) {
    let range = ValueRange { low: -3.0, high: 3.0 };
    let mut with = |op: fn(&Slice, ValueRange) -> ImageOp| {
        // The list's own name comes from the operation, which does not depend on the slice.
        let sample = Slice {
            start: 0,
            length: 1,
            batch: TensorHandle(0),
            tangent: TensorHandle(0),
            hidden: TensorHandle(0),
            cotangent: TensorHandle(0),
            left: TensorHandle(0),
        };
        let name = op(&sample, range).name();
        list.add(name, true, move |_, slice| Call::Image {
            images: slice.batch,
            op: op(slice, range),
        });
    };
    with(|_, _| ImageOp::FlipHorizontal);
    with(|_, _| ImageOp::FlipVertical);
    with(|_, _| ImageOp::Pad { vertical: [1, 2], horizontal: [3, 0], border: Border::Reflect });
    with(|slice, _| ImageOp::CropResize {
        areas: slice
            .numbers()
            .iter()
            .map(|at| Area { top: *at, left: -at, height: 7.3, width: 5.1 })
            .collect(),
        height: 6,
        width: 11,
    });
    with(|slice, _| ImageOp::Rotate { angles: slice.numbers(), fill: 0.25 });
    with(|slice, _| ImageOp::Brightness { deltas: slice.numbers() });
    with(|slice, _| ImageOp::Contrast { factors: slice.numbers() });
    with(|slice, range| ImageOp::Saturation { factors: slice.numbers(), range });
    with(|slice, range| ImageOp::Hue { turns: slice.numbers(), range });
    with(|_, _| ImageOp::RgbToGray);
    with(|_, _| ImageOp::Sobel);
    with(|_, _| ImageOp::Erase {
        areas: vec![Cells { top: 1, left: 2, height: 3, width: 4 }],
        value: 9.0,
    });
    list.add("images.gray-to-rgb", false, |all, _| Call::Image {
        images: all.gray,
        op: ImageOp::GrayToRgb,
    });
}
