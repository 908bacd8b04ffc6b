#!/usr/bin/env bash
# safetensors 0.8.0 for Python writes NumPy arrays that are not laid out row by row scrambled, without a word: their bytes go to the
# file in the order of memory, under the shape of the view. 0.7.0 wrote the same arrays right. Arrays after np.ascontiguousarray are
# right in both. Seen, with NumPy 2.4.6, x = [[0 1 2] [3 4 5]]:
#
#   0.7.0 x.T              reads back as it was
#   0.7.0 asfortranarray   reads back as it was
#   0.7.0 ascontiguous     reads back as it was
#   0.8.0 x.T              reads back as [0, 1, 2, 3, 4, 5], was [0, 3, 1, 4, 2, 5]
#   0.8.0 asfortranarray   reads back as [0, 3, 1, 4, 2, 5], was [0, 1, 2, 3, 4, 5]
#   0.8.0 ascontiguous     reads back as it was
#
# Exits 0 while that is so. Needs python3 with venv and pip, and a package index.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat > "$work/judge.py" <<'PY'
import sys

import numpy as np
import safetensors
from safetensors.numpy import load, save

x = np.arange(6, dtype='f4').reshape(2, 3)
arrays = {'x.T': x.T, 'asfortranarray': np.asfortranarray(x), 'ascontiguous': np.ascontiguousarray(x.T)}
right = {}
for name, array in arrays.items():
    back = load(save({'x': array}))['x']
    right[name] = back.shape == array.shape and np.array_equal(back, array)
    said = 'as it was' if right[name] else f'as {back.ravel().astype(int).tolist()}, was {array.ravel().astype(int).tolist()}'
    print(f'{safetensors.__version__} {name:16} reads back {said}')
scrambled = safetensors.__version__ == '0.8.0'
sys.exit(right != {'x.T': not scrambled, 'asfortranarray': not scrambled, 'ascontiguous': True})
PY

for version in 0.7.0 0.8.0; do
  python3 -m venv "$work/$version"
  "$work/$version/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 "safetensors==$version" 2> "$work/pip.log" || { cat "$work/pip.log"; exit 2; }
  "$work/$version/bin/python" "$work/judge.py"
done
