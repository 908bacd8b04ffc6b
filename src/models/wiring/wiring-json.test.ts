import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../errors.ts';
import { FullyConnected } from './fully-connected.ts';
import { paperWiring, paperWiringNames } from './paper.ts';
import { wiringFromMatrices } from './wiring.ts';
import { type WiringJson, wiringFromJson, wiringToJson } from './wiring-json.ts';

const wirings = [
  ...paperWiringNames.map((name) => paperWiring(name, 5)),
  new FullyConnected({ units: 3, outputs: 2, selfConnections: false }).build(2),
];

test.each(wirings)('$kind comes back from JSON text as it was', (wiring) => {
  expect(wiringFromJson(JSON.parse(JSON.stringify(wiringToJson(wiring))))).toEqual(wiring);
});

test('a row reads as one sign a neuron', () => {
  const neural = [
    [0, 1],
    [-1, 0],
  ];
  const json = wiringToJson(wiringFromMatrices({ sensory: [[1, -1]], neural, outputs: 1 }));
  expect(json).toMatchObject({ sensory: ['+-'], neural: ['.+', '-.'], outputs: 1 });
});

test('the JSON shares nothing with the wiring', () => {
  const wiring = paperWiring('mk2');
  const json = wiringToJson(wiring);
  json.description.seed = 1;
  json.layers.pop();
  expect(wiring.description.seed).toBe(20190120);
  expect(wiring.layers).toHaveLength(3);
});

describe('a damaged file is refused', () => {
  const good = wiringToJson(paperWiring('mk2', 2));
  test.each<[string, unknown, string]>([
    ['no object', null, 'the wiring must be an object, got null'],
    ['a list', [], 'the wiring must be an object'],
    ['a missing entry', { ...good, units: undefined }, 'units must be a number, got undefined'],
    ['a number for the kind', { ...good, kind: 2 }, 'kind must be a string, got 2'],
    ['no rows', { ...good, sensory: 'x' }, 'sensory must be an array, got "x"'],
    ['a foreign sign', withRow(good, '*'.repeat(19)), 'row 1 of sensory must be 19 characters'],
    [
      'a short row',
      withRow(good, '+'),
      'row 1 of sensory must be 19 characters of "+", "-" and ".", got "+"',
    ],
    ['a row that is none', withRow(good, 7), 'row 1 of sensory'],
    ['a row too few', { ...good, neural: good.neural.slice(1) }, 'neural matrix must have 19×19 entries'],
    ['a layer that is none', { ...good, layers: [3] }, 'a layer must be an object, got 3'],
    ['an odd description', { ...good, description: { seed: null } }, 'description.seed must be'],
    ['other outputs', { ...good, outputs: 2 }, 'the first layer must be the 2 motor neurons'],
  ])('%s', (_, json, expected) => {
    expect(() => wiringFromJson(json)).toThrow(ConfigError);
    expect(() => wiringFromJson(json)).toThrow(expected);
  });
});

function withRow(json: WiringJson, row: unknown): unknown {
  return { ...json, sensory: [json.sensory[0], row] };
}
