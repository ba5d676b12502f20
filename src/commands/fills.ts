import type { FillList, FillQuery, FillRow } from '../engine/ports/audit-reader.js';
import { EXIT } from '../operator-error.js';
import { durationText, utcText, whenText } from '../view/age.js';
import { fillListJson, readFillList } from '../view/audit-json.js';
import { countText } from '../view/figure.js';
import { ASK_DATABASE_TIMEOUT_MS, askEngine } from './ask-engine.js';
import type { CommandIo } from './command-io.js';
import type { OperatorPorts, OperatorServices } from './operator-ports.js';
import { printResult } from './output/envelope.js';
import type { ParsedOptions } from './parsed-options.js';
import { amountText } from './tables/amounts.js';
import { plainText } from './tables/plain-text.js';
import { textTable } from './tables/text-table.js';

const ROWS_DEFAULT = 20;
const ROWS_MAX = 1_000;

/** From the running engine, else from the database, started for that time. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: OperatorServices,
): Promise<number> {
  const query: FillQuery = {
    windowMs: options.number('sinceMs') ?? null,
    symbol: options.text('symbol') ?? null,
    strategyId: options.text('strategy') ?? null,
    limit: Math.min(ROWS_MAX, options.number('count') ?? ROWS_DEFAULT),
  };
  const ports = await services.operator(options, io);
  const list = (await readFills(ports, query)) ?? NO_DATABASE;
  const data = fillListJson(list);
  printResult(io, {
    command: 'fills',
    data,
    rows: data.fills,
    text: () => fillsText(list, query, io.nowMs()),
  });
  return EXIT.OK;
}

const NO_DATABASE: FillList = { runId: null, fills: [], total: 0, newestAtMs: null };

async function readFills(ports: OperatorPorts, query: FillQuery): Promise<FillList | null> {
  const request = {
    method: 'GET',
    path: `/fills?${queryText(query)}`,
    timeoutMs: ASK_DATABASE_TIMEOUT_MS,
  } as const;
  const asked = await askEngine(ports.engine, request, readFillList);
  return asked ?? ports.withAudit((reader) => reader.fills(query));
}

function queryText({ windowMs, symbol, strategyId, limit }: FillQuery): string {
  const query = new URLSearchParams({ n: String(limit) });
  if (windowMs !== null) query.set('window_ms', String(windowMs));
  if (symbol !== null) query.set('symbol', symbol);
  if (strategyId !== null) query.set('strategy', strategyId);
  return query.toString();
}

function fillsText(list: FillList, query: FillQuery, nowMs: number): string {
  const { runId, fills, total, newestAtMs } = list;
  if (runId === null) return 'no data: no run has written decisions here yet\n';
  const window = windowText(query.windowMs, newestAtMs);
  if (fills.length === 0) return plainText(noFillText(query, window, runId)) + '\n';
  const newest = `newest ${whenText(newestAtMs, nowMs)}`;
  const shown = `${countText(fills.length)} of ${countText(total)} fills`;
  const foot = `${shown} ${window}, ${newest}, run ${runId}`;
  return `${textTable(COLUMNS, fills.map(row))}${plainText(foot)}\n`;
}

function noFillText({ symbol, strategyId }: FillQuery, window: string, runId: string): string {
  const filters = [
    symbol === null ? [] : [`symbol ${symbol}`],
    strategyId === null ? [] : [`strategy ${strategyId}`],
  ].flat();
  const matching = filters.length === 0 ? '' : ` matches ${filters.join(' and ')}`;
  return `no fill${matching} ${window}, run ${runId}; a shadow run's hypothetical fills are not listed`;
}

/** Counted back from the newest fill: a recorded feed carries the times of its recording. */
function windowText(windowMs: number | null, newestAtMs: number | null): string {
  if (windowMs === null || newestAtMs === null) return 'in the whole run';
  return `in the ${durationText(windowMs)} up to ${utcText(newestAtMs)}`;
}

const COLUMNS = [
  { title: 'time (UTC)' },
  { title: 'symbol', widthMax: 20 },
  { title: 'side' },
  { title: 'qty', align: 'right' },
  { title: 'price', align: 'right' },
  { title: 'slip bps', align: 'right' },
  { title: 'fee', align: 'right' },
  { title: 'realized', align: 'right' },
  { title: 'strategy', widthMax: 24 },
  { title: 'status' },
  { title: 'order' },
] as const;

function row(fill: FillRow): readonly string[] {
  return [
    utcText(fill.atMs).replace(' UTC', ''),
    fill.symbol,
    fill.side.toUpperCase(),
    amountText(fill.qty),
    amountText(fill.price),
    fill.slippageBps === null ? 'no data' : amountText(fill.slippageBps),
    amountText(fill.fee),
    fill.realizedPnl === null ? 'opens' : amountText(fill.realizedPnl),
    fill.strategyId,
    fill.status.toUpperCase(),
    fill.orderId,
  ];
}
