/** Slurm's words, and what they mean for a run. */
import { expect, it } from 'vitest';
import { taskState } from './tasks.ts';

it.each([
  ['PENDING', 'Resources', 'queued', 'PENDING Resources'],
  ['PENDING', 'BeginTime', 'queued', 'PENDING BeginTime'],
  ['RUNNING', 'None', 'running', 'RUNNING'],
  ['COMPLETED', '0:0', 'done', 'COMPLETED'],
  ['FAILED', '7:0', 'failed', 'FAILED 7:0'],
  ['TIMEOUT', '0:15', 'timed out', 'TIMEOUT 0:15'],
  ['CANCELLED by 0', '0:0', 'cancelled', 'CANCELLED'],
  ['CANCELLED+', '0:0', 'cancelled', 'CANCELLED'],
  ['NODE_FAIL', '', 'failed', 'NODE_FAIL'],
  ['A_NEW_WORD', '', 'failed', 'A_NEW_WORD'],
])('%s %s is %s', (word, reason, is, words) => {
  expect(taskState('17_3', word, reason)).toEqual({ id: '17_3', is, words });
});

it.each(['0:53', 'JobLaunchFailure'])('%s is told as what it is', (reason) => {
  expect(taskState('17_3', 'FAILED', reason).words).toContain('could not write the output file');
});
