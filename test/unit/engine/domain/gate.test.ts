import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeGate, type GateValues } from '../../../../src/engine/domain/gate.js';
import { reasonText } from '../../../../src/engine/domain/reason-codes.js';
import { THRESHOLD_SETS } from '../../../../src/engine/domain/thresholds.js';

const LIMITS = THRESHOLD_SETS.reference.gate;
const NOW = 1_770_624_060_000;

const ALLOWED: GateValues = {
  symbol: 'BTCUSDT',
  nowMs: NOW,
  regimeId: 0,
  return1mPp: -1,
  return5mPp: -1,
  priceChange5mPp: 5,
  pctChange15mPp: 3.5,
  volume15m: 0.2,
  dailyDrawdownPp: 1,
  totalExposurePp: 10,
  slippagePp: 0.5,
  signalTsMs: NOW - 1_000,
  marketStateTsMs: NOW - 900,
  accountStateTsMs: NOW - 800,
  marketHealthTsMs: NOW - 700,
  lastTickTsMs: NOW - 500,
};

function code(changes: Partial<GateValues>): string | null {
  return judgeGate({ ...ALLOWED, ...changes }, LIMITS).reasonCode;
}

const NO_TIMES = {
  signalTsMs: null,
  marketStateTsMs: null,
  accountStateTsMs: null,
  marketHealthTsMs: null,
};

describe('judgeGate', () => {
  test('allows what passes every check, and says what it saw', () => {
    expect({ symbol: 'BTCUSDT', nowMs: NOW, ...judgeGate(ALLOWED, LIMITS) }).toEqual({
      ...ALLOWED,
      decision: 'ALLOW',
      reasonCode: null,
      stalenessSec: 0.7,
      dataSilenceSec: 0.5,
    });
  });

  test.each<[Partial<GateValues>, string | null]>([
    [{ return1mPp: -2 }, 'RC_002'],
    [{ return1mPp: -1.9999 }, null],
    [{ return5mPp: -5 }, 'RC_002'],
    [{ return5mPp: -4.9999 }, null],
    [{ priceChange5mPp: 10 }, null],
    [{ priceChange5mPp: -10.0001 }, 'RC_002'],
    [{ return1mPp: null }, 'RC_002'],
    [NO_TIMES, 'RC_003'],
    [{ nowMs: null }, 'RC_003'],
    [{ ...NO_TIMES, signalTsMs: NOW - 5_000 }, null],
    [{ ...NO_TIMES, signalTsMs: NOW - 5_001 }, 'RC_003'],
    [{ ...NO_TIMES, marketStateTsMs: NOW + 5_000 }, null],
    [{ lastTickTsMs: NOW - 30_000 }, null],
    [{ lastTickTsMs: NOW - 30_001 }, 'RC_004'],
    [{ lastTickTsMs: null }, 'RC_004'],
    [{ regimeId: 1 }, null],
    [{ regimeId: 2 }, 'RC_001'],
    [{ regimeId: 4 }, 'RC_001'],
    [{ regimeId: null }, 'RC_001'],
    [{ symbol: '' }, 'RC_010'],
    [{ pctChange15mPp: 3 }, null],
    [{ pctChange15mPp: 2.9999 }, 'RC_010'],
    [{ volume15m: 0.165 }, null],
    [{ volume15m: 0.1649 }, 'RC_010'],
    [{ dailyDrawdownPp: 5 }, 'RC_020'],
    [{ dailyDrawdownPp: 4.9999 }, null],
    [{ totalExposurePp: 50 }, 'RC_021'],
    [{ totalExposurePp: null }, 'RC_021'],
    [{ slippagePp: 1 }, null],
    [{ slippagePp: 1.0001 }, 'RC_022'],
    [{ slippagePp: null }, null],
  ])('judges %j as %s', (changes, expected) => {
    expect(code(changes)).toBe(expected);
  });

  test('gives the first code in the order of the contract', () => {
    const broken: readonly [Partial<GateValues>, string][] = [
      [{ slippagePp: 9 }, 'RC_022'],
      [{ totalExposurePp: 99 }, 'RC_021'],
      [{ dailyDrawdownPp: 99 }, 'RC_020'],
      [{ volume15m: 0 }, 'RC_010'],
      [{ regimeId: 3 }, 'RC_001'],
      [{ lastTickTsMs: null }, 'RC_004'],
      [NO_TIMES, 'RC_003'],
      [{ return1mPp: -9 }, 'RC_002'],
    ];
    let all: Partial<GateValues> = {};
    for (const [changes, expected] of broken) {
      all = { ...all, ...changes };
      expect(code(all)).toBe(expected);
    }
  });

  test('never allows a value that is not finite or missing, except slippage', () => {
    const judged = Object.keys(ALLOWED).filter(
      (name) => !/^(symbol|slippage|.*StateTs|.*HealthTs|signalTs)/.test(name),
    );
    expect(judged).toHaveLength(10);
    fc.assert(
      fc.property(fc.constantFrom(...judged), fc.constantFrom(NaN, null), (name, value) => {
        expect(code({ [name]: value })).not.toBeNull();
      }),
    );
    expect(code({ slippagePp: NaN })).toBe('RC_022');
  });

  test('judges by the limits it is given', () => {
    const values = { ...ALLOWED, pctChange15mPp: 0.1 };
    expect(judgeGate(values, THRESHOLD_SETS.reference.gate).reasonCode).toBe('RC_010');
    expect(judgeGate(values, THRESHOLD_SETS.default.gate).reasonCode).toBeNull();
  });
});

test('a limit that nothing can meet refuses with the code that names it', () => {
  for (const key of Object.keys(LIMITS)) {
    const { reasonCode } = judgeGate(ALLOWED, { ...LIMITS, [key]: Number.NaN });
    expect(reasonText(reasonCode ?? '')?.limits, key).toContain(`gate.${key}`);
  }
});
