import { judgeBundle } from '../domain/decision-bundle/judge-bundle.js';
import { absE8, e8FromNumber, formatE8, mulE8, type E8 } from '../domain/e8.js';
import type { BundleFacts, Side } from '../domain/events.js';
import type { Mode } from '../domain/control.js';
import type { Thresholds } from '../domain/thresholds.js';
import type { PortfolioState } from './portfolio.js';

/** What the bundle of one planned order is made of. */
export interface PlannedBundle {
  readonly mode: Mode;
  readonly side: Side;
  readonly reduceOnly: boolean;
  readonly qtyE8: E8;
  readonly priceE8: E8;
  readonly balanceE8: E8;
  readonly limits: Pick<Thresholds, 'risk'>;
  /** Before the order. */
  readonly totalExposureE8: E8;
  readonly dailyDrawdownPp: number;
}

const E8_PER_E6 = 100n;

/** `canary` is no run mode of the contract: a routed canary order is a live order. */
export function bundleRunMode(mode: Mode): 'shadow' | 'paper' | 'live' {
  return mode === 'canary' ? 'live' : mode;
}

/** Reason codes of the order bundle (domain.md 3.6); empty = the order may leave. */
export function bundleRefusal(plan: PlannedBundle): readonly string[] {
  const amounts = bundleAmounts(plan);
  const { reasonCodes, tooLarge } = judgeBundle({
    runMode: bundleRunMode(plan.mode),
    side: plan.side,
    reduceOnly: plan.reduceOnly,
    qtyE8: plan.qtyE8,
    priceE8: plan.priceE8,
    ...amounts,
  });
  return tooLarge === null ? reasonCodes : [...reasonCodes, tooLarge];
}

/** The same amounts as text, so that the bundle can be rebuilt byte for byte from the event. */
export function bundleFacts(
  plan: PlannedBundle,
  positions: PortfolioState['positions'],
): BundleFacts {
  const amounts = bundleAmounts(plan);
  const openPositions = [...positions].map(([symbol, { qtyE8 }]) => ({
    symbol,
    quantity: formatE8(absE8(qtyE8)),
  }));
  return {
    balanceUsdt: formatE8(amounts.balanceUsdtE8),
    totalExposureUsdt: formatE8(amounts.totalExposureUsdtE8),
    dailyDrawdownPp: ratioText(amounts.dailyDrawdownPpE6),
    maxNotionalUsdt: formatE8(amounts.maxNotionalUsdtE8),
    maxTotalExposureUsdt: formatE8(amounts.maxTotalExposureUsdtE8),
    maxDailyDrawdownPp: ratioText(amounts.maxDailyDrawdownPpE6),
    openPositions,
  };
}

function bundleAmounts(plan: PlannedBundle) {
  const { risk } = plan.limits;
  // The contract judges every order by the drawdown, exits too; but an exit that is refused because
  // of a loss keeps the risk that loses. A holding without debt can't lose more than all.
  const maxDailyDrawdownFraction = plan.reduceOnly ? 1 : risk.maxDailyDrawdownFraction;
  return {
    balanceUsdtE8: plan.balanceE8,
    totalExposureUsdtE8: plan.totalExposureE8,
    dailyDrawdownPpE6: ratioE6(plan.dailyDrawdownPp),
    maxNotionalUsdtE8: mulE8(plan.balanceE8, e8FromNumber(risk.maxPositionFraction)),
    maxTotalExposureUsdtE8: mulE8(plan.balanceE8, e8FromNumber(risk.maxTotalExposureFraction)),
    maxDailyDrawdownPpE6: ratioE6(maxDailyDrawdownFraction * 100),
  };
}

function ratioE6(pp: number): bigint {
  return BigInt(Math.round(pp * 1e6));
}

function ratioText(ppE6: bigint): string {
  return formatE8(ppE6 * E8_PER_E6).slice(0, -2);
}
