"""The ONNX Runtime worker: `python onnxruntime_side.py THREADS`.

The model is made of ONNX's standard operators, channels first, as these want it; the runtime's optimiser
does with it what it can (all of its passes are on): it folds batch normalisation, fuses activations, and
lays channels out in blocks. The examples are channels first before any time is taken. Forward passes
only: the package on PyPI computes no gradients.
"""

import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from passes import Passes
from worker import Unsupported, serve

# Of 2023; nothing newer is needed, and every runtime since reads it.
OPSET, IR_VERSION = 20, 9


class Graph:
    """Nodes one after another, each taking the last one's output."""

    def __init__(self):
        self.nodes, self.constants, self.last = [], [], "input"

    def add(self, operator, *constants, **attributes):
        names = []
        for array in constants:
            names.append(f"constant_{len(self.constants)}")
            self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), names[-1]))
        output = f"value_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, [self.last, *names], [output], **attributes))
        self.last = output

    def activate(self, name):
        if name == "relu":
            self.add("Relu")
        elif name != "linear":
            raise Unsupported(f"activation {name}")

    def layer(self, layer, arrays):
        """Adds a layer of the task format; takes its parameters from the iterator."""
        kind = layer["kind"]
        if kind == "conv2d":
            self.add("Conv", next(arrays).transpose(3, 2, 0, 1), next(arrays), **window(layer))
        elif kind == "dense":
            self.add("Gemm", next(arrays), next(arrays))
        elif kind == "max_pool2d":
            self.add("MaxPool", **window(layer))
        elif kind == "batch_norm":
            self.add("BatchNormalization", *[next(arrays) for _ in range(4)], epsilon=layer["epsilon"])
        elif kind == "flatten":
            # In the order of channels last, as the dense kernel's rows are. The copy is small beside
            # the convolutions before it.
            self.add("Transpose", perm=[0, 2, 3, 1])
            self.add("Flatten", axis=1)
        elif kind == "global_avg_pool2d":
            self.add("GlobalAveragePool")
            self.add("Flatten", axis=1)
        elif kind != "activation":
            raise Unsupported(f"layer {kind}")
        self.activate(layer.get("activation", "linear"))


def window(layer):
    """Attributes of a convolution or pooling."""
    window = layer["window"]
    padding = {"same": "SAME_UPPER", "valid": "VALID"}[window["padding"]]
    return {"kernel_shape": window["size"], "strides": window["strides"], "auto_pad": padding}


def model(network):
    """The network as the bytes of an ONNX file."""
    graph, arrays = Graph(), iter(network.arrays)
    for layer in network.layers:
        graph.layer(layer, arrays)
    height, width, channels = network.input_shape
    shape = [len(network.inputs), channels, height, width]
    value = helper.make_tensor_value_info
    made = helper.make_graph(
        graph.nodes,
        "network",
        [value("input", TensorProto.FLOAT, shape)],
        [value(graph.last, TensorProto.FLOAT, ["examples", "classes"])],
        graph.constants,
    )
    opset = [helper.make_opsetid("", OPSET)]
    made = helper.make_model(made, opset_imports=opset, ir_version=IR_VERSION)
    onnx.checker.check_model(made)
    return made.SerializeToString()


def prepare(threads):
    def prepare(network, what):
        if what != "forward":
            raise Unsupported("gradients")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        session = onnxruntime.InferenceSession(model(network), options, providers=["CPUExecutionProvider"])
        inputs = {"input": np.ascontiguousarray(network.inputs.transpose(0, 3, 1, 2))}
        return lambda: session.run(None, inputs), lambda results: results

    return prepare


def main():
    about = f"ONNX Runtime {onnxruntime.__version__}"
    passes = Passes(prepare(int(sys.argv[1])))
    serve({"about": lambda: about, **passes.commands()})


if __name__ == "__main__":
    main()
