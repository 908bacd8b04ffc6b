/**
 * Times as logs write them: numbers in some unit, or a date with underscores, colons or a T between its parts, e.g.
 * `center_2018_07_16_17_11_43_382.jpg` (Udacity’s simulator) or `2018-07-01 17:09:44:912` (SullyChen). Such dates are
 * local ones without a zone; only their differences matter here, so they are read as UTC.
 */
import { TIME_UNITS, type TimeUnit } from '../source.ts';

const DATE = /(\d{4})[-_/](\d{2})[-_/](\d{2})[ T_](\d{2})[:_](\d{2})[:_](\d{2})(?:[:_.,](\d{1,9}))?/;

/** Seconds since 1970, or undefined where the text holds no date. */
export function dateIn(text: string): number | undefined {
  const match = DATE.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000 + Number(`0.${match[7] ?? 0}`);
}

/**
 * Seconds, from a number or a date; undefined where the text is neither.
 * @param unit - of a number; without it, numbers too large to be seconds since 1970 are taken as ms, µs or ns
 */
export function secondsIn(text: string, unit?: TimeUnit): number | undefined {
  const trimmed = text.trim();
  const value = trimmed === '' ? Number.NaN : Number(trimmed);
  if (Number.isFinite(value)) return value * TIME_UNITS[unit ?? likelyUnit(value)];
  return dateIn(trimmed);
}

/** Seconds since 1970 stay below 1e11 until the year 5138. */
export function likelyUnit(value: number): TimeUnit {
  if (value < 1e11) return 's';
  if (value < 1e14) return 'ms';
  return value < 1e17 ? 'us' : 'ns';
}
