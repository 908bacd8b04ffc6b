/**
 * What a test drive leaves: a recording in the paper's format (recording.ts reads its frames) with what the car did and what
 * the model thought beside it. The names of these datasets stand here, for whoever writes and whoever reads them.
 *
 * Every one of them is optional: a real car's log has no neurons, a simulated training drive no model, and a drive of which
 * only the numbers were kept no frames. Readers say by name what they miss. Columns are read whole when they are asked for,
 * states in slices.
 */
import { basename } from 'node:path';
import { Dataset, type Entity, type File, Group } from 'h5wasm/node';
import { DataError } from '../../errors.ts';
import { reading } from '../../files/reading.ts';
import { type Defect, RecordingError } from './defect.ts';
import {
  entityOf,
  isEnumeration,
  loadHdf5,
  numberType,
  otherType,
  readColumn,
  readRows,
  scalarAttributes,
} from './hdf5.ts';
import { columnDefect, noDataset, openFile, sourceDefect } from './recording-layout.ts';
import type { ExtraColumn } from './recording-writer.ts';
import { timeErrors } from './time-faults.ts';
import { unreadable } from './unreadable.ts';

/** Datasets of one number a frame, with their meanings; `inverse_r` and `timestamp` are the paper's. */
export const DRIVE_COLUMNS = {
  timestamp: 'time, s',
  inverse_r: 'curvature driven, 1/m, positive to the left',
  autonomous: '1 where the model drives, else 0',
  heading: 'rad, counter-clockwise from x, not wrapped',
  speed: 'm/s',
  lateral_offset:
    'm to the left of the road’s middle; the attribute lane_offset says where the car should be',
  steering: 'angle of the front wheels, rad, positive to the left',
  model_output: 'what the model put out, in the unit of its labels',
} as const;

export type DriveColumn = keyof typeof DRIVE_COLUMNS;

/** Other datasets of a drive: what is seen, where the car is (x, y in m, [N,2]), the first frame after each crash. */
export const FRAMES = 'camera_front';
export const POSITION = 'position';
export const CRASH = 'crash';
/** The group of the states; `states/NAME` is [N, units], float32. */
export const STATES = 'states';
/** A position in two columns, as `data generate` writes it. */
const POSITION_PARTS = ['position_x', 'position_y'] as const;

/** What analyses ask for by name: a column, or `camera_front`, `position`, `crash`, `states`. */
export type DriveDataset = DriveColumn | typeof FRAMES | typeof POSITION | typeof CRASH | typeof STATES;

const OTHERS = [FRAMES, POSITION, CRASH, STATES] as const;

/** Attributes that say of which model and road a drive is. */
export interface DriveAttributes {
  /** `wm`, `lstm`, … */
  readonly model: string;
  /** Path of the weights. */
  readonly checkpoint: string;
  /** `model_output` is curvature (1/m, positive to the left) times this. */
  readonly label_scale: number;
  /** Frames a second. */
  readonly frame_rate: number;
  /** σ of the pixel noise on the model's frames (not on those recorded), in units of full brightness; and its seed. */
  readonly noise: number;
  readonly noise_seed: number;
  readonly road_seed: number;
}

/**
 * Names of a model's state datasets, without the group.
 * @param cellStates - `stateNames` of its cell, none for the CNN
 */
export function stateDatasets(cellStates: readonly string[]): string[] {
  return cellStates.length === 1 ? ['neurons'] : [...cellStates];
}

/**
 * The datasets that the writer of a drive gives `createRecording` as `extras`.
 * @param units - of every state, by the name of its dataset
 */
export function driveExtras(units: Readonly<Record<string, number>>): ExtraColumn[] {
  return [
    { name: 'autonomous', type: 'uint8' },
    { name: POSITION, type: 'float64', width: 2 },
    ...(['heading', 'speed', 'lateral_offset', 'steering'] as const).map((name) => ({
      name,
      type: 'float64' as const,
    })),
    { name: 'model_output', type: 'float32' },
    ...Object.entries(units).map(([name, width]) => ({
      name: `${STATES}/${name}`,
      type: 'float32' as const,
      width,
    })),
  ];
}

/** A state of the model over the drive. */
export interface DriveState {
  /** Of its dataset in `states`: `neurons`, `c`, `h`, … */
  readonly name: string;
  readonly units: number;
}

/**
 * Opens what a drive left, or any recording with some of it.
 * @throws RecordingError (a DataError) for a file that is absent, truncated or no HDF5, that has no `timestamp`, and for
 *   datasets of this layout with another shape, type or length
 */
export async function openDriveRecording(path: string): Promise<DriveRecording> {
  return reading(path, async () => {
    const module = await loadHdf5();
    const file = openFile(path);
    try {
      return new DriveRecording(path, file, module);
    } catch (error) {
      file.close();
      throw error instanceof DataError ? error : unreadable(path, error);
    }
  });
}

/** An open drive; made by {@link openDriveRecording}, to be closed. */
export class DriveRecording {
  /** As given. */
  readonly path: string;
  /** Base name, with `.h5`. */
  readonly name: string;
  /** N, at least 1. */
  readonly frames: number;
  /** Of every frame, pixels; undefined where there are none. `openRecording(path)` reads them. */
  readonly size: { readonly height: number; readonly width: number } | undefined;
  /** What is there. */
  readonly present: ReadonlySet<DriveDataset>;
  /** The states that are there, in the file's order. */
  readonly states: readonly DriveState[];
  readonly #file: File;
  readonly #module: Awaited<ReturnType<typeof loadHdf5>>;
  readonly #datasets: ReadonlyMap<string, Dataset>;
  /** What stands under a name of this layout and is no dataset: groups, and links to what is not there. */
  readonly #others: ReadonlyMap<string, Entity | null>;

  constructor(path: string, file: File, module: Awaited<ReturnType<typeof loadHdf5>>) {
    this.path = path;
    this.name = basename(path);
    this.#file = file;
    this.#module = module;
    const entities = entitiesOf(file);
    const isDataset = (entry: [string, Entity | null]): entry is [string, Dataset] =>
      entry[1] instanceof Dataset;
    this.#datasets = new Map(entities.filter(isDataset));
    this.#others = new Map(entities.filter((entry) => !isDataset(entry)));
    const time = this.#datasets.get('timestamp');
    this.frames = (time?.shape as number[] | undefined)?.[0] ?? 0;
    if (time === undefined || this.frames === 0) {
      throw new RecordingError({
        severity: 'error',
        file: path,
        dataset: 'timestamp',
        message: time ? 'there are no frames' : `there is no such dataset; the file holds ${this.#names()}`,
        remedy: 'See docs/drives.md for what a drive leaves',
      });
    }
    this.#refuseMisfits();
    const seen = this.#datasets.get(FRAMES)?.shape as number[] | undefined;
    this.size = seen && { height: seen[1], width: seen[2] };
    this.states = [...this.#datasets].flatMap(([name, { shape }]) =>
      name.startsWith(`${STATES}/`)
        ? [{ name: name.slice(STATES.length + 1), units: (shape as number[])[1] }]
        : [],
    );
    const columns = Object.keys(DRIVE_COLUMNS) as DriveColumn[];
    const there = [...columns, ...OTHERS].filter((name) => this.#has(name));
    this.present = new Set(there);
  }

  /** Of these the datasets that are not there. */
  missing(names: readonly DriveDataset[]): DriveDataset[] {
    return names.filter((name) => !this.present.has(name));
  }

  /**
   * @param purpose - what needs them, e.g. `neural activity on the road`
   * @throws DataError naming the datasets that are not there, and those that are
   */
  require(names: readonly DriveDataset[], purpose: string): void {
    const missing = this.missing(names);
    if (missing.length === 0) return;
    throw new DataError(
      `${this.path}: ${purpose} needs ${missing.join(', ')}, which ${missing.length === 1 ? 'is' : 'are'} not there; ` +
        `the file holds ${this.#names()}. \`ncp-train drive\` records all of it (docs/drives.md)`,
    );
  }

  /**
   * A column [N]; undefined where it is not there.
   * @throws RecordingError where it cannot be read, and for times that are not seconds
   */
  column(name: DriveColumn): Float64Array | undefined {
    const dataset = this.#datasets.get(name);
    const values = dataset && this.#reading(name, () => readColumn(this.#module, dataset));
    const defects = values && name === 'timestamp' ? timeErrors(this.path, values) : [];
    if (defects.length > 0) throw new RecordingError(...defects);
    return values;
  }

  /**
   * A dataset [N] or [N,1] of another layout, e.g. `latitude`; undefined where there is none of that name and length.
   * @throws RecordingError where it holds no numbers, or cannot be read
   */
  extra(name: string): Float64Array | undefined {
    const dataset = this.#datasets.get(name);
    const [frames, ...rest] = dataset?.shape ?? [];
    if (!dataset || frames !== this.frames || rest.some((n) => n !== 1)) return undefined;
    const defect = columnDefect(this.path, name, dataset, this.frames);
    if (defect !== undefined) throw new RecordingError(defect);
    return this.#reading(name, () => readColumn(this.#module, dataset));
  }

  /** Where the car was, m: x and y, [N] each; undefined where it is not known. */
  position(): { readonly x: Float64Array; readonly y: Float64Array } | undefined {
    const both = this.#datasets.get(POSITION);
    if (both) {
      const rows = this.#reading(POSITION, () => readRows(this.#module, both, 0, this.frames));
      return {
        x: Float64Array.from({ length: this.frames }, (_, n) => rows[2 * n]),
        y: Float64Array.from({ length: this.frames }, (_, n) => rows[2 * n + 1]),
      };
    }
    const [x, y] = POSITION_PARTS.map((name) => {
      const dataset = this.#datasets.get(name);
      return dataset && this.#reading(name, () => readColumn(this.#module, dataset));
    });
    return x && y && { x, y };
  }

  /** The first frame after each crash, where the model drove no more; undefined where crashes were not recorded. */
  crashes(): Int32Array | undefined {
    const dataset = this.#datasets.get(CRASH);
    if (dataset === undefined) return undefined;
    if ((dataset.shape as number[])[0] === 0) return new Int32Array(0);
    return Int32Array.from(this.#reading(CRASH, () => readColumn(this.#module, dataset)));
  }

  /**
   * @param name - of one of {@link states}
   * @param first - index of the first frame
   * @param count - of frames, within the drive
   * @returns [count, units], after the frame was seen
   */
  readStates(name: string, first: number, count: number): Float32Array {
    const stored = `${STATES}/${name}`;
    const dataset = this.#datasets.get(stored);
    if (dataset === undefined || first < 0 || count < 1 || first + count > this.frames)
      throw new RangeError(`states ${name}, frames ${first} to ${first + count - 1} of ${this.frames}`);
    return Float32Array.from(this.#reading(stored, () => readRows(this.#module, dataset, first, count)));
  }

  /** The file's attributes that are one number or one text. */
  attributes(): Record<string, number | string> {
    return reading(this.path, () => scalarAttributes(this.#file));
  }

  close(): void {
    this.#file.close();
  }

  #has(name: DriveDataset): boolean {
    if (name === STATES) return this.states.length > 0;
    if (name === POSITION && POSITION_PARTS.every((part) => this.#datasets.has(part))) return true;
    return this.#datasets.has(name);
  }

  #names(): string {
    return [...this.#datasets.keys()].join(', ') || 'no datasets';
  }

  #reading<Value>(dataset: string, read: () => Value): Value {
    try {
      return read();
    } catch (error) {
      throw unreadable(this.path, error, dataset);
    }
  }

  /** @throws RecordingError listing all of this layout that has another shape, type or length, or is no dataset */
  #refuseMisfits(): void {
    const remedy = 'See docs/drives.md for what a drive leaves';
    const defect = (dataset: string, message: string): Defect => {
      return { severity: 'error', file: this.path, dataset, message, remedy };
    };
    const defects = [
      ...Array.from(this.#others, ([name, entity]) => defect(name, noDataset(entity))),
      ...[...this.#datasets].flatMap(([name, dataset]): Defect[] => {
        const expected = shapeOf(name, this.frames);
        if (expected === undefined) return [];
        const message = misfit(name, dataset, expected);
        const found = message === undefined ? sourceDefect(this.path, name, dataset) : defect(name, message);
        return found === undefined ? [] : [found];
      }),
    ];
    if (defects.length > 0) throw new RecordingError(...defects);
  }
}

/** Why a dataset is not what its name says; undefined where it is. */
function misfit(name: string, dataset: Dataset, expected: readonly Shape[]): string | undefined {
  const shape = dataset.shape ?? [];
  if (numberType(dataset) === undefined) return `it holds ${otherType(dataset)}, expected numbers`;
  if (name === CRASH && isEnumeration(dataset)) return 'it holds truth values, expected numbers of frames';
  if (expected.some((wanted) => matches(shape, wanted))) return undefined;
  return `its shape is [${shape}], expected ${expected.map((one) => `[${one}]`).join(' or ')}`;
}

/** All datasets of the file and of its group `states`, and what else stands under a name of this layout. */
function entitiesOf(file: File): [string, Entity | null][] {
  const states = entityOf(file, STATES);
  const entries: [string, Entity | null][] = [
    ...file.keys().map((name): [string, Entity | null] => [name, entityOf(file, name)]),
    ...(states instanceof Group
      ? states.keys().map((name): [string, Entity | null] => [`${STATES}/${name}`, entityOf(states, name)])
      : []),
  ];
  return entries.filter(([name, entity]) => entity instanceof Dataset || shapeOf(name, 0) !== undefined);
}

type Shape = readonly (number | string)[];

/** Shapes that a dataset of this layout may have, words standing for any number; undefined for one of another layout. */
function shapeOf(name: string, N: number): readonly Shape[] | undefined {
  if (name.startsWith(`${STATES}/`)) return [[N, 'units']];
  if (name === FRAMES) return [[N, 'height', 'width', 3]];
  if (name === POSITION) return [[N, 2]];
  if (name === CRASH) return [['crashes']];
  const isColumn = name in DRIVE_COLUMNS || (POSITION_PARTS as readonly string[]).includes(name);
  return isColumn ? [[N], [N, 1]] : undefined;
}

function matches(shape: readonly number[], wanted: Shape): boolean {
  return (
    shape.length === wanted.length &&
    wanted.every((size, axis) => typeof size === 'string' || size === shape[axis])
  );
}
