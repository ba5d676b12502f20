import { divE8, e8FromNumber, mulE8, type E8 } from '../domain/e8.js';
import type { BreakerName, BundleFacts, RiskEvidence } from '../domain/events.js';
import { tripBreaker, type BreakerSeen } from './breakers.js';
import { canaryQtyMaxE8 } from './canary-checks.js';
import { bundleFacts } from './order-bundle.js';
import {
  CHECKS_AFTER_GATE,
  CHECKS_BEFORE_GATE,
  passesRisk,
  type Alarm,
  type RiskCase,
  type RiskCheck,
  type RiskLimits,
} from './risk-checks.js';
import {
  riskEvidence,
  riskInputs,
  type Candidate,
  type RiskContext,
  type RiskInputs,
} from './risk-inputs.js';

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
  readonly evidence: RiskEvidence;
}

interface Refusal {
  readonly code: string;
  readonly detail: string;
  readonly alarm?: Alarm | undefined;
}

const BPS = 10_000;

/**
 * The one final decision on a signal. Entries pass every layer; an order that only reduces, judged
 * by size, skips those that limit new risk, because an exit that is refused keeps the risk. Reads
 * its context, and changes one thing in it: a breaker may trip.
 */
export function decideRisk(candidate: Candidate, context: RiskContext): Verdict {
  const inputs = riskInputs(candidate, context);
  const c = riskCase(inputs, context.limits);
  const tripped = tripBreaker(context.breakers, c.breakers, context.limits, context.nowMs);
  const refusal = riskRefusal(c);
  const { reduceOnly, qtyE8, boundE8 } = c;
  return {
    decision: refusal === null ? 'ALLOW' : 'BLOCK',
    reasonCode: refusal?.code ?? null,
    detail: refusal?.detail ?? '',
    ...{ reduceOnly, qtyE8, boundE8, tripped },
    bundle: refusal === null ? bundleFacts(c, context.portfolio.positions) : null,
    alarm: refusal?.alarm ?? null,
    evidence: riskEvidence(inputs),
  };
}

/** Domain.md 3.2, in order; the first refusal is the decision. Pure; null = the order may leave. */
export function riskRefusal(c: RiskCase): Refusal | null {
  return (
    firstRefusal(CHECKS_BEFORE_GATE, c) ?? gateRefusal(c) ?? firstRefusal(CHECKS_AFTER_GATE, c)
  );
}

function firstRefusal(checks: readonly RiskCheck[], c: RiskCase): Refusal | null {
  const check = checks.find((one) => !passesRisk(one, c));
  return check === undefined
    ? null
    : { code: check.code, detail: check.words(c), alarm: check.alarm };
}

function gateRefusal({ gate, reduceOnly }: RiskCase): Refusal | null {
  if (gate.decision === 'ALLOW' || reduceOnly) return null;
  return { code: gate.reasonCode ?? 'RC_002', detail: 'decision contract' };
}

/** Sizes the order, and works out what follows from the inputs. */
export function riskCase(inputs: RiskInputs, limits: RiskLimits): RiskCase {
  const { side, priceE8, reducibleE8 } = inputs;
  const balanceE8 = e8FromNumber(limits.risk.balanceUsdt);
  const reduceOnly = reducibleE8 > 0n;
  const stepE8 = mulE8(priceE8, e8FromNumber(limits.risk.priceBoundBps / BPS));
  const boundE8 = side === 'BUY' ? priceE8 + stepE8 : priceE8 - stepE8;
  return {
    ...inputs,
    limits,
    reduceOnly,
    qtyE8: reduceOnly ? reducibleE8 : entryQty(inputs, { limits, balanceE8, boundE8 }),
    boundE8,
    balanceE8,
    breakers: breakersOf(inputs, balanceE8),
  };
}

/** Domain.md 3.3: balance * position share * allocation / price; spot never sells what it lacks. */
function entryQty(
  inputs: RiskInputs,
  {
    limits,
    balanceE8,
    boundE8,
  }: { readonly limits: RiskLimits; readonly balanceE8: E8; readonly boundE8: E8 },
): E8 {
  if (inputs.side === 'SELL' || inputs.priceE8 <= 0n) return 0n;
  if (inputs.origin === 'flatten') return 0n;
  const shareE8 = mulE8(balanceE8, e8FromNumber(limits.risk.maxPositionFraction));
  const notionalE8 = mulE8(shareE8, e8FromNumber(inputs.allocationFraction));
  const qtyE8 = divE8(notionalE8, inputs.priceE8);
  const mostE8 = inputs.canary === null ? qtyE8 : canaryQtyMaxE8(inputs.canary, boundE8);
  return qtyE8 < mostE8 ? qtyE8 : mostE8;
}

function breakersOf(inputs: RiskInputs, balanceE8: E8): BreakerSeen {
  const { breaker, outcomes, outcomesFailed, ordersLastMin, drawdownFraction, equityE8 } = inputs;
  return {
    latched: breaker,
    ...{ outcomes, outcomesFailed, ordersLastMin, drawdownFraction },
    dailyLossFraction: inputs.dailyDrawdownPp / 100,
    lossFraction: Number(balanceE8 - equityE8) / Number(balanceE8),
  };
}
