import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nodeHash } from '../../../../../src/adapters/node-hash.js';
import { buildBundle } from '../../../../../src/engine/domain/decision-bundle/build-bundle.js';
import type { BundleJudgement } from '../../../../../src/engine/domain/decision-bundle/contract-input.js';
import { judgeBundle } from '../../../../../src/engine/domain/decision-bundle/judge-bundle.js';
import { placesText } from '../../../../../src/engine/domain/exact-decimal.js';
import type { ExactJson } from '../../../../../src/engine/domain/exact-json.js';

const ONE = 100_000_000n;

const ALLOWED: BundleJudgement = {
  runMode: 'paper',
  side: 'BUY',
  reduceOnly: false,
  qtyE8: ONE,
  priceE8: 100n * ONE,
  balanceUsdtE8: 1000n * ONE,
  totalExposureUsdtE8: 200n * ONE,
  dailyDrawdownPpE6: 5_000_000n,
  maxNotionalUsdtE8: 100n * ONE,
  maxTotalExposureUsdtE8: 300n * ONE,
  maxDailyDrawdownPpE6: 5_000_000n,
};

function codes(changes: Partial<BundleJudgement>): readonly string[] {
  return judgeBundle({ ...ALLOWED, ...changes }).reasonCodes;
}

function contract(facts: BundleJudgement): ExactJson {
  const map = (record: Readonly<Record<string, ExactJson>>) => new Map(Object.entries(record));
  const money = (value: bigint) => placesText(value, 8);
  return map({
    run_mode: facts.runMode,
    order: map({
      symbol: 'X',
      side: facts.side,
      quantity: money(facts.qtyE8),
      price_ref: money(facts.priceE8),
      timestamp_input_ms: 0n,
      reduce_only: facts.reduceOnly,
    }),
    account_state: map({
      balance_usdt: money(facts.balanceUsdtE8),
      total_exposure_usdt: money(facts.totalExposureUsdtE8),
      daily_drawdown_pct: placesText(facts.dailyDrawdownPpE6, 6),
    }),
    risk_policy: map({
      max_notional_usdt: money(facts.maxNotionalUsdtE8),
      max_total_exposure_usdt: money(facts.maxTotalExposureUsdtE8),
      max_daily_drawdown_pct: placesText(facts.maxDailyDrawdownPpE6, 6),
    }),
  });
}

describe('judgeBundle', () => {
  test('lets an order pass that meets every limit exactly', () => {
    expect(judgeBundle(ALLOWED)).toEqual({
      decision: 1,
      reasonCodes: [],
      orderNotionalUsdtE8: 100n * ONE,
      projectedExposureUsdtE8: 300n * ONE,
      tooLarge: null,
    });
  });

  test.each<[Partial<BundleJudgement>, readonly string[]]>([
    [{ runMode: 'canary' }, ['RC_INVALID_RUN_MODE']],
    [{ side: 'HOLD', totalExposureUsdtE8: 0n }, ['RC_INVALID_ORDER_SIDE']],
    [{ qtyE8: 0n }, ['RC_NON_POSITIVE_QTY']],
    [{ priceE8: -1n }, ['RC_NON_POSITIVE_PRICE']],
    [{ balanceUsdtE8: -1n }, ['RC_NEGATIVE_BALANCE']],
    [{ totalExposureUsdtE8: -1n }, ['RC_NEGATIVE_EXPOSURE']],
    [{ dailyDrawdownPpE6: -1n }, ['RC_NEGATIVE_DRAWDOWN']],
    [{ maxNotionalUsdtE8: 0n }, ['RC_INVALID_LIMIT_MAX_NOTIONAL']],
    [{ maxTotalExposureUsdtE8: 0n }, ['RC_INVALID_LIMIT_MAX_EXPOSURE']],
    [{ maxDailyDrawdownPpE6: 0n }, ['RC_INVALID_LIMIT_MAX_DRAWDOWN']],
    // Beyond eight places: the product is judged before it is rounded.
    [{ qtyE8: ONE + 1n, priceE8: ONE, maxNotionalUsdtE8: ONE }, ['RC_LIMIT_NOTIONAL']],
    [{ totalExposureUsdtE8: 200n * ONE + 1n }, ['RC_LIMIT_EXPOSURE']],
    [{ dailyDrawdownPpE6: 5_000_001n }, ['RC_LIMIT_DRAWDOWN']],
    [{ qtyE8: 9n * ONE }, ['RC_LIMIT_EXPOSURE', 'RC_LIMIT_NOTIONAL']],
    [{ qtyE8: 9n * ONE, side: 'SELL', reduceOnly: true }, []],
    [{ qtyE8: 9n * ONE, side: 'SELL' }, ['RC_LIMIT_NOTIONAL']],
    [{ qtyE8: 9n * ONE, reduceOnly: true }, ['RC_LIMIT_NOTIONAL']],
  ])('gives for %o the reasons %j', (changes, expected) => {
    expect(codes(changes)).toEqual(expected);
  });

  test('takes a sale from the exposure, down to zero', () => {
    const sale = { ...ALLOWED, side: 'SELL', reduceOnly: true };
    expect(judgeBundle(sale).projectedExposureUsdtE8).toBe(100n * ONE);
    expect(judgeBundle({ ...sale, qtyE8: 9n * ONE }).projectedExposureUsdtE8).toBe(0n);
  });

  test('keeps 28 digits of a product before it is compared, like the reference', () => {
    const e = (power: bigint) => 10n ** power;
    const large = {
      ...ALLOWED,
      qtyE8: e(20n) + 1n,
      priceE8: ONE + 1n,
      maxTotalExposureUsdtE8: e(27n),
    };
    const rounded = e(20n) + e(12n) + 1n;
    const notional = (maxNotionalUsdtE8: bigint) => judgeBundle({ ...large, maxNotionalUsdtE8 });
    expect(notional(rounded)).toMatchObject({ decision: 1, orderNotionalUsdtE8: rounded });
    expect(notional(rounded - 1n).reasonCodes).toEqual(['RC_LIMIT_NOTIONAL']);
  });

  test('denies an order whose figures cannot be written', () => {
    const verdict = judgeBundle({
      ...ALLOWED,
      qtyE8: 10n ** 27n,
      priceE8: 10n ** 27n,
      maxNotionalUsdtE8: 10n ** 60n,
      maxTotalExposureUsdtE8: 10n ** 60n,
    });
    expect(verdict).toMatchObject({
      decision: 0,
      reasonCodes: [],
      tooLarge: 'order_notional_usdt',
    });
  });

  test('agrees with the bundle that is built from the same facts as text', () => {
    const amount = fc.oneof(
      fc.bigInt({ min: -2n, max: 2n }),
      fc.bigInt({ min: 0n, max: 10n ** 13n }),
      fc.bigInt({ min: -(10n ** 28n) + 1n, max: 10n ** 28n - 1n }),
    );
    const facts = fc.record({
      runMode: fc.constantFrom('shadow', 'paper', 'replay', 'live', 'canary'),
      side: fc.constantFrom('BUY', 'SELL', 'HOLD'),
      reduceOnly: fc.boolean(),
      qtyE8: amount,
      priceE8: amount,
      balanceUsdtE8: amount,
      totalExposureUsdtE8: amount,
      dailyDrawdownPpE6: amount,
      maxNotionalUsdtE8: amount,
      maxTotalExposureUsdtE8: amount,
      maxDailyDrawdownPpE6: amount,
    });
    fc.assert(
      fc.property(facts, (judged) => {
        const verdict = judgeBundle(judged);
        const built = buildBundle(contract(judged), nodeHash);
        expect(built.ok).toBe(verdict.tooLarge === null);
        if (!built.ok) return;
        expect(built.bundle.decision).toBe(verdict.decision);
        expect(built.bundle.reasonCodes).toEqual(verdict.reasonCodes);
        expect(built.bundle.input).toMatchObject(judged);
      }),
      { numRuns: 1_000 },
    );
  });
});
