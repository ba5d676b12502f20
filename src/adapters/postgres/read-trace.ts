import type pg from 'pg';
import type {
  DecisionTrace,
  IdKind,
  IdMatch,
  TraceAnswer,
  TraceRow,
} from '../../engine/ports/decision-trace.js';
import type { SqlStatement } from '../../engine/ports/sql-statement.js';
import { runStatement } from './run-statement.js';
import {
  CANDLE_BEFORE,
  CONTROL_OF_EPOCH,
  MATCHES_MAX,
  matchStatement,
  POSITIONS_WITHIN,
  rowsStatement,
  TABLES_THERE,
  TRACED_TABLES,
  type LookedUp,
} from './trace-statements.js';
import { IDS, type TraceTables } from './trace-tables.js';

interface Reading {
  readonly tables: ReadonlySet<string>;
  readonly text: TraceTables['text'];
  readonly rows: (
    statement: SqlStatement,
    values: readonly unknown[],
  ) => Promise<readonly TraceRow[]>;
}

/** One snapshot of everything that one id leads to. */
export async function readTrace(
  client: pg.PoolClient,
  { text }: TraceTables,
  id: string,
): Promise<TraceAnswer> {
  const { rows: names } = await runStatement<{ name: string }>(client, TABLES_THERE, [
    TRACED_TABLES,
  ]);
  const reading: Reading = {
    tables: new Set(names.map(({ name }) => name)),
    text,
    rows: async (statement, values) => {
      const { rows } = await runStatement<{ row: TraceRow }>(client, statement, values);
      return rows.map(({ row }) => row);
    },
  };
  const wanted = wantedId(id);
  const whole = await matching(client, reading, { ...wanted, isPrefix: false });
  const matches =
    whole.length > 0 ? whole : await matching(client, reading, { ...wanted, isPrefix: true });
  const [match] = matches;
  if (match === undefined) return { found: 'none', looked: lookedAt(reading) };
  if (matches.length === 1) return { found: 'one', trace: await traceOf(reading, match) };
  const more = matches.length > MATCHES_MAX;
  return { found: 'several', matches: matches.slice(0, MATCHES_MAX), more };
}

interface WantedId {
  readonly id: string;
  /** Null = any; a stack counts the rows of each table from 1. */
  readonly kind: IdKind | null;
}

/** `order:8` is the order with that id. */
function wantedId(text: string): WantedId {
  const [kind, ...rest] = text.split(':');
  const named = IDS.find((one) => one.kind === kind)?.kind;
  return named === undefined || rest.length === 0
    ? { id: text, kind: null }
    : { id: rest.join(':'), kind: named };
}

function lookedAt({ tables }: Reading): readonly string[] {
  return IDS.filter(({ table }) => tables.has(table)).map(
    ({ table, column }) => `${table}.${column}`,
  );
}

async function matching(
  client: pg.PoolClient,
  { tables, text }: Reading,
  { id, kind: wanted, isPrefix }: WantedId & { readonly isPrefix: boolean },
): Promise<readonly IdMatch[]> {
  const places = IDS.filter(({ table }) => tables.has(table));
  if (places.length === 0) return [];
  const statement = matchStatement(text, places, isPrefix);
  const { rows } = await runStatement<IdMatch>(client, statement, [id, wanted]);
  return rows;
}

async function traceOf(reading: Reading, matched: IdMatch): Promise<DecisionTrace> {
  const asked = await askedRows(reading, matched);
  const signalId = textOf(asked.order, 'signal_id') ?? payloadText(asked.decision, 'signal_id');
  const found = await signalRows(reading, {
    ...asked,
    signalId: signalId ?? (matched.kind === 'signal' ? matched.id : null),
  });
  const { decision, orders } = found;
  const symbol =
    textOf(decision, 'symbol') ?? textOf(orders[0] ?? null, 'symbol') ?? matched.symbol;
  const runId = textOf(decision, 'run_id') ?? textOf(orders[0] ?? null, 'run_id');
  const fills = await fillsOf(reading, orders, asked.fill);
  return {
    matched,
    ...found,
    fills,
    run: await firstOf(reading, 'runs.run_id', runId),
    candle: await candleOf(reading, { runId, symbol, decision }),
    control: await controlOf(reading, runId, payloadText(decision, 'epoch')),
    positions: await positionsOf(reading, { runId, symbol, fills }),
    ledger: await allOf(reading, 'correlation_ledger.correlation_id', [
      payloadText(decision, 'trace_id'),
    ]),
  };
}

interface Asked {
  readonly decision: TraceRow | null;
  readonly order: TraceRow | null;
  readonly fill: TraceRow | null;
}

/** The row that the id names, and of a fill its order. */
async function askedRows(reading: Reading, { kind, id }: IdMatch): Promise<Asked> {
  const first = (by: LookedUp, value: string | null) => firstOf(reading, by, value);
  switch (kind) {
    case 'signal':
      return { decision: null, order: null, fill: null };
    case 'decision':
      return { decision: await first('risk_events.decision_pk', id), order: null, fill: null };
    case 'order':
      return { decision: null, order: await first('orders.order_id', id), fill: null };
    case 'client order':
      return { decision: null, order: await first('orders.client_id', id), fill: null };
    case 'fill': {
      const fill = await first('trades.fill_id', id);
      const order = await first('orders.order_id', textOf(fill, 'order_id'));
      return { decision: null, order, fill };
    }
  }
}

async function signalRows(
  reading: Reading,
  { signalId, decision, order }: Asked & { readonly signalId: string | null },
): Promise<Pick<DecisionTrace, 'signal' | 'decision' | 'refusal' | 'orders'>> {
  const refusal = await firstOf(reading, 'blocked_decisions.signal_id', signalId);
  const ofSignal = await allOf(reading, 'orders.signal_id', [signalId]);
  const orders = ofSignal.length > 0 || order === null ? ofSignal : [order];
  const decisionId =
    textOf(orders[0] ?? null, 'decision_id') ?? textOf(refusal, 'decision_pk') ?? null;
  return {
    signal: await firstOf(reading, 'signals.signal_id', signalId),
    refusal,
    orders,
    decision: decision ?? (await firstOf(reading, 'risk_events.decision_pk', decisionId)),
  };
}

async function fillsOf(
  reading: Reading,
  orders: readonly TraceRow[],
  fill: TraceRow | null,
): Promise<readonly TraceRow[]> {
  const ids = orders.map((order) => textOf(order, 'order_id') ?? textOf(order, 'id'));
  const fills = await allOf(reading, 'trades.order_id', ids);
  const all = fills.length > 0 || fill === null ? fills : [fill];
  return all.toSorted((a, b) => timeOf(a) - timeOf(b));
}

async function candleOf(
  { tables, rows }: Reading,
  of: {
    readonly runId: string | null;
    readonly symbol: string;
    readonly decision: TraceRow | null;
  },
): Promise<TraceRow | null> {
  const atMs = textOf(of.decision, 'timestamp_ms');
  if (!tables.has('candles_1m') || !tables.has('runs') || of.runId === null || atMs === null) {
    return null;
  }
  const found = await rows(CANDLE_BEFORE, [of.runId, of.symbol, atMs]);
  return found[0] ?? null;
}

async function controlOf(
  { tables, rows }: Reading,
  runId: string | null,
  epoch: string | null,
): Promise<TraceRow | null> {
  if (!tables.has('control_events') || runId === null || epoch === null) return null;
  const found = await rows(CONTROL_OF_EPOCH, [runId, epoch]);
  return found[0] ?? null;
}

async function positionsOf(
  { tables, rows }: Reading,
  of: {
    readonly runId: string | null;
    readonly symbol: string;
    readonly fills: readonly TraceRow[];
  },
): Promise<readonly TraceRow[]> {
  const [first] = of.fills;
  const last = of.fills.at(-1);
  const isOwn = tables.has('positions') && tables.has('runs') && of.runId !== null;
  if (!isOwn || first === undefined || last === undefined) return [];
  const window = [textOf(first, 'timestamp'), textOf(last, 'timestamp')];
  return rows(POSITIONS_WITHIN, [of.runId, of.symbol, ...window]);
}

async function firstOf(
  reading: Reading,
  by: LookedUp,
  value: string | null,
): Promise<TraceRow | null> {
  return (await allOf(reading, by, [value]))[0] ?? null;
}

async function allOf(
  { tables, text, rows }: Reading,
  by: LookedUp,
  values: readonly (string | null)[],
): Promise<readonly TraceRow[]> {
  const known = values.filter((value) => value !== null);
  const [table = ''] = by.split('.');
  if (known.length === 0 || !tables.has(table)) return [];
  return rows(rowsStatement(text, by), [known]);
}

function textOf(row: TraceRow | null, column: string): string | null {
  const value = row?.[column];
  return typeof value === 'string' ? value : null;
}

function payloadText(decision: TraceRow | null, name: string): string | null {
  const payload = decision?.['payload'];
  if (typeof payload !== 'object' || payload === null) return null;
  const value: unknown = Object.entries(payload).find(([key]) => key === name)?.[1];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}

function timeOf(row: TraceRow): number {
  return Date.parse(textOf(row, 'timestamp') ?? '') || 0;
}
