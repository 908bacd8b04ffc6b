/** `reproduction.json`: which steps are done, so that the next start goes on. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ConfigError } from '../errors.ts';
import { reading } from '../files/reading.ts';
import { replaceFile } from '../files/whole-file.ts';
import { parseOptions } from '../options/parse.ts';
import { reasonOf } from '../text/reason.ts';

export const STATE_FILE = 'reproduction.json';
const FORMAT = 'ncp-train reproduction 1';

const stepShape = z.object({
  name: z.string(),
  /** Command and arguments. */
  argv: z.array(z.string()),
  state: z.enum(['done', 'failed', 'missing', 'left out', 'stopped']),
  /** Exit status, where it ran. */
  status: z.number().optional(),
  /** Why it is not done. */
  cause: z.string().optional(),
  /** Of all its attempts. */
  seconds: z.number(),
});
const shape = z.object({
  format: z.literal(FORMAT),
  scale: z.enum(['small', 'full']),
  steps: z.array(stepShape),
});

export type StepState = z.output<typeof stepShape>;

/**
 * @returns by name of the step; empty if nothing was done yet
 * @throws ConfigError for a damaged file, or another scale
 */
export async function readState(out: string, scale: 'small' | 'full'): Promise<Map<string, StepState>> {
  return reading(join(out, STATE_FILE), async () => {
    const path = join(out, STATE_FILE);
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return new Map();
      throw new ConfigError(`${path} cannot be read: ${reasonOf(error)}`);
    }
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      throw new ConfigError(`${path} is damaged (${reasonOf(error)}); --out names another folder`);
    }
    const state = parseOptions(shape, value, path);
    if (state.scale !== scale) {
      throw new ConfigError(
        `${out} has a reproduction of scale ${state.scale}; --scale ${state.scale} goes on with it, --out names another folder`,
      );
    }
    return new Map(state.steps.map((step) => [step.name, step]));
  });
}

/** @throws DataError if it cannot be written */
export async function writeState(
  out: string,
  scale: 'small' | 'full',
  steps: Iterable<StepState>,
): Promise<void> {
  const value = { format: FORMAT, scale, steps: [...steps] };
  await replaceFile(join(out, STATE_FILE), `${JSON.stringify(value, null, 2)}\n`);
}
