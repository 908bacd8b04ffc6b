/** The commands on rosbags as a user runs them, on bags that the Python packages rosbags and mcap wrote (test/bags). */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { ncpTrain, temporaryFolder } from './command-line.ts';

const BAGS = fileURLToPath(new URL('../bags', import.meta.url));
const bag = (name: string) => join(BAGS, name);

test('info lists topics, and what each would be used for', async () => {
  const { status, stdout, stderr } = await ncpTrain(['bag', 'info', bag('lz4.bag')]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const rows = stdout.split('\n').map((line) => line.split(/ {2,}/));
  expect(rows).toContainEqual(['/autonomous', 'std_msgs/Bool', '120', '10.1', 'switch']);
  expect(rows).toContainEqual(['/chatter', 'std_msgs/String', '6', '0.5', '–']);
  expect(rows).toContainEqual([
    '/vehicle/twist',
    'geometry_msgs/TwistStamped',
    '120',
    '10.1',
    'speed, yaw_rate',
  ]);

  const json = JSON.parse((await ncpTrain(['bag', 'info', bag('zstd.mcap'), '--json'])).stdout);
  expect(json).toMatchObject({
    format: 'MCAP',
    used: { camera: '/camera/front', gps: '/gps/fix', switch: '/autonomous.data' },
  });
  expect(json.topics).toHaveLength(6);
});

test('metrics counts crashes, says from what, and has columns', async () => {
  const { status, stdout, stderr } = await ncpTrain(['bag', 'metrics', bag('lz4.bag'), bag('no-fix.mcap')]);
  expect({ status }, stderr).toEqual({ status: 0 });
  expect(stdout).toMatch(/^crashes +2 +2$/m);
  expect(stdout).toContain('lz4.bag: crashes after 5.0 s, 9.0 s');
  expect(stderr).toContain('switch: /autonomous.data, chosen by its type std_msgs/Bool');
  expect(stderr).toContain('50 of 120 messages of /gps/fix have no fix: left out');

  const csv = await ncpTrain(['bag', 'metrics', bag('lz4.bag'), '--format', 'csv']);
  const rows = parse(csv.stdout, { columns: true }) as Record<string, string>[];
  expect(Object.keys(rows[0]).slice(0, 7)).toEqual([
    'file',
    'row',
    'run',
    'n',
    'crashes',
    'crashes_std',
    'crashes_n',
  ]);
  expect(rows.map(({ file, row, crashes }) => [file, row, crashes])).toEqual([
    ['lz4.bag', 'run', '2'],
    ['lz4.bag', 'mean', '2'],
  ]);

  const json = JSON.parse(
    (await ncpTrain(['bag', 'metrics', bag('plain.bag'), bag('lz4.mcap'), '--together', '--json'])).stdout,
  );
  expect(json.groups).toHaveLength(1);
  expect(json.groups[0]).toMatchObject({
    n: 2,
    together: { crashes: 4 },
    mean: { crashes: { mean: 2, deviation: 0, n: 2 } },
  });
  expect(json.files[0].sources.autonomous).toBe('/autonomous');
});

test('export leaves columns and a recording that data check finds whole', async () => {
  const out = join(temporaryFolder(), 'out');
  const { status, stdout, stderr } = await ncpTrain([
    'bag',
    'export',
    bag('lz4.mcap'),
    '--out',
    out,
    '--wheelbase',
    '2.7',
  ]);
  expect({ status }, stderr).toEqual({ status: 0 });
  expect(stderr).toContain(
    'labels: curvature from /vehicle/steering.data: radians, positive to the left; wheelbase 2.7 m',
  );
  expect(stdout).toMatch(/^lz4\.h5 +120 +frames of 18×32$/m);
  const columns = ['gps.csv', 'speed.csv', 'steering.csv', 'switch.csv', 'yaw_rate.csv'];
  expect(readdirSync(out).sort()).toEqual(['dataset.yaml', 'export.json', ...columns, 'lz4.h5'].sort());
  expect(readFileSync(join(out, 'switch.csv'), 'utf8').split('\n')[0]).toBe('time,value,autonomous');
  const checked = await ncpTrain(['data', 'check', out]);
  expect(checked.stdout).toContain('1 file, 120 frames: 0 errors');
});

test('export as .npy prints what it left as JSON', async () => {
  const out = join(temporaryFolder(), 'out');
  const args = [
    'bag',
    'export',
    bag('plain.bag'),
    '--out',
    out,
    '--frames',
    'npy',
    '--format',
    'npy',
    '--gps',
    'none',
    '--json',
  ];
  const { status, stdout, stderr } = await ncpTrain(args);
  expect({ status }, stderr).toEqual({ status: 0 });
  const names = ['speed', 'steering', 'switch', 'yaw_rate', 'camera', 'camera_times'].map(
    (name) => `${name}.npy`,
  );
  expect(readdirSync(out).sort()).toEqual([...names, 'export.json'].sort());
  expect(JSON.parse(stdout).files).toContainEqual({ file: 'camera.npy', shape: [120, 18, 32, 3] });
});

test.each([
  [3, 'there is no such file', ['info', 'nowhere.bag']],
  [
    3,
    'no topic is the switch of autonomous mode (std_msgs/Bool); name one: --switch',
    ['metrics', bag('no-switch.mcap')],
  ],
  [3, 'is on in all 120 messages', ['metrics', bag('always-on.bag')]],
  [3, 'go back by 3.900 s', ['metrics', bag('set-back.bag')]],
  [3, 'did you mean "/gps/fix"', ['metrics', bag('plain.bag'), '--gps', '/gps/fx']],
  [
    2,
    'which field of geometry_msgs/TwistStamped is meant?',
    ['metrics', bag('plain.bag'), '--steering', '/vehicle/twist'],
  ],
  [2, '--wheelbase: expected a number above 0, got -1', ['metrics', bag('plain.bag'), '--wheelbase', '-1']],
])('status %i: “%s”, and no stack', async (expected, message, args) => {
  const { status, stdout, stderr } = await ncpTrain(['bag', ...args]);
  expect({ status, stdout }, stderr).toEqual({ status: expected, stdout: '' });
  expect(stderr).toContain(message);
  expect(stderr).not.toContain('    at ');
});

test('a truncated bag is not exported in part', async () => {
  const folder = temporaryFolder();
  const whole = readFileSync(bag('no-index.mcap'));
  const [path, out] = [join(folder, 'cut.mcap'), join(folder, 'out')];
  writeFileSync(path, whole.subarray(0, 3000));
  const { status, stderr } = await ncpTrain(['bag', 'export', path, '--out', out]);
  expect(status).toBe(3);
  expect(stderr).toContain(
    `the bag is truncated, 3000 bytes are there; copy it again, or keep what is whole of it: mcap recover ${path}`,
  );
  expect(existsSync(out)).toBe(false);
});
