import { expect, test } from 'vitest';
import { binanceSelfTest } from '../../../../src/adapters/binance/self-test.js';

test('binanceSelfTest passes, and says what it tested', () => {
  expect(binanceSelfTest()).toBe('3 stored frames decode');
});
