"""What every side does with a network that nets.py wrote: read its folder, run a pass, write the results.

A side gives `prepare(network, what)`, where `what` is `forward`, `inputs` or `parameters`. It returns two
functions: one runs the pass and returns its results as the side has them, the other turns a list of such
results into numpy arrays in the folder's order and layout.
"""

import dataclasses
import json
import pathlib

import numpy as np

import nets


@dataclasses.dataclass
class Network:
    input_shape: list
    layers: list
    # In the folder's order; kernels are height x width x inputs x outputs, or inputs x outputs.
    arrays: list
    # Examples x height x width x channels, and a class for each example.
    inputs: np.ndarray
    labels: np.ndarray


def read(folder, batch):
    """The network of a folder, and the first `batch` of its examples."""
    folder = pathlib.Path(folder)
    described = json.loads((folder / "layers.json").read_text())
    input_shape, layers = described["input"], described["layers"]
    flat = np.fromfile(folder / "weights.f32", "<f4")
    arrays, start = [], 0
    for _, shape, _, _ in nets.parameters(input_shape, layers):
        size = int(np.prod(shape))
        arrays.append(flat[start : start + size].reshape(shape))
        start += size
    assert start == flat.size, (start, flat.size)
    inputs = np.fromfile(folder / "inputs.f32", "<f4").reshape([-1, *input_shape])
    labels = np.fromfile(folder / "labels.u32", "<u4").astype(np.int32)
    assert len(inputs) >= batch <= len(labels), (len(inputs), len(labels))
    return Network(input_shape, layers, arrays, inputs[:batch], labels[:batch])


class Passes:
    """What the driver has told this worker so far."""

    def __init__(self, prepare):
        self.prepare = prepare

    def commands(self):
        return {"network": self.network, "repeat": self.repeat, "output": self.output}

    def network(self, path, batch, what):
        """Makes a pass ready and runs it twice: the first run of most libraries is another one."""
        self.step, self.arrays = self.prepare(read(path, batch), what)
        self.repeat(1)
        self.repeat(1)

    def repeat(self, times):
        for _ in range(times):
            self.result = self.step()
        # Kernels may run on after the call returns; reading waits for them.
        self.arrays(self.result[:1])

    def output(self, into):
        """Writes the last results, one after another, as little-endian floats."""
        flat = [array.astype("<f4").reshape(-1) for array in self.arrays(self.result)]
        np.concatenate(flat).tofile(into)
