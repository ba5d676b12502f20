import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { mexcSelfTest } from '../../../../src/adapters/mexc/self-test.js';
import { CAPTURED } from './frame-vectors.js';

test('mexcSelfTest passes, and says what it tested', () => {
  expect(mexcSelfTest()).toBe('3 stored frames decode');
});

test('mexcSelfTest stores the captured frames with their recorded values', () => {
  const path = new URL('../../../../data/frames/mexc.json', import.meta.url);
  const { frames } = JSON.parse(readFileSync(path, 'utf8')) as {
    frames: { name: string; received: string; expected: { decoded: object } }[];
  };
  const stored = frames.map(({ name, received, expected: { decoded } }) => ({
    name,
    hex: received,
    decoded,
  }));
  expect(stored).toEqual(CAPTURED.map(({ name, hex, decoded }) => ({ name, hex, decoded })));
});
