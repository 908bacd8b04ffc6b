/** Files are there whole or not at all, and what killed processes left is swept by the next; what others still write is not. */
import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { requirement } from '../../test/require.ts';
import { DataError } from '../errors.ts';
import {
  adoptFileSync,
  discard,
  finalName,
  isOwnTemporaryName,
  isTemporaryName,
  removeQuietlySync,
  replaceFile,
  replaceFileSync,
  sweepTemporary,
  temporaryFileSync,
  temporaryPath,
} from './whole-file.ts';

const PROGRAM = [
  process.execPath,
  '--import',
  'tsx',
  join(import.meta.dirname, '../../test/programs/write-half.ts'),
];

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'whole-'));
  path = join(folder, 'drive.h5');
});
afterEach(() => rmSync(folder, { recursive: true }));

const entries = () => readdirSync(folder).sort();
const age = (file: string) => utimesSync(file, 1e9, 1e9);

/** Another process that has begun `path`, in namespaces of its own if that is said. */
async function writer(...namespaces: string[]): Promise<{ temporary: string; kill: () => Promise<void> }> {
  const command = namespaces.length > 0 ? ['unshare', ...namespaces, '--kill-child', '--fork'] : [];
  const [program, ...words] = [...command, ...PROGRAM, path];
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const temporary = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (text) => resolve(String(text).trim()));
    child.once('close', () => reject(new Error('it ended')));
  });
  const kill = async () => {
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
  };
  return { temporary, kill };
}

describe('a temporary name', () => {
  it('tells file, process and nothing twice', () => {
    const names = Array.from({ length: 50 }, () => basename(temporaryPath(path)));
    expect(new Set(names).size).toBe(50);
    for (const name of names) {
      expect(name).toMatch(
        new RegExp(
          `^drive\\.h5\\.tmp-${process.pid}-[\\da-f]{8}-[\\da-f]{4}-8[\\da-f]{3}-[89ab][\\da-f]{3}-[\\da-f]{12}$`,
        ),
      );
      expect([isTemporaryName(name), isOwnTemporaryName(name), finalName(name)]).toEqual([
        true,
        true,
        'drive.h5',
      ]);
    }
  });

  it.each([
    ['drive.h5.tmp-12', 'drive.h5'],
    [`drive.h5.tmp-12-${randomUUID()}`, 'drive.h5'],
    [`.loss.svg.${randomUUID()}.tmp`, 'loss.svg'],
  ])('of 0.1.0 is known: %s', (name, final) => {
    expect([isTemporaryName(name), isOwnTemporaryName(name), finalName(name)]).toEqual([true, false, final]);
  });

  it.each(['drive.h5', 'drive.tmp', 'tmp-1', 'drive.h5.tmp-a', 'drive.h5.tmp-1-2'])('is not %s', (name) => {
    expect([isTemporaryName(name), finalName(name)]).toEqual([false, name]);
  });
});

describe('replacing a file', () => {
  it.each([
    ['waiting', replaceFile],
    ['without waiting', async (to: string, text: string) => replaceFileSync(to, text)],
  ])('%s: the new content, with nothing beside it', async (_, replace) => {
    await replace(path, 'old');
    await replace(path, 'new');
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(entries()).toEqual(['drive.h5']);
    mkdirSync(join(folder, 'taken'));
    await expect(replace(join(folder, 'taken'), 'new')).rejects.toThrow(/folder|EISDIR/);
    await expect(replace(join(path, 'below'), 'new')).rejects.toThrow();
    expect(entries()).toEqual(['drive.h5', 'taken']);
  });

  it('gives the permissions that are asked for, and says why it cannot', async () => {
    await replaceFile(path, '', { mode: 0o755 });
    expect(statSync(path).mode & 0o777).toBe(0o755);
    await expect(replaceFile(join(folder, 'none', 'a'), '')).rejects.toThrow(DataError);
    await expect(replaceFile(join(folder, 'none', 'a'), '')).rejects.toThrow(/none\/a: cannot be written: /);
  });

  it.skipIf(process.platform === 'win32')('writes to a device instead', async () => {
    await replaceFile('/dev/null', 'text');
    replaceFileSync('/dev/null', 'text');
    expect(statSync('/dev/null').isFile()).toBe(false);
  });

  it('a folder gets its name with all that is in it, and is removed in one step', async () => {
    const temporary = temporaryPath(join(folder, 'run'));
    mkdirSync(join(temporary, 'inner'), { recursive: true });
    writeFileSync(join(temporary, 'inner', 'a'), 'a');
    adoptFileSync(temporary, join(folder, 'run'));
    expect(readFileSync(join(folder, 'run', 'inner', 'a'), 'utf8')).toBe('a');
    await discard(join(folder, 'run'));
    expect(entries()).toEqual([]);
  });
});

describe('what was left', () => {
  it('by a process that is gone is swept at once, of every file in the folder', async () => {
    const other = join(folder, 'other.h5');
    expect(spawnSync(PROGRAM[0], [...PROGRAM.slice(1), other, 'once']).status).toBe(0);
    expect(entries()).toHaveLength(1);
    await replaceFile(path, '');
    expect(entries()).toEqual(['drive.h5']);
  });

  it('by one that lives stays, however long it is silent', async () => {
    const { temporary, kill } = await writer();
    age(temporary);
    replaceFileSync(path, '');
    expect(existsSync(temporary)).toBe(true);
    await kill();
    replaceFileSync(path, '');
    expect(entries()).toEqual(['drive.h5']);
  });

  it('by another thread of this process stays', () => {
    const temporary = temporaryFileSync(path);
    age(temporary);
    replaceFileSync(path, '');
    expect(existsSync(temporary)).toBe(true);
    removeQuietlySync(temporary);
  });

  it('by a number of this boot that another process has now is swept', () => {
    const temporary = temporaryPath(path).replace(/(?<=-8)[\da-f]{3}/, (start) =>
      start === '000' ? '001' : '000',
    );
    writeFileSync(temporary, '');
    replaceFileSync(path, '');
    expect(entries()).toEqual(['drive.h5']);
  });

  /** Names of a process elsewhere, or whose owner is not known. */
  const unseen = () => {
    const elsewhere = temporaryPath(path).replace(/(?<=-)[\da-f]{8}(?=-)/, 'abcdef01');
    return [
      elsewhere,
      `${path}.tmp-${process.pid}`,
      `${path}.tmp-1-${randomUUID()}`,
      join(folder, `.drive.h5.${randomUUID()}.tmp`),
    ];
  };

  it('where its process cannot be seen, is swept after an hour’s silence', () => {
    const left = unseen();
    for (const file of left) mkdirSync(file);
    for (const file of left) writeFileSync(join(file, 'part'), '');
    for (const file of left) age(file);
    replaceFileSync(path, '');
    expect(entries()).toEqual([...left.map((file) => basename(file)), 'drive.h5'].sort()); // a part was written just now
    for (const file of left) age(join(file, 'part'));
    replaceFileSync(path, '');
    expect(entries()).toEqual(['drive.h5']);
  });

  it('under a name that may be another program’s is only swept by who writes the same file', async () => {
    for (const file of unseen()) {
      writeFileSync(file, '');
      age(file);
    }
    await replaceFile(join(folder, 'other.h5'), '');
    expect(entries()).toHaveLength(4); // that of a process elsewhere is gone
    await sweepTemporary(folder, 'drive');
    expect(entries()).toHaveLength(4);
    await sweepTemporary(folder);
    expect(entries()).toEqual(['other.h5']);
  });

  it('is not what is still being written: that is touched every minute', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    vi.resetModules(); // its timer is set anew
    const fresh = await import('./whole-file.ts');
    const temporary = fresh.temporaryFileSync(path);
    age(temporary);
    vi.advanceTimersByTime(60_000);
    expect(Date.now() - statSync(temporary).mtimeMs).toBeLessThan(3_600_000);
    fresh.adoptFileSync(temporary, path);
    vi.advanceTimersByTime(120_000);
    expect(vi.getTimerCount()).toBe(0);
  });
});

const namespaces = requirement('namespaces');

describe.skipIf(!namespaces.present)(namespaces.title('containers, where every process is number 1'), () => {
  const container = ['--pid', '--mount-proc', '--uts'];

  it('leave a living neighbour’s file, and sweep that of one that was killed', async () => {
    const first = await writer(...container);
    const second = await writer(...container);
    for (const { temporary } of [first, second]) expect(temporary).toContain('.tmp-1-');
    replaceFileSync(path, '');
    expect(entries()).toEqual(['drive.h5', basename(first.temporary), basename(second.temporary)].sort());
    await first.kill();
    age(first.temporary);
    await writer(...container);
    expect(existsSync(first.temporary)).toBe(false);
    expect(existsSync(second.temporary)).toBe(true);
  });

  it('whose /proc is that around them take nobody for gone', async () => {
    const { temporary, kill } = await writer('--pid');
    const second = await writer('--pid');
    expect(existsSync(temporary)).toBe(true);
    expect(existsSync(second.temporary)).toBe(true);
    await kill();
  });
});
