/**
 * Imported ahead of the program: every call of node:fs that changes something on disk, in any thread and child process, is
 * counted in the file $FAULT_JOURNAL, and from number $FAULT_AT on $FAULT happens to it:
 *
 *   kill      the process group ends by SIGKILL instead of the call
 *   torn      the same after half of the bytes, where the call writes bytes
 *   ENOSPC    the disk is full: this call and all after it that need room fail; what deletes or renames works
 *   EIO       this one call fails
 *
 * Output to the terminal is no call that counts. With $FAULT_AT 0 the calls are only counted, without $FAULT_JOURNAL not even
 * that. The clock stands still in all of them, since HDF5 and records have times in them: so that equal runs leave equal bytes.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const NOW = Date.UTC(2020, 3, 13);
globalThis.Date = class extends Date {
  constructor(...when) {
    super(...(when.length === 0 ? [NOW] : when));
  }
  static now() {
    return NOW;
  }
};
performance.now = () => 1;

/** Bytes of a line of the journal, so that its size tells how many there are. */
const LINE = 160;

const { openSync, writeSync, closeSync, fstatSync } = fs;
const journal = process.env.FAULT_JOURNAL;
const at = Number(process.env.FAULT_AT);
const fault = process.env.FAULT;
const ERRNO = { ENOSPC: [-28, 'no space left on device'], EIO: [-5, 'i/o error'] };

/** Which argument holds the bytes. */
const BYTES = { write: 1, writeFile: 1, appendFile: 1 };
const NEEDS_ROOM =
  /^(open|mkdir|mkdtemp|write|writev|writeFile|appendFile|copyFile|cp|link|symlink|fsync|sync|datasync)$/;
const CHANGES = [
  ...[
    'write',
    'writev',
    'writeFile',
    'appendFile',
    'fsync',
    'fdatasync',
    'ftruncate',
    'truncate',
    'rename',
    'mkdir',
  ],
  ...['mkdtemp', 'rm', 'rmdir', 'unlink', 'link', 'symlink', 'copyFile', 'cp', 'utimes', 'chmod'],
];

/** The number of a call. */
function counted(what, target) {
  const file = openSync(journal, 'a');
  try {
    const line = `${process.pid} ${what} ${String(target).slice(-110)}`.replace(/[^\x20-\x7e]/g, '?');
    writeSync(file, `${line.slice(0, LINE - 1).padEnd(LINE - 1)}\n`);
    return fstatSync(file).size / LINE;
  } finally {
    closeSync(file);
  }
}

const end = () => process.kill(0, 'SIGKILL');

function failure(what) {
  const [errno, words] = ERRNO[fault];
  return Object.assign(new Error(`${fault}: ${words}, ${what}`), { errno, code: fault, syscall: what });
}

let hit = false;

/** What is to happen to a call: nothing, an error to throw, or half of it and the end. */
function verdict(what, args) {
  const number = counted(what, args[0]);
  if (at === 0 || number < at) return undefined;
  if (fault === 'ENOSPC') return NEEDS_ROOM.test(what) ? failure(what) : undefined;
  if (fault === 'EIO') {
    if (hit || number > at) return undefined;
    hit = true;
    return failure(what);
  }
  if (fault === 'torn' && what in BYTES) return 'half';
  return end();
}

function halved(what, args) {
  const at = BYTES[what];
  const bytes = typeof args[at] === 'string' ? Buffer.from(args[at]) : args[at];
  if (!ArrayBuffer.isView(bytes)) return args;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const rest = what === 'write' && typeof args[at] !== 'string' ? [...args] : args.slice(0, at + 2);
  if (what === 'write' && typeof rest[at + 1] === 'number') {
    const [offset, length] = [rest[at + 1], rest[at + 2] ?? view.length - rest[at + 1]];
    rest[at] = view;
    rest[at + 1] = offset;
    rest[at + 2] = Math.floor(length / 2);
    return rest;
  }
  const half = [...rest];
  half[at] = view.subarray(0, Math.floor(view.length / 2));
  return half;
}

const isTerminal = (what, [first]) => (first === 1 || first === 2) && /^(write|writev|fsync)/.test(what);

/** Only opening that may change something. */
function isForReading(flags) {
  if (typeof flags === 'number') {
    const { O_WRONLY, O_RDWR, O_CREAT, O_TRUNC } = fs.constants;
    return (flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)) === 0;
  }
  return flags === undefined || typeof flags === 'function' || flags === 'r' || flags === 'rs';
}

let depth = 0; // some of these functions are made of others

function wrapSync(object, name, what) {
  const original = object[name];
  if (typeof original !== 'function') return;
  object[name] = function (...args) {
    if (depth > 0 || isTerminal(what, args) || (what === 'open' && isForReading(args[1])))
      return original.apply(this, args);
    const said = verdict(what, args);
    if (said instanceof Error) throw said;
    depth++;
    try {
      if (said !== 'half') return original.apply(this, args);
      original.apply(this, halved(what, args));
      return end();
    } finally {
      depth--;
    }
  };
}

function wrapCallback(object, name, what) {
  const original = object[name];
  if (typeof original !== 'function') return;
  object[name] = function (...args) {
    if (depth > 0 || isTerminal(what, args) || (what === 'open' && isForReading(args[1])))
      return original.apply(this, args);
    const said = verdict(what, args);
    if (said instanceof Error) return void setImmediate(args.at(-1), said);
    if (said === 'half') {
      wrapHalf(what, args);
      return end();
    }
    return original.apply(this, args);
  };
}

const wrapHalf = (what, args) => {
  depth++;
  fs[`${what}Sync`](...halved(what, args.slice(0, -1)));
};

/** @param bytesAt - 0 where `this` is the file */
function wrapPromise(object, name, what, isHandle) {
  const original = object[name];
  if (typeof original !== 'function') return;
  object[name] = async function (...args) {
    const target = isHandle ? [`fd ${this.fd}`, ...args] : args;
    if (what === 'open' && isForReading(args[1])) return original.apply(this, args);
    const said = verdict(what, target);
    if (said instanceof Error) throw said;
    if (said !== 'half') return original.apply(this, args);
    const half = halved(what, target);
    await original.apply(this, isHandle ? half.slice(1) : half);
    return end();
  };
}

if (journal !== undefined) {
  const handle = await fs.promises.open(new URL(import.meta.url));
  const prototype = Object.getPrototypeOf(handle);
  await handle.close();
  for (const what of ['open', ...CHANGES]) {
    wrapSync(fs, `${what}Sync`, what);
    wrapCallback(fs, what, what);
    wrapPromise(fs.promises, what, what, false);
  }
  for (const what of ['write', 'writev', 'writeFile', 'appendFile', 'truncate', 'sync', 'datasync'])
    wrapPromise(prototype, what, what, true);
  syncBuiltinESMExports();
}
