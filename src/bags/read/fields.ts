/** Values and times out of decoded messages. */
import type { BagMessage } from './bag.ts';

/** What stands at a path such as `twist.linear`; undefined where there is no such field. */
export function fieldAt(fields: unknown, path: string): unknown {
  if (path === '') return fields;
  return path
    .split('.')
    .reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], fields);
}

/** Truth as 1 and 0, 64-bit numbers as doubles, a vector's length in the plane; NaN for what is no number. */
export function numberOf(value: unknown): number {
  if (isVector(value)) return Math.hypot(value.x, value.y);
  if (typeof value === 'boolean') return Number(value);
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'number' ? value : Number.NaN;
}

/** geometry_msgs/Vector3 */
function isVector(value: unknown): value is { x: number; y: number } {
  const { x, y } = (value ?? {}) as { x?: unknown; y?: unknown };
  return typeof x === 'number' && typeof y === 'number';
}

/** The time in a message's header, s; undefined where it has none, or nobody set it. */
export function stampOf({ fields }: Pick<BagMessage, 'fields'>): number | undefined {
  const stamp = fieldAt(fields, 'header.stamp') as { sec: number; nsec: number } | undefined;
  if (stamp === undefined || (stamp.sec === 0 && stamp.nsec === 0)) return undefined;
  return stamp.sec + stamp.nsec / 1e9;
}

/** `data: boolean, header.stamp.sec: number`, for messages about a field that is not there. */
export function fieldNames(fields: unknown, prefix = ''): string[] {
  return Object.entries((fields ?? {}) as Record<string, unknown>).flatMap(([name, value]) => {
    const isPlain = typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint';
    if (isPlain) return [`${prefix}${name}`];
    const isNested =
      typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
    return isNested ? fieldNames(value, `${prefix}${name}.`) : [];
  });
}
