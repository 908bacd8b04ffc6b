/** Operands: what stands on a command line beside options, by name and in order. */

/** What stands on a command line beside options. */
export interface Operand {
  readonly what: string;
  readonly kind: 'one' | 'maybe' | 'several';
  readonly isRequired: boolean;
  /** Where it is left out. */
  readonly fallback?: string;
}

export const one = (what: string) => ({ what, kind: 'one', isRequired: true }) as const;
export const oneOr = (fallback: string, what: string) =>
  ({ what, kind: 'one', isRequired: false, fallback }) as const;
export const maybe = (what: string) => ({ what, kind: 'maybe', isRequired: false }) as const;
export const several = (what: string) => ({ what, kind: 'several', isRequired: true }) as const;
export const severalOr = (fallback: string | undefined, what: string) =>
  ({ what, kind: 'several', isRequired: false, fallback }) as const;

export type Operands = Readonly<Record<string, Operand>>;
/** What was typed, by name. */
export type Values<All extends Operands> = {
  readonly [Name in keyof All]: All[Name]['kind'] extends 'several'
    ? string[]
    : All[Name]['kind'] extends 'maybe'
      ? string | undefined
      : string;
};

/**
 * Operands by name.
 *
 * @param wanted - in order; one that takes several comes last
 * @param tooMany - what to say of more than there are; by default that they were not expected
 * @returns `values`, where there are no `faults`
 */
export function assignOperands(
  typed: readonly string[],
  wanted: Readonly<Record<string, Operand>>,
  tooMany?: (operands: readonly string[]) => string,
): { values: Record<string, string | readonly string[] | undefined>; faults: string[] } {
  const values: Record<string, string | readonly string[] | undefined> = {};
  const faults: string[] = [];
  let rest = typed;
  for (const [name, operand] of Object.entries(wanted)) {
    const taken = operand.kind === 'several' ? rest : rest.slice(0, 1);
    rest = rest.slice(taken.length);
    if (taken.length === 0 && operand.isRequired) faults.push(`${name} is missing: ${operand.what}`);
    const fallback = operand.fallback === undefined ? [] : [operand.fallback];
    const given = taken.length > 0 ? taken : fallback;
    values[name] = operand.kind === 'several' ? given : given[0];
  }
  if (rest.length > 0) {
    const each = rest.map((word) => `unexpected argument ${JSON.stringify(word)}`);
    faults.push(...(tooMany ? [tooMany(typed)] : each));
  }
  return { values, faults };
}

/** `ncp-train replay [options] <checkpoint> <recording>` */
export function usageOf(name: string, operands: Operands = {}): string {
  const words = Object.entries(operands).map(([operand, { kind, isRequired }]) => {
    const dots = kind === 'several' ? '...' : '';
    return isRequired ? `<${operand}${dots}>` : `[${operand}${dots}]`;
  });
  return ['ncp-train', name, '[options]', ...words].join(' ');
}
