/** The states that a test drive recorded beside its frames (src/data/recordings/drive-recording.ts), without its model. */
import { openDriveRecording } from '../../data/recordings/drive-recording.ts';
import { resets } from '../seen-frames.ts';
import { neuronNames, sideBySide, type TraceSource } from './trace-source.ts';

/** Rows that are read at once. */
const SLICE = 1024;

/** @throws DataError for a drive that is absent, damaged, or holds no states, naming what it holds */
export async function recordedTrace(
  label: (model: string) => string,
  path: string,
  purpose: string,
): Promise<TraceSource> {
  const drive = await openDriveRecording(path);
  try {
    drive.require(['states'], `without a checkpoint, ${purpose}`);
    const { frames, states } = drive;
    const { model } = drive.attributes();
    const name = typeof model === 'string' ? model : 'drive';
    const autonomous = drive.column('autonomous');
    const times = drive.column('timestamp') as Float64Array;
    const U = states.reduce((sum, { units }) => sum + units, 0);
    return {
      label: label(name),
      model: name,
      path,
      frames,
      times,
      neurons: neuronNames(states),
      resets: resets({
        frames,
        timestamps: times,
        autonomous: autonomous && Uint8Array.from(autonomous, (on) => (on > 0 ? 1 : 0)),
      }),
      async *rows() {
        for (let first = 0; first < frames; first += SLICE) {
          const count = Math.min(SLICE, frames - first);
          const all = sideBySide(
            states.map((state) => drive.readStates(state.name, first, count)),
            count,
          );
          for (let n = 0; n < count; n++) yield { frame: first + n, state: all.subarray(n * U, (n + 1) * U) };
        }
      },
      close: () => drive.close(),
    };
  } catch (error) {
    drive.close();
    throw error;
  }
}
