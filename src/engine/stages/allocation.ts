import { e8ToNumber, type E8 } from '../domain/e8.js';
import type { StepOutputs } from '../domain/emit.js';
import type { RegimeName, Side } from '../domain/events.js';
import type { Ref } from '../domain/ids.js';
import type { Thresholds } from '../domain/thresholds.js';

/** One closed trade of a strategy: when (seconds) and its return as a fraction. */
interface Performance {
  readonly atSec: number;
  readonly returnFraction: number;
}

/** Share of the sizing base that one strategy may use on one symbol, and why. */
export interface AllocationSlot {
  strategyId: string;
  symbol: string;
  regime: RegimeName | null;
  candidate: RegimeName | null;
  candidateSinceSec: number;
  allocationFraction: number;
  evaluated: boolean;
  cooldownUntilSec: number | null;
  stopped: boolean;
  qtyE8: E8;
  avgPrice: number;
  closedTrades: Performance[];
}

export type AllocationState = Map<string, AllocationSlot>;
type Limits = Thresholds['allocation'];

export interface AllocationContext {
  readonly all: AllocationState;
  readonly limits: Limits;
  readonly out: StepOutputs;
  readonly at: { readonly cause: Ref; readonly tsMs: number };
}

export function slotKey(strategyId: string, symbol: string): string {
  return `${strategyId}|${symbol}`;
}

export function allocationSlot(
  state: AllocationState,
  strategyId: string,
  symbol: string,
): AllocationSlot {
  const key = slotKey(strategyId, symbol);
  const known = state.get(key);
  if (known !== undefined) return known;
  const slot: AllocationSlot = {
    strategyId,
    symbol,
    regime: null,
    candidate: null,
    candidateSinceSec: 0,
    allocationFraction: 0,
    evaluated: false,
    cooldownUntilSec: null,
    stopped: false,
    qtyE8: 0n,
    avgPrice: 0,
    closedTrades: [],
  };
  state.set(key, slot);
  return slot;
}

export function cooldownRuns(slot: AllocationSlot, nowMs: number): boolean {
  return slot.cooldownUntilSec !== null && nowMs < slot.cooldownUntilSec * 1000;
}

/**
 * Takes one regime entry. The first one counts at once; a change counts when the new regime is seen
 * again at least `minStableSec` later without another one in between (domain.md 1.6).
 */
export function takeRegime(
  slot: AllocationSlot,
  entry: { readonly regime: RegimeName; readonly candleSec: number },
  context: AllocationContext,
): void {
  if (slot.regime === null) {
    slot.regime = entry.regime;
  } else if (entry.regime === slot.regime) {
    slot.candidate = null;
    // Nothing else may happen for days: the heartbeat is what ends a cooldown.
    const isOver = slot.cooldownUntilSec !== null && !cooldownRuns(slot, context.at.tsMs);
    if (isOver) recompute(slot, context);
    return;
  } else if (slot.candidate !== entry.regime) {
    slot.candidate = entry.regime;
    slot.candidateSinceSec = entry.candleSec;
    return;
  } else if (entry.candleSec - slot.candidateSinceSec < context.limits.minStableSec) {
    return;
  } else {
    slot.regime = entry.regime;
    slot.candidate = null;
  }
  recompute(slot, context);
}

/** Books a fill into the strategy's own record of round trips and judges the allocation anew. */
export function takeFill(
  slot: AllocationSlot,
  fill: { readonly side: Side; readonly qtyE8: E8; readonly price: number },
  context: AllocationContext,
): void {
  const qty = e8ToNumber(fill.qtyE8);
  if (fill.side === 'BUY') {
    const held = e8ToNumber(slot.qtyE8);
    slot.avgPrice = (slot.avgPrice * held + fill.price * qty) / (held + qty);
    slot.qtyE8 += fill.qtyE8;
  } else if (slot.qtyE8 > 0n) {
    slot.qtyE8 = slot.qtyE8 > fill.qtyE8 ? slot.qtyE8 - fill.qtyE8 : 0n;
    slot.closedTrades.push({
      atSec: Math.floor(context.at.tsMs / 1000),
      returnFraction: (fill.price - slot.avgPrice) / slot.avgPrice,
    });
    if (slot.closedTrades.length > context.limits.performanceTradesMax) slot.closedTrades.shift();
  }
  recompute(slot, context);
}

/** A stopped strategy keeps 0 until an operator lifts the stop. */
export function stopSlot(slot: AllocationSlot, context: AllocationContext): void {
  slot.stopped = true;
  recompute(slot, context);
}

/** An operator releases trading: the stop and the cooldown that came with it are over. */
export function releaseSlot(slot: AllocationSlot, context: AllocationContext): void {
  if (!slot.stopped) return;
  slot.stopped = false;
  slot.cooldownUntilSec = null;
  recompute(slot, context);
}

function recompute(slot: AllocationSlot, context: AllocationContext): void {
  const { all, limits, out, at } = context;
  const nowSec = Math.floor(at.tsMs / 1000);
  const judged = target(slot, { all, limits, nowSec });
  const fell = slot.allocationFraction > 0 && judged.fraction === 0;
  const reasons = fell ? [...judged.reasons, 'cooldown_set'] : judged.reasons;
  const cooldownUntilSec = fell ? nowSec + limits.cooldownSec : slot.cooldownUntilSec;
  const changed =
    !slot.evaluated ||
    judged.fraction !== slot.allocationFraction ||
    cooldownUntilSec !== slot.cooldownUntilSec;
  slot.evaluated = true;
  slot.allocationFraction = judged.fraction;
  slot.cooldownUntilSec = cooldownUntilSec;
  if (!changed) return;
  out.emit({
    kind: 'AllocationDecided',
    ...at,
    strategyId: slot.strategyId,
    symbol: slot.symbol,
    allocationFraction: judged.fraction,
    reason: reasons.join('|'),
    cooldownUntilSec,
  });
}

function target(
  slot: AllocationSlot,
  context: { readonly all: AllocationState; readonly limits: Limits; readonly nowSec: number },
): { fraction: number; reasons: string[] } {
  const { all, limits, nowSec } = context;
  const regime = slot.regime ?? 'UNKNOWN';
  const reasons = [`regime=${regime}`];
  let fraction = limits.ruleFraction[regime] ?? 0;
  if (regime === 'HIGH_VOL_CHAOTIC') reasons.push('risk_off');
  if (slot.stopped) return { fraction: 0, reasons: [...reasons, 'shutdown'] };
  if (cooldownRuns(slot, nowSec * 1000)) return { fraction: 0, reasons: [...reasons, 'cooldown'] };
  const score = performanceScore(slot, limits, nowSec);
  if (score === null) {
    if (limits.earlyEnabled && fraction > limits.earlyFraction) {
      fraction = limits.earlyFraction;
      reasons.push('perf_not_ready');
    } else if (slot.allocationFraction === 0 && fraction > 0) {
      reasons.push('perf_not_ready');
      if (fraction > limits.earlyFraction) fraction = 0;
    }
  } else if (belowMedian(score, all, { limits, nowSec })) {
    fraction = 0;
    reasons.push('perf_below_median');
  }
  return { fraction, reasons };
}

/** EMA of the returns in the window; null until there are enough trades over enough days. */
function performanceScore(slot: AllocationSlot, limits: Limits, nowSec: number): number | null {
  const trades = slot.closedTrades;
  const oldest = trades[0];
  if (oldest === undefined || trades.length < limits.performanceTradesMin) return null;
  if (nowSec - oldest.atSec < limits.performanceSecMin) return null;
  return trades
    .slice(1)
    .reduce(
      (ema, trade) => limits.emaAlpha * trade.returnFraction + (1 - limits.emaAlpha) * ema,
      oldest.returnFraction,
    );
}

function belowMedian(
  score: number,
  all: AllocationState,
  context: { readonly limits: Limits; readonly nowSec: number },
): boolean {
  const { limits, nowSec } = context;
  const scores = [...all.values()]
    .map((slot) => performanceScore(slot, limits, nowSec))
    .filter((other) => other !== null)
    .sort((a, b) => a - b);
  // A strategy alone is its own median: the original then takes everything away from it.
  if (limits.earlyEnabled && scores.length < 2) return false;
  const upper = scores[Math.floor(scores.length / 2)] ?? score;
  const lower = scores[Math.floor((scores.length - 1) / 2)] ?? score;
  return score <= (upper + lower) / 2;
}
