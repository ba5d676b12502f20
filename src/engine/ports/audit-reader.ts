import type { TraceAnswer } from './decision-trace.js';

/** One executed order, as the table of fills holds it. Amounts are decimal text, times are UTC. */
export interface FillRow {
  readonly fillId: string;
  readonly orderId: string;
  /** Of a run that several shards share: the id of the group. */
  readonly runId: string;
  readonly symbol: string;
  readonly side: string;
  readonly status: string;
  readonly qty: string;
  readonly price: string;
  readonly slippageBps: string | null;
  readonly fee: string;
  /** Null for a fill that opens or adds. */
  readonly realizedPnl: string | null;
  readonly strategyId: string;
  /** Venue time of the fill; of a recorded feed this is the time of the recording. */
  readonly atMs: number;
}

/** Which fills; all of them without a filter. */
export interface FillFilter {
  readonly symbol: string | null;
  readonly strategyId: string | null;
}

/**
 * `windowMs` counts back from the newest row of the run, not from now: a recorded feed carries the
 * times of its recording, and "the last hour" of it is an hour of market time. Null = everything.
 */
export interface FillQuery extends FillFilter {
  readonly windowMs: number | null;
  /** Newest rows win. */
  readonly limit: number;
}

export interface FillList {
  /** The newest run that has decisions, with all of its shards; null when the database holds none. */
  readonly runId: string | null;
  /** Oldest first. */
  readonly fills: readonly FillRow[];
  /** All that match, of which `fills` are the newest. */
  readonly total: number;
  /** Time of the newest row in the run whatever the filter says; null when it has none. */
  readonly newestAtMs: number | null;
  /** What `fillsAfter` goes on from: every fill that is not committed yet. */
  readonly cursor: string;
}

/** The cursor in front of the first row. */
export const CURSOR_BEGINNING = '';

/**
 * What was committed after a cursor, of any run; of one shard in the order of its commits. A cursor is opaque
 * text; it stays good when the engine or the database starts again.
 */
export interface RowPage<Row> {
  readonly rows: readonly Row[];
  readonly cursor: string;
  /** More rows wait: ask again at once. */
  readonly more: boolean;
  /** The cursor is of another database; `rows` begin at the beginning of this one. */
  readonly reset: boolean;
}

/** One refused decision. Times and texts as in `FillRow`. */
export interface BlockedRow {
  readonly decisionId: string;
  readonly runId: string;
  readonly symbol: string;
  readonly side: string;
  readonly code: string;
  /** What the code does not say: the figures of the case. */
  readonly detail: string;
  readonly strategyId: string;
  readonly atMs: number;
}

export interface BlockedQuery {
  /** As in `FillQuery`, counted back from the newest refusal. */
  readonly windowMs: number | null;
  /** Newest rows win. */
  readonly limit: number;
}

/** As `FillList`, of refused decisions. */
export interface BlockedList {
  readonly runId: string | null;
  readonly blocked: readonly BlockedRow[];
  readonly total: number;
  readonly newestAtMs: number | null;
  readonly cursor: string;
}

export type BlockField = 'code' | 'symbol' | 'strategy';

export interface BlockQuery {
  readonly by: BlockField;
  /** As in `FillQuery`, counted back from the newest decision. */
  readonly windowMs: number | null;
  /** Groups beyond this are summed into `othersCount`. */
  readonly limit: number;
}

export interface BlockGroup {
  /** The reason code, symbol or strategy. */
  readonly key: string;
  readonly count: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
}

/** Refused and allowed decisions of the newest run, counted in `risk_events`. */
export interface BlockSummary {
  readonly runId: string | null;
  readonly by: BlockField;
  /** Most frequent first, then by key. */
  readonly groups: readonly BlockGroup[];
  readonly othersCount: number;
  readonly blocked: number;
  readonly allowed: number;
  /** Newest ALLOW of the run, inside the window or before it; null when there never was one. */
  readonly lastAllowAtMs: number | null;
  /** First and newest decision of the window; null when it has none. */
  readonly firstAtMs: number | null;
  readonly newestAtMs: number | null;
}

/**
 * What operators ask of the audit trail. Implemented on PostgreSQL; every method answers from
 * committed rows only and throws DependencyError when the database can't in time.
 */
export interface AuditReader {
  fills(query: FillQuery): Promise<FillList>;
  blocksBy(query: BlockQuery): Promise<BlockSummary>;
  blocked(query: BlockedQuery): Promise<BlockedList>;
  /** At most `limit` new identities are looked at, so a page may be empty and still say `more`. */
  fillsAfter(cursor: string, filter: FillFilter, limit: number): Promise<RowPage<FillRow>>;
  blockedAfter(cursor: string, limit: number): Promise<RowPage<BlockedRow>>;
  /** @param id whole, or how it begins */
  trace(id: string): Promise<TraceAnswer>;
}
