"""A task in the competition's layout whose networks have the size of the real ones, with random weights.

    python task.py OUT

writes OUT/input_data/task_large and OUT/reference_data/task_large: two networks of task 1's family, 512
wide, and 1,200 examples of 32x32x3, as many as the winning measure looks at. Weights and examples are
made as nets.py says. The metrics in `model_configs.json` are invented, for nothing but the format.
"""

import json
import os
import pathlib
import shutil
import sys

os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import tensorflow as tf

import nets
from winner_tensorflow import build

NAME = "task_large"
EXAMPLES = 1200
BLOCKS = [3, 1]
SEED = 16


def keras_config(layer):
    """A layer in the words of `config.json`, floats for integers as there."""
    kind = layer["kind"]
    if kind == "conv2d":
        return {
            "layer_name": "Conv2D",
            "filters": float(layer["filters"]),
            "kernel_size": float(layer["window"]["size"][0]),
            "padding": "same",
            "activation": layer["activation"],
        }
    if kind == "dense":
        return {"layer_name": "Dense", "units": float(layer["units"]), "activation": layer["activation"]}
    return {"max_pool2d": {"layer_name": "MaxPooling2D", "pool_size": 2, "strides": 2}, "flatten": {"layer_name": "Flatten"}}[kind]


def write_examples(folder, input_shape):
    folder.mkdir(parents=True)
    inputs, labels = nets.examples(input_shape, EXAMPLES, SEED)
    with tf.io.TFRecordWriter(str(folder / "shard_0.tfrecord")) as shard:
        for picture, label in zip(inputs, labels):
            parts = {"inputs": tf.constant(picture), "output": tf.constant(int(label), tf.int32)}
            features = {}
            for name, tensor in parts.items():
                value = tf.io.serialize_tensor(tensor).numpy()
                features[name] = tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))
            example = tf.train.Example(features=tf.train.Features(feature=features))
            shard.write(example.SerializeToString())


def write_network(folder, input_shape, layers, seed):
    folder.mkdir(parents=True)
    config = {"model_config": [keras_config(layer) for layer in layers], "input_shape": input_shape}
    (folder / "config.json").write_text(json.dumps(config))
    model = build(config)
    for name, seed in (("weights_init.hdf5", seed), ("weights.hdf5", seed + 1)):
        model.set_weights(nets.weights(input_shape, layers, seed))
        model.save_weights(folder / name)


def main():
    out = pathlib.Path(sys.argv[1])
    shutil.rmtree(out, ignore_errors=True)
    task = out / "input_data" / NAME
    specs = {}
    for number, blocks in enumerate(BLOCKS):
        input_shape, layers = nets.winner_block(512, blocks)
        write_network(task / f"model_{number}", input_shape, layers, SEED + 2 * number)
        hparams = {"num_conv_blocks": {"possible_values": BLOCKS, "current_value": blocks}}
        metrics = {"train_acc": 0.5, "test_acc": 0.25, "train_loss": 1.0, "test_loss": 2.0}
        specs[str(number)] = {"hparams": hparams, "metrics": metrics}
    write_examples(task / "dataset_1" / "train", input_shape)
    reference = out / "reference_data" / NAME
    reference.mkdir(parents=True)
    (reference / "model_configs.json").write_text(json.dumps(specs))


if __name__ == "__main__":
    main()
