/** Options of sbatch, as typed and as lines of a script. */
import { expect, it } from 'vitest';
import { directive, givenOptions, variablesOf } from './sbatch-options.ts';

it('reads --sbatch as a shell would', () => {
  const text = `--account=robots --comment="two -words" -N 1 -C'a b' --qos long --exclusive -H --wckey='"'`;
  expect(givenOptions(text, []).map(directive)).toEqual([
    '#SBATCH --account=robots',
    '#SBATCH --comment="two -words"',
    '#SBATCH -N 1',
    '#SBATCH --constraint="a b"',
    '#SBATCH --qos=long',
    '#SBATCH --exclusive',
    '#SBATCH -H',
    '#SBATCH --wckey="\\""',
  ]);
  expect(givenOptions(' ', [])).toEqual([]);
});

it.each([
  ['robots', /"robots" is no option of sbatch; they look like --account=robots/],
  ['--account=a b', /"b" is no option/],
  ['--comment="a', /without its other half/],
  ['--array=0-5', /--sbatch --array: the sweep sets it itself; use --array_limit/],
  ['-a 0-5', /--sbatch --array: the sweep sets it itself/],
  ['-o x.out', /--sbatch --output: the sweep sets it itself; leave it out/],
  ['-t 5', /--sbatch --time: the sweep sets it itself; use --time/],
  ['--wait', /the sweep does not wait/],
  ['--no-requeue', /by being requeued/],
])('refuses %s', (text, message) => {
  expect(() => givenOptions(text, ['array', 'output', 'time'])).toThrow(message);
});

it('what stands in the script goes before what a user has in the environment', () => {
  const names = ['array', 'time', 'requeue', 'cpus-per-task', 'account'];
  expect(variablesOf(names.map((name) => ({ name })))).toEqual([
    'SBATCH_WAIT',
    'SBATCH_ARRAY_INX',
    'SBATCH_TIMELIMIT',
    'SBATCH_REQUEUE',
    'SBATCH_NO_REQUEUE',
    'SBATCH_CPUS_PER_TASK',
    'SBATCH_ACCOUNT',
  ]);
});
