import { describe, expect, it } from 'vitest';
import { ConfigError, DataError, UsageError } from '../errors.ts';
import { reading, readingEach } from './reading.ts';

const bad = new TypeError('x is not iterable\n    at somewhere');

describe('reading', () => {
  it('gives back what was read, at once and later', async () => {
    expect(reading('a.h5', () => 3)).toBe(3);
    expect(await reading('a.h5', async () => 4)).toBe(4);
  });

  it('an error that is not ours names the file, keeps its cause and has one line', async () => {
    const wanted =
      'a.h5: cannot be read (x is not iterable); the file is damaged, or not what it should be: copy or make it again';
    const thrown = () => {
      throw bad;
    };
    expect(() => reading('a.h5', thrown)).toThrow(new DataError(wanted, { cause: bad }));
    const later = await reading('a.h5', async () => thrown()).catch((error: unknown) => error);
    expect(later).toBeInstanceOf(DataError);
    expect(later).toMatchObject({ message: wanted, cause: bad });
  });

  it.each([new DataError('d'), new UsageError('u'), new ConfigError('c')])('%s passes as it is', (error) => {
    let caught: unknown;
    try {
      reading('a.h5', () => {
        throw error;
      });
    } catch (seen) {
      caught = seen;
    }
    expect(caught).toBe(error);
  });

  it('what is no error at all is told too', () => {
    expect(() =>
      reading('a.h5', () => {
        throw undefined;
      }),
    ).toThrow(/^a\.h5: cannot be read \(undefined\)/);
  });

  it('the system’s reasons are in words, with what to do', () => {
    const denied = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES', errno: -13 });
    expect(() =>
      reading('a.h5', () => {
        throw denied;
      }),
    ).toThrow('a.h5: cannot be read (this user may not (EACCES)); check its permissions');
  });
});

describe('readingEach', () => {
  async function* pieces() {
    yield 1;
    throw bad;
  }

  it('guards each step, and not what is done with a piece', async () => {
    const seen: number[] = [];
    const all = async () => {
      for await (const piece of readingEach('a.bag', pieces())) seen.push(piece);
    };
    await expect(all()).rejects.toThrow('a.bag: cannot be read (x is not iterable)');
    expect(seen).toEqual([1]);
    const used = async () => {
      for await (const _ of readingEach('a.bag', pieces())) throw bad;
    };
    await expect(used()).rejects.toBe(bad);
  });

  it('whoever stops early ends the source', async () => {
    let isEnded = false;
    async function* endless() {
      try {
        while (true) yield 1;
      } finally {
        isEnded = true;
      }
    }
    for await (const _ of readingEach('a.bag', endless())) break;
    expect(isEnded).toBe(true);
  });
});
