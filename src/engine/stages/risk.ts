import { levelFor, type ControlRecord, type Mode } from '../domain/control.js';
import { absE8, divE8, e8FromNumber, formatE8, mulE8, type E8 } from '../domain/e8.js';
import type { BundleFacts, GateEvidence, Side } from '../domain/events.js';
import type { LayerCode } from '../domain/reason-codes.js';
import type { Thresholds } from '../domain/thresholds.js';
import { cooldownRuns, type AllocationSlot } from './allocation.js';
import { blockingBreaker, tripBreaker, type BreakerName, type BreakerState } from './breakers.js';
import { bundleFacts, bundleRefusal } from './order-bundle.js';
import { symbolExposureE8, totalExposureE8 } from './exposure.js';
import type { PortfolioFigures, PortfolioState } from './portfolio.js';
import { pendingOf, type VenueState } from './simulated-venue.js';

/** Everything that one decision may look at. Pure reads, except that a breaker may trip. */
export interface RiskContext {
  readonly control: Pick<ControlRecord, 'level' | 'scopes'> & { readonly mode: Mode };
  /** Why decisions can't be committed, null while they can. */
  readonly auditStalled: string | null;
  readonly limits: Thresholds;
  readonly portfolio: PortfolioState;
  readonly venue: VenueState;
  readonly breakers: BreakerState;
  readonly slot: AllocationSlot;
  readonly regime: string;
  readonly gate: GateEvidence;
  /** Of the same moment as the gate's evidence. */
  readonly figures: PortfolioFigures;
  readonly nowMs: number;
  /** The ceilings of a canary, for an order that it sends; else null. */
  readonly canary: OrderCeilings | null;
}

/** What bounds single orders beside the account. */
export interface OrderCeilings {
  /** The largest entry at this worst price. */
  qtyMaxE8(boundE8: E8): E8;
  refusal(order: {
    readonly symbol: string;
    readonly qtyE8: E8;
    readonly boundE8: E8;
    readonly reduceOnly: boolean;
  }): { readonly code: LayerCode; readonly detail: string } | null;
}

export interface Candidate {
  readonly symbol: string;
  readonly strategyId: string;
  readonly side: Side;
  readonly priceE8: E8;
}

export interface Alarm {
  readonly level: 'WARNING' | 'CRITICAL';
  readonly code: string;
}

export interface Verdict {
  readonly decision: 'ALLOW' | 'BLOCK';
  readonly reasonCode: string | null;
  readonly detail: string;
  readonly reduceOnly: boolean;
  readonly qtyE8: E8;
  readonly boundE8: E8;
  readonly bundle: BundleFacts | null;
  readonly alarm: Alarm | null;
  /** The breaker that tripped with this decision, whatever the decision is. */
  readonly tripped: BreakerName | null;
}

interface Refusal {
  readonly code: string;
  readonly detail: string;
  readonly alarm?: Alarm;
}

interface Case extends Candidate, RiskContext {
  /** What a reducing order may still take, judged by size and net of orders on the way. */
  readonly reducibleE8: E8;
  readonly reduceOnly: boolean;
  readonly qtyE8: E8;
  readonly boundE8: E8;
  readonly balanceE8: E8;
}

type Layer = (c: Case) => Refusal | null;

const BPS = 10_000;
/** Without a real balance, more than one bitcoin at once is USDT mistaken for BTC (10.11). */
const BTC_QTY_MAX_E8 = 100_000_000n;

/** Domain.md 3.2, in order; the first refusal is the decision. */
const LAYERS: readonly Layer[] = [
  killSwitch,
  auditCommits,
  gateAllows,
  strategyNamed,
  notShutDown,
  allocated,
  riskOff,
  breakersClosed,
  exposureNow,
  positionNow,
  sized,
  withinCanary,
  exposureProjected,
  bundleAllows,
];

/**
 * The one final decision on a signal. Entries pass every layer; an order that only reduces, judged
 * by size, skips those that limit new risk, because an exit that is refused keeps the risk.
 */
export function decideRisk(candidate: Candidate, context: RiskContext): Verdict {
  const c = assess(candidate, context);
  const tripped = trip(c);
  for (const layer of LAYERS) {
    const refusal = layer(c);
    if (refusal !== null) return blocked(c, refusal, tripped);
  }
  return {
    decision: 'ALLOW',
    reasonCode: null,
    detail: '',
    reduceOnly: c.reduceOnly,
    qtyE8: c.qtyE8,
    boundE8: c.boundE8,
    bundle: bundleFacts(c),
    alarm: null,
    tripped,
  };
}

function blocked(c: Case, refusal: Refusal, tripped: BreakerName | null): Verdict {
  return {
    decision: 'BLOCK',
    reasonCode: refusal.code,
    detail: refusal.detail,
    reduceOnly: c.reduceOnly,
    qtyE8: c.qtyE8,
    boundE8: c.boundE8,
    bundle: null,
    alarm: refusal.alarm ?? null,
    tripped,
  };
}

function assess(candidate: Candidate, context: RiskContext): Case {
  const balanceE8 = e8FromNumber(context.limits.risk.balanceUsdt);
  const reducibleE8 = reducible(candidate, context);
  const reduceOnly = reducibleE8 > 0n;
  const stepE8 = mulE8(candidate.priceE8, e8FromNumber(context.limits.risk.priceBoundBps / BPS));
  const boundE8 =
    candidate.side === 'BUY' ? candidate.priceE8 + stepE8 : candidate.priceE8 - stepE8;
  const wantedE8 = reduceOnly ? reducibleE8 : entryQty(candidate, context, balanceE8);
  const entryMaxE8 = context.canary?.qtyMaxE8(boundE8) ?? wantedE8;
  const qtyE8 = reduceOnly || wantedE8 < entryMaxE8 ? wantedE8 : entryMaxE8;
  return {
    ...candidate,
    ...context,
    reducibleE8,
    reduceOnly,
    qtyE8,
    boundE8,
    balanceE8,
  };
}

/** Position against the side, minus what open orders already take from it: so it can't flip. */
function reducible(candidate: Candidate, context: RiskContext): E8 {
  const heldE8 = context.portfolio.positions.get(candidate.symbol)?.qtyE8 ?? 0n;
  const against = candidate.side === 'SELL' ? heldE8 > 0n : heldE8 < 0n;
  if (!against) return 0n;
  const pending = pendingOf(context.venue, candidate.symbol);
  const restE8 = absE8(heldE8) - (candidate.side === 'SELL' ? pending.sellE8 : pending.buyE8);
  return restE8 > 0n ? restE8 : 0n;
}

/** Domain.md 3.3: balance * position share * allocation / price; spot never sells what it lacks. */
function entryQty(candidate: Candidate, context: RiskContext, balanceE8: E8): E8 {
  if (candidate.side === 'SELL' || candidate.priceE8 <= 0n) return 0n;
  const shareE8 = mulE8(balanceE8, e8FromNumber(context.limits.risk.maxPositionFraction));
  const notionalE8 = mulE8(shareE8, e8FromNumber(context.slot.allocationFraction));
  return divE8(notionalE8, candidate.priceE8);
}

function refuse(code: LayerCode, detail: string, alarm?: Alarm): Refusal {
  return alarm === undefined ? { code, detail } : { code, detail, alarm };
}

function killSwitch(c: Case): Refusal | null {
  const level = levelFor(c.control, c);
  if (level === 'TRADING' || (level === 'REDUCING' && c.reduceOnly)) return null;
  return refuse('RK_KILL_SWITCH', `level ${level}`, {
    level: 'CRITICAL',
    code: 'KILL_SWITCH_ACTIVE',
  });
}

function auditCommits(c: Case): Refusal | null {
  if (c.auditStalled === null) return null;
  return refuse('RK_AUDIT', c.auditStalled, { level: 'CRITICAL', code: 'AUDIT_STALLED' });
}

function gateAllows(c: Case): Refusal | null {
  if (c.gate.decision === 'ALLOW' || c.reduceOnly) return null;
  return { code: c.gate.reasonCode ?? 'RC_002', detail: 'decision contract' };
}

function strategyNamed(c: Case): Refusal | null {
  if (c.strategyId !== '') return null;
  const alarm: Alarm = { level: 'CRITICAL', code: 'MISSING_STRATEGY_ID' };
  return refuse('RK_NO_STRATEGY', 'signal without strategy_id', alarm);
}

function notShutDown(c: Case): Refusal | null {
  return c.slot.stopped && !c.reduceOnly ? refuse('RK_SHUTDOWN', 'bot shutdown active') : null;
}

function allocated(c: Case): Refusal | null {
  if (c.reduceOnly) return null;
  if (cooldownRuns(c.slot, c.nowMs)) return refuse('RK_ALLOCATION', 'cooldown runs');
  return c.slot.allocationFraction > 0 ? null : refuse('RK_ALLOCATION', 'allocation is 0');
}

function riskOff(c: Case): Refusal | null {
  if (c.regime !== 'HIGH_VOL_CHAOTIC' || c.reduceOnly) return null;
  if (c.slot.allocationFraction <= c.limits.risk.earlyLiveMaxAllocFraction) return null;
  return refuse('RK_RISK_OFF', `regime ${c.regime}: reduce only`);
}

function trip(c: Case): BreakerName | null {
  const figures = {
    dailyLossFraction: c.figures.dailyDrawdownPp / 100,
    drawdownFraction: c.figures.drawdownFraction,
    lossFraction: Number(c.balanceE8 - c.figures.equityE8) / Number(c.balanceE8),
  };
  const dailyMaxFraction = c.limits.risk.maxDailyDrawdownFraction;
  return tripBreaker(c.breakers, figures, { breaker: c.limits.breaker, dailyMaxFraction }, c.nowMs);
}

function breakersClosed(c: Case): Refusal | null {
  if (c.reduceOnly) return null;
  const name = blockingBreaker(c.breakers, c.limits.breaker, c.nowMs);
  if (name === null) return null;
  const alarm: Alarm = { level: 'CRITICAL', code: 'CIRCUIT_BREAKER' };
  return name === 'daily_drawdown'
    ? refuse('RK_DRAWDOWN', `daily PnL ${formatE8(c.figures.dailyPnlE8)} USDT`, alarm)
    : refuse('RK_BREAKER', `breaker ${name}`, alarm);
}

function exposureLimitE8(c: Case): E8 {
  return mulE8(c.balanceE8, e8FromNumber(c.limits.risk.maxTotalExposureFraction));
}

function positionLimitE8(c: Case): E8 {
  return mulE8(c.balanceE8, e8FromNumber(c.limits.risk.maxPositionFraction));
}

function exposureNow(c: Case): Refusal | null {
  if (c.reduceOnly) return null;
  const usedE8 = totalExposureE8(c.portfolio, c.venue, null);
  const limitE8 = exposureLimitE8(c);
  if (usedE8 < limitE8) return null;
  return refuse('RK_EXPOSURE', compare(usedE8, '>=', limitE8), {
    level: 'WARNING',
    code: 'RISK_LIMIT',
  });
}

function positionNow(c: Case): Refusal | null {
  if (c.reduceOnly) return null;
  const usedE8 = symbolExposureE8(c.portfolio, c.venue, c.symbol, null);
  const limitE8 = positionLimitE8(c);
  if (usedE8 < limitE8) return null;
  return refuse('RK_POSITION', compare(usedE8, '>=', limitE8), {
    level: 'WARNING',
    code: 'RISK_LIMIT',
  });
}

function sized(c: Case): Refusal | null {
  if (c.priceE8 <= 0n) return refuse('RK_SIZE', 'no price');
  if (c.qtyE8 <= 0n) return refuse('RK_SIZE', c.side === 'SELL' ? 'nothing held' : 'quantity is 0');
  if (!c.reduceOnly && c.symbol.startsWith('BTC') && c.qtyE8 > BTC_QTY_MAX_E8) {
    return refuse('RK_SIZE', `quantity ${formatE8(c.qtyE8)} BTC is a sizing fault`);
  }
  return null;
}

function withinCanary(c: Case): Refusal | null {
  const refusal = c.canary?.refusal(c) ?? null;
  return refusal === null ? null : refuse(refusal.code, refusal.detail);
}

function exposureProjected(c: Case): Refusal | null {
  if (c.reduceOnly) return null;
  const planned = { symbol: c.symbol, qtyE8: c.qtyE8, boundE8: c.boundE8 };
  const totalE8 = totalExposureE8(c.portfolio, c.venue, planned);
  const symbolE8 = symbolExposureE8(c.portfolio, c.venue, c.symbol, planned);
  const limitE8 = exposureLimitE8(c);
  const alarm: Alarm = { level: 'WARNING', code: 'EXPOSURE_LIMIT_PROJECTED' };
  if (totalE8 > limitE8) return refuse('RK_EXPOSURE_HARD', compare(totalE8, '>', limitE8), alarm);
  const symbolLimitE8 = positionLimitE8(c);
  if (symbolE8 <= symbolLimitE8) return null;
  return refuse('RK_EXPOSURE_HARD', `${c.symbol} ${compare(symbolE8, '>', symbolLimitE8)}`, alarm);
}

function bundleAllows(c: Case): Refusal | null {
  const reasons = bundleRefusal(c);
  return reasons.length === 0 ? null : refuse('RK_BUNDLE', reasons.join(' '));
}

function compare(usedE8: E8, sign: string, limitE8: E8): string {
  return `${formatE8(usedE8).slice(0, -6)} ${sign} ${formatE8(limitE8).slice(0, -6)} USDT`;
}
