"""Prints images.json: what image operations give in TensorFlow 2.21 or, where TensorFlow has no such
operation, in NumPy's float64.

    python images.py > images.json

Areas and rotations come from loops that follow the interface's documentation pixel by pixel; this
script stops unless TensorFlow's projective transform agrees with them.
"""

import json
import math

import numpy as np
import tensorflow as tf

random = np.random.default_rng(7)
COLOR = random.random((2, 5, 7, 3), dtype=np.float32)
GRAY = random.random((2, 4, 4, 1), dtype=np.float32)
# Grey, black and white pixels, and two equal largest values: where HSV is a matter of definition.
COLOR[0, 0, :6] = [[0.5] * 3, [0] * 3, [1] * 3, [0.75, 0.75, 0.25], [0.25, 0.75, 0.75], [0.75, 0.25, 0.75]]
IMAGES = {"color": COLOR, "gray": GRAY}
CASES = []


def case(operation, name, expected, **arguments):
    expected = np.asarray(expected, dtype=np.float64)
    CASES.append({
        "operation": operation,
        "images": name,
        "arguments": arguments,
        "shape": expected.shape,
        "values": [round(value, 8) for value in expected.ravel().tolist()],
    })


def bilinear(image, row, column, outside):
    """The value at a position; `outside(row, column)` gives the pixels beyond the edge."""
    top, left = math.floor(row), math.floor(column)
    result = 0
    for y, across in ((top, 1 - (row - top)), (top + 1, row - top)):
        for x, along in ((left, 1 - (column - left)), (left + 1, column - left)):
            inside = 0 <= y < image.shape[0] and 0 <= x < image.shape[1]
            result += across * along * (image[y, x].astype(np.float64) if inside else outside(y, x))
    return result


def crop_resize(image, area, height, width):
    top, left, extent, breadth = area
    edge = lambda y, x: image[min(max(y, 0), image.shape[0] - 1), min(max(x, 0), image.shape[1] - 1)]
    rows = [top + (i + 0.5) * extent / height - 0.5 for i in range(height)]
    columns = [left + (i + 0.5) * breadth / width - 0.5 for i in range(width)]
    return np.array([[bilinear(image, row, column, edge) for column in columns] for row in rows])


def rotate(image, angle, fill):
    """A pixel comes from where the opposite rotation takes it, with the y axis upwards."""
    middle = [(length - 1) / 2 for length in image.shape[:2]]
    result = np.zeros(image.shape)
    for y, x in np.ndindex(*image.shape[:2]):
        right, up = x - middle[1], middle[0] - y
        source_right = right * math.cos(-angle) - up * math.sin(-angle)
        source_up = right * math.sin(-angle) + up * math.cos(-angle)
        row, column = middle[0] - source_up, middle[1] + source_right
        result[y, x] = bilinear(image, row, column, lambda *_: fill)
    return result


def transform(images, matrices, size, mode, fill=0.0):
    """TensorFlow's own sampler: `matrices` take (x, y) of the result to (x, y) of the images."""
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=images, transforms=np.array(matrices, np.float32), output_shape=size,
        interpolation="BILINEAR", fill_mode=mode, fill_value=fill).numpy()


def geometry(name):
    images = IMAGES[name]
    case("flip-horizontal", name, tf.image.flip_left_right(images))
    case("flip-vertical", name, tf.image.flip_up_down(images))
    for border, mode in (("zero", "constant"), ("edge", "edge"), ("reflect", "reflect")):
        vertical, horizontal = (2, 1), (0, 3)
        padded = np.pad(images, ((0, 0), vertical, horizontal, (0, 0)), mode=mode)
        case("pad", name, padded, vertical=vertical, horizontal=horizontal, border=border)
    whole = [0, 0, images.shape[1], images.shape[2]]
    for size in ((5, 7), (8, 3), (2, 11), (1, 1)):
        case("crop-resize", name, tf.image.resize(images, size), areas=[whole], size=size)
    areas, size = [[0.75, 1.5, 2.5, 2.25], [-1.5, 2.0, 9.0, 6.5]], (6, 5)
    expected = [crop_resize(image, area, *size) for image, area in zip(images, areas)]
    matrices = [[w / size[1], 0, left + w / size[1] / 2 - 0.5, 0, h / size[0], top + h / size[0] / 2 - 0.5, 0, 0]
                for top, left, h, w in areas]
    assert np.abs(expected - transform(images, matrices, size, "NEAREST")).max() < 1e-5
    case("crop-resize", name, expected, areas=areas, size=size)
    for angles in ([0.3, -2.0], [math.pi / 2], [0.0], [100.0]):
        angles, fill = np.float32(angles).tolist(), 0.25
        each = angles * (len(images) // len(angles))
        expected = [rotate(image, angle, fill) for image, angle in zip(images, each)]
        matrices = []
        for angle in each:
            (y, x), c, s = [(length - 1) / 2 for length in images.shape[1:3]], math.cos(angle), math.sin(angle)
            matrices.append([c, -s, x - c * x + s * y, s, c, y - s * x - c * y, 0, 0])
        theirs = transform(images, matrices, images.shape[1:3], "CONSTANT", fill)
        assert np.abs(expected - theirs).max() < 1e-5
        case("rotate", name, expected, angles=angles, fill=fill)
    areas = [[1, 2, 2, 1], [0, 0, 4, 4]]
    expected = images.copy()
    for image, (top, left, height, width) in zip(expected, areas):
        image[top:top + height, left:left + width] = -3
    case("erase", name, expected, areas=areas, value=-3)


def values(name):
    images = IMAGES[name]
    case("brightness", name, tf.image.adjust_brightness(images, 0.1), factors=[0.1])
    expected = [tf.image.adjust_contrast(image, factor) for image, factor in zip(images, (1.7, -0.5))]
    case("contrast", name, expected, factors=[1.7, -0.5])
    edges = tf.image.sobel_edges(tf.constant(images))
    case("sobel", name, edges)


def colors():
    for factor in (0.0, 0.4, 1.0, 1.3, 20.0):
        case("saturation", "color", tf.image.adjust_saturation(COLOR, factor), factors=[factor], range=[0, 1])
    for turn in (0.0, 0.1, 0.5, -0.37, 1.0):
        case("hue", "color", tf.image.adjust_hue(COLOR, turn), factors=[turn], range=[0, 1])
    # In a range of -1 to 3 the images' values are 0.25 to 0.5 of full brightness.
    darker = COLOR / 4 + 0.25
    expected = [tf.image.adjust_saturation(image, f) for image, f in zip(darker, (0.5, 1.5))]
    case("saturation", "color", np.array(expected) * 4 - 1, factors=[0.5, 1.5], range=[-1, 3])
    expected = [tf.image.adjust_hue(image, f) for image, f in zip(darker, (0.2, -0.6))]
    case("hue", "color", np.array(expected) * 4 - 1, factors=[0.2, -0.6], range=[-1, 3])
    # What lies outside the range is brought in first.
    clipped = np.clip((COLOR - 0.25) / 0.5, 0, 1)
    expected = np.array(tf.image.adjust_saturation(clipped, 0.6)) * 0.5 + 0.25
    case("saturation", "color", expected, factors=[0.6], range=[0.25, 0.75])
    expected = np.array(tf.image.adjust_hue(clipped, 0.6)) * 0.5 + 0.25
    case("hue", "color", expected, factors=[0.6], range=[0.25, 0.75])
    case("rgb-to-gray", "color", tf.image.rgb_to_grayscale(COLOR))
    case("gray-to-rgb", "gray", tf.image.grayscale_to_rgb(tf.constant(GRAY)))


for name in IMAGES:
    geometry(name)
    values(name)
colors()
document = {
    "made_with": f"TensorFlow {tf.__version__}, NumPy {np.__version__}",
    "images": {name: {"shape": images.shape, "values": images.ravel().tolist()} for name, images in IMAGES.items()},
    "cases": CASES,
}
print(json.dumps(document))
