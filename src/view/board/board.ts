import type { BlockedRow, FillRow } from '../../engine/ports/audit-reader.js';
import type { Section } from './section.js';

/** Newest last. Null is "no data" and is drawn as a gap, never as 0. */
export type Trend = readonly (number | null)[];

/** good, bad: as the thresholds of the panel say. idle: nothing happens. unknown: nobody knows. */
export type PanelState = 'good' | 'warn' | 'bad' | 'idle' | 'unknown';

/**
 * One of the 14 figures of "CDB - System Health & Trade Flow" (domain.md 6.1), under the same name
 * and in the same row.
 */
export interface Panel {
  readonly name: string;
  readonly row: 1 | 2 | 3;
  /** Of its unit: a count, a rate per second, seconds, 0 or 1. */
  readonly value: number | null;
  readonly unit: 'count' | 'per second' | 'seconds' | 'up' | 'breaker';
  readonly state: PanelState;
  /** What the value alone does not say: "of 3", "not used", "RC_002 since 4 h". */
  readonly note: string;
  readonly trend: Trend;
}

/** One line of the flow chart: 10 minutes in buckets of 10 s, each a rate per second. */
export interface FlowLine {
  readonly name: 'trades' | 'signals' | 'approved' | 'blocked' | 'filled';
  readonly perSec: number | null;
  readonly trend: Trend;
}

/** A bar of the panel "Execution Status". */
export interface ExecutionCounts {
  readonly received: number | null;
  readonly filled: number | null;
  readonly rejected: number | null;
}

export interface FigureBoard {
  readonly panels: readonly Panel[];
  readonly flow: readonly FlowLine[];
  readonly execution: ExecutionCounts;
}

export interface StreamRow {
  readonly name: string;
  readonly exists: boolean;
  readonly length: number;
  readonly lengthMax: number | null;
  /** At its cap: the length says "full" and no more. */
  readonly isCapped: boolean;
  /** From the entries ever added, never from the length. Null before the second look. */
  readonly inPerSec: number | null;
  /** Of the slowest consumer group: entries not delivered, and not acknowledged. Null: no group. */
  readonly lagEntries: number | null;
  readonly pendingEntries: number | null;
  readonly lastAtMs: number | null;
  readonly bytes: number | null;
  readonly newestId: string | null;
  readonly trend: Trend;
}

export interface BlockCodeRow {
  readonly code: string;
  readonly count: number;
  /** Of all refusals of the window, 0 to 1. */
  readonly shareFraction: number;
  readonly lastAtMs: number | null;
  readonly meaning: string;
  /** What to try. */
  readonly todo: string;
  readonly trend: Trend;
}

export type BlockRow = Omit<BlockedRow, 'runId'> & { readonly meaning: string };

export interface BlocksBoard {
  /** Of the codes: the last hour of market time. Null: the whole run. */
  readonly windowMs: number | null;
  readonly blocked: number;
  readonly allowed: number;
  readonly lastAllowAtMs: number | null;
  readonly codes: readonly BlockCodeRow[];
  /** Newest first. */
  readonly rows: readonly BlockRow[];
  /** "no approvals in 4 h 12 min: 100 % blocked by RC_002 looks like configuration", else empty. */
  readonly pattern: string;
}

/** `slippageBps` is against the price of the decision. */
export type FillBoardRow = Omit<FillRow, 'runId'>;

export interface OrderRow {
  readonly orderId: string;
  readonly atMs: number | null;
  readonly symbol: string;
  readonly side: string;
  readonly qty: string;
  readonly price: string;
  /** "sent", "filled", "rejected", "refused: shadow". */
  readonly state: string;
}

export interface FillsBoard {
  /** Newest first. */
  readonly fills: readonly FillBoardRow[];
  readonly total: number;
  /** Newest first. */
  readonly orders: readonly OrderRow[];
  /** Why there is no newer fill, where that can be told: "nothing approved", "shadow sends nothing". */
  readonly whyNone: string;
}

/** A cause and its effect; every stage of the pipeline declares such pairs. */
export interface StageRow {
  readonly name: string;
  readonly word: 'OK' | 'STALLED' | 'IDLE' | 'UNKNOWN';
  readonly reason: string;
  readonly causes: number | null;
  readonly effects: number | null;
  readonly causeAtMs: number | null;
  readonly effectAtMs: number | null;
}

/** A step of the effect path: journal, fold, audit, publish, total. Wall milliseconds. */
export interface LatencyRow {
  readonly step: string;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
  readonly count: number;
}

/** A process. */
export interface EngineRow {
  readonly name: string;
  readonly roles: readonly string[];
  /** "running", "no heartbeat", "starting", "not running". */
  readonly state: string;
  readonly isWell: boolean;
  readonly heartbeatAtMs: number | null;
  readonly cpuFraction: number | null;
  readonly rssBytes: number | null;
  readonly startedAtMs: number | null;
  /** Seen by this dashboard. */
  readonly restarts: number;
  readonly note: string;
}

export interface StagesBoard {
  /** EFFECTS FLOW, HALTED, STALLED, NOT PROVEN YET, NOT RUNNING, DEGRADED, NOTHING FLOWS. */
  readonly word: string;
  /** In full sentences what keeps the word from EFFECTS FLOW. */
  readonly reasons: readonly string[];
  readonly notes: readonly string[];
  readonly stages: readonly StageRow[];
  readonly latencies: readonly LatencyRow[];
  readonly engines: readonly EngineRow[];
}

export interface FindingRow {
  readonly id: string;
  readonly group: string;
  readonly level: string;
  readonly status: string;
  readonly says: string;
  readonly why: string;
  readonly remedy: string;
}

export interface DoctorBoard {
  readonly verdict: string;
  readonly finishedAtMs: number;
  /** How many findings have which status: `{ OK: 39, BLOCKER: 1 }` as pairs, worst first. */
  readonly counts: readonly { readonly status: string; readonly count: number }[];
  /** Worst first; what is OK comes last. */
  readonly findings: readonly FindingRow[];
  /** One command, or empty. */
  readonly nextStep: string;
  /** Scope of the delivery gate that the next step needs, or empty. */
  readonly needsGate: string;
  readonly path: string;
}

export interface PlaceRow {
  readonly name: string;
  readonly level: string;
  readonly epoch: number | null;
  readonly words: string;
}

export interface GateRow {
  readonly scope: string;
  readonly until: number | null;
  readonly by: string;
  readonly reason: string;
}

export interface ReadinessRow {
  readonly item: string;
  readonly status: string;
  readonly words: string;
}

export interface ControlBoard {
  readonly mode: string;
  readonly level: string;
  readonly scopes: readonly { readonly scope: string; readonly level: string }[];
  readonly epoch: number;
  readonly reason: string;
  readonly message: string;
  readonly operator: string;
  readonly atMs: number | null;
  /** "NONE (shadow)". */
  readonly ordersTo: string;
  readonly openOrders: number | null;
  readonly openPositions: number | null;
  readonly places: readonly PlaceRow[];
  readonly watchdog: string;
}

/** What changes seldom and costs more to find out. */
export interface PermissionBoard {
  readonly gates: readonly GateRow[];
  readonly canary: readonly string[];
  readonly readiness: {
    readonly verdict: string;
    readonly items: readonly ReadinessRow[];
  } | null;
}

export interface LedgerRow {
  readonly seq: number;
  readonly atMs: number;
  readonly who: string;
  readonly what: string;
  readonly why: string;
}

export interface LogRow {
  /** Grows by one from row to row. */
  readonly seq: number;
  readonly atMs: number | null;
  readonly level: string;
  readonly from: string;
  readonly text: string;
}

/** What happened, newest first; the same again and again is one row with a count. */
export interface EventRow {
  readonly seq: number;
  readonly atMs: number;
  readonly from: string;
  readonly text: string;
  readonly isBad: boolean;
  readonly count: number;
}

/** A place that data comes from, as this dashboard reaches it. */
export interface LinkRow {
  readonly name: 'engine' | 'Redis' | 'PostgreSQL';
  readonly state: 'up' | 'down' | 'not used' | 'not asked';
  readonly latencyMs: number | null;
  readonly sinceMs: number | null;
  readonly why: string;
}

/** All that the dashboard shows at one moment: plain data, which a recording keeps as it is. */
export interface Board {
  readonly atMs: number;
  /** The state directory or the stack, as it is shown to people. */
  readonly where: string;
  /** False: a stack that cdb did not start. */
  readonly isOwnEngine: boolean;
  readonly links: readonly LinkRow[];
  readonly control: Section<ControlBoard>;
  readonly figures: Section<FigureBoard>;
  readonly streams: Section<readonly StreamRow[]>;
  readonly blocks: Section<BlocksBoard>;
  readonly fills: Section<FillsBoard>;
  readonly stages: Section<StagesBoard>;
  readonly doctor: Section<DoctorBoard>;
  readonly permissions: Section<PermissionBoard>;
  readonly ledger: Section<readonly LedgerRow[]>;
  readonly log: Section<readonly LogRow[]>;
  readonly events: readonly EventRow[];
}
