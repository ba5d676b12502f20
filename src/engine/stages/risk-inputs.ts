import type { CanaryInputs } from '../domain/canary-terms.js';
import { levelFor, type ControlRecord, type Level, type Mode } from '../domain/control.js';
import { absE8, formatE8, parseE8, type E8 } from '../domain/e8.js';
import type {
  BreakerName,
  GateEvidence,
  OrderOrigin,
  RiskEvidence,
  Side,
} from '../domain/events.js';
import type { Thresholds } from '../domain/thresholds.js';
import type { AllocationSlot } from './allocation.js';
import { canaryEvidence, canaryInputsOf } from './canary-checks.js';
import { breakerSeen, type BreakerState } from './breakers.js';
import { symbolLoad, totalExposureE8, type SymbolLoad } from './exposure.js';
import type { PortfolioFigures, PortfolioState } from './portfolio.js';
import { pendingOf, type VenueState } from './simulated-venue.js';

/** Everything that one decision may look at. */
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
  /** For an order that a canary sends; else null. */
  readonly canary: CanaryInputs | null;
}

export interface Candidate {
  readonly symbol: string;
  readonly strategyId: string;
  readonly side: Side;
  readonly priceE8: E8;
  readonly origin: OrderOrigin;
  /** An order that reduces takes no more than this. */
  readonly qtyMaxE8?: E8;
}

/** What of the context the verdict depends on: the same inputs and limits give the same verdict. */
export interface RiskInputs extends Omit<Candidate, 'qtyMaxE8'> {
  readonly nowMs: number;
  readonly gate: Pick<GateEvidence, 'decision' | 'reasonCode'>;
  readonly level: Level;
  readonly mode: Mode;
  readonly auditStalled: string | null;
  readonly regime: string;
  readonly stopped: boolean;
  readonly allocationFraction: number;
  readonly cooldownUntilSec: number | null;
  readonly breaker: BreakerName | null;
  readonly outcomes: number;
  readonly outcomesFailed: number;
  readonly ordersLastMin: number;
  readonly drawdownFraction: number;
  readonly dailyDrawdownPp: number;
  readonly dailyPnlE8: E8;
  readonly equityE8: E8;
  readonly reducibleE8: E8;
  readonly totalExposureE8: E8;
  readonly load: SymbolLoad;
  readonly canary: CanaryInputs | null;
}

export function riskInputs(candidate: Candidate, context: RiskContext): RiskInputs {
  const { symbol, strategyId, side, priceE8, origin } = candidate;
  const { portfolio, venue, slot, figures, nowMs } = context;
  const { dailyDrawdownPp, drawdownFraction, dailyPnlE8, equityE8 } = figures;
  const seen = breakerSeen(
    context.breakers,
    { dailyLossFraction: 0, drawdownFraction, lossFraction: 0 },
    nowMs,
  );
  return {
    ...{ symbol, strategyId, side, priceE8, origin },
    nowMs,
    gate: context.gate,
    level: levelFor(context.control, candidate),
    mode: context.control.mode,
    auditStalled: context.auditStalled,
    regime: context.regime,
    stopped: slot.stopped,
    allocationFraction: slot.allocationFraction,
    cooldownUntilSec: slot.cooldownUntilSec,
    breaker: seen.latched,
    outcomes: seen.outcomes,
    outcomesFailed: seen.outcomesFailed,
    ordersLastMin: seen.ordersLastMin,
    ...{ drawdownFraction, dailyDrawdownPp, dailyPnlE8, equityE8 },
    reducibleE8: reducible(candidate, context),
    totalExposureE8: totalExposureE8(portfolio, venue, null),
    load: symbolLoad(portfolio, venue, symbol),
    canary: context.canary,
  };
}

/** Position against the side, minus what open orders already take from it: so it can't flip. */
function reducible(candidate: Candidate, context: RiskContext): E8 {
  const heldE8 = context.portfolio.positions.get(candidate.symbol)?.qtyE8 ?? 0n;
  const against = candidate.side === 'SELL' ? heldE8 > 0n : heldE8 < 0n;
  if (!against) return 0n;
  const pending = pendingOf(context.venue, candidate.symbol);
  const restE8 = absE8(heldE8) - (candidate.side === 'SELL' ? pending.sellE8 : pending.buyE8);
  const { qtyMaxE8 = restE8 } = candidate;
  const mostE8 = qtyMaxE8 < restE8 ? qtyMaxE8 : restE8;
  return mostE8 > 0n ? mostE8 : 0n;
}

/** As it is recorded. */
export function riskEvidence(inputs: RiskInputs): RiskEvidence {
  const { level, mode, auditStalled, regime, stopped, allocationFraction, cooldownUntilSec } =
    inputs;
  const { breaker, outcomes, outcomesFailed, ordersLastMin } = inputs;
  const { drawdownFraction, dailyDrawdownPp, load } = inputs;
  return {
    ...{ level, mode, origin: inputs.origin, auditStalled, regime, stopped },
    ...{ allocationFraction, cooldownUntilSec },
    ...{ breaker, outcomes, outcomesFailed, ordersLastMin },
    ...{ drawdownFraction, dailyDrawdownPp },
    dailyPnlUsdt: formatE8(inputs.dailyPnlE8),
    equityUsdt: formatE8(inputs.equityE8),
    reducibleQty: formatE8(inputs.reducibleE8),
    totalExposureUsdt: formatE8(inputs.totalExposureE8),
    longQty: formatE8(load.longE8),
    shortQty: formatE8(load.shortE8),
    worstPrice: formatE8(load.priceE8),
    ...(inputs.canary !== null && { canary: canaryEvidence(inputs.canary) }),
  };
}

/** The way back from the record; null for an amount that is none. */
export function inputsOf(
  evidence: RiskEvidence,
  rest: Omit<Candidate, 'origin' | 'qtyMaxE8'> & Pick<RiskInputs, 'nowMs' | 'gate'>,
): RiskInputs | null {
  const texts = [
    evidence.dailyPnlUsdt,
    evidence.equityUsdt,
    evidence.reducibleQty,
    evidence.totalExposureUsdt,
    evidence.longQty,
    evidence.shortQty,
    evidence.worstPrice,
  ] as const;
  const amounts = texts.map(parseE8).filter((amount) => typeof amount === 'bigint');
  const [dailyPnlE8, equityE8, reducibleE8, totalE8, longE8, shortE8, priceE8] = amounts;
  if (dailyPnlE8 === undefined || equityE8 === undefined || reducibleE8 === undefined) return null;
  if (totalE8 === undefined || longE8 === undefined || shortE8 === undefined) return null;
  if (priceE8 === undefined) return null;
  const load = { longE8, shortE8, priceE8 };
  const canary = evidence.canary === undefined ? null : canaryInputsOf(evidence.canary);
  if (canary === null && evidence.canary !== undefined) return null;
  return {
    ...evidence,
    ...{ dailyPnlE8, equityE8, reducibleE8, load, canary },
    totalExposureE8: totalE8,
    ...rest,
  };
}
