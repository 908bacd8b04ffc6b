/** A sweep's runs as a table for people. */
import type { RunStatus } from '../sweep/status.ts';
import { aligned } from '../text/aligned.ts';
import { duration } from '../text/figures.ts';

/** Long messages of several lines stand below the table, the first words in it. */
const CAUSE_LENGTH = 70;

export function sweepTable(runs: readonly RunStatus[]): string {
  const tasks = runs.some(({ task }) => task !== null);
  const head = ['run', ...(tasks ? ['task'] : []), 'state', 'epoch', 'best loss', 'time', 'cause'];
  const rows = runs.map((run) => [
    run.name,
    ...(tasks ? [run.task ?? '–'] : []),
    run.state,
    `${run.epoch}/${run.epochs}`,
    run.best === null ? '–' : `${run.best.valid_loss.toPrecision(4)} at ${run.best.epoch}`,
    run.seconds === null ? '–' : duration(run.seconds),
    shortened(run.cause ?? ''),
  ]);
  const long = runs.filter(({ cause }) => cause !== null && shortened(cause) !== cause);
  const table = aligned([head, ...rows]);
  if (long.length === 0) return table;
  const whole = [...new Set(long.map(({ cause }) => cause))].map((cause) => {
    const names = long.filter((run) => run.cause === cause).map(({ name }) => name);
    const who = names.length > 2 ? `${names[0]} and ${names.length - 1} more` : names.join(', ');
    return `${who}: ${cause}`;
  });
  return [table, '', ...whole].join('\n');
}

function shortened(cause: string): string {
  const [line] = cause.split('\n');
  return line.length > CAUSE_LENGTH
    ? `${line.slice(0, CAUSE_LENGTH - 1)}…`
    : line === cause
      ? cause
      : `${line} …`;
}
