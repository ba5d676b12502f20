import type { E8 } from './e8.js';
import type { CanaryEvidence } from './events.js';

/**
 * The most that any canary may ever do, whatever its plan says. Source: domain.md 4.5, the limits of
 * the readiness policy.
 */
export const CANARY_CEILINGS = {
  symbols: 1,
  activeOrders: 1,
  orders: 3,
  notionalUsdt: 50,
  durationMs: 15 * 60_000,
} as const;

/** What was approved for one canary, as it is in the register and in the journal. */
export interface CanaryTerms {
  /** Of one start; a session that ended never begins again. */
  readonly sessionId: string;
  /** SHA-256 of the plan file. */
  readonly planHash: string;
  /** Where its share of the orders goes: `paper`, or the name of a real venue. */
  readonly venue: string;
  readonly symbol: string;
  /** Share of the signals that is routed, 1 to 100. */
  readonly percent: number;
  /** No further entry is routed; exits are. */
  readonly held: boolean;
  readonly ordersMax: number;
  readonly activeOrdersMax: number;
  /** Decimal text, as all amounts on the wire. */
  readonly notionalPerOrderUsdt: string;
  readonly notionalTotalUsdt: string;
  readonly lossMaxUsdt: string;
  readonly slippageBpsMax: number;
  readonly cooldownMs: number;
  readonly durationMs: number;
  /** Without a trade of the symbol for so long, its data is stale. */
  readonly staleMsMax: number;
  /** So many refusals of the venue are a spike. */
  readonly rejectsMax: number;
  /** Clock time of the start. */
  readonly startedAtMs: number;
}

/** Why a canary stops being one. Source: domain.md 4.5, triggers by class. */
export const CANARY_ABORTS = [
  'limit_breach',
  'kill_switch',
  'breaker_latch',
  'mode_drift',
  'stale_data',
  'monitoring_down',
  'credential_incident',
  'flag_drift',
  'duration_over',
] as const;
/** Why it goes no further until somebody has looked. */
export const CANARY_INVESTIGATIONS = ['reject_spike', 'prometheus_down', 'pipeline_stall'] as const;

export type CanaryAbort = (typeof CANARY_ABORTS)[number];
export type CanaryInvestigation = (typeof CANARY_INVESTIGATIONS)[number];
export type CanaryTrigger = CanaryAbort | CanaryInvestigation;

/** What bounds an order of a canary beside the account. */
export interface CanaryInputs extends Omit<
  CanaryEvidence,
  'notionalPerOrderUsdt' | 'notionalSentUsdt' | 'notionalTotalUsdt'
> {
  readonly notionalPerOrderE8: E8;
  readonly notionalSentE8: E8;
  readonly notionalTotalE8: E8;
}
