#!/usr/bin/env bash
# @foxglove/wasm-lz4 1.0.2 (Node 20): a frame that cannot be decompressed is reported by an error, and after it frames that
# are whole fail as well, for as long as the process lives. The package makes one decompression context for all calls and never
# resets it. Whoever reads bags of ROS in a process that goes on after a damaged one takes whole files for damaged; a copy of
# the module that was loaded anew decompresses them.
#
# Output when this was written:
#   whole: 1,2,3
#   damaged: Error during decompression
#   the same whole one again: Error during decompression
#   with the module loaded anew: 1,2,3
#
# Exit status 0 while it behaves so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund @foxglove/wasm-lz4@1.0.2
cat > try.cjs <<'JS'
const load = async () => {
  for (const path of Object.keys(require.cache)) if (path.includes('wasm-lz4')) delete require.cache[path];
  const module = require('@foxglove/wasm-lz4');
  await module.isLoaded;
  return module;
};
const frame = (...block) => Uint8Array.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82, ...block, 0, 0, 0, 0]);
const whole = frame(3, 0, 0, 0x80, 1, 2, 3);
const damaged = frame(5, 0, 0, 0, 255, 255, 255, 255, 255);
const told = (lz4, bytes, size) => {
  try {
    return [...lz4(bytes, size)].join();
  } catch (error) {
    return error.message;
  }
};
(async () => {
  const lz4 = await load();
  console.log(`whole: ${told(lz4, whole, 3)}`);
  console.log(`damaged: ${told(lz4, damaged, 100)}`);
  console.log(`the same whole one again: ${told(lz4, whole, 3)}`);
  console.log(`with the module loaded anew: ${told(await load(), whole, 3)}`);
})();
JS
node try.cjs | tee seen
cat > expected <<'TEXT'
whole: 1,2,3
damaged: Error during decompression
the same whole one again: Error during decompression
with the module loaded anew: 1,2,3
TEXT
cmp seen expected
