"""Operations on batches of images, `(examples, height, width, channels)`.

Lists give one number for each example; a single number serves all. Where a function needs to know what
black and full brightness are, a `ValueRange` says it: datasets hold values as they were trained on,
which need not be 0 to 1 (see `Dataset.statistics`). Every function makes a new tensor and raises
`ShapeMismatch` (not a batch of images) or `TooLarge`, and what else it says.

    # The same images, moved 2 pixels to the right and mirrored.
    wide = images.pad(batch, vertical=(0, 0), horizontal=(2, 0), border=Border.EDGE)
    moved = images.flip_horizontal(wide[:, :, : batch.shape[2]])
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import _raw
from .errors import ask
from .tensor import Padding, Tensor
from .tensor.arrange import padding

Area = _raw.images.Area
"""A rectangle in pixels, `Area(top, left, height, width)`; it may lie partly outside."""
Border = _raw.images.Border
"""What stands outside the image: `ZERO`, `EDGE` (the nearest pixel), `REFLECT` (mirrored, edge once)."""
Cells = _raw.images.Cells
"""A rectangle of whole pixels inside the image, `Cells(top, left, height, width)`."""
ValueRange = _raw.images.ValueRange
"""The values that stand for black and full brightness, `ValueRange(low, high)`."""

UNIT = ValueRange(0.0, 1.0)
"""The range of images from 0 to 1."""

Numbers = float | Sequence[float]


def _result(function: Any, images: Tensor, *arguments: Any) -> Tensor:
    return Tensor._wrap(ask(function, images._raw, *arguments))


def _listed(values: Any) -> list[Any]:
    return list(values) if isinstance(values, Sequence) else [values]


def flip_horizontal(images: Tensor) -> Tensor:
    """Mirrors left and right. Work: elements."""
    return _result(_raw.images.flip_horizontal, images)


def flip_vertical(images: Tensor) -> Tensor:
    """Mirrors top and bottom. Work: elements."""
    return _result(_raw.images.flip_vertical, images)


def pad(
    images: Tensor,
    vertical: tuple[int, int] | Padding,
    horizontal: tuple[int, int] | Padding,
    border: Border = Border.ZERO,
) -> Tensor:
    """Surrounds images: `(n, h, w, c)` grows by the paddings (before, after) in `h` and `w`. Work:
    elements of the result.

    Raises `InvalidArgument` (a reflected border as large as the image).
    """
    return _result(_raw.images.pad, images, padding(vertical), padding(horizontal), border)


def crop_resize(images: Tensor, areas: Area | Sequence[Area], height: int, width: int) -> Tensor:
    """Cuts one area from each image and scales it: `(n, h, w, c) -> (n, height, width, c)`, bilinearly
    with pixel centres at halves (as `tf.image.resize`); positions outside take the nearest pixel of the
    edge. Work: 8 × elements of the result.

    Raises `InvalidArgument` (an area that is empty or not finite, a size of 0).
    """
    return _result(_raw.images.crop_resize, images, _listed(areas), height, width)


def rotate(images: Tensor, angles: Numbers, fill: float = 0.0) -> Tensor:
    """Rotates counter-clockwise about the middle by angles in radians, bilinearly; outside stands
    `fill`. Same shape. Work: 8 × elements.

    Raises `InvalidArgument` (not finite).
    """
    return _result(_raw.images.rotate, images, _listed(angles), fill)


def brightness(images: Tensor, deltas: Numbers) -> Tensor:
    """Adds a number to every value. Work: elements."""
    return _result(_raw.images.brightness, images, _listed(deltas))


def contrast(images: Tensor, factors: Numbers) -> Tensor:
    """Scales each channel's distance from its mean over the image: `(x - mean) · factor + mean`. Work:
    2 × elements.
    """
    return _result(_raw.images.contrast, images, _listed(factors))


def saturation(images: Tensor, factors: Numbers, value_range: ValueRange) -> Tensor:
    """Scales the saturation of 3-channel images in HSV and keeps it within 0 to 1. Values are brought
    into the range first. Work: 8 × elements.

    Raises `ShapeMismatch` also for other than 3 channels, `InvalidArgument` (an empty range).
    """
    return _result(_raw.images.saturation, images, _listed(factors), value_range)


def hue(images: Tensor, turns: Numbers, value_range: ValueRange) -> Tensor:
    """Turns the hue of 3-channel images in HSV; 1 is a full turn. Values are brought into the range
    first. Work: 8 × elements.

    Raises as `saturation`.
    """
    return _result(_raw.images.hue, images, _listed(turns), value_range)


def rgb_to_gray(images: Tensor) -> Tensor:
    """Brightness of 3-channel images as one channel, `0.2989 r + 0.5870 g + 0.1140 b`:
    `(n, h, w, 3) -> (n, h, w, 1)`. Work: elements.
    """
    return _result(_raw.images.rgb_to_gray, images)


def gray_to_rgb(images: Tensor) -> Tensor:
    """Repeats the one channel three times: `(n, h, w, 1) -> (n, h, w, 3)`. Work: elements of the
    result.
    """
    return _result(_raw.images.gray_to_rgb, images)


def sobel(images: Tensor) -> Tensor:
    """Sobel's edges, `(n, h, w, c) -> (n, h, w, c, 2)`: vertical then horizontal change, with reflected
    borders (as `tf.image.sobel_edges`). Images of at least 2 × 2. Work: 16 × elements.
    """
    return _result(_raw.images.sobel, images)


def erase(images: Tensor, areas: Cells | Sequence[Cells], value: float = 0.0) -> Tensor:
    """Fills a rectangle of each image with `value`; one serves all. Same shape. Work: elements.

    Raises `OutOfRange` (a rectangle that leaves the image).
    """
    return _result(_raw.images.erase, images, _listed(areas), value)
