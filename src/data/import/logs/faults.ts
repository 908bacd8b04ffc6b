/**
 * Records of a log that cannot be used: a line that is cut off, an angle that is no number. All of them are counted before
 * the import ends with one error, or goes on without them where the user says so (--skip_broken).
 */
import { DataError } from '../../../errors.ts';

/** Places shown beside the first. */
const SHOWN = 3;

/** What a format gives its reader to do with such records. */
export interface FaultOptions {
  /** Leave them out. */
  skipBroken: boolean;
  /** What can be done about them instead, in words; default: correct or delete them. */
  remedy?: string;
}

export class RecordFaults {
  readonly #found: { where: string; message: string }[] = [];
  #total = 0;

  /**
   * @param where - the record’s place, `file:line`
   * @param read - makes something of the record; a DataError says that it cannot be used
   * @returns what was made, or undefined where the record cannot be used
   */
  attempt<T>(where: string, read: () => T): T | undefined {
    this.#total++;
    return this.check(where, read);
  }

  /** A further step with a record that was counted before. */
  check<T>(where: string, read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      this.#found.push({ where, message: error.message });
      return undefined;
    }
  }

  /**
   * To be called once all records were read.
   * @param notes - takes a sentence about those that are left out
   * @throws DataError where there are such records and they are not to be left out, or there are no others
   */
  settle({ skipBroken, remedy }: FaultOptions, notes: string[]): void {
    const [first, ...others] = this.#found;
    if (first === undefined) return;
    const places = others.slice(0, SHOWN).map(({ where }) => where);
    const more = others.length > SHOWN ? ', …' : '';
    const also = others.length === 0 ? '' : `, also ${places.join(', ')}${more}`;
    const count = `${this.#found.length} of ${this.#total} records cannot be used`;
    const areAll = this.#found.length === this.#total;
    if (skipBroken && !areAll) {
      notes.push(`${count}, left out: ${first.message}${also}`);
      return;
    }
    const what = others.length === 0 ? first.message : `${first.message}; ${count}${also}`;
    const them = others.length === 0 ? 'it' : 'them';
    const way = areAll ? '' : `, or go on without ${them}: --skip_broken`;
    throw new DataError(`${what}; ${remedy ?? `correct or delete ${them}`}${way}`);
  }
}
