/**
 * The door through which files of users are read. What a library throws at damaged bytes, or our own code at values of a kind
 * that it did not expect, says nothing of the file: here it becomes an error that does, with the first one as its cause, which
 * --debug shows. Errors in our own words pass as they are; they say more.
 */
import { DataError, NcpTrainError } from '../errors.ts';
import { reasonOf } from '../text/reason.ts';

/**
 * @param path - of the file or folder that is read
 * @param read - reads it, at once or by a promise
 * @returns what it returns
 * @throws DataError that names the file, for any error that is not of this program's classes
 */
export function reading<Value>(path: string, read: () => Value): Value {
  try {
    const value = read();
    if (!(value instanceof Promise)) return value;
    return value.catch((error: unknown) => Promise.reject(asDataError(path, error))) as Value;
  } catch (error) {
    throw asDataError(path, error);
  }
}

/** The same of what is read piece by piece. */
export async function* readingEach<Value>(
  path: string,
  pieces: AsyncIterable<Value>,
): AsyncGenerator<Value, void, void> {
  const iterator = pieces[Symbol.asyncIterator]();
  try {
    while (true) {
      // Only the step is guarded: what is done with a piece in between is not reading.
      const { done, value } = await reading(path, () => iterator.next());
      if (done) return;
      yield value;
    }
  } finally {
    await iterator.return?.();
  }
}

function asDataError(path: string, error: unknown): Error {
  if (error instanceof NcpTrainError) return error;
  const { code } = (error ?? {}) as NodeJS.ErrnoException;
  if (code === 'ENOSPC' && error instanceof Error) return error;
  const reason = error instanceof Error ? reasonOf(error) : String(error);
  return new DataError(`${path}: cannot be read (${firstLine(reason)}); ${remedyFor(code)}`, {
    cause: error,
  });
}

const firstLine = (text: string) => text.trim().split('\n', 1)[0] || 'no reason is given';

/** An error of the system is of the place, any other of the content. */
function remedyFor(code: string | undefined): string {
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'check the path';
  if (code === 'EACCES' || code === 'EPERM') return 'check its permissions';
  return 'the file is damaged, or not what it should be: copy or make it again';
}
