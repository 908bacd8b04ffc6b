/** The numbers of docs/pipeline.md §3, which the original code printed. */
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../backend/choose.ts';
import { countOptions } from './count.ts';

beforeAll(() => useBackend('wasm'));

/** Behind the head. */
const behind = ({ parts }: ReturnType<typeof countOptions>) => parts.inputs + parts.recurrent + parts.output;

describe('countOptions', () => {
  it.each([
    ['lstm', {}, 24_897],
    ['gru', {}, 18_689],
    ['tf_gru', {}, 18_689],
    ['ctgru', {}, 105_601],
    ['vanilla', {}, 6_273],
    ['ctrnn', {}, 2_177],
    ['ctrnn', { ctfeedback: true }, 6_273],
    ['wm', {}, 1_130],
  ] as const)('%s %j: %i behind a head of 79,420', (model, options, expected) => {
    const counts = countOptions(model, { model, ...options });
    expect(behind(counts)).toBe(expected);
    expect(counts.parts.convolutions + counts.parts.dense).toBe(79_420);
    expect(counts.total).toBe(79_420 + expected);
  });

  it('wm: 252·4 + 19·3 in neurons and synapses, 65 in its mappings, 3,998 with what is absent', () => {
    const counts = countOptions('wm', { model: 'wm' });
    expect(counts.parts).toMatchObject({ inputs: 64, recurrent: 1_065, output: 1 });
    expect(behind(counts) + counts.absent).toBe(3_998);
    expect([counts.units, counts.synapses]).toEqual([19, 252]);
  });

  it('cnn: 5,068,900, nothing recurrent', () => {
    const { parts, total, units, synapses } = countOptions('cnn', { model: 'cnn' });
    expect(total).toBe(5_068_900);
    expect(parts).toMatchObject({ inputs: 0, recurrent: 0, output: 100 });
    expect([units, synapses]).toEqual([0, 0]);
  });

  it('lstm: 96·256 + 64 synapses; --sparsity takes its share of the recurrent weights, biases too', () => {
    expect(countOptions('lstm', { model: 'lstm' })).toMatchObject({ units: 64, synapses: 24_640, absent: 0 });
    const sparse = countOptions('lstm', { model: 'lstm', sparsity: 0.5 });
    // 24,832 draws of ½: within five standard deviations, √(24,832)/2 = 79
    expect(Math.abs(sparse.absent - 12_416)).toBeLessThan(5 * 79);
    expect(sparse.parts.recurrent + sparse.absent).toBe(24_832);
    expect(sparse.synapses).toBeLessThan(13_000);
  });
});
