/** Words as bash reads them back. */
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { shellWord } from './shell-word.ts';

const words = [
  'plain',
  '--lr=1e-3',
  '',
  'two words',
  "it's",
  "'",
  "''",
  '$HOME',
  'a"b',
  '`id`',
  '$(id)',
  '#',
  '~',
  '*',
  'a\\b',
  'grün',
  'a\nb',
  'a\\\nb',
  "it's\n\\n",
  'tab\tbell\u0007',
  '\u001b[0m',
  'a\r',
];

it('bash reads each as one word, and they stand on one line', () => {
  const line = words.map(shellWord).join(' ');
  expect(line).not.toMatch(/[\n\r]/);
  const { stdout } = spawnSync('/bin/bash', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' });
  expect(stdout.split('\0').slice(0, -1)).toEqual(words);
});

it('in a comment nothing of a word is a command', () => {
  const script = `# ${shellWord('a\necho b')}\necho c`;
  expect(spawnSync('/bin/bash', ['-c', script], { encoding: 'utf8' }).stdout).toBe('c\n');
});
