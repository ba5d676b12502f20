import type pg from 'pg';
import { z } from 'zod';
import type {
  AuditReader,
  BlockField,
  BlockQuery,
  BlockedRow,
  BlockSummary,
  BlockedList,
  BlockedQuery,
  FillFilter,
  FillList,
  FillQuery,
  FillRow,
} from '../../engine/ports/audit-reader.js';
import {
  fillStatements,
  MEMBERS,
  NEWEST_RUN,
  refusalStatements,
} from './audit-reader-statements.js';
import { FILLS, REFUSALS, type FollowedTable } from './followed-rows.js';
import type { PgPool } from './pg-pool.js';
import { readTrace } from './read-trace.js';
import { OWN_TRACE, type TraceTables } from './trace-tables.js';
import { readOnly } from './read-only.js';
import { runStatement } from './run-statement.js';
import { newestCursor, rowsAfter } from './row-cursor.js';

/** Whatever a caller asks for, an answer stays small enough for a screen and for memory. */
const ROWS_MAX = 10_000;

const integer = z.coerce.number().int();
const listFigures = z.object({ total: integer, newestAtMs: integer.nullable() });
const groupRows = z.array(
  z.object({ key: z.string(), count: integer, firstAtMs: integer, lastAtMs: integer }),
);
const decisionFigures = z.object({
  blocked: integer,
  allowed: integer,
  lastAllowAtMs: integer.nullable(),
  firstAtMs: integer.nullable(),
  newestAtMs: integer.nullable(),
});

/** Where the rows are, and which of them are of one run. */
export interface AuditTables {
  readonly fills: FollowedTable<FillRow>;
  readonly refusals: FollowedTable<BlockedRow>;
  readonly newestRun: (client: pg.PoolClient) => Promise<NewestRun | null>;
  readonly trace: TraceTables;
}

const OWN_TABLES: AuditTables = { fills: FILLS, refusals: REFUSALS, newestRun, trace: OWN_TRACE };

/** Answers what operators ask, from committed rows; each answer is one consistent snapshot. */
export function postgresAuditReader(pool: PgPool, tables = OWN_TABLES): AuditReader {
  const ask = <T>(action: string, work: (client: pg.PoolClient) => Promise<T>): Promise<T> =>
    readOnly(pool, action, work);
  return {
    fills: (query) => ask('read the fills', (client) => readFills(client, tables, query)),
    blocksBy: (query) => ask('read the decisions', (client) => readBlocks(client, tables, query)),
    blocked: (query) => ask('read the refusals', (client) => readBlocked(client, tables, query)),
    fillsAfter: (cursor, filter, limit) =>
      ask('read new fills', async (client) => {
        const page = await rowsAfter(client, tables.fills, { cursor, limit: bounded(limit) });
        return { ...page, rows: page.rows.filter((fill) => isWanted(fill, filter)) };
      }),
    blockedAfter: (cursor, limit) =>
      ask('read new refusals', (client) =>
        rowsAfter(client, tables.refusals, { cursor, limit: bounded(limit) }),
      ),
    trace: (id) => ask('look up an id', (client) => readTrace(client, tables.trace, id)),
  };
}

interface NewestRun {
  /** What the run is called: its group where several shards share it. */
  readonly runId: string;
  /** The run ids that its rows carry, one for each shard. */
  readonly members: readonly string[];
}

async function newestRun(client: pg.PoolClient): Promise<NewestRun | null> {
  const newest = await runStatement<{ runId: string }>(client, NEWEST_RUN);
  const runId = newest.rows[0]?.runId;
  if (runId === undefined) return null;
  const { rows } = await runStatement<{ run_id: string }>(client, MEMBERS, [runId]);
  return { runId, members: rows.map(({ run_id }) => run_id) };
}

async function readFills(
  client: pg.PoolClient,
  { fills, newestRun }: AuditTables,
  query: FillQuery,
): Promise<FillList> {
  const run = await newestRun(client);
  const cursor = await newestCursor(client, fills);
  if (run === null) return { runId: null, fills: [], total: 0, newestAtMs: null, cursor };
  const { runId } = run;
  const sql = fillStatements(fills);
  const filter = [run.members, query.windowMs, query.symbol, query.strategyId];
  const { rows } = await runStatement(client, sql.page, [...filter, bounded(query.limit)]);
  const figures = await runStatement(client, sql.figures, filter);
  const { total, newestAtMs } = listFigures.parse(figures.rows[0]);
  return { runId, fills: fills.rows.parse(rows).toReversed(), total, newestAtMs, cursor };
}

function isWanted(fill: FillRow, { symbol, strategyId }: FillFilter): boolean {
  return (
    (symbol === null || fill.symbol === symbol) &&
    (strategyId === null || fill.strategyId === strategyId)
  );
}

async function readBlocked(
  client: pg.PoolClient,
  { refusals, newestRun }: AuditTables,
  query: BlockedQuery,
): Promise<BlockedList> {
  const sql = refusalStatements(refusals);
  const run = await newestRun(client);
  const cursor = await newestCursor(client, refusals);
  const members = run?.members ?? [];
  const newest = await runStatement(client, sql.newest, [members]);
  const { newestAtMs } = listFigures.parse(newest.rows[0]);
  const filter = [members, query.windowMs, newestAtMs];
  const { rows } = await runStatement(client, sql.page, [...filter, bounded(query.limit)]);
  const figures = await runStatement(client, sql.figures, filter);
  const { total } = listFigures.parse(figures.rows[0]);
  const blocked = refusals.rows.parse(rows).toReversed();
  return { runId: run?.runId ?? null, blocked, total, newestAtMs, cursor };
}

async function readBlocks(
  client: pg.PoolClient,
  { refusals, newestRun }: AuditTables,
  query: BlockQuery,
): Promise<BlockSummary> {
  const run = await newestRun(client);
  if (run === null) return emptySummary(query.by);
  const { runId, members } = run;
  const sql = refusalStatements(refusals);
  const figures = await runStatement(client, sql.decisions, [members, query.windowMs]);
  const { rows } = await runStatement(client, sql.groups[query.by], [
    members,
    query.windowMs,
    bounded(query.limit),
  ]);
  const groups = groupRows.parse(rows);
  const totals = decisionFigures.parse(figures.rows[0]);
  const shown = groups.reduce((sum, group) => sum + group.count, 0);
  return { runId, by: query.by, groups, othersCount: totals.blocked - shown, ...totals };
}

function emptySummary(by: BlockField): BlockSummary {
  const none = { lastAllowAtMs: null, firstAtMs: null, newestAtMs: null };
  return { runId: null, by, groups: [], othersCount: 0, blocked: 0, allowed: 0, ...none };
}

function bounded(limit: number): number {
  return Math.min(Math.max(Math.trunc(limit), 1), ROWS_MAX);
}
