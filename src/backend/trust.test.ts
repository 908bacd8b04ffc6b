import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { refuseUntrusted, UntrustedInstallationError } from './trust.ts';

function installation(): string {
  const above = mkdtempSync(join(tmpdir(), 'ncp-train-trust-'));
  onTestFinished(() => rmSync(above, { recursive: true }));
  const folder = join(above, 'tensorflow', '2.21.0-cpu');
  mkdirSync(join(folder, 'node_modules', '@tensorflow'), { recursive: true, mode: 0o755 });
  for (const name of ['installation.json', 'tfjs_binding.node', 'quiet.node']) {
    writeFileSync(join(folder, name), '', { mode: 0o644 });
  }
  return folder;
}

test('an installation of this user is taken', () => {
  expect(() => refuseUntrusted(installation())).not.toThrow();
});

test.each(['.', 'tfjs_binding.node', 'quiet.node', 'node_modules/@tensorflow', '..'])(
  'not where everyone may write %s',
  (part) => {
    const folder = installation();
    const path = join(folder, part);
    chmodSync(path, 0o777);
    expect(() => refuseUntrusted(folder)).toThrow(UntrustedInstallationError);
    expect(() => refuseUntrusted(folder)).toThrow(`${path} may be written by every user`);
  },
);

test.skipIf(process.getuid?.() !== 0)('not where a file or folder is of another user (as root)', () => {
  const folder = installation();
  const path = join(folder, 'tfjs_binding.node');
  chownSync(path, 65534, 65534);
  expect(() => refuseUntrusted(folder)).toThrow(`${path} belongs to another user (65534, you are 0)`);
});

test.skipIf(process.getuid?.() !== 0)('not where another group may write (as root)', () => {
  const folder = installation();
  chownSync(folder, 0, 65534);
  chmodSync(folder, 0o770);
  expect(() => refuseUntrusted(folder)).toThrow('may be written by the group 65534, which is not yours');
});
