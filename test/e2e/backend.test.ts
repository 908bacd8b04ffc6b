/**
 * `backend install`, `list`, `remove` and `doctor`, mostly with stand-ins for Python and the compiler, so that each
 * fault can be had at will. The real install is the last test.
 */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { described, isRequired, PYTHON, requirement } from '../require.ts';
import { ncpTrain, script, start, temporaryFolder, until } from './command-line.ts';

/** A Python that has pip and no TensorFlow; what `pip install` does is given. TMPDIR is where pip downloads to. */
const python = (install: string) => `case "$*" in
*"pip install"*) ${install} ;;
*find_spec*) echo null ;;
esac`;

const SLOW = `mkdir "$TMPDIR/pip-unpack-1"
while head -c 100000 /dev/zero >> "$TMPDIR/pip-unpack-1/tensorflow.whl"; do sleep 0.1; done`;
const FETCH =
  'mkdir "$TMPDIR/pip-unpack-1"; head -c 3000000 /dev/zero > "$TMPDIR/pip-unpack-1/tensorflow.whl"';
const UNPACK = `while [ "$1" != --target ]; do shift; done
mkdir -p "$2/tensorflow/include"; touch "$2/tensorflow/libtensorflow_cc.so.2"`;

/** A data folder of its own, and a PATH that holds stand-ins before everything else, or nothing else. */
function machine(programs: Record<string, string>, { alone = false } = {}) {
  const folder = temporaryFolder();
  for (const [name, body] of Object.entries(programs)) script(folder, name, body);
  return {
    folder: join(folder, 'ncp-train', 'tensorflow'),
    environment: {
      XDG_DATA_HOME: folder,
      PATH: alone ? folder : `${folder}:${process.env.PATH}`,
      CXX: '',
    },
  };
}

const leftovers = (folder: string) => readdirSync(folder).filter((name) => name.startsWith('.partial-'));
const hasWheel = (folder: string) =>
  existsSync(folder) &&
  leftovers(folder).some((name) => existsSync(join(folder, name, 'temporary/pip-unpack-1/tensorflow.whl')));

test('where nothing is installed, list and doctor say so and name the command, with status 0', async () => {
  const { environment } = machine({});
  const list = await ncpTrain(['backend', 'list'], environment);
  expect(list.status).toBe(0);
  // Own kernels may have been compiled; they stand below, and nobody has to have them.
  expect(list.stdout.split('\n').map((line) => line.trimEnd())).toEqual(
    expect.arrayContaining([
      'tensorflow  not installed: ncp-train backend install',
      'wasm        TensorFlow.js 4.22.0, WebAssembly',
    ]),
  );
  const doctor = await ncpTrain(['doctor', '--json'], environment);
  expect(doctor.status).toBe(0);
  const { node, backends } = JSON.parse(doctor.stdout);
  expect(node).toMatchObject({ version: process.version, supported: true });
  expect(backends.filter(({ name }: { name: string }) => name !== 'native')).toMatchObject([
    { name: 'tensorflow', works: false, reason: 'not installed', remedy: 'ncp-train backend install' },
    { name: 'wasm', works: true },
  ]);
});

test('everything that is missing is named at once, and how to get it on each system', async () => {
  const { environment } = machine({}, { alone: true });
  const { status, stdout, stderr } = await ncpTrain(['backend', 'install'], environment);
  expect({ status, stdout }).toEqual({ status: 5, stdout: '' });
  expect(stderr).toBe(`error: the native backend needs what is missing here:
  - python3: not found, or older than Python 3.8
  - a C++17 compiler: neither g++, c++ nor clang++ works
To get it:
  Debian, Ubuntu  sudo apt install python3 python3-pip g++
  Fedora          sudo dnf install python3 python3-pip gcc-c++
  macOS           the native backend is not for macOS
The embedded backend needs none of this: \`--backend wasm\`
`);
});

test('a Python without pip is named as such', async () => {
  const programs = {
    python3: 'case "$*" in *pip*) exit 1 ;; *find_spec*) echo null ;; esac',
    'g++': 'exit 0',
  };
  const { environment } = machine(programs);
  const { status, stderr } = await ncpTrain(['backend', 'install'], environment);
  expect(status).toBe(5);
  expect(stderr).toContain('  - pip: python3 has none\n');
  expect(stderr).toContain('sudo apt install python3-pip\n');
  expect(stderr).not.toContain('compiler');
});

test.each([
  ['a full disk', 'No space left on device', 3, 'the disk is full while fetching tensorflow-cpu==2.21.0'],
  [
    'an unknown version',
    'No matching distribution found',
    5,
    'has no tensorflow-cpu==2.21.0 for this machine',
  ],
  ['another fault of pip', 'resolver exploded', 5, 'pip failed (status 1) on tensorflow-cpu==2.21.0'],
])(
  '%s is reported as what it is, after how much came, and nothing is left',
  async (_, said, expected, message) => {
    const programs = { python3: python(`${FETCH}; echo "ERROR: ${said}" >&2; exit 1`), 'g++': 'exit 0' };
    const { folder, environment } = machine(programs);
    const { status, stderr } = await ncpTrain(['backend', 'install'], environment);
    expect(stderr).toMatch(/^fetching TensorFlow 2\.21\.0 \(about 250 MB\), 3 MB, \d+ s$/m);
    expect(stderr).toContain(message);
    expect(stderr).toContain('nothing was installed');
    expect(status).toBe(expected);
    expect(readdirSync(folder)).toEqual([]);
  },
);

const pip = requirement('pip');
test.skipIf(!pip.present)(
  pip.title('without network, the network is named and nothing is left'),
  async () => {
    const { folder, environment } = machine({ 'g++': 'exit 0' });
    const { status, stderr } = await ncpTrain(['backend', 'install', '--python', PYTHON], {
      ...environment,
      PIP_CONFIG_FILE: '/dev/null',
      PIP_FIND_LINKS: '',
      PIP_INDEX_URL: 'http://127.0.0.1:9/simple', // nothing listens there
      PIP_RETRIES: '1',
    });
    expect(stderr).toContain('no connection to the Python package index; nothing was installed');
    expect(status).toBe(5);
    expect(readdirSync(folder)).toEqual([]);
  },
);

test('a compiler that fails is quoted, and nothing is left', async () => {
  const compiler = 'case "$*" in *-fsyntax-only*) ;; *) echo "fatal error: no c_api.h" >&2; exit 1 ;; esac';
  const { folder, environment } = machine({ python3: python(UNPACK), 'g++': compiler });
  const { status, stderr } = await ncpTrain(['backend', 'install'], environment);
  expect(stderr).toContain('g++ could not compile the add-on');
  expect(stderr).toContain('fatal error: no c_api.h');
  expect(status).toBe(5);
  expect(readdirSync(folder)).toEqual([]);
});

test('an add-on that was compiled but does not load is never installed', async () => {
  const { folder, environment } = machine({ python3: python(UNPACK), 'g++': 'exit 0' });
  const { status, stdout, stderr } = await ncpTrain(['backend', 'install'], environment);
  expect(stderr).toContain('what was built does not work; nothing was installed');
  expect({ status, stdout }).toEqual({ status: 5, stdout: '' });
  expect(readdirSync(folder)).toEqual([]);
});

test('killed during the download, nothing is half-installed and the next install sweeps what is left', async () => {
  const { folder, environment } = machine({ python3: python(SLOW), 'g++': 'exit 0' });
  const { child, ended } = start(['backend', 'install'], environment);
  onTestFinished(() => killGroup(child.pid as number));
  await until(() => hasWheel(folder));
  child.kill('SIGKILL'); // its pip goes on writing, as it would
  await ended;
  expect(leftovers(folder)).toHaveLength(1);
  expect((await ncpTrain(['backend', 'list'], environment)).stdout).toContain('tensorflow  not installed');

  script(dirname(dirname(folder)), 'python3', python('exit 1'));
  expect((await ncpTrain(['backend', 'install'], environment)).status).toBe(5);
  expect(readdirSync(folder)).toEqual([]);
});

test('interrupted by the user, it tidies up itself and ends with status 130', async () => {
  const { folder, environment } = machine({ python3: python(SLOW), 'g++': 'exit 0' });
  const { child, ended } = start(['backend', 'install'], environment);
  onTestFinished(() => killGroup(child.pid as number));
  await until(() => hasWheel(folder));
  child.kill('SIGINT');
  const { status, stderr } = await ended;
  expect(status).toBe(130);
  expect(stderr).toContain('stopped; nothing was installed');
  expect(readdirSync(folder)).toEqual([]);
});

test('a second install beside one that is under way is refused with status 2', async () => {
  const { folder, environment } = machine({ python3: python(SLOW), 'g++': 'exit 0' });
  const { child, ended } = start(['backend', 'install'], environment);
  onTestFinished(() => killGroup(child.pid as number));
  await until(() => hasWheel(folder));
  const second = await ncpTrain(['backend', 'install'], environment);
  expect(second.status).toBe(2);
  expect(second.stderr).toContain(`is in use by process ${child.pid}`);
  expect(hasWheel(folder)).toBe(true);
  child.kill('SIGTERM');
  expect((await ended).status).toBe(143);
});

test('removing where nothing is installed is no error', async () => {
  const { environment } = machine({});
  const { status, stdout } = await ncpTrain(['backend', 'remove'], environment);
  expect(status).toBe(0);
  expect(stdout).toContain('nothing to remove');
});

const native = requirement('tensorflow');
test.skipIf(!native.present)(
  native.title('where it is installed, another install does nothing'),
  async () => {
    const { status, stdout } = await ncpTrain(['backend', 'install']);
    expect(stdout).toMatch(/^already installed, and it works: TensorFlow \d/);
    expect(status).toBe(0);
  },
);

const real = described(isRequired('tensorflow') ? undefined : 'fetches 250 MB: NCP_REQUIRE=tensorflow');
test.skipIf(!real.present)(real.title('really installs, works, and is removed again'), async () => {
  const { folder, environment } = machine({});
  const installed = await ncpTrain(['backend', 'install', '--python', PYTHON], environment);
  expect(installed.stderr).not.toContain('error');
  expect(installed).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('installed: TensorFlow 2.21.0'),
  });
  expect(readdirSync(folder).sort()).toEqual(['2.21.0-cpu', 'current']);
  const doctor = JSON.parse((await ncpTrain(['doctor', '--json'], environment)).stdout);
  expect(doctor.backends[0]).toMatchObject({ name: 'tensorflow', works: true });
  expect((await ncpTrain(['backend', 'remove'], environment)).stdout).toContain('removed: ');
  expect(existsSync(folder)).toBe(false);
});

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // it has ended with all its children
  }
}
