/** The loader as it is built: threads from `dist/`, in a process that ends without closing them. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cachedRecordings } from '../cached-recordings.ts';
import { temporaryFolder } from './command-line.ts';

const LOADER = new URL('../../dist/data/batches/loader.js', import.meta.url).href;

/** Prints a digest of three batches; with `ending` in the place where a run would close its loader. */
function run(loaders: number, ending: string) {
  const [recording] = cachedRecordings(60);
  const options = {
    recordings: [{ ...recording, labels: undefined, timestamps: undefined }],
    segments: [{ recording: 0, first: 0, count: 60 }],
    labelScale: 1,
    labelSign: 1,
    mode: { kind: 'recurrent', T: 4, B: 3 },
    shadow: { shadowGamma: 1, darkeningRatio: 0.66 },
    seed: 1,
    fold: 0,
    compat: 'none',
    loaders,
  };
  const script = `
    import { createHash } from 'node:crypto';
    import { startLoader } from ${JSON.stringify(LOADER)};
    const options = ${JSON.stringify(options)};
    const times = Float64Array.from({ length: 60 }, (_, n) => n / 30);
    Object.assign(options.recordings[0], { labels: times, timestamps: times });
    const loader = startLoader(options);
    const hash = createHash('sha256');
    for (let batch = 0; batch < 3; batch++) {
      const { frames, labels } = await loader.next(0, batch);
      hash.update(new Uint8Array(frames.buffer)).update(new Uint8Array(labels.buffer));
    }
    console.log(hash.digest('hex'));
    ${ending}`;
  const file = join(temporaryFolder(), 'run.mjs');
  writeFileSync(file, script);
  return spawnSync(process.execPath, [file], { encoding: 'utf8', timeout: 60_000 });
}

it('ends with its process, gives the same batches with and without threads, and lets an error through', () => {
  const direct = run(0, '');
  expect(direct.stderr).toBe('');
  expect(direct.stdout).toMatch(/^[0-9a-f]{64}\n$/);
  const threads = run(2, '');
  expect({ status: threads.status, stderr: threads.stderr }).toEqual({ status: 0, stderr: '' });
  expect(threads.stdout).toBe(direct.stdout);
  const failed = run(2, 'throw new Error("on purpose");');
  expect(failed.status).toBe(1);
  expect(failed.stderr).toContain('on purpose');
});
