import { expect, test } from 'vitest';
import { nearest } from '../../../src/config/nearest.js';

test('nearest finds the closest candidate, ignoring case', () => {
  expect(nearest('METRICS.PROT', ['metrics.host', 'metrics.port'])).toBe('metrics.port');
});

test('nearest finds nothing when nothing is close', () => {
  expect(nearest('zzz', ['metrics.port'])).toBeUndefined();
  expect(nearest('a', [])).toBeUndefined();
});
