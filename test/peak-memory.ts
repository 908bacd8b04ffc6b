/** Runs the built command, and says how much memory it had. */
import { spawnSync } from 'node:child_process';
import { expect } from 'vitest';
import { ENTRY } from './e2e/command-line.ts';

/** The most that the command had resident at once, MB. It has to end with 0. */
export function peakMB(args: readonly string[]): number {
  const report = "process.on('exit', () => console.error('peak', process.resourceUsage().maxRSS))";
  const preload = `data:text/javascript,${encodeURIComponent(report)}`;
  const { status, stderr } = spawnSync(process.execPath, ['--import', preload, ENTRY, ...args], {
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(0);
  return Number(/^peak (\d+)$/m.exec(stderr)?.[1]) / 1000;
}
