/** The frame of the command line: help, names, spellings, exit status, streams. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { commands, groups } from '../../src/cli/commands.ts';
import { ENTRY, ncpTrain, temporaryFolder } from './command-line.ts';

test('--help lists every command and group on stdout, with status 0', async () => {
  const { status, stdout, stderr } = await ncpTrain(['--help']);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  for (const { name } of commands) expect(stdout).toMatch(new RegExp(`^  ${name.split(' ')[0]}\\b`, 'm'));
  for (const [group, summary] of Object.entries(groups))
    if (!group.includes(' ')) expect(stdout.replace(/\s+/g, ' ')).toContain(summary);
});

test('--help imports no command', () => {
  const imported = importedBy('--help');
  expect(imported).toContainEqual(expect.stringMatching(/dist\/cli\/commands\.js$/));
  const names = new Set(commands.map(({ name }) => `${name.replaceAll(' ', '-')}.js`));
  expect(imported.filter((url) => names.has(basename(url)))).toEqual([]);
  expect(imported.filter((url) => url.includes('/node_modules/zod/'))).toEqual([]);
});

test.each(['passive', 'active', 'test', 'demo'])('%s --help does not wait for TensorFlow.js', (command) => {
  const imported = importedBy(command, '--help');
  expect(imported).toContainEqual(expect.stringMatching(new RegExp(`dist/cli/${command}\\.js$`)));
  expect(imported.filter((url) => url.includes('/@tensorflow/'))).toEqual([]);
});

/** Addresses of all modules that a command imports. */
function importedBy(...args: string[]): string[] {
  const folder = temporaryFolder();
  const env = { ...process.env, NODE_V8_COVERAGE: folder };
  expect(spawnSync(process.execPath, [ENTRY, ...args], { env }).status).toBe(0);
  return readdirSync(folder).flatMap((name) =>
    (JSON.parse(readFileSync(join(folder, name), 'utf8')).result as { url: string }[]).map(({ url }) => url),
  );
}

test('a command shows its own help', async () => {
  const { status, stdout } = await ncpTrain(['backend', 'install', '--help']);
  expect(status).toBe(0);
  expect(stdout).toMatchInlineSnapshot(`
    "Usage: ncp-train backend install [options]

    get TensorFlow and compile the native backend

    Options:
      --gpu                with the CUDA libraries, for NVIDIA GPUs
      --python <text>      use the TensorFlow of this Python, or its pip; not given:
                           pip of python3
      --tensorflow <text>  version of TensorFlow; not given: 2.21.0 (a version such
                           as 2.21.0)

    Options of every command:
      --config <text>      read options from a YAML file; flags win over it
      --print_config       print the options as they would be used, as YAML, and end
      --print_schema       print the JSON Schema of the options, and end
      --json               print the result as JSON
      --quiet              print warnings and the result only
      --debug              print where in the program an error came up
      -h, --help           print this help
    "
  `);
  expect((await ncpTrain(['help', 'backend', 'install'])).stdout).toBe(stdout);
});

test('--version prints the version of the package', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(await ncpTrain(['--version'])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
});

test.each([
  [['doctr'], 'unknown command "doctr"; did you mean "doctor"? ncp-train --help lists all'],
  [
    ['backend', 'install', '--tensorflow', 'two'],
    '--tensorflow: expected a version such as 2.21.0, got "two"',
  ],
])('%j is a usage error: status 2, one message, no stack', async (args, message) => {
  const { status, stdout, stderr } = await ncpTrain(args);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain(message);
  expect(stderr).not.toContain('    at ');
});

test('a missing command is a usage error that shows what there is', async () => {
  const { status, stdout, stderr } = await ncpTrain([]);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain('Commands:');
});

test('--resume where there is no run says so, before data that is not there either, and where the run of --config lies', async () => {
  const folder = temporaryFolder();
  const run = join(folder, 'sessions', 'passive', 'wm_session', 'experiment_3');
  mkdirSync(run, { recursive: true });
  writeFileSync(
    join(run, 'config.yaml'),
    'model: wm\nexperiment_id: 3\ndata: not/there\nsessions_dir: not/here\n',
  );
  const asked = ['passive', '--config', join(run, 'config.yaml'), '--resume'];
  const ended = await Promise.all([
    ncpTrain(['passive', '--model', 'wm', '--experiment_id', '3', '--sessions_dir', 'not/here', '--resume']),
    ncpTrain(asked),
  ]);
  expect(ended.map(({ status }) => status)).toEqual([2, 2]);
  const where = join('not', 'here', 'passive', 'wm_session', 'experiment_3');
  expect(ended[0].stderr).toContain(
    `there is no run to resume in ${where}; --sessions_dir says where runs lie`,
  );
  const sessions = relative(process.cwd(), join(folder, 'sessions'));
  expect(ended[1].stderr).toContain(
    `that of the configuration lies elsewhere: give --sessions_dir ${sessions}`,
  );
});

test('a reader that stops early, as head does, is no error', () => {
  const { status, stderr } = spawnSync(
    'sh',
    ['-c', `"${process.execPath}" "${ENTRY}" backend list | true; echo done`],
    { encoding: 'utf8' },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

test('names that hold control sequences are shown escaped, on stdout and stderr, in text and JSON', async () => {
  const folder = temporaryFolder();
  const name = 'drive\x1b]0;title\x07\x9b2J\u202e.h5';
  const shown = 'drive\\u001b]0;title\\u0007\\u009b2J\\u202e.h5';
  writeFileSync(join(folder, name), 'no HDF5');
  const checked = await ncpTrain(['data', 'check', folder]);
  const asJson = await ncpTrain(['data', 'check', folder, '--json']);
  const opened = await ncpTrain(['bag', 'info', join(folder, name)]);
  const unknown = await ncpTrain(['runs', `--${name}`]);
  expect([checked, opened, unknown].map(({ status }) => status)).toEqual([3, 3, 2]);
  for (const { stdout, stderr } of [checked, asJson, opened, unknown]) {
    expect(stdout + stderr).toContain(shown);
    expect(stdout + stderr).not.toMatch(/(?!\n)\p{Cc}|\u202e/u);
  }
  expect(JSON.stringify(JSON.parse(asJson.stdout))).toContain(JSON.stringify(name).slice(1, -1));
});
