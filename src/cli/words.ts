/**
 * The words of a command line as options and operands of a command, and every fault among them: words that are no flag, flags
 * without their value, operands that are missing or too many. Whether values are right, the schema says, with those of a file.
 * Names are spelt with `_`; `-` does as well.
 */
import { parseArgs } from 'node:util';
import { type OptionDescription, typedValue } from '../options/flags.ts';
import { nearestName, unknownFlag } from '../text/nearest.ts';

export interface Typed {
  /** By name; what was typed only. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly operands: readonly string[];
  readonly faults: readonly string[];
  /** A word that is no flag: a missing operand may be what follows it. */
  readonly hasUnknown: boolean;
}

/**
 * @param known - the options there are
 * @param lookUp - where all stand
 */
export function readWords(
  words: readonly string[],
  known: readonly OptionDescription[],
  lookUp: string,
): Typed {
  const flags = new Map(known.flatMap((option) => flagsOf(option).map((flag) => [flag.name, flag] as const)));
  const { tokens } = parseArgs({
    args: spelt(words),
    options: Object.fromEntries(
      Array.from(flags.values(), ({ name, takesValue }) => [
        name,
        { type: takesValue ? ('string' as const) : ('boolean' as const) },
      ]),
    ),
    strict: false,
    tokens: true,
  });
  const names = Array.from(flags.keys(), (name) => `--${name}`);
  const options: Record<string, unknown> = {};
  const operands: string[] = [];
  const faults: string[] = [];
  let hasUnknown = false;
  /** What the next word that is no flag belongs to: a list, an option with or without a value, an unknown flag. */
  let next: { flag?: Flag; isList?: boolean } | undefined;
  let shortAt = -1;
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') {
      const { flag, isList } = next ?? {};
      if (flag !== undefined && isList) {
        options[flag.option.name] = [...(options[flag.option.name] as string[]), token.value];
        continue;
      }
      if (flag?.option.bare !== undefined && flag.option.choices?.includes(token.value))
        options[flag.option.name] = token.value;
      else if (next === undefined || flag !== undefined) operands.push(token.value);
      next = undefined;
      continue;
    }
    next = undefined;
    if (!token.rawName.startsWith('--')) {
      // `-1` is an operand; of `-abc` the word is said once.
      if (token.index === shortAt) continue;
      shortAt = token.index;
      const word = words[token.index];
      if (/^-\d/.test(word)) operands.push(word);
      else {
        faults.push(unknownFlag(word, names, lookUp));
        hasUnknown = true;
        next = {};
      }
      continue;
    }
    const flag = flags.get(token.name);
    if (flag === undefined) {
      faults.push(unknownFlag(token.rawName, names, lookUp));
      hasUnknown = true;
      const meant = flags.get(nearestName(token.name, [...flags.keys()]) ?? '');
      if (
        token.inlineValue !== true &&
        (meant === undefined || meant.takesValue || meant.option.bare !== undefined)
      )
        next = {};
      continue;
    }
    const { option, value, takesValue } = flag;
    if (option.bare !== undefined) {
      options[option.name] = token.value ?? option.bare;
      next = { flag };
    } else if (!takesValue) {
      if (token.value !== undefined)
        faults.push(`${token.rawName} takes no value, got "${words[token.index]}"`);
      options[option.name] = value;
    } else if (token.value === undefined) {
      faults.push(`${token.rawName} needs a value: ${option.description}`);
    } else {
      const before = options[option.name];
      const typed = typedValue(option, token.value);
      if (option.kind === 'list') {
        options[option.name] = [...((before as string[]) ?? []), token.value];
        next = { flag, isList: true };
      } else options[option.name] = option.adds && before !== undefined ? `${before} ${typed}` : typed;
    }
  }
  return { options, operands, faults, hasUnknown };
}

/** Flags with `_`, whichever was typed; their values, and what follows `--`, as they are. */
export function spelt(words: readonly string[]): string[] {
  const end = words.indexOf('--');
  return words.map((word, n) => {
    if (!word.startsWith('--') || (end !== -1 && n >= end)) return word;
    const [name] = word.split('=', 1);
    return `--${name.slice(2).replaceAll('-', '_')}${word.slice(name.length)}`;
  });
}

interface Flag {
  readonly name: string;
  readonly option: OptionDescription;
  readonly takesValue: boolean;
  /** Of one without a value, what it says. */
  readonly value?: boolean;
}

function flagsOf(option: OptionDescription): Flag[] {
  const { name, kind, bare } = option;
  if (kind !== 'boolean') return [{ name, option, takesValue: bare === undefined }];
  return [
    { name, option, takesValue: false, value: true },
    { name: `no_${name}`, option, takesValue: false, value: false },
  ];
}
