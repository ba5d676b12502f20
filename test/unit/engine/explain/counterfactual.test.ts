import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { e8FromNumber } from '../../../../src/engine/domain/e8.js';
import {
  counterfactual,
  flipTogether,
  madeOf,
  singleFlips,
} from '../../../../src/engine/explain/counterfactual.js';
import { codeOf } from '../../../../src/engine/explain/recorded-case.js';
import { anyCase, caseWith } from './any-case.js';

const e8 = e8FromNumber;

describe('the smallest change', () => {
  test('flips the verdict, and one step less does not', () => {
    let flips = 0;
    fc.assert(
      fc.property(anyCase, (recorded) => {
        const wasAllowed = codeOf(recorded) === null;
        for (const { change, make, makeLess } of singleFlips(recorded)) {
          flips += 1;
          expect([change.name, codeOf(make(recorded)) === null]).toEqual([
            change.name,
            !wasAllowed,
          ]);
          if (makeLess === null) continue;
          const less = codeOf(makeLess(recorded)) === null;
          expect([change.name, change.to, less]).toEqual([change.name, change.to, wasAllowed]);
        }
      }),
      { numRuns: 100 },
    );
    expect(flips).toBeGreaterThan(150);
  });

  test('of several things allows together what none of them allows, and each is needed whole', () => {
    let sets = 0;
    fc.assert(
      fc.property(anyCase, (recorded) => {
        if (codeOf(recorded) === null || singleFlips(recorded).length > 0) return;
        const changes = flipTogether(recorded);
        if (changes.length === 0) return;
        sets += 1;
        expect(codeOf(madeOf(recorded, changes))).toBeNull();
        for (const less of changes) {
          if (less.makeLess === null) continue;
          const others = changes.map((one) =>
            one === less && one.makeLess !== null ? { ...one, make: one.makeLess } : one,
          );
          expect([less.change, codeOf(madeOf(recorded, others))]).not.toEqual([less.change, null]);
        }
      }),
      { numRuns: 120 },
    );
    expect(sets).toBeGreaterThan(20);
  });

  test.each([
    ['pctChange15mPp', { values: { pctChange15mPp: 0.04 } }, '0.1', '0.06'],
    ['gate.pctChange15mPpMin', { values: { pctChange15mPp: 0.04 } }, '0.04', '-0.06'],
    ['return1mPp', { values: { return1mPp: -2 } }, '-1.99999999', '0.00000001'],
    [
      'stalenessSec',
      {
        values: {
          signalTsMs: 0,
          accountStateTsMs: null,
          marketHealthTsMs: null,
          marketStateTsMs: null,
        },
      },
      '5',
      null,
    ],
    ['regime', { values: { regimeId: 2 } }, 'TREND', null],
    ['allocationFraction', { inputs: { allocationFraction: 0 } }, '0.00000001', '0.00000001'],
    ['cooldownLeftSec', { inputs: { cooldownUntilSec: 1_723_100_060 } }, '0', '-60'],
    ['level', { inputs: { level: 'HALTED' as const } }, 'TRADING', null],
    [
      'risk.maxTotalExposureFraction',
      { inputs: { totalExposureE8: e8(2990) } },
      '0.30106',
      '0.00106',
    ],
    ['exposureElsewhere', { inputs: { totalExposureE8: e8(2990) } }, '2879.4', '-10.6'],
    ['breaker.ordersPerMinMax', { inputs: { ordersLastMin: 60 } }, '61', '1'],
  ])('%s is named to the last place', (name, change, to, by) => {
    const { single } = counterfactual(caseWith(change));
    const found = single.find((one) => one.name === name);
    expect(found).toMatchObject({ to, gives: null });
    if (by !== null) expect(found?.by).toBe(by);
  });

  test('of an order that passed says what would have stopped it, and with which code', () => {
    const { single, together } = counterfactual(caseWith());
    expect(together).toEqual([]);
    expect(single.find(({ name }) => name === 'pctChange15mPp')).toMatchObject({
      from: '0.5',
      to: '0.09999999',
      gives: 'RC_010',
    });
    expect(single.find(({ name }) => name === 'exposureElsewhere')).toMatchObject({
      gives: 'RK_EXPOSURE_HARD',
    });
    const sizes = single.map(({ sizeFraction }) => sizeFraction);
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
  });

  test('says all that has to change where nothing alone is enough', () => {
    const { single, together } = counterfactual(
      caseWith({
        values: { pctChange15mPp: 0.04, volume15m: null },
        inputs: { totalExposureE8: e8(4_000) },
      }),
    );
    expect(single).toEqual([]);
    expect(together.map(({ name, to }) => [name, to])).toEqual([
      ['pctChange15mPp', '0.1'],
      ['volume15m', '0.165'],
      ['exposureElsewhere', '2879.4'],
    ]);
  });
});
