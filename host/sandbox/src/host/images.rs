//! Interface `images`.

use assay_call::{Area as CallArea, Call, Cells as CallCells, ImageOp, ValueRange as CallRange};
use wasmtime::component::Resource;

use super::operations;
use crate::bindings::assay::measure::images::{Area, Border, Cells, Host, ValueRange};
use crate::bindings::assay::measure::tensors::Padding;
use crate::bindings::assay::measure::types::Error;
use crate::state::{State, TensorEntry};

type Fallible<T> = wasmtime::Result<Result<T, Error>>;
type Tensor = Resource<TensorEntry>;

impl State {
    fn image(&mut self, images: Tensor, op: ImageOp) -> Fallible<Tensor> {
        let images = self.tensor(&images)?;
        self.handle(Call::Image { images, op })
    }
}

fn value_range(range: ValueRange) -> CallRange {
    CallRange { low: range.low, high: range.high }
}

fn sides(padding: Padding) -> [u32; 2] {
    [padding.before, padding.after]
}

impl Host for State {
    fn flip_horizontal(&mut self, images: Tensor) -> Fallible<Tensor> {
        self.image(images, ImageOp::FlipHorizontal)
    }

    fn flip_vertical(&mut self, images: Tensor) -> Fallible<Tensor> {
        self.image(images, ImageOp::FlipVertical)
    }

    fn pad(
        &mut self,
        images: Tensor,
        vertical: Padding,
        horizontal: Padding,
        border: Border,
    ) -> Fallible<Tensor> {
        let (vertical, horizontal) = (sides(vertical), sides(horizontal));
        let border = operations::border(border);
        self.image(images, ImageOp::Pad { vertical, horizontal, border })
    }

    fn crop_resize(
        &mut self,
        images: Tensor,
        areas: Vec<Area>,
        height: u32,
        width: u32,
    ) -> Fallible<Tensor> {
        let area = |area: Area| {
            let Area { top, left, height, width } = area;
            CallArea { top, left, height, width }
        };
        let areas = areas.into_iter().map(area).collect();
        self.image(images, ImageOp::CropResize { areas, height, width })
    }

    fn rotate(&mut self, images: Tensor, angles: Vec<f32>, fill: f32) -> Fallible<Tensor> {
        self.image(images, ImageOp::Rotate { angles, fill })
    }

    fn brightness(&mut self, images: Tensor, deltas: Vec<f32>) -> Fallible<Tensor> {
        self.image(images, ImageOp::Brightness { deltas })
    }

    fn contrast(&mut self, images: Tensor, factors: Vec<f32>) -> Fallible<Tensor> {
        self.image(images, ImageOp::Contrast { factors })
    }

    fn saturation(
        &mut self,
        images: Tensor,
        factors: Vec<f32>,
        range: ValueRange,
    ) -> Fallible<Tensor> {
        self.image(images, ImageOp::Saturation { factors, range: value_range(range) })
    }

    fn hue(&mut self, images: Tensor, turns: Vec<f32>, range: ValueRange) -> Fallible<Tensor> {
        self.image(images, ImageOp::Hue { turns, range: value_range(range) })
    }

    fn rgb_to_gray(&mut self, images: Tensor) -> Fallible<Tensor> {
        self.image(images, ImageOp::RgbToGray)
    }

    fn gray_to_rgb(&mut self, images: Tensor) -> Fallible<Tensor> {
        self.image(images, ImageOp::GrayToRgb)
    }

    fn sobel(&mut self, images: Tensor) -> Fallible<Tensor> {
        self.image(images, ImageOp::Sobel)
    }

    fn erase(&mut self, images: Tensor, areas: Vec<Cells>, value: f32) -> Fallible<Tensor> {
        let cells = |cells: Cells| {
            let Cells { top, left, height, width } = cells;
            CallCells { top, left, height, width }
        };
        let areas = areas.into_iter().map(cells).collect();
        self.image(images, ImageOp::Erase { areas, value })
    }
}
