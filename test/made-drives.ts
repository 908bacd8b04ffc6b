/** Test drives as `ncp-train drive` leaves them, made by hand: small, with numbers that a test can know. */
import { driveExtras } from '../src/data/recordings/drive-recording.ts';
import { createRecording } from '../src/data/recordings/recording-writer.ts';

export interface MadeDrive {
  readonly frames: number;
  readonly height: number;
  readonly width: number;
  /** False: only the numbers are kept. */
  readonly hasFrames: boolean;
  readonly attributes: Readonly<Record<string, string | number>>;
  /** Neurons of the state `neurons`; 0 for none. */
  readonly units: number;
  /** The model does not drive in frames from..to−1; the first of them is a crash. */
  readonly manual?: readonly [from: number, to: number];
  readonly time: (n: number) => number;
  readonly output: (n: number) => number;
  readonly state: (n: number, u: number) => number;
}

/** A grey road under a sky that grows brighter from frame to frame, and a bright post that wanders to the right. */
function paint(n: number, { frames, height, width }: MadeDrive): Uint8Array {
  const pixels = new Uint8Array(height * width * 3).fill(70);
  pixels.fill(60 + Math.round((180 * n) / frames), 0, Math.floor(height / 3) * width * 3);
  const post = Math.floor((n / frames) * (width - 4));
  for (let y = 0; y < height; y++) {
    for (let x = post; x < post + 4; x++) pixels.set([240, 230, 200], (y * width + x) * 3);
  }
  return pixels;
}

export async function makeDrive(path: string, made: Partial<MadeDrive> = {}): Promise<void> {
  const drive: MadeDrive = {
    frames: 12,
    height: 40,
    width: 80,
    hasFrames: true,
    attributes: {},
    units: 0,
    time: (n) => 100 + n / 30,
    output: (n) => 2 * n,
    state: (n, u) => u - n / 10,
    ...made,
  };
  const { frames: N, height, width, hasFrames, attributes, units, manual, time, output, state } = drive;
  const extras = driveExtras(units === 0 ? {} : { neurons: units });
  const writer = await createRecording(path, { height, width, frames: hasFrames, attributes, extras });
  for (let n = 0; n < N; n++) {
    const isManual = manual !== undefined && n >= manual[0] && n < manual[1];
    const columns = Object.fromEntries(
      extras.map(({ name, type, width = 1 }) => [
        name,
        new { float64: Float64Array, float32: Float32Array, uint8: Uint8Array }[type](width),
      ]),
    );
    columns.autonomous[0] = isManual ? 0 : 1;
    columns.model_output[0] = output(n);
    columns['states/neurons']?.set(Array.from({ length: units }, (_, u) => state(n, u)));
    const pixels = hasFrames ? paint(n, drive) : new Uint8Array(0);
    writer.append(pixels, Float64Array.of(0.001 * n), Float64Array.of(time(n)), columns);
  }
  await writer.finish({ crash: Int32Array.from(manual === undefined ? [] : [manual[0]]) });
}
