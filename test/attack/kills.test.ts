/**
 * Commands killed with −9 at a call that writes, before it or in its middle, and started again: what they leave is to the byte
 * what one leaves that was never killed, nothing more, and nothing half-written has its final name in between.
 *
 * NCP_KILLS: how many calls of each command (by default all of them); NCP_KILL_SEED draws them.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { folderOfFile } from '../e2e/command-line.ts';
import {
  COMMAND_NAMES,
  contentOf,
  expectStatus0,
  halfWritten,
  unlike,
  type WritingCommand,
  writingCommands,
} from './commands.ts';
import { attackOn, drawn } from './interrupted.ts';

const KILLS = Number(process.env.NCP_KILLS ?? Number.POSITIVE_INFINITY);
const SEED = Number(process.env.NCP_KILL_SEED ?? 20200413);

const parent = folderOfFile();
let commands: readonly WritingCommand[];
let total = 0;
beforeAll(async () => {
  commands = await writingCommands(parent);
});
afterAll(() => console.log(`${total} kills`));

test.each(COMMAND_NAMES)('%s', async (name) => {
  const command = commands.find((one) => one.name === name) as WritingCommand;
  const attack = await attackOn(command, join(parent, 'attack', name.replaceAll(' ', '-')));
  const faults: string[] = [];
  let kills = 0;
  for (const n of drawn(attack.calls.length, KILLS, SEED, name)) {
    const call = attack.calls[n - 1];
    const fault = /^\d+ (write|appendFile)/.test(call) && n % 2 === 0 ? 'torn' : 'kill';
    const folder = attack.fresh();
    const ended = await attack.run(n, fault);
    if (ended.status === null) kills += 1;
    else expectStatus0(ended); // fewer calls this time
    const found = halfWritten(folder, attack.whole).map((path) => `${path} is half-written`);
    const again = await attack.again();
    if (again.status !== 0) found.push(`started again it ends with ${again.status}: ${again.stderr}`);
    found.push(...unlike(contentOf(folder), attack.whole));
    faults.push(...found.map((words) => `${fault} at ${n} of ${attack.calls.length}, ${call}: ${words}`));
  }
  attack.dispose();
  total += kills;
  console.log(`${name}: ${attack.calls.length} calls that write, ${kills} kills, ${faults.length} faults`);
  expect(faults).toEqual([]);
});
