/**
 * The package as users get it: packed, and installed from its file into an empty folder with npm's own defaults.
 * There npm runs the install script of @tensorflow/tfjs-node-gpu, which fails, and drops that optional dependency;
 * everything has to work without.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { described, isRequired, PYTHON } from '../require.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'ncp-train-package-'));
const app = join(folder, 'app');

/** Without what `npm test` tells its children: this project's own .npmrc is not the user's. */
const environment = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.toLowerCase().startsWith('npm_')),
  ),
  XDG_DATA_HOME: join(folder, 'data'),
};

const inApp = (program: string, args: string[]) =>
  spawnSync(program, args, { cwd: app, env: environment, encoding: 'utf8' });
const ncpTrain = (...args: string[]) => inApp(join(app, 'node_modules/.bin/ncp-train'), args);

beforeAll(() => {
  mkdirSync(app);
  const options = { cwd: project, env: environment, encoding: 'utf8' } as const;
  const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], options).trim();
  writeFileSync(join(app, 'package.json'), '{ "private": true }\n');
  const installed = inApp('npm', [
    'install',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    join(folder, packed),
  ]);
  expect(installed.status, installed.stderr).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('ncp-train --help prints the commands', () => {
  const { status, stdout, stderr } = ncpTrain('--help');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain('Usage: ncp-train');
});

test('no source maps are in the package: the sources that they name are not', () => {
  const installed = readdirSync(join(app, 'node_modules/ncp-train'), { recursive: true, encoding: 'utf8' });
  const own = installed.filter((name) => !name.startsWith('node_modules'));
  expect(own.filter((name) => name.endsWith('.js')).length).toBeGreaterThan(100);
  expect(own.filter((name) => name.endsWith('.map'))).toEqual([]);
});

test('the script of the page that widget writes is in the package', () => {
  expect(existsSync(join(app, 'node_modules/ncp-train/dist/pages/widget/page.js'))).toBe(true);
});

test('backend list names the embedded backend, and how to get the native one', () => {
  const { status, stdout } = ncpTrain('backend', 'list');
  expect(status).toBe(0);
  expect(stdout).toContain('tensorflow  not installed: ncp-train backend install');
  expect(stdout).toContain('wasm        TensorFlow.js 4.22.0, WebAssembly');
});

test('doctor --speed trains a step of wm on the embedded backend', () => {
  const { status, stdout, stderr } = ncpTrain('doctor', '--speed', '--json');
  expect(status, stderr).toBe(0);
  const wasm = JSON.parse(stdout).backends.find(({ name }: { name: string }) => name === 'wasm');
  expect(wasm).toMatchObject({ works: true });
  expect(wasm.speed.msPerStep).toBeGreaterThan(0);
  expect(wasm.speed.framesPerSecond).toBeGreaterThan(0);
});

test('a script imports the library and computes with it', () => {
  writeFileSync(
    join(app, 'script.mjs'),
    `import { useBackend, wirings } from 'ncp-train';
     const wiring = new wirings.FullyConnected({ units: 8, outputs: 1 });
     console.log(await useBackend('auto'), wiring.units);`,
  );
  const { status, stdout, stderr } = inApp(process.execPath, ['script.mjs']);
  expect(status, stderr).toBe(0);
  expect(stdout).toBe('wasm 8\n');
});

const real = described(isRequired('tensorflow') ? undefined : 'fetches 250 MB: NCP_REQUIRE=tensorflow');
test.skipIf(!real.present)(real.title('backend install fetches what npm dropped, and it works'), () => {
  expect(existsSync(join(app, 'node_modules/@tensorflow/tfjs-node-gpu'))).toBe(false);
  const { status, stderr } = ncpTrain('backend', 'install', '--python', PYTHON);
  expect(status, stderr).toBe(0);
  expect(stderr).toContain('fetching @tensorflow/tfjs-node-gpu 4.22.0');
  const { backends } = JSON.parse(ncpTrain('doctor', '--json').stdout);
  expect(backends[0]).toMatchObject({ name: 'tensorflow', works: true });
});
