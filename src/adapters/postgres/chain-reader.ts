import type pg from 'pg';
import * as z from 'zod';
import { sqlStatement, type SqlStatement } from '../../engine/ports/sql-statement.js';
import { CHAIN_COLUMNS, type ChainTable } from '../../engine/domain/row-chain.js';
import type {
  AnchorRow,
  ChainClaim,
  ChainPage,
  ChainQuery,
  ChainReader,
} from '../../engine/ports/chain-reader.js';
import { DependencyError } from '../../operator-error.js';
import type { PgPool } from './pg-pool.js';
import { readOnly } from './read-only.js';
import { runStatement } from './run-statement.js';

const ROWS_MAX = 5_000;

/** A chain is read in the order in which it was written, by an index that is there anyway. */
const ORDERS: Readonly<Record<ChainTable, { readonly place: string; readonly behind: string }>> = {
  risk_events: {
    place: `seq || ':' || ord`,
    behind: '(seq, ord) > ($2::bigint, $3::bigint)',
  },
  control_events: {
    place: `id || ':0'`,
    behind: '(id, 0) > ($2::bigint, $3::bigint)',
  },
};
const SORTS: Readonly<Record<ChainTable, string>> = {
  risk_events: 't.seq, t.ord',
  // Of the column: by itself the name is that of the text in the answer.
  control_events: 't.id',
};
const HEADS: Readonly<Record<ChainTable, string>> = {
  risk_events: 'risk',
  control_events: 'control',
};
const BEGINNING = '-9000000000000000000:0';

/** Times that are no number at all are shown, so that one such row is named and not the page lost. */
const MICROSECONDS = `CASE WHEN isfinite(created_at)
  THEN (extract(epoch FROM created_at) * 1000000)::bigint::text ELSE created_at::text END`;

/** Runs by a walk over the index: a table of millions of rows is not read for a few names. */
const RUNS = sqlStatement(
  'chain_runs',
  `WITH RECURSIVE risk AS (
    (SELECT run_id FROM risk_events WHERE run_id > $1 ORDER BY run_id LIMIT 1)
    UNION ALL
    SELECT (SELECT e.run_id FROM risk_events e WHERE e.run_id > risk.run_id ORDER BY e.run_id LIMIT 1)
    FROM risk WHERE risk.run_id IS NOT NULL
  ), control AS (
    (SELECT run_id FROM control_events WHERE run_id > $1 ORDER BY run_id LIMIT 1)
    UNION ALL
    SELECT (SELECT e.run_id FROM control_events e WHERE e.run_id > control.run_id ORDER BY e.run_id LIMIT 1)
    FROM control WHERE control.run_id IS NOT NULL
  )
  SELECT run_id AS "runId" FROM (
    (SELECT run_id FROM risk WHERE run_id IS NOT NULL LIMIT $2)
    UNION (SELECT run_id FROM control WHERE run_id IS NOT NULL LIMIT $2)
    UNION (SELECT run_id FROM audit_cursor WHERE run_id > $1 ORDER BY run_id LIMIT $2)
  ) all_runs ORDER BY run_id LIMIT $2`,
);

const PAGES = ofChains((table) => {
  const columns = CHAIN_COLUMNS[table].map((name) =>
    name === 'created_at' ? MICROSECONDS : `"${name}"::text`,
  );
  return sqlStatement(
    `chain_page_${table}`,
    `SELECT id::text AS id, ARRAY[${columns.join(', ')}] AS cells, chain_n::text AS n,
       chain_prev AS prev, chain_hash AS hash, chain_key AS key, ${ORDERS[table].place} AS place
     FROM ${table} t WHERE run_id = $1 AND ${ORDERS[table].behind} ORDER BY ${SORTS[table]} LIMIT $4`,
  );
});

const CLAIMS = ofChains((table) =>
  sqlStatement(
    `chain_claim_${table}`,
    `SELECT ${HEADS[table]}_n::text AS n, ${HEADS[table]}_hash AS hash,
       ${HEADS[table]}_since::text AS "sinceId" FROM audit_cursor WHERE run_id = $1`,
  ),
);

const DATABASE_ID = sqlStatement('database_id', 'SELECT id::text AS id FROM audit_database');

const ANCHORS = sqlStatement(
  'anchors',
  `SELECT id::text AS id, ledger_id AS "ledgerId", place, ledger_n::text AS n, ledger_hash AS hash,
     (extract(epoch FROM created_at) * 1000)::bigint::text AS "atMs"
   FROM audit_anchors WHERE id > $1::bigint ORDER BY id LIMIT $2`,
);

export const CHAIN_STATEMENTS = [
  ...[RUNS, DATABASE_ID, ANCHORS],
  ...Object.values(PAGES),
  ...Object.values(CLAIMS),
];

function ofChains(
  make: (table: ChainTable) => SqlStatement,
): Readonly<Record<ChainTable, SqlStatement>> {
  return { risk_events: make('risk_events'), control_events: make('control_events') };
}

const count = z.coerce.number();
const runRows = z.array(z.object({ runId: z.string() }));
const claimRows = z.array(
  z.object({
    n: count.nullable(),
    hash: z.string().nullable(),
    sinceId: z.string().nullable(),
  }),
);
const chainRows = z.array(
  z.object({
    id: z.string(),
    cells: z.array(z.string().nullable()),
    n: z.string().transform(Number).nullable(),
    prev: z.string().nullable(),
    hash: z.string().nullable(),
    key: z.string().nullable(),
    place: z.string(),
  }),
);
const anchorRows = z.array(
  z.object({
    id: z.string(),
    ledgerId: z.string(),
    place: z.string(),
    n: count,
    hash: z.string(),
    atMs: count,
  }),
);

/** Each page is one snapshot, in which nothing can be written. */
export function postgresChainReader(pool: PgPool): ChainReader {
  return {
    databaseId: () => readOnly(pool, 'read the name of the database', readDatabaseId),
    runs: (after, limit) =>
      readOnly(pool, 'list the runs', async (client) => {
        const { rows } = await runStatement(client, RUNS, [after, limit]);
        return runRows.parse(rows).map(({ runId }) => runId);
      }),
    rows: (query) => readOnly(pool, `read ${query.table}`, (client) => readPage(client, query)),
    anchors: (after, limit) =>
      readOnly(pool, 'read the anchors', (client) => readAnchors(client, after, limit)),
  };
}

async function readPage(client: pg.PoolClient, query: ChainQuery): Promise<ChainPage> {
  const { table, runId, place, limit } = query;
  const [first, second] = (place ?? BEGINNING).split(':');
  const values = [runId, first, second, Math.min(limit, ROWS_MAX)];
  const { rows } = await runStatement(client, PAGES[table], values);
  const read = chainRows.parse(rows);
  const claim = await readClaim(client, table, runId);
  return { claim, rows: read, place: read.at(-1)?.place ?? place ?? BEGINNING };
}

async function readClaim(
  client: pg.PoolClient,
  table: ChainTable,
  runId: string,
): Promise<ChainClaim | null> {
  const { rows } = await runStatement(client, CLAIMS[table], [runId]);
  return claimRows.parse(rows)[0] ?? null;
}

export async function readDatabaseId(client: pg.PoolClient): Promise<string> {
  const { rows } = await runStatement<{ id: string }>(client, DATABASE_ID);
  const [row] = rows;
  if (row === undefined) {
    throw new DependencyError('The table "audit_database" has lost its row', {
      dependency: 'postgresql',
      retryable: false,
    });
  }
  return row.id;
}

async function readAnchors(
  client: pg.PoolClient,
  after: string,
  limit: number,
): Promise<readonly AnchorRow[]> {
  const { rows } = await runStatement(client, ANCHORS, [after, Math.min(limit, ROWS_MAX)]);
  return anchorRows.parse(rows);
}
