import { defineConfig } from 'vitest/config';

// Six projects, cheapest first; CONTRIBUTING.md says what each is for and costs.
// Test files run in child processes: the native add-on cannot be loaded twice into one process.
const project = (name: string, include: string[], testTimeout: number) => ({
  test: { name, include, testTimeout, hookTimeout: testTimeout, pool: 'forks' as const },
});

// `.ci/run` collects a report of every run in this folder.
const reports = process.env.NCP_TEST_REPORTS;

export default defineConfig({
  test: {
    maxWorkers: '100%', // by default one core is left idle: of two, half the machine
    reporters: reports ? ['default', ['json', { outputFile: `${reports}/${Date.now()}.json` }]] : ['default'],
    projects: [
      project('unit', ['src/**/*.test.ts', 'test/unit/**/*.test.ts'], 60_000),
      project('golden', ['test/golden.*.test.ts'], 180_000),
      project('e2e', ['test/e2e/**/*.test.ts', 'test/cases/**/*.test.ts'], 300_000),
      project('slow', ['test/slow/**/*.test.ts'], 1_200_000),
      // Attacks, in full; NCP_KILLS takes fewer.
      project('attack', ['test/attack/**/*.test.ts'], 7_200_000),
      // Measurements, which want the machine for themselves: run with --no-file-parallelism.
      project('alone', ['test/alone/**/*.test.ts'], 1_200_000),
    ],
  },
});
