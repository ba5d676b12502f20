import { PLAIN_CHAIN_HASH } from '../../../src/adapters/chain-hash.js';
import { nodeHash } from '../../../src/adapters/node-hash.js';
import type { AuditRow, AuditTable } from '../../../src/engine/domain/audit-tables.js';
import {
  CHAIN_TABLES,
  chainStart,
  nextLink,
  type ChainHash,
  type ChainHead,
  type ChainTable,
} from '../../../src/engine/domain/row-chain.js';
import type {
  AuditBatch,
  AuditCursor,
  AuditStore,
  CommittedRows,
  RunRecord,
} from '../../../src/engine/ports/audit-store.js';
import type { ChainPage, ChainQuery, ChainRow } from '../../../src/engine/ports/chain-reader.js';
import { DependencyError } from '../../../src/operator-error.js';
import { Power } from './power.js';

/** What the database holds, whoever is connected. */
export class AuditDisk {
  readonly rows = new Map<AuditTable, Map<string, AuditRow>>();
  readonly cursors = new Map<string, AuditCursor>();
  /** Every batch that took effect, in the order of its commit. */
  readonly batches: AuditBatch[] = [];
  /** By table and run. */
  readonly chains = new Map<string, { head: ChainHead; readonly rows: ChainRow[] }>();

  chain(table: ChainTable, runId: string) {
    const name = `${table} ${runId}`;
    const head = chainStart(nodeHash, { table, runId, sinceId: '0' });
    const chain = this.chains.get(name) ?? { head, rows: [] };
    this.chains.set(name, chain);
    return chain;
  }

  /** As verifiers read it. */
  chainPage({ table, runId, place, limit }: ChainQuery): ChainPage {
    const { head, rows } = this.chain(table, runId);
    const first = Number(place ?? 0);
    const page = rows.slice(first, first + limit);
    const claim = this.cursors.has(runId) ? { n: head.n, hash: head.hash, sinceId: '0' } : null;
    return { claim, rows: page, place: String(first + page.length) };
  }

  table(name: AuditTable): readonly AuditRow[] {
    return [...(this.rows.get(name)?.values() ?? [])];
  }
}

export type Outage = 'none' | 'before' | 'after';

/**
 * Rows in memory, one transaction a batch. `outage` makes `commit` fail: `before` nothing happened,
 * `after` it happened and only the answer was lost.
 */
export class MemoryAuditStore implements AuditStore {
  outage: Outage = 'none';
  attempts = 0;
  readonly #disk: AuditDisk;
  readonly #power: Power;
  readonly #hash: ChainHash;

  constructor(
    disk: AuditDisk = new AuditDisk(),
    power: Power = new Power(),
    hash: ChainHash = PLAIN_CHAIN_HASH,
  ) {
    this.#disk = disk;
    this.#power = power;
    this.#hash = hash;
  }

  async commit(batch: AuditBatch): Promise<CommittedRows> {
    await this.#power.point();
    this.attempts += 1;
    if (this.outage === 'before') throw away();
    const taken = this.#apply(batch);
    if (this.outage === 'after') throw away();
    await this.#power.point();
    return taken;
  }

  async cursor(runId: string): Promise<AuditCursor | null> {
    await this.#power.point();
    return this.#disk.cursors.get(runId) ?? null;
  }

  async startRun(_run: RunRecord): Promise<void> {
    await this.#power.point();
  }

  async probe(): Promise<void> {
    await this.#power.point();
  }

  async close(): Promise<void> {
    await this.#power.point();
  }

  #apply(batch: AuditBatch): CommittedRows {
    const cursor = this.#disk.cursors.get(batch.runId);
    if (cursor !== undefined && batch.seqLast <= cursor.seq) return {};
    if ((cursor?.seq ?? 0) < (batch.recordedSeq ?? 0)) throw lostConfirmed();
    for (const [table, rows] of Object.entries(batch.rows) as [AuditTable, AuditRow[]][]) {
      const held = this.#disk.rows.get(table) ?? new Map<string, AuditRow>();
      this.#disk.rows.set(table, held);
      for (const row of rows) {
        const key = UPSERTS.has(table) ? String(row[0]) : JSON.stringify(row);
        if (!held.has(key)) this.#link(table, batch.runId, row);
        held.set(key, merged(held.get(key), row));
      }
    }
    this.#disk.cursors.set(batch.runId, { seq: batch.seqLast, digest: batch.digest });
    this.#disk.batches.push(batch);
    return Object.fromEntries(
      Object.entries(batch.rows).map(([table, rows]) => [table, rows.length]),
    );
  }

  #link(table: AuditTable, runId: string, row: AuditRow): void {
    if (!isChained(table)) return;
    const chain = this.#disk.chain(table, runId);
    const texts = row.map((value) => (value === null ? null : String(value)));
    const cells = [...texts, String(this.#disk.batches.length)];
    const link = nextLink(this.#hash, chain.head, { table, cells });
    chain.head = { n: link.n, hash: link.hash };
    chain.rows.push({ id: String(link.n), cells, ...link });
  }
}

const CHAINED: ReadonlySet<string> = new Set(CHAIN_TABLES);
const UPSERTS: ReadonlySet<AuditTable> = new Set<AuditTable>(['orders', 'positions']);

function isChained(table: AuditTable): table is ChainTable {
  return CHAINED.has(table);
}

/** A later version of an order or position leaves alone what it knows nothing of. */
function merged(held: AuditRow | undefined, row: AuditRow): AuditRow {
  return held === undefined ? row : row.map((value, i) => value ?? held[i] ?? null);
}

function away(): DependencyError {
  return new DependencyError('the database is away', {
    dependency: 'postgresql',
    retryable: true,
  });
}

function lostConfirmed(): DependencyError {
  const words = 'Cannot commit: the record has lost what was confirmed';
  return new DependencyError(words, { dependency: 'postgresql', retryable: false });
}
