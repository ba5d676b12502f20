import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { THRESHOLD_SETS, type Thresholds } from '../../../../src/engine/domain/thresholds.js';
import { shardBudget } from '../../../../src/engine/shards/shard-budget.js';

const { default: ALL } = THRESHOLD_SETS;

/** What holds for all positions together; every other number is of one order, symbol or market. */
const SHARED: Readonly<Record<string, (of: Thresholds) => number>> = {
  'total exposure': ({ risk }) => risk.maxTotalExposureFraction,
  'daily drawdown': ({ risk }) => risk.maxDailyDrawdownFraction,
  'daily drawdown of the gate': ({ gate }) => gate.dailyDrawdownPpMax,
  'total exposure of the gate': ({ gate }) => gate.totalExposurePpMax,
  'drawdown of the breaker': ({ breaker }) => breaker.drawdownMaxFraction,
  'loss of the breaker': ({ breaker }) => breaker.lossMaxFraction,
  'orders a minute': ({ breaker }) => breaker.ordersPerMinMax,
};

describe('the part of one shard', () => {
  it.each(Object.keys(SHARED))('of the %s is never more than the whole in sum', (name) => {
    const limit = SHARED[name] ?? (() => Number.NaN);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 64 }),
        fc.integer({ min: 1, max: 200 }),
        (shards, ordersPerMinMax) => {
          const all = { ...ALL, breaker: { ...ALL.breaker, ordersPerMinMax } };
          const inSum = limit(shardBudget(all, shards)) * shards;
          expect(inSum).toBeLessThanOrEqual(limit(all) * (1 + 1e-12));
        },
      ),
    );
  });

  it('is the whole of everything else', () => {
    const { risk, gate, breaker, ...rest } = shardBudget(ALL, 4);
    const { risk: riskAll, gate: gateAll, breaker: breakerAll, ...restAll } = ALL;
    expect(rest).toEqual(restAll);
    const changed = (part: object, all: object) =>
      Object.entries(part).flatMap(([key, value]) =>
        (all as Record<string, unknown>)[key] === value ? [] : [key],
      );
    expect([
      ...changed(risk, riskAll),
      ...changed(gate, gateAll),
      ...changed(breaker, breakerAll),
    ]).toHaveLength(Object.keys(SHARED).length);
  });
});
