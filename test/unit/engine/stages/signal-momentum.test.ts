import { describe, expect, test } from 'vitest';
import { THRESHOLD_SETS } from '../../../../src/engine/domain/thresholds.js';
import { watchesSymbol } from '../../../../src/engine/stages/signal-idea.js';
import {
  initialTickChange,
  momentumSignal,
  tickChangePp,
} from '../../../../src/engine/stages/signal-momentum.js';

const LIMITS = THRESHOLD_SETS.reference.signal;

describe('tickChangePp', () => {
  test('is 0 for the first price of a symbol, then the change from tick to tick', () => {
    const state = initialTickChange();
    expect(tickChangePp(state, 'BTCUSDT', 100)).toBe(0);
    expect(tickChangePp(state, 'ETHUSDT', 50)).toBe(0);
    expect(tickChangePp(state, 'BTCUSDT', 101)).toBe(1);
    expect(tickChangePp(state, 'ETHUSDT', 25)).toBe(-50);
  });

  test('survives a zero before it', () => {
    const state = initialTickChange();
    tickChangePp(state, 'BTCUSDT', 0);
    expect(tickChangePp(state, 'BTCUSDT', 100)).toBe(0);
  });
});

describe('momentumSignal', () => {
  test('buys from the threshold on and says why', () => {
    expect(momentumSignal(0.0077, 1, LIMITS)).toEqual({
      side: 'BUY',
      reason: 'Momentum: +0.0077% > 0.005%',
    });
    expect(momentumSignal(0.005, 1, LIMITS)?.side).toBe('BUY');
    expect(momentumSignal(0.00499, 1, LIMITS)).toBeNull();
    expect(momentumSignal(-1, 1, LIMITS)).toBeNull();
    expect(momentumSignal(Number.NaN, 1, LIMITS)).toBeNull();
  });

  test('wants the minimum volume', () => {
    const limits = { ...LIMITS, volumeMin: 2 };
    expect(momentumSignal(1, 1.99, limits)).toBeNull();
    expect(momentumSignal(1, 2, limits)).not.toBeNull();
  });
});

test('watchesSymbol takes one symbol or all of them', () => {
  expect(watchesSymbol(LIMITS, 'XRPETH')).toBe(true);
  expect(watchesSymbol({ ...LIMITS, symbol: 'BTCUSDT' }, 'XRPETH')).toBe(false);
  expect(watchesSymbol({ ...LIMITS, symbol: 'XRPETH' }, 'XRPETH')).toBe(true);
});
