/** The time a run took, from its records. */
import { expect, test } from 'vitest';
import { secondsSpent } from './run-reading.ts';

const at = (time: string) => `2026-01-02T${time}:00.000Z`;
const NOW = new Date(at('20:00'));

test('from start to end, without the pause between a stop and a resume', () => {
  const record = {
    state: 'finished' as const,
    started: at('10:00'),
    ended: at('15:00'),
    resumed: [{ at: at('14:00'), after: at('10:30') }],
  };
  expect(secondsSpent(record, '', 'finished', NOW)).toBe(1800 + 3600);
});

test('of a killed process the last epoch is the end', () => {
  const record = { state: 'running' as const, started: at('10:00'), resumed: [{ at: at('14:00') }] };
  const metrics = [
    `{"epoch":0,"time":"${at('10:10')}"}`,
    `{"epoch":1,"time":"${at('14:20')}"}`,
    '{"epoch":2,"ti',
  ];
  expect(secondsSpent(record, metrics.join('\n'), 'interrupted', NOW)).toBe(600 + 1200);
});

test('a run that is running goes up to now; without a start nothing is known', () => {
  expect(secondsSpent({ state: 'running', started: at('19:59') }, '', 'running', NOW)).toBe(60);
  expect(secondsSpent({ state: 'finished' }, '', 'finished', NOW)).toBeNull();
});
