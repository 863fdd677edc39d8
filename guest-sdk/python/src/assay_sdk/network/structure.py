"""What a network consists of."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from .. import _raw
from ..errors import ask
from ..tensor import Tensor

Activation = _raw.networks.Activation
"""An activation function, by its meaning in Keras: `LINEAR`, `RELU`, `SOFTMAX` …"""
Layer = _raw.networks.Layer
"""One layer: `kind`, `input_shape`, `output_shape` (of one example, channels last), `activation`
(`LINEAR` where it has none), `window` (of convolutions and poolings, else None), `dropout_rate`,
`first_parameter`, `parameter_count`."""
LayerKind = _raw.networks.LayerKind
"""A layer's type: `CONV2D`, `DENSE`, `MAX_POOL2D`, `BATCH_NORM` …"""
ParameterRole = _raw.networks.ParameterRole
"""What a parameter is to its layer: `KERNEL`, `BIAS`, `GAMMA`, `BETA`, `MOVING_MEAN`,
`MOVING_VARIANCE`."""
TapPoint = _raw.networks.TapPoint
"""A place at a layer: `INPUT`, `PRE_ACTIVATION`, `OUTPUT`."""
Window = _raw.networks.Window
"""A window of a convolution or pooling: `size` and `strides` (down, across), `same_padding`."""


class Tap(_raw.networks.Tap):
    """A place in the network where activations can be taken: `layer` and `point`."""

    @classmethod
    def input(cls, layer: int) -> Tap:
        """What enters the layer."""
        return cls(layer, TapPoint.INPUT)

    @classmethod
    def pre_activation(cls, layer: int) -> Tap:
        """The layer's result before its activation."""
        return cls(layer, TapPoint.PRE_ACTIVATION)

    @classmethod
    def output(cls, layer: int) -> Tap:
        """What leaves the layer."""
        return cls(layer, TapPoint.OUTPUT)


class Parameter:
    """One parameter array of a network."""

    def __init__(self, network: Any, index: int, raw: Any) -> None:
        self._network = network
        self.index: int = index
        """Position in `Network.parameters`, from 0."""
        self.layer: int = raw.layer
        """Position of its layer, from 0."""
        self.role: ParameterRole = raw.role
        """What it is to its layer."""
        self.shape: tuple[int, ...] = tuple(raw.shape)
        """`(kh, kw, in, out)` or `(in, out)` for kernels, `(channels,)` for the others."""

    def value(self) -> Tensor:
        """The trained values. Work: elements."""
        return Tensor._wrap(ask(self._network.parameter, self.index))

    def initial(self) -> Tensor:
        """The values before training. Work: elements.

        Raises `Unsupported` if the task holds no initial weights.
        """
        return Tensor._wrap(ask(self._network.initial_parameter, self.index))


class Structure:
    """Part of `Network`. Each of these is asked for once."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw

    @cached_property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one input example: `(height, width, channels)`, or `(features,)`."""
        return tuple(self._raw.input_shape())

    @cached_property
    def layers(self) -> list[Layer]:
        """The layers in order."""
        return self._raw.layers()

    @cached_property
    def parameters(self) -> list[Parameter]:
        """The parameter arrays, in the order of the layers and, within a layer, kernel, bias / gamma,
        beta, moving mean, moving variance. Values are fetched by `Parameter.value`.
        """
        return [Parameter(self._raw, index, raw) for index, raw in enumerate(self._raw.parameters())]
