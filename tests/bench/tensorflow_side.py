"""The TensorFlow worker: `python tensorflow_side.py THREADS`.

Its settings are the ones that made TensorFlow fastest here: channels last, oneDNN kernels (TensorFlow's
default on x86), compiled by tf.function, weights frozen to constants for the forward pass so that its
optimiser folds batch normalisation and lays kernels out once. XLA is off: on CPUs it does not use oneDNN.
"""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
# Keras 2, as the competition had; Keras 3 cannot load its weights by position.
os.environ["TF_USE_LEGACY_KERAS"] = "1"

import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

import winner_tensorflow
from passes import Passes
from worker import serve

keras = tf.keras


def keras_layer(layer):
    """A Keras layer from one of the task format."""
    kind = layer["kind"]
    if kind == "conv2d":
        window = layer["window"]
        return keras.layers.Conv2D(
            layer["filters"],
            window["size"],
            strides=window["strides"],
            padding=window["padding"],
            activation=layer["activation"],
            use_bias=layer["bias"],
        )
    if kind == "dense":
        return keras.layers.Dense(layer["units"], activation=layer["activation"], use_bias=layer["bias"])
    if kind == "max_pool2d":
        window = layer["window"]
        return keras.layers.MaxPooling2D(window["size"], strides=window["strides"], padding=window["padding"])
    if kind == "batch_norm":
        # The fused kernel, as Keras takes by itself for four axes.
        return keras.layers.BatchNormalization(epsilon=layer["epsilon"], scale=layer["scale"], center=layer["center"])
    if kind == "activation":
        return keras.layers.Activation(layer["activation"])
    simple = {"flatten": keras.layers.Flatten, "global_avg_pool2d": keras.layers.GlobalAveragePooling2D}
    return simple[kind]()


def keras_model(network):
    layers = [keras.Input(network.input_shape), *map(keras_layer, network.layers)]
    model = keras.Sequential(layers)
    model.set_weights(network.arrays)
    return model


def frozen(model, shape):
    """The forward pass as a graph whose weights are constants."""
    function = tf.function(lambda x: model(x, training=False))
    graph = convert_variables_to_constants_v2(function.get_concrete_function(tf.TensorSpec(shape, tf.float32)))
    return lambda x: graph(x)[0]


def derivative(model, of):
    """Derivative of the summed cross-entropy by the inputs, or by every trainable parameter."""
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="sum")

    @tf.function
    def function(x, y):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            what = [x] if of == "inputs" else model.trainable_variables
            tape.watch(what)
            value = loss(y, model(x, training=False))
        return tape.gradient(value, what)

    return function


def prepare(network, what):
    """The pass, and the way to its results."""
    model = keras_model(network)
    inputs, labels = tf.constant(network.inputs), tf.constant(network.labels)
    function = frozen(model, inputs.shape) if what == "forward" else derivative(model, what)

    def step():
        return [function(inputs)] if what == "forward" else function(inputs, labels)

    return step, lambda results: [part.numpy() for part in results]


def main():
    threads = int(sys.argv[1])
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    runner = winner_tensorflow.Runner()
    about = f"TensorFlow {tf.__version__}"
    serve({
        "about": lambda: about,
        **Passes(prepare).commands(),
        "task": runner.task,
        "unit": runner.unit,
    })


if __name__ == "__main__":
    main()
