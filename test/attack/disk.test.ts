/**
 * Commands on a disk that is full from a call on that writes, or has an error at one: they end in words, with the status of
 * what could not be written, or go on where it does not matter; started again once the disk is well, they leave to the byte what
 * an undisturbed one leaves.
 *
 * NCP_FAULTS: how many calls of each command (by default all of them); NCP_FAULT_SEED draws them.
 */
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isTemporaryName } from '../../src/files/whole-file.ts';
import { folderOfFile } from '../e2e/command-line.ts';
import {
  COMMAND_NAMES,
  contentOf,
  halfWritten,
  unlike,
  type WritingCommand,
  writingCommands,
} from './commands.ts';
import { attackOn, drawn } from './interrupted.ts';

const FAULTS = Number(process.env.NCP_FAULTS ?? Number.POSITIVE_INFINITY);
const SEED = Number(process.env.NCP_FAULT_SEED ?? 20200413);

const parent = folderOfFile();
let commands: readonly WritingCommand[];
let total = 0;
beforeAll(async () => {
  commands = await writingCommands(parent);
});
afterAll(() => console.log(`${total} faults of the disk`));

test.each(COMMAND_NAMES)('%s', async (name) => {
  const command = commands.find((one) => one.name === name) as WritingCommand;
  const attack = await attackOn(command, join(parent, 'attack', name.replaceAll(' ', '-')));
  const faults: string[] = [];
  const calls = drawn(attack.calls.length, FAULTS, SEED, name);
  for (const n of calls) {
    const fault = n % 2 === 0 ? 'ENOSPC' : 'EIO';
    const folder = attack.fresh();
    const { status, stderr } = await attack.run(n, fault);
    const found = halfWritten(folder, attack.whole).map((path) => `${path} is half-written`);
    // A sweep of which a run failed ends with 1, in words.
    const known = name === 'sweep' ? [0, 1, 3] : [0, 3];
    if (status === null || !known.includes(status)) found.push(`status ${status}: ${stderr}`);
    if (/\n {4}at |This is a bug/.test(stderr)) found.push(`a stack: ${stderr}`);
    if (fault === 'ENOSPC') {
      for (const path of Object.keys(contentOf(folder)))
        if (isTemporaryName(basename(path))) found.push(`${path} is left over`);
    }
    const again = await attack.again();
    if (again.status !== 0) found.push(`started again it ends with ${again.status}: ${again.stderr}`);
    // What could not be deleted stays.
    const stays = fault === 'EIO' && /^\d+ (rm|rmdir|unlink) /.test(attack.calls[n - 1]);
    found.push(
      ...unlike(contentOf(folder), attack.whole).filter((words) => !stays || !words.endsWith('is left over')),
    );
    faults.push(
      ...found.map((words) => `${fault} at ${n} of ${attack.calls.length}, ${attack.calls[n - 1]}: ${words}`),
    );
  }
  attack.dispose();
  total += calls.length;
  console.log(`${name}: ${attack.calls.length} calls that write, ${calls.length} faults of the disk`);
  expect(faults).toEqual([]);
});
