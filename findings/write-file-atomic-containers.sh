#!/usr/bin/env bash
# write-file-atomic 8.0.0: the temporary name beside a file is a hash of the module's path, the process's number, the thread's and
# the call's. In containers each process has a number from 1 on, so two containers that have the same image and share a folder
# write the same file under the same temporary name, which is opened for overwriting: neither notices the other.
# Output seen (Node 20.20):
#   out.json.387464681
#   out.json.387464681
# (the number differs from folder to folder). Needs Linux, util-linux and root, for PID namespaces.
# Exits 0 while the two names are the same.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund write-file-atomic@8.0.0
cat >name.cjs <<'JS'
const { open } = require('node:fs');
// What the package opens first is the temporary file.
require('node:fs').open = (path, ...rest) => {
  console.log(require('node:path').basename(path));
  return open(path, ...rest);
};
require('write-file-atomic')('out.json', '{}', () => {});
JS
for container in 1 2; do unshare --pid --mount-proc --fork node name.cjs; done | tee names
[ "$(wc -l <names)" -eq 2 ]
[ "$(sort -u names | wc -l)" -eq 1 ]
