/**
 * What the page shows of a drive beside its pictures: steering, states, where the model drove. Of a test drive all of it was recorded; of
 * a replay the model is run over the recording again. What is missing is said in words, which stand in the page.
 */
import { openDriveRecording } from '../../data/recordings/drive-recording.ts';
import { findCrashes } from '../../metrics/trace.ts';
import type { OpenReplay, OpenSource } from '../../replay/open.ts';
import { traceModel } from '../../replay/trace.ts';
import { neuronNames, sideBySide } from '../../replay/traces/trace-source.ts';
import type { CameraFrames } from './camera-frames.ts';
import type { FoundDrive } from './find-drives.ts';

export interface DriveNumbers {
  /** Curvatures in 1/km [n], positive to the left; NaN where it is not known. */
  readonly curves: readonly {
    readonly name: string;
    readonly isModel: boolean;
    readonly values: Float32Array;
  }[];
  /** [n], 1 where the model drove. */
  readonly autonomous?: Uint8Array;
  /** From 0 of these frames. */
  readonly crashes: readonly number[];
  /** States [n,U] and the names of the neurons [U]. */
  readonly neurons?: { readonly names: readonly string[]; readonly values: Float32Array };
  readonly remarks: readonly string[];
}

/** Frames first..end−1 of a drive. */
export interface Range {
  readonly first: number;
  readonly end: number;
}

/** Rows of states that are read at once. */
const ROWS = 1024;
/** Frames that the model sees at once. */
const SLICE = 8;

/**
 * @param seen - what its checkpoint says of it, where there is one
 * @throws DataError for a drive that is damaged
 */
export async function recordedNumbers(
  { recording, model }: FoundDrive,
  seen: OpenSource | undefined,
  { first, end }: Range,
): Promise<DriveNumbers> {
  const drive = await openDriveRecording(recording);
  try {
    const remarks: string[] = [];
    const part = (column: Float64Array | undefined) => column?.subarray(first, end);
    const on = drive.column('autonomous');
    const isOn = on && Uint8Array.from(on, (value) => (value > 0 ? 1 : 0));
    const time = drive.column('timestamp') as Float64Array;
    const curves: DriveNumbers['curves'][number][] = [];
    const output = part(drive.column('model_output'));
    // Outputs are curvature × scale, positive to the left (drive/pilot.ts).
    const { label_scale } = drive.attributes();
    const scale = typeof label_scale === 'number' && label_scale > 0 ? label_scale : seen?.input.label_scale;
    if (output && scale !== undefined) {
      curves.push({ name: model, isModel: true, values: perKilometre(output, 1000 / scale) });
    } else {
      remarks.push(
        output
          ? 'The model’s own steering is not shown: what it put out is in a unit that neither the recording says nor a checkpoint that was opened.'
          : 'The recording does not hold what the model put out.',
      );
    }
    const driven = part(drive.column('inverse_r'));
    if (driven) curves.push({ name: 'driven', isModel: false, values: perKilometre(driven, 1000) });
    else remarks.push('The recording does not say what was driven.');
    if (!on) remarks.push('The recording does not say where the model drove.');
    const crashes = drive.crashes() ?? (isOn ? findCrashes({ time, autonomous: isOn }).at : []);
    if (drive.states.length === 0) remarks.push(withoutStates(model));
    return {
      curves,
      remarks,
      autonomous: isOn?.subarray(first, end),
      crashes: within(crashes, { first, end }),
      neurons: drive.states.length === 0 ? undefined : statesOf(drive, { first, end }),
    };
  } finally {
    drive.close();
  }
}

function statesOf(drive: Awaited<ReturnType<typeof openDriveRecording>>, { first, end }: Range) {
  const names = neuronNames(drive.states);
  const values = new Float32Array((end - first) * names.length);
  for (let from = first; from < end; from += ROWS) {
    const count = Math.min(ROWS, end - from);
    const rows = drive.states.map(({ name }) => drive.readStates(name, from, count));
    values.set(sideBySide(rows, count), (from - first) * names.length);
  }
  return { names, values };
}

/**
 * The model run over the recording, from its start, so that the states are those of the whole drive.
 *
 * @throws DataError for frames that cannot be read, and a model that is not finite
 */
export async function replayedNumbers(
  { model, noise, compat }: FoundDrive,
  { model: network, source, input }: OpenReplay,
  camera: CameraFrames,
  { first, end }: Range,
  onFrames: (count: number) => void,
): Promise<DriveNumbers> {
  const remarks: string[] = [];
  const n = end - first;
  const steered = new Float32Array(n);
  const scale = 1000 / (input.label_scale * input.label_sign);
  let names: readonly string[] = [];
  let states = new Float32Array(0);
  for await (const slice of traceModel(network, source, { noise, compat, slice: SLICE })) {
    if (slice.first >= end) break;
    onFrames(slice.count);
    const parts = [...slice.states].map(([name, values]) => ({
      name,
      units: values.length / slice.count,
      values,
    }));
    if (names.length === 0 && parts.length > 0) {
      names = neuronNames(parts);
      states = new Float32Array(n * names.length);
    }
    const rows =
      parts.length === 0
        ? undefined
        : sideBySide(
            parts.map(({ values }) => values),
            slice.count,
          );
    const U = names.length;
    for (let row = 0; row < slice.count; row++) {
      const at = slice.first + row - first;
      if (at < 0 || at >= n) continue;
      steered[at] = slice.outputs[row] * scale;
      if (rows) states.set(rows.subarray(row * U, (row + 1) * U), at * U);
    }
  }
  const { labels, autonomous, timestamps } = camera;
  const curves: DriveNumbers['curves'][number][] = [{ name: model, isModel: true, values: steered }];
  if (labels)
    curves.push({ name: 'driver', isModel: false, values: perKilometre(labels.subarray(first, end), 1000) });
  else remarks.push('The recording does not say how the driver steered.');
  if (names.length === 0) remarks.push(withoutStates(model));
  const time = timestamps ?? new Float64Array(camera.frames);
  return {
    curves,
    remarks,
    autonomous: autonomous?.subarray(first, end),
    crashes: autonomous ? within(findCrashes({ time, autonomous }).at, { first, end }) : [],
    neurons: names.length === 0 ? undefined : { names, values: states },
  };
}

const withoutStates = (model: string) =>
  model === 'driver'
    ? 'The simulation’s driver has no neurons.'
    : model === 'cnn'
      ? 'A cnn judges every frame on its own: it has no states to show.'
      : 'The recording holds no states of neurons.';

const perKilometre = (values: Float64Array, factor: number) =>
  Float32Array.from(values, (value) => (Number.isFinite(value) ? value * factor : Number.NaN));

const within = (frames: Iterable<number>, { first, end }: Range) =>
  [...frames].filter((frame) => frame >= first && frame < end).map((frame) => frame - first);
