/** `reproduce`: its steps are there to read, and those without a command are named. Run whole it takes half an hour. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { ncpTrain, temporaryFolder } from './command-line.ts';

test('--dry_run prints every step as a command line, and which commands are missing', async () => {
  const out = join(temporaryFolder(), 'r');
  const { status, stdout, stderr } = await ncpTrain(['reproduce', '--out', out, '--dry_run', '--json']);
  expect(status, stderr).toBe(0);
  const steps: { command: string; exists: boolean; args: string[] }[] = JSON.parse(stdout);
  expect(steps.length).toBeGreaterThan(20);
  for (const { command, exists } of steps) {
    expect(exists, command).toBe(commands.some(({ name }) => name === command));
  }
  const text = await ncpTrain(['reproduce', '--out', out, '--dry_run']);
  expect(text.stdout.trimEnd().split('\n')).toHaveLength(steps.length);
  expect(text.stdout).toContain(
    'ncp-train sweep passive --models wm,lstm,gru,tf_gru,vanilla,ctrnn,ctgru --config ',
  );
});

/** Steps are made in a list of their own; that their options exist, only the commands can say. */
test('every step that has a command is understood by it', async () => {
  const { stdout } = await ncpTrain(['reproduce', '--out', 'r', '--dry_run', '--json']);
  const steps: { command: string; exists: boolean; args: string[] }[] = JSON.parse(stdout);
  const own = steps.filter(({ command, exists }) => exists && /^sweep/.test(command));
  expect(own).toHaveLength(5);
  for (const { command, args } of own) {
    const { status, stderr } = await ncpTrain([...command.split(' '), ...args, '--dry_run']);
    expect(status, stderr).toBe(0);
  }
});

test('every option of a step stands in the help of its command', async () => {
  const { stdout } = await ncpTrain(['reproduce', '--out', 'r', '--dry_run', '--json']);
  const steps: { command: string; exists: boolean; args: string[] }[] = JSON.parse(stdout);
  const names = [...new Set(steps.filter(({ exists }) => exists).map(({ command }) => command))];
  const texts = await Promise.all(names.map((name) => ncpTrain([...name.split(' '), '--help'])));
  const helps = new Map(names.map((name, n) => [name, texts[n].stdout]));
  for (const { command, args } of steps.filter(({ exists }) => exists)) {
    for (const flag of args.filter((arg) => arg.startsWith('--'))) {
      expect(helps.get(command), command).toContain(`${flag} `);
    }
  }
});
