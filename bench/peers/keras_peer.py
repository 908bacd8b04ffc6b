"""keras-ncp on TensorFlow 2: a training step compiled with tf.function.

    python keras_peer.py wm|lstm|cnn [while] [xla]

The recurrence is unrolled in the graph, and XLA is left off: both measure faster than their alternatives, which the
words `while` and `xla` choose.
"""
import os
import sys

from child import serve

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
os.environ["TF_USE_LEGACY_KERAS"] = "1"  # keras-ncp is written for Keras 2
import numpy as np
import tensorflow as tf

import work
from work import B, T

keras = tf.keras
layers = keras.layers
model_name, *words = sys.argv[1:]
tf.config.threading.set_intra_op_parallelism_threads(work.CORES)


def standardise(x):
    mean, variance = tf.nn.moments(x, [1, 2, 3], keepdims=True)
    return (x - mean) / tf.maximum(tf.sqrt(variance), (work.HEIGHT * work.WIDTH * work.CHANNELS) ** -0.5)


def head(x):
    """Frames [N,78,200,3] to features [N,32]."""
    for filters, kernel, stride in work.HEAD:
        x = layers.Conv2D(filters, kernel, stride, "same", activation="relu")(x)
    maps = tf.split(x, 8, axis=3)
    return layers.Concatenate()([layers.Dense(4, activation="relu")(layers.Flatten()(m)) for m in maps])


def recurrent():
    frames = keras.Input((T, work.HEIGHT, work.WIDTH, work.CHANNELS), batch_size=B)
    x = layers.Lambda(lambda f: standardise(tf.reshape(f, (B * T, work.HEIGHT, work.WIDTH, work.CHANNELS))))(frames)
    features = tf.reshape(head(x), (B, T, 32))
    unroll = "while" not in words
    if model_name == "wm":
        import kerasncp

        from kerasncp.tf import LTCCell

        cell = LTCCell(kerasncp.wirings.NCP(*work.NCP))
        return keras.Model(frames, layers.RNN(cell, return_sequences=True, unroll=unroll)(features))
    return keras.Model(frames, layers.Dense(1)(layers.LSTM(work.UNITS, return_sequences=True, unroll=unroll)(features)))


def cnn():
    frames = keras.Input((work.HEIGHT, work.WIDTH, work.CHANNELS), batch_size=B)
    x = layers.Lambda(standardise)(frames)
    for filters, kernel, stride in work.CNN:
        x = layers.Conv2D(filters, kernel, stride, "valid", activation="relu")(x)
    x = layers.Dropout(0.5)(layers.Flatten()(x))
    x = layers.Dropout(0.5)(layers.Dense(1000, activation="relu")(x))
    x = layers.Dropout(0.3)(layers.Dense(100, activation="relu")(x))
    return keras.Model(frames, layers.Dense(1, use_bias=False)(x))


model = cnn() if model_name == "cnn" else recurrent()
optimizer = keras.optimizers.Adam(
    work.LEARNING_RATE, **({} if model_name == "cnn" else {"global_clipnorm": work.CLIP_NORM})
)


@tf.function(jit_compile="xla" in words)
def step(frames, labels):
    with tf.GradientTape() as tape:
        error = model(frames, training=True) - labels
        weights = tf.exp(work.CURVE_FACTOR * tf.abs(labels))
        loss = tf.reduce_sum(weights * error**2) / tf.reduce_sum(weights)
    variables = model.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
    return loss


frames, labels = (tf.constant(a) for a in (work.batch(B) if model_name == "cnn" else work.batch(B, T)))
serve(
    lambda: step(frames, labels),
    parameters=int(sum(np.prod(v.shape) for v in model.trainable_variables)),
    versions={"tensorflow": tf.__version__},
)
