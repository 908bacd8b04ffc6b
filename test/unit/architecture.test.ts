/** Imports go downwards, and never in a circle (ARCHITECTURE.md, "Who may import whom"). */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = join(import.meta.dirname, '../../src');

/** From the bottom up; a folder may import from itself and from the levels below its own. */
const LEVELS = [
  ['errors.ts', 'random', 'stop-signals.ts', 'text', 'threads', 'wasm'],
  ['files', 'terminal.ts'],
  ['augment', 'metrics', 'options', 'plot'],
  ['backend', 'data'],
  ['bags', 'models', 'simulation'],
  ['library', 'train'],
  ['demo', 'results', 'index.ts'],
  ['replay', 'sweep'],
  ['analyses'],
  ['drive', 'pages'],
  ['reproduction'],
  ['cli'],
];

/** Files below 26 lines, and why they are files. */
const SHORT: Readonly<Record<string, string>> = {
  'augment/weighting.ts': 'an equation of the paper, as the other augmentations are',
  'backend/install/versions.ts': 'named by help, which loads nothing that installs',
  'backend/names.ts': 'named by help and options, which load no backend',
  'bags/read/decoders.ts': 'both formats of bags decode messages alike',
  'data/batches/host-batch.ts': 'what threads hand each other; they load no more',
  'data/batches/loader-worker.ts': 'a thread is a file',
  'library/wirings.ts': 'a namespace of the library is a module',
  'models/cells/vanilla.ts': 'a cell is a file',
  'options/yaml-value.ts': 'YAML of others, wherever it is read',
  'plot/colours.ts': 'named by what loads no Plot',
  'simulation/picture/colour.ts': 'what all that is painted has in common',
  'simulation/picture/ground/ground-units.ts': 'what two kernels of the ground have in common',
  'simulation/road/off-road.ts': 'the crash rule',
  'simulation/road/push.ts': 'drives to learn from and test drives are pushed alike',
  'text/csv-cells.ts': 'set by every command; few load what writes CSV',
  'text/csv.ts': 'how tables are written, wherever',
  'text/shell-word.ts': 'how words are quoted for a shell, wherever',
  'threads/thread.ts': 'how a thread is started, wherever',
  'train/run/run-place.ts': 'named by help, which loads no TensorFlow.js',
  'wasm/webassembly.ts': 'types that TypeScript has for browsers only',
};

/** Folders with more than fifteen files: a command is a file. */
const HALLS = ['cli'];

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
);
const imports = new Map(
  files.map((file) => {
    const text = readFileSync(join(SRC, file), 'utf8');
    const paths = Array.from(text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g), (match) => match[1]);
    return [file, paths.map((path) => normalize(join(dirname(file), path)))];
  }),
);

const roomOf = (file: string) => file.split('/')[0];
const levelOf = (file: string) => LEVELS.findIndex((level) => level.includes(roomOf(file)));

describe('the source', () => {
  it('has every file in a known folder', () => {
    expect(files.filter((file) => levelOf(file) < 0)).toEqual([]);
    expect(files.length).toBeGreaterThan(40);
  });

  it('imports downwards only', () => {
    const upwards = files.flatMap((file) =>
      (imports.get(file) ?? [])
        .filter((to) => roomOf(to) !== roomOf(file) && levelOf(to) >= levelOf(file))
        .map((to) => `${file} → ${to}`),
    );
    expect(upwards).toEqual([]);
  });

  it('has no crumbs: what is shorter than 26 lines stands alone for a reason', () => {
    const lines = (file: string) => readFileSync(join(SRC, file), 'utf8').split('\n').length - 1;
    // A command is a file, whatever its length.
    const crumbs = files.filter((file) => lines(file) < 26 && roomOf(file) !== 'cli' && !(file in SHORT));
    expect(crumbs).toEqual([]);
    expect(Object.keys(SHORT).filter((file) => !files.includes(file))).toEqual([]);
  });

  it('has rooms, no halls: at most fifteen files beside each other', () => {
    const sizes = new Map<string, number>();
    for (const file of files) sizes.set(dirname(file), (sizes.get(dirname(file)) ?? 0) + 1);
    const halls = [...sizes].filter(([folder, size]) => size > 15 && !HALLS.includes(folder));
    expect(halls).toEqual([]);
  });

  it('is as ARCHITECTURE.md says: every file that it names is there', () => {
    const text = readFileSync(join(SRC, '../ARCHITECTURE.md'), 'utf8');
    const [tree] = text.match(/(?<=\nsrc\/\n)[\s\S]*?(?=\nconfigs\/)/) ?? [''];
    const named = tree.match(/[\w-]+\.ts\b/g) ?? [];
    const paths = text.match(/`[\w-]+\/[\w/-]+\.ts`/g) ?? [];
    expect(named.length + paths.length).toBeGreaterThan(150);
    const basenames = new Set(files.map((file) => file.split('/').at(-1)));
    const roots = ['', 'src/'];
    const absent = paths
      .map((path) => path.slice(1, -1))
      .filter((path) => !roots.some((root) => existsSync(join(SRC, '..', root, path))));
    expect([...named.filter((name) => !basenames.has(name)), ...absent]).toEqual([]);
  });

  it('leads a run from flag to loop through at most 25 files', () => {
    const text = readFileSync(join(SRC, '../ARCHITECTURE.md'), 'utf8');
    const [way] = text.match(/(?<=## The way of a run)[\s\S]*?(?=\n## )/) ?? [''];
    const named = new Set(way.match(/`[\w-]+\/[\w/-]+\.[tj]s`/g));
    expect(named.size).toBeGreaterThan(15);
    expect(named.size).toBeLessThanOrEqual(25);
  });

  it('has no folder that ARCHITECTURE.md does not name', () => {
    const text = readFileSync(join(SRC, '../ARCHITECTURE.md'), 'utf8');
    const folders = new Set(files.map((file) => dirname(file)).filter((folder) => folder !== '.'));
    expect([...folders].filter((folder) => !text.includes(`${folder.split('/').at(-1)}/`))).toEqual([]);
  });

  it('loads Plot when a picture is drawn, not before', () => {
    const early = files.filter((file) =>
      /^import (?!type ).*'@observablehq\/plot'/m.test(readFileSync(join(SRC, file), 'utf8')),
    );
    expect(early).toEqual([]);
  });

  it('writes to stdout and stderr in one place: no line lands in a bar, no control character on a terminal', () => {
    const writers = files.filter((file) =>
      /process\.std(out|err)\.write|console\.(log|error|warn|info|table)/.test(
        readFileSync(join(SRC, file), 'utf8'),
      ),
    );
    // probe.ts: a process of its own, whose words are read
    expect(writers.toSorted()).toEqual(['backend/probe.ts', 'terminal.ts']);
  });

  it('has no circular imports', () => {
    const circles: string[] = [];
    const done = new Set<string>();
    const walk = (file: string, path: string[]) => {
      if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' → '));
      if (path.includes(file) || done.has(file)) return;
      for (const to of imports.get(file) ?? []) walk(to, [...path, file]);
      done.add(file);
    };
    for (const file of files) walk(file, []);
    expect(circles).toEqual([]);
  });
});
