/**
 * The readers of files, each with a small file that is whole and what reads it, through the doors of src/files/reading.ts. A file
 * that has such a door and is tried by none of these is found by fuzz.test.ts.
 */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { File, ready } from 'h5wasm/node';
import { lookThrough } from '../../../src/bags/camera/camera-look.ts';
import { bagMetrics } from '../../../src/bags/metrics.ts';
import { openBag } from '../../../src/bags/read/open-bag.ts';
import { readFolds } from '../../../src/data/batches/folds.ts';
import { readerOf } from '../../../src/data/import/formats/formats.ts';
import { readDatasetConfig } from '../../../src/data/recordings/dataset-config.ts';
import { openDriveRecording } from '../../../src/data/recordings/drive-recording.ts';
import { openNpzRecording } from '../../../src/data/recordings/npz-recording.ts';
import { openRecording } from '../../../src/data/recordings/recording.ts';
import { openRecordedDrive } from '../../../src/drive/recorded-drive.ts';
import { disposeModel } from '../../../src/models/model.ts';
import { buildModel } from '../../../src/models/registry.ts';
import { loadModel, readInput, saveModel } from '../../../src/models/weights-file.ts';
import { paperWiring } from '../../../src/models/wiring/paper.ts';
import { readWiring, wiringToJson } from '../../../src/models/wiring/wiring-json.ts';
import { mergeOptions } from '../../../src/options/merge.ts';
import { modelOptions, passiveOptions } from '../../../src/options/schema.ts';
import { readOptionsFile } from '../../../src/options/yaml.ts';
import { Embedder } from '../../../src/pages/report/embed.ts';
import { csvPreview, factsTable, readFacts } from '../../../src/pages/report/file-preview.ts';
import { recordedWords } from '../../../src/pages/report/recorded-words.ts';
import { findDrives } from '../../../src/pages/widget/find-drives.ts';
import {
  readState as readReproduction,
  writeState as writeReproduction,
} from '../../../src/reproduction/state.ts';
import { findRuns } from '../../../src/results/runs/find-runs.ts';
import { clearOutcome, readOutcome, writeOutcome } from '../../../src/sweep/outcome.ts';
import { planRuns } from '../../../src/sweep/plan.ts';
import { outcomePath, readSweep, writeSweep } from '../../../src/sweep/sweep-file.ts';
import { latestCheckpoint } from '../../../src/train/run/checkpoint.ts';
import { checkpointName, readState } from '../../../src/train/run/checkpoint-folder.ts';
import { readOptimizer } from '../../../src/train/run/optimizer-file.ts';
import { readRun } from '../../../src/train/run/run-record.ts';
import { tubRecord, writeImage, writeImages, writeTub } from '../../foreign-drives.ts';
import { START, writeBag } from '../../made-bag.ts';
import { makeDrive } from '../../made-drives.ts';
import { makeArchivePassive, makeRun } from '../../made-runs.ts';
import { npz } from '../../npz.ts';
import { INPUT, save, trainee } from '../../programs/train-by-name.ts';
import { writeDrive } from '../../recordings.ts';
import type { Grammar } from './mutate.ts';

export interface Reader {
  readonly name: string;
  /** Files of src/ whose door it goes through, by their base names. */
  readonly doors: readonly string[];
  /** Makes the files, in a folder of its own. */
  readonly make: (folder: string) => unknown;
  /** The one that is damaged, within the folder. */
  readonly file: string;
  readonly grammar: Grammar;
  readonly read: (folder: string) => Promise<unknown>;
}

const BAGS = fileURLToPath(new URL('../../bags/', import.meta.url));
const PLAIN = { steering: {}, skipMissing: false, skipBroken: false };
const LOG = [
  [3, 1, 4, 1.5],
  [2, 0.9, 3, 1.2],
] as const;

/** A log of pictures: its text, four pictures `0.jpg` … beside it, then its frames read. */
function imported(format: string, path: string, skipBroken = false): Reader['read'] {
  return async (folder) => {
    const { logs } = await readerOf(format)(join(folder, path), { ...PLAIN, skipBroken });
    try {
      for (const { frames, labels } of logs) await frames.read(0, Math.min(4, labels.length));
    } finally {
      for (const { frames } of logs) frames.close();
    }
  };
}

const NAMES = [0, 1, 2, 3].map((i) => `${i}.jpg`);
const pictureLog = (name: string, text: string) => async (folder: string) => {
  await writeImages(folder, NAMES);
  writeFileSync(join(folder, name), text);
};

async function comma2016(folder: string): Promise<void> {
  await ready;
  for (const part of ['camera', 'log']) mkdirSync(join(folder, part), { recursive: true });
  const camera = new File(join(folder, 'camera/a.h5'), 'w');
  camera.create_dataset({ name: 'X', data: new Uint8Array(4 * 3 * 4 * 6).fill(90), shape: [4, 3, 4, 6] });
  camera.close();
  const log = new File(join(folder, 'log/a.h5'), 'w');
  const rows = [0, 0, 1, 1, 2, 2, 3, 3];
  const columns = { times: rows.map((_, n) => 100 + n / 100), steering_angle: rows, cam1_ptr: rows };
  for (const [name, values] of Object.entries(columns))
    log.create_dataset({ name, data: Float64Array.from(values), shape: [values.length] });
  log.close();
}

async function wholeRecording(folder: string): Promise<void> {
  const recording = await openRecording(join(folder, 'a.h5'));
  try {
    recording.attributes();
    recording.readExtra('speed');
    recording.readFrames(0, Math.min(recording.info.frames, 8));
  } finally {
    recording.close();
  }
}

async function wholeDrive(folder: string): Promise<void> {
  const drive = await openDriveRecording(join(folder, 'a.h5'));
  try {
    drive.attributes();
    for (const name of ['timestamp', 'autonomous', 'speed', 'model_output'] as const) drive.column(name);
    drive.position();
    drive.crashes();
    drive.extra('latitude');
    for (const { name } of drive.states) drive.readStates(name, 0, Math.min(drive.frames, 8));
  } finally {
    drive.close();
  }
}

async function wholeBag(path: string): Promise<void> {
  const bag = await openBag(path);
  try {
    for await (const _ of bag.messages(bag.topics.map(({ name }) => name)));
  } finally {
    await bag.close();
  }
}

/** A camera and a speed, as `bag export` takes them. */
async function smallBag(folder: string): Promise<void> {
  const image = (n: number) => ({
    header: { stamp: { sec: START, nsec: n * 1e8 }, frame_id: 'camera' },
    height: 4,
    width: 6,
    encoding: 'rgb8',
    is_bigendian: 0,
    step: 18,
    data: new Uint8Array(72).fill(10 * n),
  });
  await writeBag(join(folder, 'a.mcap'), [
    { name: '/camera', type: 'sensor_msgs/msg/Image', messages: [0, 1, 2, 3].map(image) },
    { name: '/speed', type: 'std_msgs/msg/Float32', messages: [0, 1, 2, 3].map((data) => ({ data })) },
  ]);
}

const bagOf = (name: string, more: Pick<Reader, 'name'> & { read?: Reader['read'] }): Reader => ({
  doors: ['open-bag.ts'],
  make: (folder) => cpSync(join(BAGS, name), join(folder, name)),
  file: name,
  grammar: 'bytes',
  read: (folder) => wholeBag(join(folder, name)),
  ...more,
});

const run = (folder: string) =>
  makeRun(folder, { model: 'wm', fold: 0, log: LOG, final: [1, 2, 0.9, 3, 1.2, 4, 2] });
const RUN = 'passive/wm_session/experiment_0';
const runFile = (name: string, grammar: Grammar): Reader => ({
  name: `run, ${name}`,
  doors: ['find-runs.ts', 'figures-file.ts'],
  make: run,
  file: join(RUN, name),
  grammar,
  read: (folder) => findRuns([folder]),
});

async function model(folder: string): Promise<void> {
  const made = buildModel(modelOptions.parse({ model: 'wm' }), 0);
  await saveModel(join(folder, 'w.safetensors'), made, INPUT);
  disposeModel(made);
}

async function wholeModel(folder: string): Promise<void> {
  const path = join(folder, 'w.safetensors');
  await readInput(path);
  disposeModel(await loadModel(path));
}

const PLACE = { epoch: 2, batch: 3 };
const CHECKPOINT = join('checkpoints', checkpointName(PLACE));
const checkpoint = (folder: string) => save(folder, trainee(), PLACE.epoch, PLACE.batch);

async function fileOf(folder: string, name: string, text: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), text);
}

const plan = (sessions: string) =>
  planRuns({
    command: 'passive',
    models: 'wm,lstm',
    folds: '0-1',
    chosen: new Set<string>(),
    foldCount: () => 10,
    training: { base_path: 'session', sessions_dir: sessions, epochs: 3 },
  });

const TUB = [0, 1, 2, 3].map((i) => tubRecord(i));
const picture = (name: string) => (folder: string) => writeImage(join(folder, name), 3);
const REPLAY = {
  checkpoint: 'w',
  model: 'wm',
  recording: 'a.h5',
  out: 'out',
  noise: { sigma: 0.1, seed: 3 },
  options: { slice: 8, debug: true },
};

export const READERS: readonly Reader[] = [
  {
    name: 'recording',
    doors: ['recording.ts'],
    make: (f) => writeDrive(join(f, 'a.h5'), { frames: 8, height: 4, width: 6 }),
    file: 'a.h5',
    grammar: 'bytes',
    read: wholeRecording,
  },
  {
    name: 'test drive',
    doors: ['drive-recording.ts'],
    make: (f) =>
      makeDrive(join(f, 'a.h5'), {
        height: 4,
        width: 6,
        units: 3,
        manual: [4, 6],
        attributes: { model: 'wm', noise: 0.1 },
      }),
    file: 'a.h5',
    grammar: 'bytes',
    read: wholeDrive,
  },
  {
    name: 'drive to look through',
    doors: ['drive-recording.ts'],
    make: (f) =>
      makeDrive(join(f, 'a.h5'), { height: 4, width: 6, attributes: { model: 'wm', checkpoint: 'w' } }),
    file: 'a.h5',
    grammar: 'bytes',
    read: (f) => findDrives([f]),
  },
  {
    name: 'recorded course',
    doors: ['recording.ts', 'drive-recording.ts'],
    make: (f) => makeDrive(join(f, 'a.h5'), { height: 4, width: 6 }),
    file: 'a.h5',
    grammar: 'bytes',
    read: async (f) => (await openRecordedDrive(join(f, 'a.h5'), 10)).close(),
  },
  ...[false, true].map(
    (compressed): Reader => ({
      name: compressed ? 'npz compressed' : 'npz',
      doors: ['npz-recording.ts'],
      make: (f) =>
        writeFileSync(
          join(f, 'a.npz'),
          npz(
            { camera: new Uint8Array(4 * 72).fill(7), auto: new Uint8Array(4).fill(1) },
            [4, 4, 6, 3],
            compressed,
          ),
        ),
      file: 'a.npz',
      grammar: 'bytes',
      read: async (f) => {
        const recording = await openNpzRecording(join(f, 'a.npz'));
        try {
          const { frames, height, width } = recording;
          await recording.readFrames(0, new Uint8Array(Math.min(frames, 4) * height * width * 3));
        } finally {
          recording.close();
        }
      },
    }),
  ),
  {
    name: 'dataset.yaml',
    doors: ['dataset-config.ts'],
    make: (f) =>
      fileOf(
        f,
        'dataset.yaml',
        'crop: [0.1, 0.2, 0.9, 0.8]\nlabel_scale: 100\nlabel_sign: -1\nchannel_order: bgr\nfolds: [[a.h5, b.h5], c.h5]\n',
      ),
    file: 'dataset.yaml',
    grammar: 'yaml',
    read: async (f) => readDatasetConfig(f),
  },
  {
    name: 'folds',
    doors: ['folds.ts'],
    make: (f) => fileOf(f, 'folds.yaml', 'folds:\n  - [a.h5, b.h5]\n  - c.h5\n'),
    file: 'folds.yaml',
    grammar: 'yaml',
    read: async (f) => readFolds(join(f, 'folds.yaml')),
  },
  {
    name: 'options',
    doors: ['yaml.ts'],
    make: (f) =>
      fileOf(
        f,
        'o.yaml',
        'model: lstm\nexperiment_id: 0\nepochs: 3\nlr: 0.001\nfinal: true\ncrop: paper\nfolds: auto:3\n',
      ),
    file: 'o.yaml',
    grammar: 'yaml',
    read: async (f) =>
      mergeOptions(
        passiveOptions,
        { file: readOptionsFile(join(f, 'o.yaml')), flags: {} },
        {
          where: join(f, 'o.yaml'),
        },
      ),
  },
  {
    name: 'wiring',
    doors: ['wiring-json.ts'],
    make: (f) => fileOf(f, 'w.json', JSON.stringify(wiringToJson(paperWiring('small')))),
    file: 'w.json',
    grammar: 'json',
    read: (f) => readWiring(join(f, 'w.json')),
  },
  {
    name: 'weights',
    doors: ['safetensors.ts', 'weights-file.ts'],
    make: model,
    file: 'w.safetensors',
    grammar: 'safetensors',
    read: wholeModel,
  },
  {
    name: 'optimiser',
    doors: ['optimizer-file.ts'],
    make: checkpoint,
    file: join(CHECKPOINT, 'optimizer.safetensors'),
    grammar: 'safetensors',
    read: (f) => readOptimizer(join(f, CHECKPOINT, 'optimizer.safetensors')),
  },
  {
    name: 'state',
    doors: ['checkpoint-folder.ts'],
    make: checkpoint,
    file: join(CHECKPOINT, 'state.json'),
    grammar: 'json',
    read: (f) => readState(join(f, CHECKPOINT, 'state.json')),
  },
  {
    name: 'latest checkpoint',
    doors: ['checkpoint-folder.ts'],
    make: checkpoint,
    file: 'checkpoints/last',
    grammar: 'text',
    read: (f) => latestCheckpoint(f),
  },
  {
    name: 'run to resume, run.json',
    doors: ['run-record.ts'],
    make: run,
    file: join(RUN, 'run.json'),
    grammar: 'json',
    read: (f) => readRun(join(f, RUN)),
  },
  {
    name: 'run to resume, config.yaml',
    doors: ['run-record.ts'],
    make: run,
    file: join(RUN, 'config.yaml'),
    grammar: 'yaml',
    read: (f) => readRun(join(f, RUN)),
  },
  runFile('run.json', 'json'),
  runFile('config.yaml', 'yaml'),
  runFile('train_log.csv', 'csv'),
  runFile('final.csv', 'csv'),
  {
    ...runFile('metrics.jsonl', 'json lines'),
    make: (f) =>
      fileOf(
        run(f),
        'metrics.jsonl',
        '{"epoch":0,"seconds":3,"train":{"loss":1}}\n{"epoch":1,"seconds":4}\n',
      ),
  },
  {
    name: 'run of the archive',
    doors: ['figures-file.ts'],
    make: (f) => makeArchivePassive(f, 'wm', 0, LOG),
    file: 'wm/experiment_0/train_log.csv',
    grammar: 'csv',
    read: (f) => findRuns([f]),
  },
  {
    name: 'sweep.json',
    doors: ['sweep-file.ts'],
    make: (f) =>
      writeSweep(f, {
        cwd: '/x',
        argv: ['sweep'],
        runs: plan(f),
        submissions: [{ name: 'n', at: '2026-01-01T00:00:00Z', runs: ['a'], job: '7' }],
      }),
    file: 'sweep.json',
    grammar: 'json',
    read: (f) => readSweep(f),
  },
  {
    name: 'reproduction.json',
    doors: ['state.ts'],
    make: (f) =>
      writeReproduction(f, 'small', [{ name: 'a', argv: ['x'], state: 'done', status: 0, seconds: 3 }]),
    file: 'reproduction.json',
    grammar: 'json',
    read: (f) => readReproduction(f, 'small'),
  },
  {
    name: 'tub, manifest',
    doors: ['formats.ts'],
    make: (f) => writeTub(f, TUB, [1]),
    file: 'manifest.json',
    grammar: 'json lines',
    read: imported('donkeycar', '.'),
  },
  {
    name: 'tub, catalog',
    doors: ['formats.ts'],
    make: (f) => writeTub(f, TUB),
    file: 'catalog_0.catalog',
    grammar: 'json lines',
    read: imported('donkeycar', '.', true),
  },
  {
    name: 'tub of version 1',
    doors: ['formats.ts'],
    make: async (f) => {
      await writeImages(f, NAMES);
      await fileOf(
        f,
        'record_0.json',
        JSON.stringify({
          'cam/image_array': '0.jpg',
          'user/angle': 0.1,
          'user/mode': 'user',
          milliseconds: 5,
        }),
      );
    },
    file: 'record_0.json',
    grammar: 'json',
    read: imported('donkeycar', '.'),
  },
  {
    name: 'udacity',
    doors: ['formats.ts'],
    make: pictureLog(
      'driving_log.csv',
      NAMES.map((name, i) => `${name},l.jpg,r.jpg,0.${i},1,0,20\n`).join(''),
    ),
    file: 'driving_log.csv',
    grammar: 'csv',
    read: imported('udacity', '.'),
  },
  {
    name: 'images, csv',
    doors: ['formats.ts'],
    make: pictureLog(
      'log.csv',
      `file,time,angle\n${NAMES.map((name, i) => `${name},${i / 10},${i}\n`).join('')}`,
    ),
    file: 'log.csv',
    grammar: 'csv',
    read: imported('images', 'log.csv', true),
  },
  {
    name: 'images, data.txt',
    doors: ['formats.ts'],
    make: pictureLog(
      'data.txt',
      NAMES.map((name, i) => `${name} ${i}.5,2018-07-01 17:09:44:${100 + i}\n`).join(''),
    ),
    file: 'data.txt',
    grammar: 'text',
    read: imported('images', 'data.txt'),
  },
  {
    name: 'images, a jpeg',
    doors: ['formats.ts'],
    make: pictureLog('log.csv', `file,angle\n${NAMES.map((name) => `${name},1\n`).join('')}`),
    file: '0.jpg',
    grammar: 'bytes',
    read: imported('images', 'log.csv'),
  },
  {
    name: 'comma2016, log',
    doors: ['formats.ts'],
    make: comma2016,
    file: 'log/a.h5',
    grammar: 'bytes',
    read: imported('comma2016', '.'),
  },
  {
    name: 'comma2016, camera',
    doors: ['formats.ts'],
    make: comma2016,
    file: 'camera/a.h5',
    grammar: 'bytes',
    read: imported('comma2016', '.'),
  },
  bagOf('always-on.bag', { name: 'bag of ROS 1' }),
  bagOf('no-index.mcap', { name: 'mcap, no index' }),
  bagOf('lz4.mcap', {
    name: 'mcap in chunks, metrics',
    read: (f) => bagMetrics(join(f, 'lz4.mcap'), { topics: {}, steering: {} }),
  }),
  {
    name: 'mcap, pictures',
    doors: ['open-bag.ts'],
    make: smallBag,
    file: 'a.mcap',
    grammar: 'bytes',
    read: async (f) => {
      const bag = await openBag(join(f, 'a.mcap'));
      try {
        await lookThrough(bag, '/camera');
      } finally {
        await bag.close();
      }
    },
  },
  {
    name: 'ros2 metadata.yaml',
    doors: ['open-bag.ts'],
    make: async (f) => {
      await smallBag(f);
      await fileOf(
        f,
        'metadata.yaml',
        'rosbag2_bagfile_information:\n  relative_file_paths: [a.mcap, b.mcap]\n',
      );
    },
    file: 'metadata.yaml',
    grammar: 'yaml',
    read: async (f) => (await openBag(f)).close(),
  },
  {
    name: 'replay.json',
    doors: [],
    make: (f) => fileOf(f, 'replay.json', JSON.stringify(REPLAY)),
    file: 'replay.json',
    grammar: 'json',
    read: (f) => findDrives([f]),
  },
  {
    name: 'report, facts',
    doors: [],
    make: (f) => fileOf(f, 'a.json', JSON.stringify(REPLAY)),
    file: 'a.json',
    grammar: 'json',
    read: async (f) => {
      const facts = await readFacts(join(f, 'a.json'));
      return facts && [factsTable(facts), recordedWords(facts)];
    },
  },
  {
    name: 'report, table',
    doors: [],
    make: (f) => fileOf(f, 'a.csv', 'frame,time,steering\n0,0.1,3\n1,0.2,4\n'),
    file: 'a.csv',
    grammar: 'csv',
    read: (f) => csvPreview(join(f, 'a.csv')),
  },
  {
    name: 'report, picture',
    doors: [],
    make: picture('a.png'),
    file: 'a.png',
    grammar: 'bytes',
    read: (f) => new Embedder(1e6).figure([join(f, 'a.png')]),
  },
  {
    name: 'outcome',
    doors: [],
    make: async (f) => {
      await clearOutcome(f, 'passive/a');
      await writeOutcome(f, 'passive/a', { state: 'failed', status: 3, cause: 'x' });
    },
    file: outcomePath('', 'passive/a'),
    grammar: 'json',
    read: (f) => readOutcome(f, 'passive/a'),
  },
];
