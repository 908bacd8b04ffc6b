/**
 * Options of sbatch: as `--sbatch` gives them, as lines of a batch script, and as variables of the environment, which sbatch
 * puts before the lines of a script.
 */
import { split } from 'shlex';
import { ConfigError, UsageError } from '../../errors.ts';
import { hasControlCharacters } from '../../text/printable.ts';

export interface SbatchOption {
  /** The long name, `time`, without dashes. */
  readonly name: string;
  /** Undefined for a switch. */
  readonly value?: string;
}

/** The short names that sbatch has for options which the program sets, or which its environment has a variable for. */
const LONG: Readonly<Record<string, string>> = {
  A: 'account',
  a: 'array',
  C: 'constraint',
  c: 'cpus-per-task',
  D: 'chdir',
  d: 'dependency',
  G: 'gpus',
  J: 'job-name',
  M: 'clusters',
  o: 'output',
  p: 'partition',
  q: 'qos',
  t: 'time',
  W: 'wait',
};

/** Options with which sbatch would not do what it is called for, and why. */
const SENSELESS: Readonly<Record<string, string>> = {
  wait: 'the sweep does not wait for its tasks; ncp-train sweep status shows how they stand',
  wrap: 'the script is the sweep’s own',
  'test-only': 'nothing would be submitted; --dry_run prints the plan',
  'no-requeue': 'tasks go on where their time limit ended them by being requeued',
  clusters: 'SLURM_CLUSTERS in the environment names the cluster for all of Slurm’s programs',
};

/** What the sweep says by an option of its own. */
const OWN: Readonly<Record<string, string>> = {
  time: '--time',
  partition: '--partition',
  gres: '--gres',
  mem: '--memory',
  'cpus-per-task': '--cpus',
  signal: '--signal_ahead',
  array: '--array_limit, for how many run at a time',
};

/**
 * @param text - of `--sbatch`, e.g. `--account=robots --comment="two words"`; read as a shell reads it
 * @param set - names that the sweep sets itself
 * @throws UsageError for what is no list of options, and for options that the sweep sets itself
 */
export function givenOptions(text: string, set: readonly string[]): SbatchOption[] {
  let words: string[];
  try {
    words = split(text);
  } catch {
    throw new UsageError(
      `--sbatch ${JSON.stringify(text)}: a quotation mark or a \\ is without its other half`,
    );
  }
  const options: SbatchOption[] = [];
  for (const word of words) {
    const long = /^--([A-Za-z][\w-]*)(?:=(.*))?$/s.exec(word);
    const short = /^-([A-Za-z])(.*)$/s.exec(word);
    const last = options.at(-1);
    if (long) options.push({ name: long[1], value: long[2] });
    else if (short) options.push({ name: LONG[short[1]] ?? short[1], value: short[2] || undefined });
    else if (last && last.value === undefined) options[options.length - 1] = { ...last, value: word };
    else {
      throw new UsageError(
        `--sbatch ${JSON.stringify(text)}: ${JSON.stringify(word)} is no option of sbatch; they look like --account=robots`,
      );
    }
  }
  for (const { name } of options) {
    const why = SENSELESS[name];
    if (why !== undefined) throw new UsageError(`--sbatch --${name}: ${why}`);
    if (!set.includes(name)) continue;
    const instead = OWN[name] === undefined ? 'leave it out' : `use ${OWN[name]}`;
    throw new UsageError(`--sbatch --${name}: the sweep sets it itself; ${instead}`);
  }
  return options;
}

/**
 * A line of a script. Within double quotes sbatch takes all as it stands but for `"` and `\`, before which a `\` is put; a line
 * end cannot be written.
 *
 * @throws ConfigError for a value with control characters
 */
export function directive({ name, value }: SbatchOption): string {
  const dashes = name.length === 1 ? '-' : '--';
  if (value === undefined) return `#SBATCH ${dashes}${name}`;
  if (hasControlCharacters(value)) {
    throw new ConfigError(
      `${JSON.stringify(value)} cannot stand in a batch script, for sbatch’s --${name}: it has a line end or another ` +
        'control character',
    );
  }
  const text = /^[\w./:@%+,=-]+$/.test(value) ? value : `"${value.replaceAll(/["\\]/g, '\\$&')}"`;
  return `#SBATCH ${dashes}${name}${dashes === '-' ? ' ' : '='}${text}`;
}

/** Variables whose names are not those of their options. */
const VARIABLES: Readonly<Record<string, readonly string[]>> = {
  array: ['SBATCH_ARRAY_INX'],
  time: ['SBATCH_TIMELIMIT'],
  requeue: ['SBATCH_REQUEUE', 'SBATCH_NO_REQUEUE'],
  mem: ['SBATCH_MEM_PER_NODE', 'SBATCH_MEM_PER_CPU', 'SBATCH_MEM_PER_GPU'],
};

/** The variables by which sbatch would take other values than these. */
export const variablesOf = (options: readonly SbatchOption[]): string[] => [
  'SBATCH_WAIT', // see SENSELESS
  ...options.flatMap(({ name }) => VARIABLES[name] ?? `SBATCH_${name.toUpperCase().replaceAll('-', '_')}`),
];

/**
 * A name of output files, of which sbatch replaces `%a` by the place in the array.
 *
 * @param folder - taken as it is
 * @throws ConfigError for a folder with a `\`, before which sbatch replaces nothing
 */
export function outputPattern(folder: string, file: string): string {
  if (folder.includes('\\')) {
    throw new ConfigError(
      `${folder}: Slurm cannot write outputs into a folder with a \\ in its name; use another`,
    );
  }
  return `${folder.replaceAll('%', '%%')}/${file}`;
}
