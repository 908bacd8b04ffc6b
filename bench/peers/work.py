"""The work that every peer does: sizes, and a batch of made-up frames and labels, float32 in 0..255 like ours."""
import os

import numpy as np

B, T = 20, 16
HEIGHT, WIDTH, CHANNELS = 78, 200, 3
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
CURVE_FACTOR = 0.1
LEARNING_RATE = 5e-4
CLIP_NORM = 10.0
# The paper's NCP for NCP(...) of both packages: inter, command, motor neurons; fan-outs and recurrent synapses.
NCP = (12, 6, 1, 6, 4, 6, 6)
# Filters, kernel size, stride.
HEAD = [(24, 5, 2), (36, 5, 2), (48, 3, 2), (64, 3, 1), (8, 3, 1)]
CNN = [(24, 5, 2), (36, 5, 2), (48, 3, 2), (64, 3, 1), (64, 3, 1)]
UNITS = 64


def batch(*shape):
    """Frames [*shape,78,200,3] in 0..255 and labels [*shape,1] in -1..1."""
    draws = np.random.default_rng(0)
    frames = draws.random((*shape, HEIGHT, WIDTH, CHANNELS), dtype=np.float32) * 255
    labels = draws.random((*shape, 1), dtype=np.float32) * 2 - 1
    return frames, labels
