/** A wiring from a file of one's own, for `--wiring FILE`: the JSON of wiring-json.ts, as weights files have it too. */
import { readFile } from 'node:fs/promises';
import { ConfigError } from '../../errors.ts';
import { reasonOf } from '../../text/reason.ts';
import type { Wiring } from './wiring.ts';
import { wiringFromJson } from './wiring-json.ts';

/** @throws ConfigError naming the file and what is wrong with it */
export async function readWiring(path: string): Promise<Wiring> {
  try {
    return wiringFromJson(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    throw new ConfigError(`the wiring ${path} cannot be used: ${reasonOf(error)}`);
  }
}
