"""The PyTorch worker: `python torch_side.py THREADS`.

Eager PyTorch with its oneDNN kernels, channels last in memory. For the forward pass batch normalisation
is folded into the convolution before it, and autograd is off (`inference_mode`). `torch.compile` is off:
it needs a C++ compiler at run time, and leaves convolutions to the same kernels.
"""

import sys

import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from passes import Passes
from worker import Unsupported, serve


class Flatten(nn.Module):
    """Flattens in the order of channels last, as the dense kernel's rows are. That is how the values
    lie in memory, so nothing is copied."""

    def forward(self, x):
        return x.permute(0, 2, 3, 1).flatten(1)


class Mean(nn.Module):
    def forward(self, x):
        return x.mean((2, 3))


def filled(module, **arrays):
    """The module with its parameters and buffers set."""
    module.load_state_dict({name: torch.from_numpy(array.copy()) for name, array in arrays.items()}, strict=False)
    return module


def with_activation(module, layer):
    name = layer.get("activation", "linear")
    if name not in ("linear", "relu"):
        raise Unsupported(f"activation {name}")
    return [module, nn.ReLU()] if name == "relu" else [module]


def modules(layer, arrays):
    """The modules of a layer of the task format; takes its parameters from the iterator."""
    kind = layer["kind"]
    if kind == "conv2d":
        window, kernel = layer["window"], next(arrays).transpose(3, 2, 0, 1)
        outputs, inputs, _, _ = kernel.shape
        module = nn.Conv2d(inputs, outputs, window["size"], window["strides"], window["padding"])
        return with_activation(filled(module, weight=kernel, bias=next(arrays)), layer)
    if kind == "dense":
        kernel = next(arrays)
        return with_activation(filled(nn.Linear(*kernel.shape), weight=kernel.T, bias=next(arrays)), layer)
    if kind == "max_pool2d":
        window = layer["window"]
        if window["padding"] != "valid":
            raise Unsupported("pooling that pads")
        return [nn.MaxPool2d(window["size"], window["strides"])]
    if kind == "batch_norm":
        gamma, beta, mean, variance = (next(arrays) for _ in range(4))
        module = nn.BatchNorm2d(len(gamma), eps=layer["epsilon"])
        return [filled(module, weight=gamma, bias=beta, running_mean=mean, running_var=variance)]
    if kind == "activation":
        return with_activation(nn.Identity(), layer)[1:]
    simple = {"flatten": Flatten, "global_avg_pool2d": Mean}
    if kind not in simple:
        raise Unsupported(f"layer {kind}")
    return [simple[kind]()]


def folded(chain):
    """The same modules, batch normalisation folded into the convolution before it."""
    result = []
    for module in chain:
        if isinstance(module, nn.BatchNorm2d) and result and isinstance(result[-1], nn.Conv2d):
            result[-1] = fuse_conv_bn_eval(result[-1], module)
        else:
            result.append(module)
    return result


def in_folder_layout(tensor):
    """Channels last again; kernels as height x width x inputs x outputs, or inputs x outputs."""
    return tensor.permute(2, 3, 1, 0) if tensor.dim() == 4 else tensor.T if tensor.dim() == 2 else tensor


def prepare(network, what):
    """The pass, and the way to its results."""
    arrays = iter(network.arrays)
    chain = [module for layer in network.layers for module in modules(layer, arrays)]
    chain = folded(nn.Sequential(*chain).eval()) if what == "forward" else chain
    model = nn.Sequential(*chain).eval().to(memory_format=torch.channels_last)
    inputs = torch.from_numpy(network.inputs).permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)
    labels = torch.from_numpy(network.labels).long()
    if what == "forward":

        def forward():
            with torch.inference_mode():
                return [model(inputs)]

        return forward, lambda results: [part.numpy() for part in results]
    model.requires_grad_(what == "parameters")
    inputs.requires_grad_(what == "inputs")
    by = [inputs] if what == "inputs" else list(model.parameters())

    def derivative():
        return torch.autograd.grad(nn.functional.cross_entropy(model(inputs), labels, reduction="sum"), by)

    if what == "inputs":
        return derivative, lambda results: [part.permute(0, 2, 3, 1).numpy() for part in results]
    return derivative, lambda results: [in_folder_layout(part).numpy() for part in results]


def main():
    torch.set_num_threads(int(sys.argv[1]))
    torch.set_num_interop_threads(1)
    about = f"PyTorch {torch.__version__}"
    serve({"about": lambda: about, **Passes(prepare).commands()})


if __name__ == "__main__":
    main()
