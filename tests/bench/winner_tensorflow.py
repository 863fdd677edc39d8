"""The winning measure of 2020 (Davies-Bouldin index x label-wise mixup) as its authors computed it, in
TensorFlow, under a runner that does what the competition's did.

Written from a description of their steps, not from their code. For every network the runner clears the
session, builds the model from `config.json`, loads the initial and the final weights, and calls the
measure, which makes its own tf.data pipelines, calls the model eagerly on small batches, and leaves the
rest to numpy. Two forms:

* `submitted`: as it took part. The data repeats without end and is shuffled through a buffer of 5,000
  for the index, so that small tasks see examples twice.
* `exact`: the same steps on the examples that Assay's `dbi-times-mixup` sees, in their stored order and
  once each, so that values can be compared and both sides do the same work.
"""

import json
import os
import pathlib
import re

import numpy as np
import tensorflow as tf

os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
keras = tf.keras

ROUNDS = 10
SMALL = 40  # examples of a batch for the index; three make a round
PER_CLASS = 10
BUFFER = 5000


# The runner.


def recording(layer_class):
    """The layer class, keeping its last input, as the runner's helpers for Jacobians needed."""

    class Recording(layer_class):
        def __call__(self, inputs, *args, **kwargs):
            self._last_seen_input = inputs
            return super().__call__(inputs, *args, **kwargs)

    Recording.__name__ = layer_class.__name__
    return Recording


class Model(keras.Sequential):
    """A Sequential whose call may be watched by a tape."""

    def call(self, inputs, training=None, mask=None, tape=None):
        if tape:
            tape.watch(inputs)
        return super().call(inputs, training=training, mask=mask)


def build(config):
    """The model of a `config.json`."""
    model = Model()
    for described in config["model_config"]:
        described = {
            key: int(value) if isinstance(value, float) and value.is_integer() else value
            for key, value in described.items()
        }
        layer_class = getattr(keras.layers, described.pop("layer_name"))
        model.add(recording(layer_class)(**described))
    model.build([0, *config["input_shape"]])
    return model


def read_examples(folder):
    """The training data as a lazy, unbatched tf.data pipeline."""
    features = {name: tf.io.FixedLenFeature([], tf.string) for name in ("inputs", "output")}

    def parse(record):
        example = tf.io.parse_single_example(record, features)
        inputs = tf.io.parse_tensor(example["inputs"], tf.float32)
        return inputs, tf.io.parse_tensor(example["output"], tf.int32)

    shards = pathlib.Path(folder).glob("shard_*.tfrecord")
    shards = sorted(shards, key=lambda path: int(re.findall(r"\d+", path.name)[-1]))
    return tf.data.TFRecordDataset([str(path) for path in shards]).map(parse)


class Runner:
    """Answers the driver: one task, then its networks one by one."""

    def task(self, path):
        self.path = pathlib.Path(path)
        self.data = read_examples(self.path / "dataset_1" / "train")

    def unit(self, network, form):
        folder = self.path / network
        keras.backend.clear_session()
        model = build(json.loads((folder / "config.json").read_text()))
        initial = folder / "weights_init.hdf5"
        if initial.exists():
            model.load_weights(initial)
            model.initial_weights = model.get_weights()
        model.load_weights(folder / "weights.hdf5")
        index = davies_bouldin(model, self.data, form)
        kept = mixup_accuracy(model, self.data, form)
        return {"value": float(index * (1 - kept)), "davies_bouldin": float(index), "mixup_accuracy": float(kept)}


# The measure.


def every_output(model, example):
    """A model that gives the outputs of all layers."""
    entry = keras.Input(example.shape)
    outputs = [entry]
    for layer in model.layers:
        outputs.append(layer(outputs[-1]))
    return keras.Model(entry, outputs[1:])


def davies_bouldin(model, data, form):
    keras.backend.clear_session()
    if form == "submitted":
        batches = iter(data.repeat(-1).shuffle(BUFFER, seed=1).batch(SMALL))
    else:
        batches = iter(data.batch(SMALL, drop_remainder=True))
    extractor = every_output(model, next(iter(data))[0])
    layer = next(at for at in (0, 1, 2) if "strides" in model.layers[at].get_config())
    pool = keras.layers.MaxPooling2D(pool_size=(4, 4), strides=None, padding="valid")
    indices = []
    for _ in range(ROUNDS):
        keras.backend.clear_session()
        parts = [part for part in (next(batches, None) for _ in range(3)) if part is not None]
        if len(parts) < 3:
            break
        features = [pool(extractor(inputs.numpy())[layer]).numpy().reshape(SMALL, -1) for inputs, _ in parts]
        labels = np.concatenate([labels for _, labels in parts])
        indices.append(index_of(np.concatenate(features), labels))
    return np.mean(indices)


def index_of(features, labels):
    """Davies and Bouldin's index over the labels present."""
    present = np.unique(labels)
    members = [features[labels == label] for label in present]
    centroids = np.stack([group.mean(axis=0, dtype=np.float64) for group in members])
    spread = np.array([
        np.mean(np.linalg.norm(group - centroid, axis=1)) for group, centroid in zip(members, centroids)
    ])
    distances = np.linalg.norm(centroids[:, None] - centroids[None], axis=2)
    if np.allclose(spread, 0) or np.allclose(distances, 0):
        return 0.0
    distances[distances == 0] = np.inf
    return np.mean(np.max((spread[:, None] + spread[None]) / distances, axis=1))


def midpoints(images):
    """The midpoints of all unordered pairs."""
    square = np.stack([images] * images.shape[0])
    middle = 0.5 * square + 0.5 * np.transpose(square, axes=(1, 0, 2, 3, 4))
    return middle[np.triu_indices(images.shape[0], 1)]


def mixup_accuracy(model, data, form):
    if form == "submitted":
        _, labels = next(iter(data.repeat(-1).shuffle(BUFFER, seed=1).batch(50)))
        classes = 1 + np.max(labels.numpy())
        keras.backend.clear_session()
        source = iter(data.repeat(-1).batch(classes * PER_CLASS))
    else:
        classes = model.output_shape[-1]
        keras.backend.clear_session()
        source = iter(data.batch(classes * PER_CLASS))
    batches = [batch for batch in (next(source, None) for _ in range(ROUNDS)) if batch is not None]
    kept = []
    for label in range(classes):
        fractions = []
        for inputs, labels in batches:
            images = inputs[labels == label]
            if images.shape[0] < 2:
                continue
            predicted = tf.argmax(model(midpoints(images)), axis=1)
            fractions.append(np.sum(predicted == label) / np.size(predicted))
        if fractions:
            kept.append(np.mean(fractions))
    return np.mean(kept)
