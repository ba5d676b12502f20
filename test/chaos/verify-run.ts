import { join } from 'node:path';
import pg from 'pg';
import { openEmbeddedPostgres } from '../../src/adapters/embedded/embedded-postgres.js';
import { openLocalEventLog } from '../../src/adapters/files/local-event-log.js';
import { openRunRegistry } from '../../src/adapters/files/run-registry.js';
import { stateDirectory } from '../../src/adapters/files/state-directory.js';
import { postgresChainReader } from '../../src/adapters/postgres/chain-reader.js';
import type { PgPool, PgTarget } from '../../src/adapters/postgres/pg-pool.js';
import { systemClock } from '../../src/adapters/system-clock.js';
import {
  AUDIT_COLUMNS,
  type AuditRow,
  type AuditTable,
} from '../../src/engine/domain/audit-tables.js';
import { CHAIN_TABLES } from '../../src/engine/domain/row-chain.js';
import { verdictOf } from '../contract/chain-check.js';
import { e8FromText, formatE8 } from './exact.js';
import type { RegisteredRun } from '../../src/engine/ports/run-registry.js';
import { type EventLog, type LogEntry, compareLogIds } from '../../src/engine/ports/event-log.js';
import { type Truth, truthOf } from './run-truth.js';

/** What was found wrong, in words; empty when the state is what the journal says. */
export interface Verdict {
  readonly runId: string;
  readonly finished: boolean;
  readonly digest: string;
  readonly inputKinds: Truth['inputKinds'];
  readonly rows: Readonly<Record<string, number>>;
  readonly streamEntries: number;
  readonly faults: readonly string[];
}

/** The column that names a row, for tables whose rows are written once. */
const WRITTEN_ONCE = {
  signals: 'signal_id',
  risk_events: 'decision_pk',
  blocked_decisions: 'decision_pk',
  correlation_ledger: 'event_pk',
  trades: 'fill_id',
  portfolio_snapshots: 'snapshot_pk',
  control_events: 'event_pk',
} as const satisfies Partial<Record<AuditTable, string>>;

/** Columns that say what happened; compared as text with what the fold says. */
const TOLD: Partial<Record<AuditTable, readonly string[]>> = {
  risk_events: ['decision', 'reason_code', 'seq', 'ord', 'input_snapshot_hash', 'symbol'],
  trades: ['order_id', 'symbol', 'side', 'status'],
  signals: ['symbol', 'signal_type'],
  blocked_decisions: ['reason_code', 'signal_id'],
};

/** Newest run of the state directory against its own journal. Starts the database for that. */
export async function verifyNewestRun(stateDir: string, external?: PgTarget): Promise<Verdict> {
  const run = openRunRegistry(stateDirectory(stateDir).runs).list().at(-1);
  if (run === undefined) throw new Error(`no run in ${stateDir}`);
  return verifyRun(stateDir, run, external);
}

/** @param external where the rows are, if not in the embedded database of the directory */
export async function verifyRun(
  stateDir: string,
  run: RegisteredRun,
  external?: PgTarget,
): Promise<Verdict> {
  const { runId } = run;
  const { journal } = stateDirectory(stateDir);
  const truth = await truthOf(join(journal, 'inputs'), runId);
  const faultsIn = (client: pg.Client) => databaseFaults(client, truth);
  const database = await (external === undefined
    ? withDatabase(stateDir, faultsIn)
    : withClient(external, faultsIn));
  const streams = await streamFaults(join(journal, 'streams'), truth);
  const gaps = await journalGaps(join(journal, 'inputs'), truth);
  return {
    runId,
    finished: run.finished,
    digest: truth.digest,
    inputKinds: truth.inputKinds,
    rows: database.rows,
    streamEntries: streams.entries,
    faults: [...gaps, ...database.faults, ...streams.faults],
  };
}

/** A sequence between two of a run may be missing only where another run has used it. */
async function journalGaps(directory: string, { seqs }: Truth): Promise<readonly string[]> {
  const sorted = [...seqs].sort((a, b) => a - b);
  const jumps = sorted.flatMap((seq, i) => {
    const before = sorted[i - 1];
    return before === undefined || seq === before + 1 ? [] : [{ from: before + 1, to: seq - 1 }];
  });
  if (jumps.length === 0) return [];
  const log = openLocalEventLog(directory, { clock: systemClock(), readOnly: true });
  const infos = await log.list().finally(() => log.close());
  return jumps
    .filter(({ from, to }) => {
      const ends = infos.map(({ firstId, lastId }) => ({ first: firstId?.seq, last: lastId?.seq }));
      return !ends.some(({ first }) => first === from) || !ends.some(({ last }) => last === to);
    })
    .map(({ from, to }) => `journal: ${from} to ${to} are in no run`);
}

export async function withDatabase<T>(
  stateDir: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const server = await openEmbeddedPostgres({
    stateDir,
    owner: 'chaos check',
    waitForLockMs: 10_000,
    clock: systemClock(),
  });
  try {
    return await withClient(server.connection, work);
  } finally {
    await server.stop();
  }
}

export async function withClient<T>(
  target: PgTarget,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ ...target, ssl: false, connectionTimeoutMillis: 5_000 });
  // A server that ends says so to the query, and to this listener where no query runs.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Orders that were published although nothing of them is committed; there must never be one. */
export async function ordersWithoutAudit(stateDir: string): Promise<readonly string[]> {
  const directory = join(stateDirectory(stateDir).journal, 'streams');
  const log = openLocalEventLog(directory, { clock: systemClock(), readOnly: true });
  const orders = await readAll(log, 'stream.orders').finally(() => log.close());
  const ids = orders.map(({ fields }) => fields['order_id'] ?? '');
  if (ids.length === 0) return [];
  return withDatabase(stateDir, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      `SELECT id FROM unnest($1::text[]) AS published(id)
        WHERE NOT EXISTS (SELECT FROM orders o JOIN risk_events r ON r.decision_pk = o.decision_id
                           WHERE o.order_id = published.id AND r.decision = 'ALLOW')`,
      [ids],
    );
    return rows.map(({ id }) => id);
  });
}

type Row = Readonly<Record<string, string | null>>;

/** What the tables have of a run against what its inputs fold to. */
export async function databaseFaults(
  client: pg.Client,
  truth: Truth,
): Promise<{ readonly rows: Record<string, number>; readonly faults: readonly string[] }> {
  const faults: string[] = [];
  const counts: Record<string, number> = {};
  for (const [table, key] of Object.entries(WRITTEN_ONCE) as [
    keyof typeof WRITTEN_ONCE,
    string,
  ][]) {
    const rows = await rowsOf(client, table, truth);
    counts[table] = rows.length;
    faults.push(...tableFaults({ table, key, rows, truth }));
  }
  const orders = await rowsOf(client, 'orders', truth);
  const trades = await rowsOf(client, 'trades', truth);
  const positions = await rowsOf(client, 'positions', truth);
  counts['orders'] = orders.length;
  counts['positions'] = positions.length;
  faults.push(
    ...orderFaults(orders, truth),
    ...positionFaults(positions, trades),
    ...signalFaults(truth),
    ...(await decisionFaults(client, truth)),
    ...(await ledgerFaults(client, truth)),
    ...(await candleFaults(client, truth)),
    ...(await chainFaults(client, truth)),
  );
  return { rows: counts, faults };
}

/** Every decision and control event of the run is in its chain, whatever was killed meanwhile. */
async function chainFaults(client: pg.Client, { runId }: Truth): Promise<readonly string[]> {
  const pool: PgPool = {
    use: (_action, work) => work(client as unknown as pg.PoolClient),
    close: () => Promise.resolve(),
  };
  const faults: string[] = [];
  for (const table of CHAIN_TABLES) {
    const { fault, unproven } = await verdictOf(
      postgresChainReader(pool),
      { table, runId },
      { pageRows: 500 },
    );
    if (fault !== null) faults.push(`${table}: chain position ${fault.n}: ${fault.what}`);
    if (unproven > 0) faults.push(`${table}: ${unproven} rows without a position`);
  }
  return faults;
}

/** All columns as text. Two tables have no run: their rows are found by those of the decisions. */
async function rowsOf(client: pg.Client, table: AuditTable, truth: Truth): Promise<readonly Row[]> {
  const columns = AUDIT_COLUMNS[table].map((name) => `"${name}"::text AS "${name}"`).join(', ');
  const scope =
    table === 'blocked_decisions'
      ? 'decision_pk IN (SELECT decision_pk FROM risk_events WHERE run_id = $1)'
      : table === 'correlation_ledger'
        ? 'signal_id IN (SELECT signal_id FROM signals WHERE run_id = $1)'
        : 'run_id = $1';
  const { rows } = await client.query<Row>(`SELECT ${columns} FROM ${table} WHERE ${scope}`, [
    truth.runId,
  ]);
  return rows;
}

/** Exactly the rows of the fold, each once, saying the same. */
function tableFaults(found: {
  readonly table: AuditTable;
  readonly key: string;
  readonly rows: readonly Row[];
  readonly truth: Truth;
}): readonly string[] {
  const { table, key, rows, truth } = found;
  const expected = expectedRows(truth, table);
  const byKey = new Map(expected.map((row) => [row[key], row]));
  const faults = twiceOrMissing(
    table,
    rows.map((row) => row[key] ?? ''),
    [...byKey.keys()],
  );
  for (const row of rows) {
    const told = byKey.get(row[key] ?? '');
    if (told === undefined) continue;
    for (const column of TOLD[table] ?? []) {
      if (told[column] !== row[column]) {
        faults.push(`${table} ${row[key]}: ${column} is ${row[column]}, folded ${told[column]}`);
      }
    }
  }
  return faults.slice(0, 10);
}

function expectedRows(truth: Truth, table: AuditTable): readonly Row[] {
  const columns = AUDIT_COLUMNS[table];
  return (truth.rows[table] ?? []).map((row) =>
    Object.fromEntries(columns.map((name, i) => [name, textOrNull(row[i])])),
  );
}

function textOrNull(value: AuditRow[number] | undefined): string | null {
  return value === null || value === undefined ? null : String(value);
}

function twiceOrMissing(
  what: string,
  found: readonly string[],
  expected: readonly (string | null | undefined)[],
): string[] {
  const have = new Set(found);
  const want = new Set(expected);
  const faults: string[] = [];
  if (have.size !== found.length) faults.push(`${what}: ${found.length - have.size} keys twice`);
  const missing = [...want].filter((one) => !have.has(one ?? ''));
  const foreign = [...have].filter((one) => !want.has(one));
  if (missing.length > 0) faults.push(`${what}: ${missing.length} missing, e.g. ${missing[0]}`);
  if (foreign.length > 0) faults.push(`${what}: ${foreign.length} not folded, e.g. ${foreign[0]}`);
  return faults;
}

/** The last step of each order by the fold is what its row says. */
function orderFaults(rows: readonly Row[], truth: Truth): readonly string[] {
  const last = new Map<string, { status: string; filled: string }>();
  for (const step of expectedRows(truth, 'orders')) {
    const filled = step['filled_size'] ?? '0';
    last.set(step['order_id'] ?? '', { status: step['status'] ?? '', filled });
  }
  const faults = twiceOrMissing(
    'orders',
    rows.map((row) => row['order_id'] ?? ''),
    [...last.keys()],
  );
  for (const row of rows) {
    const told = last.get(row['order_id'] ?? '');
    if (told === undefined) continue;
    const filled = e8FromText(row['filled_size'] ?? '0');
    if (row['status'] !== told.status || filled !== e8FromText(told.filled)) {
      faults.push(
        `orders ${row['order_id']}: ${row['status']} ${row['filled_size']}, folded ${told.status} ${told.filled}`,
      );
    }
    if (row['signal_id'] === null || row['decision_id'] === null || row['client_id'] === null) {
      faults.push(`orders ${row['order_id']}: lost what its first row said`);
    }
  }
  return faults.slice(0, 10);
}

/** Own arithmetic over the rows of the database: signed fills add up to the open positions of their book. */
function positionFaults(positions: readonly Row[], trades: readonly Row[]): readonly string[] {
  const net = new Map<string, bigint>();
  const add = (symbol: string, sizeE8: bigint) => {
    net.set(symbol, (net.get(symbol) ?? 0n) + sizeE8);
  };
  let realizedE8 = 0n;
  for (const trade of trades) {
    const sizeE8 = e8FromText(trade['size'] ?? '0');
    add(trade['symbol'] ?? '', trade['side'] === 'buy' ? sizeE8 : -sizeE8);
    realizedE8 += e8FromText(trade['realized_pnl'] ?? '0');
  }
  // No hypothetical fill has a row in trades.
  for (const position of positions.filter(({ book }) => book === 'real')) {
    const sizeE8 = e8FromText(position['size'] ?? '0');
    if (position['closed_at'] === null) {
      add(position['symbol'] ?? '', position['side'] === 'short' ? sizeE8 : -sizeE8);
    }
    realizedE8 -= e8FromText(position['realized_pnl'] ?? '0');
  }
  const faults = [...net]
    .filter(([, restE8]) => restE8 !== 0n)
    .map(([symbol, restE8]) => `positions: fills of ${symbol} leave ${formatE8(restE8)} over`);
  if (realizedE8 !== 0n) faults.push(`positions: realised PnL differs by ${formatE8(realizedE8)}`);
  return faults;
}

/** One decision for each signal, by the fold itself. */
function signalFaults({ facts }: Truth): readonly string[] {
  const decided = new Map<string, number>();
  for (const fact of facts) {
    if (fact.kind === 'SignalRaised') decided.set(`${fact.ref.seq}-${fact.ref.ord}`, 0);
  }
  const faults: string[] = [];
  for (const fact of facts) {
    if (fact.kind !== 'RiskDecided') continue;
    const key = `${fact.signalRef.seq}-${fact.signalRef.ord}`;
    decided.set(key, (decided.get(key) ?? 100) + 1);
  }
  for (const [key, count] of decided) {
    if (count !== 1) faults.push(`signal ${key} has ${count} decisions`);
  }
  return faults;
}

/** One decision for each signal, by the rows. */
async function decisionFaults(client: pg.Client, truth: Truth): Promise<readonly string[]> {
  const { rows } = await client.query<{ without: string }>(
    `SELECT count(*)::text AS without FROM signals s WHERE run_id = $1 AND 1 <>
       (SELECT count(*) FROM correlation_ledger c
         WHERE c.signal_id = s.signal_id AND c.event_type = 'DECISION')`,
    [truth.runId],
  );
  const without = Number(rows[0]?.without ?? 0);
  return without === 0 ? [] : [`${without} signals have not exactly one decision in the ledger`];
}

async function ledgerFaults(client: pg.Client, truth: Truth): Promise<readonly string[]> {
  const { rows } = await client.query<{
    postings: string;
    lines: string;
    off: string;
    sum: string;
  }>(
    `SELECT count(*)::text AS postings, coalesce(sum(n), 0)::text AS lines,
            count(*) FILTER (WHERE total <> 0)::text AS off, coalesce(sum(total), 0)::text AS sum
       FROM (SELECT posting_pk, count(*) AS n, sum(amount_usdt) AS total
               FROM ledger_entries WHERE run_id = $1 GROUP BY posting_pk) AS posting`,
    [truth.runId],
  );
  const [found] = rows;
  const expected = expectedRows(truth, 'ledger_entries');
  const postings = new Set(expected.map((row) => row['posting_pk'])).size;
  const faults: string[] = [];
  if (Number(found?.lines) !== expected.length || Number(found?.postings) !== postings) {
    faults.push(
      `ledger: ${found?.lines} lines in ${found?.postings} postings, folded ${expected.length} in ${postings}`,
    );
  }
  if (Number(found?.off) !== 0) faults.push(`ledger: ${found?.off} postings do not sum to zero`);
  if (Number(found?.sum) !== 0) faults.push(`ledger: in total ${found?.sum}`);
  return faults;
}

async function candleFaults(client: pg.Client, truth: Truth): Promise<readonly string[]> {
  const { rows } = await client.query<{ key: string }>(
    `SELECT symbol || '@' || ts_ms::text AS key FROM candles_1m WHERE run_id = $1`,
    [truth.runId],
  );
  const expected = expectedRows(truth, 'candles_1m').map(
    (row) => `${row['symbol']}@${row['ts_ms']}`,
  );
  return twiceOrMissing(
    'candles_1m',
    rows.map(({ key }) => key),
    expected,
  );
}

/** Ids strictly rising over all runs, and for this run exactly the entries that the fold plans. */
async function streamFaults(
  directory: string,
  truth: Truth,
): Promise<{ readonly entries: number; readonly faults: readonly string[] }> {
  const log = openLocalEventLog(directory, { clock: systemClock(), readOnly: true });
  const faults: string[] = [];
  let count = 0;
  try {
    const names = new Set([...(await log.list()).map(({ name }) => name), ...truth.streams.keys()]);
    for (const name of names) {
      const all = await readAll(log, name);
      faults.push(...risingFaults(name, all));
      const ours = all.filter(({ id }) => truth.seqs.has(id.seq));
      count += ours.length;
      faults.push(...entryFaults(name, ours, truth.streams.get(name) ?? []));
    }
  } finally {
    await log.close();
  }
  return { entries: count, faults };
}

async function readAll(log: EventLog, name: string): Promise<readonly LogEntry[]> {
  const all: LogEntry[] = [];
  for (;;) {
    const part = await log.read(name, all.at(-1)?.id ?? null, 1_000);
    if (part.length === 0) return all;
    all.push(...part);
  }
}

function risingFaults(name: string, entries: readonly LogEntry[]): readonly string[] {
  const falls = entries.filter(({ id }, i) => {
    const before = entries[i - 1];
    return before !== undefined && compareLogIds(before.id, id) >= 0;
  });
  return falls.length === 0 ? [] : [`${name}: ${falls.length} ids do not rise`];
}

function entryFaults(
  name: string,
  found: readonly LogEntry[],
  planned: readonly LogEntry[],
): readonly string[] {
  const text = ({ id, fields }: LogEntry) => JSON.stringify([id.seq, id.ord, fields]);
  const at = planned.findIndex((entry, i) => {
    const other = found[i];
    return other === undefined || text(other) !== text(entry);
  });
  if (at === -1 && found.length === planned.length) return [];
  return [`${name}: ${found.length} entries, planned ${planned.length}, first difference at ${at}`];
}
