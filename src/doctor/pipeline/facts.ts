import type { SystemView } from '../../view/system-view.js';

export interface PipelineFacts {
  /** The engine that runs here; null: none does. */
  readonly engine: SystemView | null;
  readonly counters: CounterHistory;
  readonly trading: TradingFacts;
}

/**
 * Counters of all sources, as they were at some moments; oldest first, the newest two of this run.
 * Some moments are reconstructed: rows that carry their time tell how many there were an hour ago.
 */
export interface CounterHistory {
  readonly samples: readonly CounterSample[];
  /** How far back growth is judged; left out: an hour. */
  readonly windowMs?: number;
  /** Places that gave no answer, a sentence each. */
  readonly faults?: readonly string[];
}

export interface CounterSample {
  readonly atMs: number;
  /** `risk.orders_blocked_total`, `rows.risk_events`, `stream.signals`, `engine.decisions`. */
  readonly counters: Readonly<Record<string, Counter>>;
  /** Names whose place answers and has not got them: `rows.risk_events` of a table that is not there. */
  readonly missing?: readonly string[];
  /** Of an earlier look; what is in no sample of this one is gone. */
  readonly isKept?: true;
}

export interface Counter {
  /** Also of a gauge; NaN where the source says so. */
  readonly value: number;
  /** When it began at 0 (start of its process); null where that is not known. */
  readonly sinceMs: number | null;
  /** At its bound: the value says "full" and no longer counts. */
  readonly isCapped: boolean;
  /** It grew by this or more: nobody wrote down by how much. */
  readonly isLeast?: true;
  /** When it last grew, where the source knows; null: it never did. */
  readonly lastAtMs?: number | null;
  /** The place, for people, where it is not that of the whole history. */
  readonly from?: string;
}

/** What the trade path did lately, by its own rows, entries and state. Null: no source tells. */
export interface TradingFacts {
  readonly decisions: DecisionMix | null;
  readonly sides: SideMix | null;
  readonly exposure: ExposureFigures;
  readonly filled: FilledFigures | null;
  /** Figures that are no number, a sentence each; null: nothing could be looked at. */
  readonly nonFinite: readonly string[] | null;
  readonly signals: SignalIds | null;
  readonly unanswered: UnansweredOrders | null;
  readonly faults?: readonly string[];
}

/** Decisions of the last day by what became of them, the newest first to be counted. */
export interface DecisionMix {
  readonly source: string;
  readonly groups: readonly DecisionGroup[];
}

export interface DecisionGroup {
  readonly isBlock: boolean;
  /** Empty of an approval. */
  readonly code: string;
  /** Of the window alone. */
  readonly recent: number;
  readonly oldestAtMs: number;
  readonly newestAtMs: number;
}

/** The newest fills, at most some hundreds. */
export interface SideMix {
  readonly source: string;
  readonly buys: number;
  readonly sells: number;
  readonly newestSellAtMs: number | null;
  readonly oldestAtMs: number;
}

/** The same exposure as three places have it, USDT, valued at the same prices. */
export interface ExposureFigures {
  readonly memoryUsdt: number | null;
  readonly positionsUsdt: number | null;
  readonly ordersUsdt: number | null;
  /** Orders that are out and have no result, at their full size. */
  readonly pendingUsdt: number | null;
  readonly limitUsdt: number | null;
}

export interface FilledFigures {
  readonly orders: number;
  readonly trades: number;
}

export interface SignalIds {
  readonly looked: number;
  /** Ids under which more than one signal was raised. */
  readonly repeated: readonly string[];
}

export interface UnansweredOrders {
  readonly looked: number;
  /** Older than an order may take; newest last. */
  readonly overdue: readonly { readonly id: string; readonly atMs: number }[];
}
