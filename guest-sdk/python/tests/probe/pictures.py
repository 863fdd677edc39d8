"""Operations on images."""

from __future__ import annotations

from math import pi

from assay_sdk import InvalidArgument, OutOfRange, ShapeMismatch, Tensor, images
from assay_sdk.images import Area, Border, Cells, ValueRange
from checks import Checks


def pictures(checks: Checks) -> None:
    x = Tensor.from_values((1, 2, 2, 1), [1, 2, 3, 4])
    shape = x.shape
    checks.tensor("flip_horizontal", images.flip_horizontal(x), shape, [2, 1, 4, 3])
    checks.tensor("flip_vertical", images.flip_vertical(x), shape, [3, 4, 1, 2])
    padded = images.pad(x, vertical=(0, 0), horizontal=(1, 0), border=Border.EDGE)
    checks.tensor("pad", padded, (1, 2, 3, 1), [1, 1, 2, 3, 3, 4])
    whole = images.crop_resize(x, Area(0, 0, 2, 2), 1, 1)
    checks.tensor("crop_resize", whole, (1, 1, 1, 1), [2.5])
    checks.close("rotate", images.rotate(x, pi / 2).reshape(4).to_list(), [2, 4, 1, 3])
    checks.tensor("brightness", images.brightness(x, [0.5]), shape, [1.5, 2.5, 3.5, 4.5])
    checks.tensor("contrast", images.contrast(x, 2), shape, [-0.5, 1.5, 3.5, 5.5])
    checks.tensor("gray_to_rgb", images.gray_to_rgb(x[:, :1, :1]), (1, 1, 1, 3), [1, 1, 1])
    checks.same("sobel", images.sobel(x).shape, (1, 2, 2, 1, 2))
    checks.tensor("erase", images.erase(x, Cells(0, 1, 2, 1), 9), shape, [1, 9, 3, 9])
    red = Tensor.from_values((1, 1, 1, 3), [1, 0, 0])
    checks.close("rgb_to_gray", images.rgb_to_gray(red).reshape(1).to_list(), [0.2989])
    checks.close("saturation", images.saturation(red, 0.0, images.UNIT).reshape(3).to_list(), [1, 1, 1])
    checks.close("hue", images.hue(red, [1 / 3], images.UNIT).reshape(3).to_list(), [0, 1, 0])
    empty = ValueRange(1, 1)
    checks.refused("an empty range", lambda: images.hue(red, 0.1, empty), InvalidArgument)
    checks.refused("what is no batch", lambda: images.flip_vertical(x[0]), ShapeMismatch)
    outside = Cells(1, 1, 2, 1)
    checks.refused("a rectangle outside", lambda: images.erase(x, outside), OutOfRange)
