/** Pages find each other: every relative link and anchor in them leads somewhere, and the index names every page. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const DOCS = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));
const PAGES = [
  ...['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'],
  ...DOCS.map((name) => `docs/${name}`),
];

/** As GitHub makes them of headings. */
const anchorsOf = (text: string) =>
  new Set(
    Array.from(text.matchAll(/^#+ (.+)$/gm), ([, heading]) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(' ', '-'),
    ),
  );

it.each(PAGES)('%s links to what is there', (page) => {
  const text = readFileSync(join(ROOT, page), 'utf8').replace(/^```[\s\S]*?^```/gm, '');
  const dead: string[] = [];
  for (const [, target] of text.matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)) {
    const [path, anchor] = target.split('#');
    const file = path === '' ? join(ROOT, page) : join(ROOT, dirname(page), path);
    if (!existsSync(file)) dead.push(target);
    else if (anchor && !anchorsOf(readFileSync(file, 'utf8')).has(anchor)) dead.push(target);
  }
  expect(dead).toEqual([]);
});

it('the index of the docs names every page', () => {
  const index = readFileSync(join(ROOT, 'docs/README.md'), 'utf8');
  const missing = DOCS.filter((name) => name !== 'README.md' && !index.includes(`](${name})`));
  expect(missing.map((name) => relative('.', name))).toEqual([]);
});
