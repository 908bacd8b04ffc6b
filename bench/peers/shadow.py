"""The shadow augmentation of docs/pipeline.md §2 with OpenCV, in threads, as it is done before each of the original's steps."""
import math
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np

import work

SHADOW_GAMMA = 1.0
DARKENING_RATIO = 0.66

cv2.setNumThreads(1)  # a frame is one thread's work
_threads = ThreadPoolExecutor(work.CORES)


def cast(frame, draws):
    """A frame [78,200,3] in 0..1, float32, with a shadow drawn for it."""
    thickness = int(draws.integers(10, 100))
    kernel = int(draws.choice((3, 5, 7)))
    angle = draws.uniform(0, math.pi)
    x = work.WIDTH / 2 + int(draws.integers(-100, 100))
    y = work.HEIGHT / 2 + int(draws.integers(-30, 30))
    gamma = 1 + draws.uniform(0, SHADOW_GAMMA)
    if draws.random() >= DARKENING_RATIO:
        gamma = 1 / gamma
    dx, dy = 200 * math.cos(angle), 200 * math.sin(angle)
    mask = np.zeros((work.HEIGHT, work.WIDTH), np.float32)
    cv2.line(mask, (int(x - dx), int(y - dy)), (int(x + dx), int(y + dy)), 1.0, thickness)
    mask = cv2.GaussianBlur(mask, (kernel, kernel), 0)[..., None]
    return mask * cv2.pow(frame, gamma) + (1 - mask) * frame


def augment(frames, seed):
    """A shadow on every frame of [N,78,200,3], in as many threads as there are cores."""
    out = np.empty_like(frames)

    def some(part):
        draws = np.random.default_rng((seed, part))
        for n in range(part, len(frames), work.CORES):
            out[n] = cast(frames[n], draws)

    list(_threads.map(some, range(work.CORES)))
    return out
