import type { CanaryPhase } from '../control/canary.js';
import type { ControlRecord } from '../domain/control.js';
import type { Book, ExitState, OutputKind } from '../domain/events.js';
import type { FeedHealth } from './feed.js';
import type { SharedRunStatus } from './shared-run-status.js';

export type EnginePhase =
  'starting' | 'recovering' | 'running' | 'draining' | 'finished' | 'stopped';
export type AuditState = 'ok' | 'stalled' | 'recovering';

export interface Seen {
  readonly count: number;
  /** Wall clock of the newest one, null before the first. */
  readonly lastAtMs: number | null;
}

/** How far the engine is with what a stop asked for beside the stop. */
export interface ExitStatus {
  readonly killId: string;
  readonly cancelOpen: boolean;
  readonly flatten: boolean;
  /** Empty = everything. */
  readonly scopes: readonly string[];
  readonly state: ExitState;
  readonly openOrders: number;
  readonly positions: readonly { readonly symbol: string; readonly qty: string }[];
  /** Why something is left; empty while it goes on. */
  readonly why: string;
}

/**
 * What a running engine says of itself, raw: figures with the wall time of their evidence. The
 * view, the metrics and readiness are derived from this and nothing else.
 */
export interface EngineStatus {
  readonly runId: string;
  readonly pid: number;
  readonly codeVersion: string;
  readonly startedAtMs: number;
  readonly observedAtMs: number;
  readonly phase: EnginePhase;
  readonly control: ControlRecord;
  /** Words of where orders go, e.g. "NONE (shadow)". */
  readonly ordersTo: string;
  readonly feed: {
    readonly identity: string;
    readonly description: string;
    readonly finite: boolean;
    readonly health: FeedHealth | null;
  };
  readonly seqJournaled: number;
  readonly seqFolded: number;
  /** Last input whose rows are committed. */
  readonly seqAudited: number;
  /** Last input whose facts are committed and published. */
  readonly seqCommitted: number;
  /** Age of the oldest input that is not published; 0 when none waits. */
  readonly publishLagMs: number;
  readonly digest: string;
  readonly inputs: Seen;
  readonly trades: Seen;
  readonly tradesRefused: Readonly<Record<string, number>>;
  readonly outputs: Readonly<Partial<Record<OutputKind, Seen>>>;
  readonly allowed: Seen;
  readonly blocked: Seen;
  /** Of `allowed`: orders that only reduce. */
  readonly reduceOnlyAllowed: number;
  /** Signals that unwinding raised. */
  readonly unwinds: number;
  readonly blockedByCode: Readonly<Record<string, Seen>>;
  readonly ordersRefusedBy: Readonly<Record<string, number>>;
  readonly audit: {
    readonly state: AuditState;
    readonly reason: string;
    readonly sinceMs: number | null;
    readonly lastCommitAtMs: number | null;
    /** Commits that the database refused or did not finish in time. */
    readonly failures: number;
    readonly rowsCommitted: Readonly<Record<string, number>>;
    /** Age of the oldest folded but not committed batch; 0 when none waits. */
    readonly lagMs: number;
    readonly spoolBatches: number;
    readonly spoolBytes: number;
  };
  readonly portfolio: {
    readonly book: 'real' | 'hypothetical';
    readonly equityUsdt: string;
    readonly cashUsdt: string;
    readonly exposureUsdt: string;
    readonly pendingUsdt: string;
    readonly realizedPnlUsdt: string;
    readonly unrealizedPnlUsdt: string;
    readonly feesUsdt: string;
    readonly dailyPnlUsdt: string;
    readonly positions: readonly {
      readonly symbol: string;
      readonly qty: string;
      readonly entryPrice: string;
      readonly lastPrice: string;
    }[];
    readonly openOrders: number;
    readonly breakers: Readonly<Record<string, boolean>>;
  };
  /** Also in the book that is not decided on, where they end as they would have. */
  readonly openOrdersByBook: Readonly<Record<Book, number>>;
  /** What stops asked for, oldest first; of a shared run, of the shards that are folded here. */
  readonly exits: readonly ExitStatus[];
  readonly symbols: readonly {
    readonly symbol: string;
    readonly lastPrice: string;
    readonly lastTickTsMs: number;
    readonly regime: string;
    readonly atr: number | null;
    readonly adx: number | null;
  }[];
  readonly database: {
    readonly kind: 'embedded' | 'external';
    readonly where: string;
    readonly state: string;
  };
  /** Cumulative histogram of wall milliseconds per step of the effect path. */
  readonly latency: Readonly<
    Record<'journal' | 'fold' | 'audit' | 'publish' | 'total', LatencyHistogram>
  >;
  readonly rssBytes: number;
  /** Processor time of the process since its start, user and system, in ms. */
  readonly cpuMs: number;
  /** Absent where there was none. */
  readonly canary?: CanaryStatus;
  /** Absent where one process is the whole run; else the other figures are of its own shards. */
  readonly shared?: SharedRunStatus;
}

/** What the fold says of its canary. Amounts are decimal text, times event time. */
export interface CanaryStatus {
  readonly sessionId: string;
  readonly planHash: string;
  readonly phase: CanaryPhase;
  readonly trigger: string | null;
  readonly detail: string;
  readonly venue: string;
  readonly symbol: string;
  readonly percent: number;
  readonly ordersSent: number;
  readonly ordersMax: number;
  readonly openOrders: number;
  readonly notionalSentUsdt: string;
  readonly notionalTotalUsdt: string;
  readonly pnlUsdt: string;
  readonly lossMaxUsdt: string;
  readonly heldQty: string;
  readonly rejects: number;
  readonly ranMs: number;
  readonly durationMs: number;
}

export interface LatencyHistogram {
  /** Upper bounds in ms, ascending; the last bucket is +Inf and not listed. */
  readonly boundsMs: readonly number[];
  /** Cumulative counts, one more than bounds. */
  readonly cumulative: readonly number[];
  readonly count: number;
  readonly sumMs: number;
}
