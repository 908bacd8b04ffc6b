"""The published training step (docs/pipeline.md §2 and §3), written anew as a TensorFlow 2 graph.

    python original.py wm|lstm|cnn [shadow] [while]
    python original.py wm|lstm evaluate

Frames come from the host at every step, in 0..1, as the published scripts feed them. `shadow` augments them with OpenCV
before each step. The recurrence is unrolled; `while` makes it a loop in the graph. `evaluate` walks 512 frames in chunks
of 16 of one sequence, the state carried from chunk to chunk.
"""
import os
import sys

from child import serve

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
import numpy as np
import tensorflow as tf

import work
from work import B, T

EVALUATED = 512
UNFOLDS = 6
UNITS_WM = 19

model_name, *words = sys.argv[1:]
tf.config.threading.set_intra_op_parallelism_threads(work.CORES)
draws = np.random.default_rng(0)
convolution_variables, other_variables = [], []


def variable(value, among=other_variables):
    among.append(tf.Variable(np.asarray(value, np.float32)))
    return among[-1]


def glorot(*shape, among=other_variables):
    fan = np.prod(shape[:-2])
    limit = np.sqrt(6 / (fan * (shape[-2] + shape[-1])))
    return variable(draws.uniform(-limit, limit, shape), among)


def standardise(x):
    mean = tf.reduce_mean(x, [1, 2, 3], keepdims=True)
    variance = tf.reduce_mean(x * x, [1, 2, 3], keepdims=True) - mean * mean
    return (x - mean) / tf.maximum(tf.sqrt(variance), (work.HEIGHT * work.WIDTH * work.CHANNELS) ** -0.5)


def make_convolutions(sizes, padding):
    kernels, channels = [], work.CHANNELS
    for filters, size, stride in sizes:
        kernel = glorot(size, size, channels, filters, among=convolution_variables)
        bias = variable(np.full(filters, 0.01), convolution_variables)
        kernels.append((kernel, bias, stride))
        channels = filters

    def apply(x):
        for kernel, bias, stride in kernels:
            x = tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(x, kernel, stride, padding), bias))
        return x

    return apply


def make_dense(inputs, outputs, bias=True):
    kernel = glorot(inputs, outputs)
    offset = variable(np.full(outputs, 0.01)) if bias else 0.0
    return lambda x: x @ kernel + offset


def make_head():
    convolutions = make_convolutions(work.HEAD, "SAME")
    dense = [make_dense(250, 4) for _ in range(8)]

    def apply(x):
        maps = tf.unstack(convolutions(x), axis=3)
        return tf.concat([tf.nn.relu(d(tf.reshape(m, (-1, 250)))) for d, m in zip(dense, maps)], 1)

    return apply


def make_wm():
    """The LTC over whole matrices; absent synapses have w = 0. What the synapses are does not change the cost."""
    U, S = UNITS_WM, 32
    masks = {"w": draws.random((U, U)) < 60 / U**2, "sensory_w": draws.random((S, U)) < 192 / (S * U)}

    def synapses(n, mask):
        return (
            variable(draws.uniform(0.1, 1, (n, U)) * mask),
            variable(draws.uniform(0.3, 0.8, (n, U))),
            variable(draws.uniform(3, 8, (n, U))),
            variable(draws.choice((-1, 1), (n, U)) * mask),
        )

    w, mu, sigma, erev = synapses(U, masks["w"])
    sensory_w, sensory_mu, sensory_sigma, sensory_erev = synapses(S, masks["sensory_w"])
    cm, gleak = variable(np.full(U, 0.5)), variable(np.ones(U))
    vleak = variable(draws.uniform(-0.2, 0.2, U))
    input_w, input_b, output_w = variable(np.ones(S)), variable(np.zeros(S)), variable(np.ones(1))

    def step(x, v):
        x = x * input_w + input_b
        s = sensory_w * tf.sigmoid(sensory_sigma * (x[:, :, None] - sensory_mu))
        sensory_numerator = tf.reduce_sum(s * sensory_erev, 1) + gleak * vleak
        sensory_denominator = tf.reduce_sum(s, 1) + gleak + cm
        for _ in range(UNFOLDS):
            s = w * tf.sigmoid(sigma * (v[:, :, None] - mu))
            v = (cm * v + sensory_numerator + tf.reduce_sum(s * erev, 1)) / (
                sensory_denominator + tf.reduce_sum(s, 1)
            )
        return v[:, :1] * output_w, v

    def constrain():
        cm.assign(tf.clip_by_value(cm, 1e-4, 1000))
        gleak.assign(tf.clip_by_value(gleak, 1e-3, 100))
        w.assign(tf.clip_by_value(w * masks["w"].astype(np.float32), 1e-3, 100))
        sensory_w.assign(tf.clip_by_value(sensory_w * masks["sensory_w"].astype(np.float32), 1e-3, 100))

    return step, lambda n: tf.zeros((n, U)), constrain


def make_lstm():
    U = work.UNITS
    kernel, bias = glorot(32 + U, 4 * U), variable(np.zeros(4 * U))
    output = make_dense(U, 1)

    def step(x, state):
        c, h = state
        i, j, f, o = tf.split(tf.concat([x, h], 1) @ kernel + bias, 4, 1)
        c = tf.sigmoid(f + 1.0) * c + tf.sigmoid(i) * tf.tanh(j)
        h = tf.sigmoid(o) * tf.tanh(c)
        return output(h), (c, h)

    return step, lambda n: (tf.zeros((n, U)), tf.zeros((n, U))), lambda: None


def make_recurrent():
    head = make_head()
    cell, initial, constrain = make_wm() if model_name == "wm" else make_lstm()

    def unroll(frames, state):
        """Frames [T,B,78,200,3] to outputs [T,B,1] and the state."""
        steps, sequences = frames.shape[:2]
        features = tf.reshape(head(standardise(tf.reshape(frames, (-1, *frames.shape[2:])))), (steps, sequences, 32))
        if "while" in words:
            outputs = tf.TensorArray(tf.float32, steps, element_shape=(sequences, 1))
            for t in tf.range(steps):
                y, state = cell(features[t], state)
                outputs = outputs.write(t, y)
            return outputs.stack(), state
        outputs = []
        for t in range(steps):
            y, state = cell(features[t], state)
            outputs.append(y)
        return tf.stack(outputs), state

    return unroll, initial, constrain


def make_cnn():
    convolutions = make_convolutions(work.CNN, "VALID")
    dense = [make_dense(4864, 1000), make_dense(1000, 100), make_dense(100, 1, bias=False)]

    def judge(frames):
        x = tf.nn.dropout(tf.reshape(convolutions(standardise(frames)), (-1, 4864)), 0.5)
        x = tf.nn.dropout(tf.nn.relu(dense[0](x)), 0.5)
        return dense[2](tf.nn.dropout(tf.nn.relu(dense[1](x)), 0.3))

    return judge


cnn = model_name == "cnn"
if cnn:
    judge, constrain = make_cnn(), lambda: None
else:
    unroll, initial, constrain = make_recurrent()
variables = convolution_variables + other_variables
moments = [(tf.Variable(tf.zeros_like(v)), tf.Variable(tf.zeros_like(v))) for v in variables]
powers = tf.Variable(0.9), tf.Variable(0.999)


@tf.function
def train(frames, labels):
    with tf.GradientTape() as tape:
        predictions = judge(frames) if cnn else unroll(frames, initial(B))[0]
        weights = tf.exp(work.CURVE_FACTOR * tf.abs(labels))
        loss = tf.reduce_sum(weights * (predictions - labels) ** 2) / tf.reduce_sum(weights)
    gradients = tape.gradient(loss, variables)
    if not cnn:
        gradients, _ = tf.clip_by_global_norm(gradients, work.CLIP_NORM)
    for v, (m, s), g in zip(variables, moments, gradients):
        # TensorFlow 1's Adam
        tf.raw_ops.ResourceApplyAdam(
            var=v.handle, m=m.handle, v=s.handle, beta1_power=powers[0], beta2_power=powers[1],
            lr=work.LEARNING_RATE, beta1=0.9, beta2=0.999, epsilon=1e-8, grad=g,
        )
    constrain()
    powers[0].assign(powers[0] * 0.9)
    powers[1].assign(powers[1] * 0.999)
    return loss


@tf.function
def walk(frames, state):
    return unroll(frames, state)


frames, labels = work.batch(B) if cnn else work.batch(T, B)
frames /= 255
numbers = {"steps": 0}


def step():
    numbers["steps"] += 1
    fed = frames
    if "shadow" in words:
        fed = shadow.augment(frames.reshape(-1, *frames.shape[-3:]), numbers["steps"]).reshape(frames.shape)
    return train(tf.constant(fed), tf.constant(labels))


def evaluate():
    state, error = initial(1), 0.0
    for n in range(EVALUATED // T):
        chunk = frames[:, n % B : n % B + 1]
        outputs, state = walk(tf.constant(chunk), state)
        error += float(np.mean((outputs.numpy() - labels[:, n % B : n % B + 1]) ** 2))
    return error


if "shadow" in words:
    import shadow
serve(
    evaluate if "evaluate" in words else step,
    parameters=int(sum(np.prod(v.shape) for v in variables)),
    versions={"tensorflow": tf.__version__},
)
