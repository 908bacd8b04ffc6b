import { Writable } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Terminal } from '../../terminal.ts';
import { readableBytes, reporting } from './progress.ts';

beforeEach(() => vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] }));
afterEach(() => vi.useRealTimers());

/** No terminal, and what is written to it. */
function sink(): { terminal: Terminal; text: () => string } {
  let text = '';
  const stream = new Writable({
    write: (chunk, _, done) => {
      text += chunk;
      done();
    },
  });
  return { terminal: new Terminal(stream as unknown as NodeJS.WriteStream), text: () => text };
}

test('off a terminal a line says every five seconds, and at the end, how much has come', async () => {
  const { terminal, text } = sink();
  let bytes = 0;
  const work = async () => {
    for (let second = 1; second <= 12; second++) {
      bytes += 20e6;
      vi.advanceTimersByTime(1000);
    }
    return 'fetched';
  };
  expect(await reporting('fetching it', work, () => readableBytes(bytes), terminal)).toBe('fetched');
  const told =
    'fetching it …\nfetching it, 100 MB, 5 s\nfetching it, 200 MB, 10 s\nfetching it, 240 MB, 12 s\n';
  expect(text()).toBe(told);
  vi.advanceTimersByTime(20_000);
  expect(text()).toBe(told);
});

test('it ends with work that fails', async () => {
  const { terminal, text } = sink();
  const failing = reporting('trying it', () => Promise.reject(new Error('no')), undefined, terminal);
  await expect(failing).rejects.toThrow('no');
  vi.advanceTimersByTime(20_000);
  expect(text()).toBe('trying it …\ntrying it, 0 s\n');
});
