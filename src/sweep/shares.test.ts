/** How cores and memory are shared out. */
import { expect, it } from 'vitest';
import { sharesOf } from './shares.ts';

const machine = { cores: 8, bytes: 16e9 };

it.each([
  [{ jobs: 0, cpus: 0, memory: 0 }, 80, { jobs: 8, cores: 1 }],
  [{ jobs: 0, cpus: 0, memory: 0 }, 3, { jobs: 3, cores: 2 }],
  [{ jobs: 2, cpus: 0, memory: 0 }, 80, { jobs: 2, cores: 4 }],
  [{ jobs: 0, cpus: 4, memory: 0 }, 80, { jobs: 2, cores: 4 }],
  [{ jobs: 20, cpus: 0, memory: 0 }, 80, { jobs: 20, cores: 1 }],
  [{ jobs: 0, cpus: 0, memory: 4 }, 80, { jobs: 4, cores: 2 }],
  [{ jobs: 0, cpus: 0, memory: 0 }, 0, { jobs: 1, cores: 8 }],
])('%j for %d runs on 8 cores with 16 GB: %j', (asked, runs, wanted) => {
  expect(sharesOf(asked, runs, machine)).toMatchObject(wanted);
});

it('says where memory made it fewer, and refuses where not even one fits', () => {
  expect(sharesOf({ jobs: 0, cpus: 0, memory: 4 }, 80, machine).note).toContain('4 runs at a time, not 8');
  expect(sharesOf({ jobs: 0, cpus: 0, memory: 1 }, 80, machine).note).toBeUndefined();
  expect(() => sharesOf({ jobs: 0, cpus: 0, memory: 17 }, 80, machine)).toThrow('not enough for one run');
});
