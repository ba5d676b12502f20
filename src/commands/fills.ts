import {
  CURSOR_BEGINNING,
  type FillList,
  type FillQuery,
  type FillRow,
} from '../engine/ports/audit-reader.js';
import { EXIT } from '../operator-error.js';
import { fillJson, fillListJson, readFillList, readFillPage } from '../view/audit-json.js';
import type { CommandIo } from './command-io.js';
import { FILL_FIELDS, fillsText } from './fills-text.js';
import { followList, newestList, type AuditList } from './follow/audit-list.js';
import { followRows } from './follow/follow-rows.js';
import type { OperatorServices } from './operator-ports.js';
import { printRows } from './output/envelope.js';
import { chooseFields } from './output/row-fields.js';
import type { ParsedOptions } from './parsed-options.js';

const ROWS_DEFAULT = 20;
const ROWS_MAX = 1_000;

/** From an external database, else from the running engine, else from one started for that time. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: OperatorServices,
): Promise<number> {
  const fields = chooseFields('fills', FILL_FIELDS, options.list('fields'));
  const query: FillQuery = {
    windowMs: options.number('sinceMs') ?? null,
    symbol: options.text('symbol') ?? null,
    strategyId: options.text('strategy') ?? null,
    limit: Math.min(ROWS_MAX, options.number('count') ?? ROWS_DEFAULT),
  };
  const ports = await services.operator(options, io);
  const source = sourceOf(query);
  if (options.flag('follow')) {
    const following = followList(ports, source, {
      rows: (list) => fillListJson(list).fills,
      row: fillJson,
      text: (list) => fillsText(list, query, io.nowMs()),
    });
    const plan = { command: 'fills', fields, key: keyOf, ...following };
    return followRows(io, ports.clock, plan);
  }
  const { list } = await newestList(ports, source);
  const { fills, ...head } = fillListJson(list);
  printRows(io, {
    command: 'fills',
    rows: fills,
    fields,
    data: (rows) => ({ ...head, fills: rows }),
    text: fillsText(list, query, io.nowMs()),
  });
  return EXIT.OK;
}

function keyOf(fill: { readonly fill_id: string }): string {
  return fill.fill_id;
}

function sourceOf(query: FillQuery): AuditList<FillList, FillRow> {
  const { windowMs, symbol, strategyId, limit } = query;
  const text = new URLSearchParams();
  if (windowMs !== null) text.set('window_ms', String(windowMs));
  if (symbol !== null) text.set('symbol', symbol);
  if (strategyId !== null) text.set('strategy', strategyId);
  return {
    path: 'fills',
    query: text,
    count: limit,
    readList: readFillList,
    readPage: readFillPage,
    newest: (reader) => reader.fills(query),
    after: (reader, cursor, rows) => reader.fillsAfter(cursor, query, rows),
    nothing: { runId: null, fills: [], total: 0, newestAtMs: null, cursor: CURSOR_BEGINNING },
  };
}
