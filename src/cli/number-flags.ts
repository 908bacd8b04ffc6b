/** Numbers as they are typed for a flag: what commander calls with the text, in one place for all commands. */
import { InvalidArgumentError } from 'commander';

/** @returns a parser of whole numbers from least to greatest, both included; never of more digits than are kept exactly */
export const wholeNumber =
  (least = 0, greatest = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least && value <= greatest)
      return value;
    const from = least === Number.MIN_SAFE_INTEGER ? '' : ` from ${least}`;
    const to = greatest === Number.MAX_SAFE_INTEGER ? '' : ` to ${greatest}`;
    throw new InvalidArgumentError(`expected a whole number${from}${to}`);
  };

/** Any number that is finite. */
export const anyNumber = (text: string): number => numberWhere(text, () => true, 'a number');

export const aboveZero = (text: string): number =>
  numberWhere(text, (value) => value > 0, 'a number above 0');

export const fromZero = (text: string): number => numberWhere(text, (value) => value >= 0, 'a number from 0');

/** More than nothing and less than all. */
export const share = (text: string): number =>
  numberWhere(text, (value) => value > 0 && value < 1, 'a number between 0 and 1');

export const sign = (text: string): 1 | -1 =>
  numberWhere(text, (value) => value === 1 || value === -1, '1 or -1') as 1 | -1;

function numberWhere(text: string, isMeant: (value: number) => boolean, wanted: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && isMeant(value)) return value;
  throw new InvalidArgumentError(`expected ${wanted}`);
}

/** @returns a parser of sizes such as `250x400`, each side from least to greatest */
export const heightAndWidth =
  (example: string, least = 1, greatest = Number.MAX_SAFE_INTEGER) =>
  (text: string): { height: number; width: number } => {
    const [height, width] = (/^(\d+)[x×](\d+)$/.exec(text) ?? []).slice(1).map(Number);
    if (Math.min(height, width) >= least && Math.max(height, width) <= greatest) return { height, width };
    const range = greatest === Number.MAX_SAFE_INTEGER ? '' : ` from ${least} to ${greatest}`;
    throw new InvalidArgumentError(`expected height and width${range}, e.g. ${example}`);
  };
