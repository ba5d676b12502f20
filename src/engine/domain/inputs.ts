import type { CanaryTrigger } from './canary-terms.js';
import type { ControlRecord } from './control.js';
import type { Side } from './events.js';
import type { Ref } from './ids.js';
import type { Thresholds } from './thresholds.js';

/**
 * One trade as it was received; texts are unchecked, the core's door judges them.
 * `tsMs` is the venue's time of execution, null where it was missing or no number.
 * `receivedAtMs` is trusted time at receipt: the offset-corrected clock of a live feed; a file feed
 * repeats `tsMs` unless the rows around it contradict it.
 */
export interface TradeObserved {
  readonly kind: 'TradeObserved';
  readonly venue: string;
  readonly symbol: string;
  readonly price: string;
  readonly qty: string;
  /** Side of the taker. */
  readonly side: string;
  readonly tradeId: string | null;
  readonly tsMs: number | null;
  readonly receivedAtMs: number;
}

/** Time passed without a trade: closes windows whose grace is over. */
export interface TimerElapsed {
  readonly kind: 'TimerElapsed';
  readonly atMs: number;
}

/** Why trades of a symbol are missing, or may be. */
export type FeedGapReason =
  /** The feed has just begun: what happened before in this window is unknown. */
  | 'start'
  | 'connection_lost'
  /** The venue's own ids skip some. */
  | 'ids_missing'
  /** Two overlapping connections without trade ids were cut by time. */
  | 'overlap_cut'
  /** A frame that can't be read may have held trades. */
  | 'unreadable'
  /** The engine did not keep up, and its bounded queue was full. */
  | 'overflow';

/** From now on trades may be missing; `FeedRestored` ends it. */
export interface FeedLost {
  readonly kind: 'FeedLost';
  readonly symbol: string;
  readonly reason: FeedGapReason;
  /** Trusted time. */
  readonly atMs: number;
}

/** Trades flow (again), and this is what is known of those that did not come. */
export interface FeedRestored {
  readonly kind: 'FeedRestored';
  readonly symbol: string;
  readonly reason: FeedGapReason;
  /** Venue time of the last trade before; null where there was none. */
  readonly fromMs: number | null;
  /** Venue time of the first trade behind. */
  readonly toMs: number;
  /** By the venue's ids; 0 = nothing was missed, null = can't be known. */
  readonly tradesMissing: number | null;
  /** Trusted time. */
  readonly atMs: number;
}

/** What a feed says, in the order of its arrival. */
export type FeedInput = TradeObserved | TimerElapsed | FeedLost | FeedRestored;

/** The register says something else than before. */
export interface ControlChanged extends ControlRecord {
  readonly kind: 'ControlChanged';
}

/** Code version, configuration and thresholds under which the inputs that follow are folded. */
export interface ConfigChanged {
  readonly kind: 'ConfigChanged';
  readonly codeVersion: string;
  readonly configHash: string;
  readonly thresholds: Thresholds;
  readonly seed: number;
  readonly atMs: number;
}

/** Decisions can no longer be committed: orders stop until `AuditRecovered`. */
export interface AuditStalled {
  readonly kind: 'AuditStalled';
  readonly reason: string;
  readonly atMs: number;
}

export interface AuditRecovered {
  readonly kind: 'AuditRecovered';
  readonly atMs: number;
}

/**
 * What became of an order outside the fold. The venue gate reports what it refused; simulated venues
 * answer inside the fold and report nothing. UNKNOWN: it was sent, and no answer came; it counts as
 * open and as filled, whichever is worse, until REJECTED or OPEN is reported.
 */
export interface OrderReported {
  readonly kind: 'OrderReported';
  readonly orderRef: Ref;
  readonly symbol: string;
  readonly status: 'REJECTED' | 'UNKNOWN' | 'OPEN';
  readonly message: string;
  /** Of a REJECTED that never left: our own gate. Absent: the venue. */
  readonly refusedBy?: 'gate';
  /** A fill in the books of an order that the gate refused: it was folded before the refusal was heard of. */
  readonly booked?: { readonly side: Side; readonly qty: string; readonly price: string };
  readonly atMs: number;
}

/** A guard outside of the fold found a reason to stop or to hold the canary. */
export interface CanaryTripped {
  readonly kind: 'CanaryTripped';
  readonly trigger: CanaryTrigger;
  readonly detail: string;
  readonly atMs: number;
}

/** Everything that is not computed. Each input gets a sequence number and is journaled first. */
export type Input =
  | FeedInput
  | ControlChanged
  | ConfigChanged
  | AuditStalled
  | AuditRecovered
  | OrderReported
  | CanaryTripped;

export interface SequencedInput {
  /** Journal sequence, 1 upwards without gaps within a run. */
  readonly seq: number;
  readonly input: Input;
}
