//! Interface `images`.

use assay_call::{Area as CallArea, Call, Cells as CallCells, ImageOp, ValueRange as CallRange};
use assay_sdk::native::Error;
use assay_sdk::native::images::{Area, Border, Cells, Images, ValueRange};
use assay_sdk::native::tensors::{Padding, Tensor};

use super::NativeHost;
use super::operations;
use super::tensors::handle;

type Made = Result<Tensor, Error>;

fn value_range(range: ValueRange) -> CallRange {
    CallRange { low: range.low, high: range.high }
}

fn sides(padding: Padding) -> [u32; 2] {
    [padding.before, padding.after]
}

impl NativeHost {
    fn image(&self, images: &Tensor, op: ImageOp) -> Made {
        self.tensor(Call::Image { images: handle(images), op })
    }
}

impl Images for NativeHost {
    fn flip_horizontal(&self, images: &Tensor) -> Made {
        self.image(images, ImageOp::FlipHorizontal)
    }

    fn flip_vertical(&self, images: &Tensor) -> Made {
        self.image(images, ImageOp::FlipVertical)
    }

    fn pad(&self, images: &Tensor, vertical: Padding, horizontal: Padding, border: Border) -> Made {
        let (vertical, horizontal) = (sides(vertical), sides(horizontal));
        let border = operations::border(border);
        self.image(images, ImageOp::Pad { vertical, horizontal, border })
    }

    fn crop_resize(&self, images: &Tensor, areas: &[Area], height: u32, width: u32) -> Made {
        let area = |area: &Area| {
            let Area { top, left, height, width } = *area;
            CallArea { top, left, height, width }
        };
        let areas = areas.iter().map(area).collect();
        self.image(images, ImageOp::CropResize { areas, height, width })
    }

    fn rotate(&self, images: &Tensor, angles: &[f32], fill: f32) -> Made {
        self.image(images, ImageOp::Rotate { angles: angles.to_vec(), fill })
    }

    fn brightness(&self, images: &Tensor, deltas: &[f32]) -> Made {
        self.image(images, ImageOp::Brightness { deltas: deltas.to_vec() })
    }

    fn contrast(&self, images: &Tensor, factors: &[f32]) -> Made {
        self.image(images, ImageOp::Contrast { factors: factors.to_vec() })
    }

    fn saturation(&self, images: &Tensor, factors: &[f32], range: ValueRange) -> Made {
        let (factors, range) = (factors.to_vec(), value_range(range));
        self.image(images, ImageOp::Saturation { factors, range })
    }

    fn hue(&self, images: &Tensor, turns: &[f32], range: ValueRange) -> Made {
        self.image(images, ImageOp::Hue { turns: turns.to_vec(), range: value_range(range) })
    }

    fn rgb_to_gray(&self, images: &Tensor) -> Made {
        self.image(images, ImageOp::RgbToGray)
    }

    fn gray_to_rgb(&self, images: &Tensor) -> Made {
        self.image(images, ImageOp::GrayToRgb)
    }

    fn sobel(&self, images: &Tensor) -> Made {
        self.image(images, ImageOp::Sobel)
    }

    fn erase(&self, images: &Tensor, areas: &[Cells], value: f32) -> Made {
        let cells = |cells: &Cells| {
            let Cells { top, left, height, width } = *cells;
            CallCells { top, left, height, width }
        };
        self.image(images, ImageOp::Erase { areas: areas.iter().map(cells).collect(), value })
    }
}
