import fc from 'fast-check';
import { expect, it } from 'vitest';
import { indentedMessage, printable, printableLine } from './printable.ts';

it('control characters are shown as JSON escapes them; all else stays', () => {
  expect(printable('a\x1b]0;title\x07b\x9b2J\rc\x7f')).toBe(
    'a\\u001b]0;title\\u0007b\\u009b2J\\u000dc\\u007f',
  );
  expect(printable('drive\u202eh5.exe \u2066x\u2069')).toBe('drive\\u202eh5.exe \\u2066x\\u2069');
  expect(printable('σ 0.1 – “drive” 走\t|\n🚗')).toBe('σ 0.1 – “drive” 走\t|\n🚗');
  expect(printableLine('a\n\tb')).toBe('a\\u000a\\u0009b');
});

it('JSON means the same before and after, whatever the names in it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (name) => {
      const shown = printable(JSON.stringify({ [name]: name }));
      expect(JSON.parse(shown)).toEqual({ [name]: name });
      expect(shown).not.toMatch(/\p{Cc}/u);
    }),
  );
});

it('a name with a line end makes no line of its own in a message; lines that are indented stay', () => {
  expect(indentedMessage('a\nerror: b: not there')).toBe('a\n  error: b: not there');
  expect(indentedMessage('x:1\n\nkey: [\n  ^')).toBe('x:1\n  \n  key: [\n    ^');
  expect(indentedMessage('two faults\n  one\n  other')).toBe('two faults\n  one\n  other');
});
