import type { Thresholds } from '../domain/thresholds.js';

/**
 * What one of `shards` may use of the limits that hold for the portfolio as a whole: an equal part,
 * so that no two shards together pass a limit, whatever each knows of the other. Limits of one
 * position and sizes of orders stay as they are.
 */
export function shardBudget(all: Thresholds, shards: number): Thresholds {
  if (shards === 1) return all;
  const { risk, gate, breaker } = all;
  return {
    ...all,
    risk: {
      ...risk,
      maxTotalExposureFraction: risk.maxTotalExposureFraction / shards,
      maxDailyDrawdownFraction: risk.maxDailyDrawdownFraction / shards,
    },
    gate: {
      ...gate,
      dailyDrawdownPpMax: gate.dailyDrawdownPpMax / shards,
      totalExposurePpMax: gate.totalExposurePpMax / shards,
    },
    breaker: {
      ...breaker,
      drawdownMaxFraction: breaker.drawdownMaxFraction / shards,
      lossMaxFraction: breaker.lossMaxFraction / shards,
      // Of fewer orders than shards nobody gets one: entries are refused then.
      ordersPerMinMax: Math.floor(breaker.ordersPerMinMax / shards),
    },
  };
}
