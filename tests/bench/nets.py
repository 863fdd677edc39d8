"""The networks that both sides of the benchmark run, written as folders that both can read.

    python nets.py OUT

writes OUT/NAME/ for every network NAME:

    layers.json   input shape and layers, in the task format's words
    weights.f32   all parameters, little-endian floats, in the order of the layers and, within a
                  layer, kernel, bias / gamma, beta, moving mean, moving variance
    inputs.f32    one batch of 64 examples, height x width x channels
    labels.u32    a class for each example
    about.json    floating-point operations of one example's forward pass: two for each multiply-add of
                  convolutions and dense layers

Every number is made from its position alone: the k-th of stream s is `mix(s * 2^32 + k)`, where `mix`
is the output function of SplitMix64 (Steele, Lea, Flood 2014) at that state plus its increment. Kernels
are uniform within +-sqrt(6 / fan-in) (He et al. 2015), so that activations keep their size through the
layers. Nothing but numpy is needed.
"""

import json
import pathlib
import sys

import numpy as np

BATCH = 64
CLASSES = 10


def uniform(stream, count, low, high):
    """`count` floats of a stream, uniform in [low, high)."""
    with np.errstate(over="ignore"):
        z = np.arange(count, dtype=np.uint64) + np.uint64(stream << 32)
        z = (z + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    unit = (z >> np.uint64(40)).astype(np.float64) / 2.0**24
    return (low + (high - low) * unit).astype(np.float32)


def conv(filters, size, activation="relu"):
    window = {"size": [size, size], "strides": [1, 1], "padding": "same"}
    return {"kind": "conv2d", "filters": filters, "window": window, "activation": activation, "bias": True}


def dense(units, activation="linear"):
    return {"kind": "dense", "units": units, "activation": activation, "bias": True}


POOL = {"kind": "max_pool2d", "window": {"size": [2, 2], "strides": [2, 2], "padding": "valid"}}
FLATTEN = {"kind": "flatten"}
MEAN = {"kind": "global_avg_pool2d"}
NORM = {"kind": "batch_norm", "epsilon": 0.001, "scale": True, "center": True}
RELU = {"kind": "activation", "activation": "relu"}


def nin():
    """Network in network, 256 wide: 0.736 GFLOP for one forward pass of an example."""
    block = [conv(256, 3), conv(256, 1), conv(256, 1)]
    last = [conv(256, 3), conv(256, 1), conv(CLASSES, 1, "linear")]
    return [32, 32, 3], block + [POOL] + block + [POOL] + last + [MEAN]


def vgg():
    """Six 3x3 convolutions and two dense layers: 3.64 GFLOP."""
    blocks = [conv(256, 3), conv(256, 3), POOL, conv(512, 3), conv(512, 3), POOL, conv(512, 3), conv(512, 3), POOL]
    return [32, 32, 3], blocks + [FLATTEN, dense(128, "relu"), dense(CLASSES)]


def fcn():
    """Six 3x3 convolutions, 48 wide, batch normalisation before each ReLU, no downsampling: 0.163 GFLOP."""
    return [28, 28, 1], [conv(48, 3, "linear"), NORM, RELU] * 6 + [MEAN, dense(CLASSES)]


def winner_block(width, blocks):
    """The VGG family of the competition's task 1 (pgdl.md 1.6): one block of `width`, or three that grow to it."""
    layers = []
    for block in range(blocks):
        filters = width >> (blocks - 1 - block)
        layers += [conv(filters, 3), conv(filters, 3), POOL]
    return [32, 32, 3], layers + [FLATTEN, dense(128, "relu"), dense(CLASSES)]


NETWORKS = {"nin": nin, "vgg": vgg, "fcn": fcn}


def parameters(input_shape, layers):
    """(role, shape, fan-in, uses) of every parameter, in the folder's order: how often one example's
    forward pass uses each of a kernel's values."""
    shape = list(input_shape)
    found = []
    for layer in layers:
        kind = layer["kind"]
        if kind in ("conv2d", "max_pool2d"):
            (height, width), (down, across) = layer["window"]["size"], layer["window"]["strides"]
            inputs = shape[2]
            if layer["window"]["padding"] == "same":
                shape[:2] = [-(-shape[0] // down), -(-shape[1] // across)]
            else:
                shape[:2] = [(shape[0] - height) // down + 1, (shape[1] - width) // across + 1]
            if kind == "conv2d":
                shape[2] = layer["filters"]
                fan_in = height * width * inputs
                found.append(("kernel", [height, width, inputs, shape[2]], fan_in, shape[0] * shape[1]))
                found.append(("bias", [shape[2]], 0, 0))
        elif kind == "dense":
            found.append(("kernel", [shape[-1], layer["units"]], shape[-1], 1))
            found.append(("bias", [layer["units"]], 0, 0))
            shape[-1] = layer["units"]
        elif kind == "batch_norm":
            found += [(role, [shape[-1]], 0, 0) for role in ("gamma", "beta", "moving_mean", "moving_variance")]
        elif kind == "flatten":
            shape = [int(np.prod(shape))]
        elif kind == "global_avg_pool2d":
            shape = shape[2:]
    return found


RANGES = {
    "bias": (-0.05, 0.05),
    "gamma": (0.9, 1.1),
    "beta": (-0.1, 0.1),
    "moving_mean": (-0.1, 0.1),
    "moving_variance": (0.8, 1.2),
}


def weights(input_shape, layers, seed):
    """Arrays in the folder's order. Streams 0 to 99 of a seed are parameters."""
    arrays = []
    for index, (role, shape, fan_in, _) in enumerate(parameters(input_shape, layers)):
        bound = np.sqrt(6.0 / fan_in) if role == "kernel" else None
        low, high = (-bound, bound) if role == "kernel" else RANGES[role]
        arrays.append(uniform(seed * 128 + index, int(np.prod(shape)), low, high).reshape(shape))
    return arrays


def examples(input_shape, count, seed):
    """Inputs of mean 0 and variance 1, and labels."""
    size = int(np.prod(input_shape))
    bound = np.sqrt(3.0)
    inputs = uniform(seed * 128 + 100, count * size, -bound, bound).reshape([count, *input_shape])
    labels = (uniform(seed * 128 + 101, count, 0.0, 1.0) * CLASSES).astype(np.uint32)
    return inputs, labels


def write(folder, input_shape, layers, seed):
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"input": input_shape, "layers": layers})
    (folder / "layers.json").write_text(text)
    multiply_adds = sum(uses * int(np.prod(shape)) for _, shape, _, uses in parameters(input_shape, layers))
    (folder / "about.json").write_text(json.dumps({"flops": 2 * multiply_adds}))
    flat = [array.reshape(-1) for array in weights(input_shape, layers, seed)]
    np.concatenate(flat).astype("<f4").tofile(folder / "weights.f32")
    inputs, labels = examples(input_shape, BATCH, seed)
    inputs.astype("<f4").tofile(folder / "inputs.f32")
    labels.astype("<u4").tofile(folder / "labels.u32")


def main():
    out = pathlib.Path(sys.argv[1])
    for seed, (name, network) in enumerate(NETWORKS.items()):
        write(out / name, *network(), seed)


if __name__ == "__main__":
    main()
