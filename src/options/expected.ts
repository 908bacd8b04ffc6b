/**
 * What a schema takes, in words: `a whole number from 1 to 1000`. Read from the schema's own checks by way of its JSON Schema, so
 * that an option needs no sentence of its own. Only a pattern has to say in words what it means, as `form`.
 */

/** What is read of a JSON Schema. */
export interface Node {
  readonly type?: string | readonly string[];
  readonly enum?: readonly (string | number)[];
  readonly const?: unknown;
  readonly anyOf?: readonly Node[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly items?: Node;
  readonly pattern?: string;
  /** What matches the pattern, e.g. `letters and digits`. */
  readonly form?: string;
  readonly title?: string;
  /** What to say of names that people have for one of the values. */
  readonly otherNames?: Readonly<Record<string, string>>;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
}

/** For the end of a sentence: `a number above 0, at most 1`; `wm, lstm or cnn`. */
export function expectedText(node: Node): string {
  if (node.enum) return listed(node.enum.map(String));
  if ('const' in node) return String(node.const);
  if (node.anyOf) return listed(node.anyOf.map(expectedText));
  const types = typeof node.type === 'string' ? [node.type] : (node.type ?? []);
  return types.length === 0 ? 'a value' : listed(types.map((type) => ofType(type, node)));
}

function ofType(type: string, node: Node): string {
  switch (type) {
    case 'integer':
      return `a whole number${boundsText(node)}`;
    case 'number':
      return `a number${boundsText(node)}`;
    case 'boolean':
      return 'true or false';
    case 'string':
      if (node.form !== undefined) return node.form;
      return node.minLength ? 'a text that is not empty' : 'a text';
    case 'array':
      return `a list of ${countText(node)}${node.items === undefined ? 'values' : `values, each ${expectedText(node.items)}`}`;
    case 'object':
      return 'entries as "name: value"';
    default:
      return type;
  }
}

/** ` from 1 to 1000`, ` above 0, at most 1`; empty where any number will do. */
function boundsText({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Node): string {
  const [low, high] = [told(minimum), told(maximum)];
  if (low !== undefined && high !== undefined) return ` from ${low} to ${high}`;
  const bounds = [
    ...(exclusiveMinimum === undefined ? [] : [`above ${exclusiveMinimum}`]),
    ...(low === undefined ? [] : [`from ${low}`]),
    ...(exclusiveMaximum === undefined ? [] : [`below ${exclusiveMaximum}`]),
    ...(high === undefined ? [] : [`at most ${high}`]),
  ];
  return bounds.length === 0 ? '' : ` ${bounds.join(', ')}`;
}

/** Whole numbers end where floating-point ones lose them, which is no bound of an option. */
const told = (bound: number | undefined) =>
  bound === undefined || Math.abs(bound) === Number.MAX_SAFE_INTEGER ? undefined : bound;

function countText({ minItems, maxItems }: Node): string {
  if (minItems !== undefined && minItems === maxItems) return `${minItems} `;
  return minItems ? `at least ${minItems} ` : '';
}

/** `wm, lstm or cnn` */
function listed(names: readonly string[]): string {
  const different = [...new Set(names)];
  if (different.length < 2) return different.join('');
  return `${different.slice(0, -1).join(', ')} or ${different.at(-1)}`;
}

/** The schema of what stands at `path`; undefined where none says what it is. */
export function nodeAt(root: Node, path: readonly PropertyKey[]): Node | undefined {
  return path.reduce<Node | undefined>((node, part) => {
    if (typeof part === 'number') return node?.items;
    const property = node?.properties?.[String(part)];
    if (property) return property;
    return typeof node?.additionalProperties === 'object' ? node.additionalProperties : undefined;
  }, root);
}
