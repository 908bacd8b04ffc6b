import { describe, expect, test } from 'vitest';
import { philox4x32 } from './philox.ts';

const words = (text: string) => Uint32Array.from(text.split(' '), (word) => Number.parseInt(word, 16));

describe('philox4x32', () => {
  // The known answers of Random123 1.14 (tests/kat_vectors); the last counter and key are digits of π.
  test.each([
    {
      counter: '00000000 00000000 00000000 00000000',
      key: '00000000 00000000',
      answer: '6627e8d5 e169c58d bc57ac4c 9b00dbd8',
    },
    {
      counter: 'ffffffff ffffffff ffffffff ffffffff',
      key: 'ffffffff ffffffff',
      answer: '408f276d 41c83b0e a20bc7c6 6d5451fd',
    },
    {
      counter: '243f6a88 85a308d3 13198a2e 03707344',
      key: 'a4093822 299f31d0',
      answer: 'd16cfe09 94fdcceb 5001e420 24126ea1',
    },
  ])('answers $answer', ({ counter, key, answer }) => {
    const out = new Uint32Array(4);
    philox4x32(words(counter), words(key), out);
    expect(out).toEqual(words(answer));
  });
});
