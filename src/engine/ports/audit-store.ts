import type { AuditRow, AuditTable } from '../domain/audit-tables.js';
import type { ShardProgress } from './shard-store.js';

/** All rows of one batch of inputs, committed in one transaction together with the cursor. */
export interface AuditBatch {
  readonly runId: string;
  readonly seqFirst: number;
  readonly seqLast: number;
  /** Rolling output digest after `seqLast`. */
  readonly digest: string;
  readonly rows: Partial<Readonly<Record<AuditTable, readonly AuditRow[]>>>;
  /** Newest input that this writer knows to be on record: a record that ends before it has lost some. */
  readonly recordedSeq?: number;
  /** Of a shard: whoever commits proves that it is still the writer. @throws Fenced */
  readonly shard?: ShardProgress;
}

export interface AuditCursor {
  readonly seq: number;
  readonly digest: string;
}

export interface RunRecord {
  readonly runId: string;
  readonly identity: string;
  readonly mode: string;
  readonly feed: string;
  readonly seed: number;
  readonly codeVersion: string;
  readonly configHash: string;
  readonly startedAtMs: number;
}

export type CommittedRows = Partial<Readonly<Record<AuditTable, number>>>;

/**
 * The audit trail. Rows carry deterministic keys, so committing a batch twice changes nothing;
 * `orders` and `positions` are upserts (a final order status is never downgraded).
 * Every method throws DependencyError when the database can't do it in time.
 */
export interface AuditStore {
  /**
   * Durable when resolved. A batch at or below the run's cursor is a no-op.
   * @returns how many rows the database took, by table: its count, not ours
   */
  commit(batch: AuditBatch): Promise<CommittedRows>;
  cursor(runId: string): Promise<AuditCursor | null>;
  startRun(run: RunRecord): Promise<void>;
  /** One cheap round trip that proves that the statements of `commit` would still prepare. */
  probe(): Promise<void>;
  close(): Promise<void>;
}
