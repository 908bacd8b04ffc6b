/**
 * From the JSON of a saved model back to the plan of its wiring: the inverse of `WiringPlan.toConfig`.
 */
import { ConfigError } from '../../errors.ts';
import { unknownName } from '../../text/nearest.ts';
import { AutoNCP, type AutoNCPOptions } from './auto-ncp.ts';
import { Custom, type CustomOptions } from './custom.ts';
import { FullyConnected, type FullyConnectedOptions } from './fully-connected.ts';
import { NCP, type NCPOptions } from './ncp.ts';
import type { WiringPlan } from './plan.ts';
import { Random, type RandomOptions } from './random.ts';

// The constructors check every argument themselves, whatever a file made of its type.
const makers: Record<string, (config: object) => WiringPlan> = {
  FullyConnected: (config) => new FullyConnected(config as FullyConnectedOptions),
  Random: (config) => new Random(config as RandomOptions),
  NCP: (config) => new NCP(config as NCPOptions),
  AutoNCP: (config) => new AutoNCP(config as AutoNCPOptions),
  Custom: (config) => new Custom(config as CustomOptions),
};

/**
 * @param json - `{ className, config }` as `toConfig` gives it and `JSON.parse` returns it
 * @throws ConfigError if it is something else, names an unknown class or argument, or holds a wrong value
 */
export function planFromConfig(json: unknown): WiringPlan {
  const { className, config } = isObject(json) ? json : {};
  if (typeof className !== 'string' || !isObject(config)) {
    throw new ConfigError(`a wiring must be { className, config }, got ${JSON.stringify(json)}`);
  }
  if (!Object.hasOwn(makers, className)) {
    throw new ConfigError(unknownName('wiring class', className, Object.keys(makers)));
  }
  const plan = makers[className](config);
  const known = Object.keys(plan.toConfig().config);
  const stray = Object.keys(config).find((key) => !known.includes(key));
  if (stray !== undefined) throw new ConfigError(unknownName(`argument of ${className}`, stray, known));
  return plan;
}

function isObject(json: unknown): json is Record<string, unknown> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
