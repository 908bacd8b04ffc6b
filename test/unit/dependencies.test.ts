/** docs/dependencies.md says of every dependency what package.json and the lock file say. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const file = (name: string) => readFileSync(fileURLToPath(new URL(`../../${name}`, import.meta.url)), 'utf8');
const manifest = JSON.parse(file('package.json'));
const locked: Record<string, { version: string; license?: string; dev?: boolean }> = JSON.parse(
  file('package-lock.json'),
).packages;
const page = file('docs/dependencies.md');

/** The text below a heading, as far as the next. */
function section(heading: string): string {
  const [, after] = page.split(`\n## ${heading}\n`);
  return after.split('\n## ')[0];
}

/** The cells of a section's table, without its head. */
const rows = (heading: string) =>
  section(heading)
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(1)
    .map((line) => line.slice(2, -2).split(' | '));

describe.each([
  ['To run', 'dependencies'],
  ['For the native backend', 'optionalDependencies'],
  ['To build and test', 'devDependencies'],
])('docs/dependencies.md, %s', (heading, kind) => {
  const table = rows(heading);

  it(`names the ${kind} of package.json with their versions and the lock file's licences`, () => {
    const said = table.map(([name, version, , licence]) => [name, version, licence]);
    const are = Object.entries(manifest[kind]).map(([name, version]) => [
      name,
      version,
      locked[`node_modules/${name}`].license,
    ]);
    expect(said).toEqual(are);
  });

  it('says what each is for, and when it was last released', () => {
    for (const [name, , purpose, , released] of table) {
      expect(purpose.length, name).toBeGreaterThan(4);
      expect(released, name).toMatch(/^20\d\d-\d\d-\d\d(; \S+ on 20\d\d-\d\d-\d\d)?$/);
    }
  });
});

it('docs/dependencies.md lists the licences of all that an installation has', () => {
  const installed = Object.entries(locked).filter(([path, { dev }]) => path !== '' && !dev);
  const said = section('Licences of all that is installed').matchAll(/^- (.+)$/gm);
  expect([...said].map(([, licence]) => licence)).toEqual(
    [...new Set(installed.map(([, { license }]) => license))].toSorted(),
  );
});

it('package.json pins exact versions, and the lock file has them with a checksum and no server', () => {
  for (const [name, version] of Object.entries({
    ...manifest.dependencies,
    ...manifest.optionalDependencies,
    ...manifest.devDependencies,
  })) {
    expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
    expect(locked[`node_modules/${name}`], name).toMatchObject({ version, integrity: expect.any(String) });
  }
  expect(Object.values(locked).filter((one) => 'resolved' in one)).toEqual([]);
});
