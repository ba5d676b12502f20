import type pg from 'pg';
import type { AuditRow } from '../../engine/domain/audit-tables.js';
import {
  chainStart,
  nextLink,
  type ChainHash,
  type ChainHead,
  type ChainTable,
} from '../../engine/domain/row-chain.js';
import { nodeHash } from '../node-hash.js';
import { storedText } from './column-text.js';
import { TYPED_COLUMNS } from './column-types.js';
import { runPrepared } from './run-statement.js';
import { CHAIN_KEYS, CHAINS_SINCE, KNOWN_ROWS } from './statements.js';

/** The head columns of a cursor's row, null where the chains have not begun; `now` in µs. */
export interface LockedChains {
  readonly risk_n: string | null;
  readonly risk_hash: string | null;
  readonly risk_since: string | null;
  readonly control_n: string | null;
  readonly control_hash: string | null;
  readonly control_since: string | null;
  readonly now: string;
}

interface ChainState {
  readonly sinceId: string;
  head: ChainHead;
}

/** The chains of one run within the transaction that has its cursor locked. */
export class RunChains {
  readonly #hash: ChainHash;
  readonly #states: Readonly<Record<ChainTable, ChainState>>;
  readonly #now: string;

  private constructor(
    hash: ChainHash,
    states: Readonly<Record<ChainTable, ChainState>>,
    now: string,
  ) {
    this.#hash = hash;
    this.#states = states;
    this.#now = now;
  }

  /** A run whose rows are older than the chains has them begin behind what is there. */
  static async continued(
    client: pg.PoolClient,
    { runId, hash }: { readonly runId: string; readonly hash: ChainHash },
    row: LockedChains,
  ): Promise<RunChains> {
    const since = await sinceIds(client, row);
    const state = (table: ChainTable, n: string | null, head: string | null): ChainState => {
      const sinceId = since[table];
      const start = chainStart(nodeHash, { table, runId, sinceId });
      return { sinceId, head: n === null || head === null ? start : { n: Number(n), hash: head } };
    };
    const states = {
      risk_events: state('risk_events', row.risk_n, row.risk_hash),
      control_events: state('control_events', row.control_n, row.control_hash),
    };
    return new RunChains(hash, states, row.now);
  }

  /** The rows with their links, in the columns of INSERT_COLUMNS; the head moves with them. */
  link(table: ChainTable, rows: readonly AuditRow[]): readonly AuditRow[] {
    const types = TYPED_COLUMNS[table].map(({ type }) => type);
    const state = this.#states[table];
    return rows.map((row) => {
      const cells = types.map((type, i) => storedText(row[i] ?? null, type === 'jsonb'));
      cells.push(this.#now);
      const { n, prev, hash, key } = nextLink(this.#hash, state.head, { table, cells });
      state.head = { n, hash };
      return [...row, n, prev, hash, key];
    });
  }

  /** The parameters of MOVE_CURSOR behind the digest. */
  headValues(): readonly (string | number)[] {
    return [this.#states.risk_events, this.#states.control_events].flatMap(({ head, sinceId }) => [
      head.n,
      head.hash,
      sinceId,
    ]);
  }
}

async function sinceIds(
  client: pg.PoolClient,
  { risk_since, control_since }: LockedChains,
): Promise<Readonly<Record<ChainTable, string>>> {
  if (risk_since !== null && control_since !== null) {
    return { risk_events: risk_since, control_events: control_since };
  }
  const { rows } = await runPrepared<Record<ChainTable, string>>(client, CHAINS_SINCE);
  return rows[0] ?? { risk_events: '0', control_events: '0' };
}

/** Of a batch that overlaps what is there: a row that is in the chain must not be linked again. */
export async function withoutKnown(
  client: pg.PoolClient,
  table: ChainTable,
  rows: readonly AuditRow[],
): Promise<readonly AuditRow[]> {
  const at = TYPED_COLUMNS[table].findIndex(({ name }) => name === CHAIN_KEYS[table]);
  const keys = rows.map((row) => String(row[at]));
  const found = await runPrepared<{ key: string }>(client, KNOWN_ROWS[table], [keys]);
  const known = new Set(found.rows.map(({ key }) => key));
  return rows.filter((_, i) => !known.has(keys[i] ?? ''));
}
