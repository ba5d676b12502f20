import { STREAMS } from '../../engine/domain/wire/streams.js';
import { serverTimeOf, type LogEntry } from '../../engine/ports/event-log.js';
import type { RedisLink } from '../redis/redis-link.js';
import { redisStackReader } from '../redis/redis-stack-reader.js';

const ENTRIES_MAX = 500;
const RESULTS_MAX = 4 * ENTRIES_MAX;
const ID_FIELDS = ['order_id', 'client_id'] as const;

/** What the newest entries of the streams tell. */
export interface TradingStreams {
  readonly signals: { readonly looked: number; readonly repeated: readonly string[] };
  readonly orders: {
    readonly looked: number;
    /** Without a result: when it was written, and what it is worth. */
    readonly open: readonly {
      readonly id: string;
      readonly atMs: number;
      readonly usdt: number | null;
    }[];
  };
  /** Refusals with their code and time. */
  readonly refusals: readonly { readonly code: string; readonly atMs: number }[];
  readonly approvals: readonly number[];
  readonly notNumbers: readonly string[];
}

/** @throws DependencyError */
export async function readTradingStreams(link: RedisLink): Promise<TradingStreams> {
  const { log } = redisStackReader(link);
  const [signals, orders, results, blocked, info] = await Promise.all([
    log.tail(STREAMS.signals.name, ENTRIES_MAX),
    log.tail(STREAMS.orders.name, ENTRIES_MAX),
    // More of them: an order may have several.
    log.tail(STREAMS.fills.name, RESULTS_MAX),
    log.tail(STREAMS.ordersBlocked.name, RESULTS_MAX),
    log.info(STREAMS.fills.name),
  ]);
  const isWhole = info === null || info.entriesAdded === results.length;
  return {
    signals: repeatedIds(signals),
    orders: openOrders(orders, results, isWhole),
    refusals: blocked.flatMap(({ id, fields }) => {
      const atMs = serverTimeOf(id);
      return atMs === null ? [] : [{ code: fields['reason_code'] ?? '', atMs }];
    }),
    approvals: orders.flatMap(({ id }) => serverTimeOf(id) ?? []),
    notNumbers: [STREAMS.signals.name, STREAMS.orders.name, STREAMS.fills.name].flatMap(
      (name, at) => notNumbersIn(name, [signals, orders, results][at] ?? []),
    ),
  };
}

function repeatedIds(entries: readonly LogEntry[]): TradingStreams['signals'] {
  const times = new Map<string, Set<string>>();
  for (const { fields } of entries) {
    const { signal_id: id, timestamp = '', ts_ms: tsMs = '' } = fields;
    if (id === undefined) continue;
    const seen = times.get(id) ?? new Set();
    times.set(id, seen.add(`${timestamp} ${tsMs}`));
  }
  const repeated = [...times].filter(([, seen]) => seen.size > 1).map(([id]) => id);
  return { looked: entries.length, repeated };
}

/** A result names the order by one of its ids. What is older than all results may be trimmed off. */
function openOrders(
  orders: readonly LogEntry[],
  results: readonly LogEntry[],
  isWhole: boolean,
): TradingStreams['orders'] {
  const [oldest] = results;
  const fromSeq = isWhole || oldest === undefined ? 0 : oldest.id.seq;
  const answered = new Set(results.flatMap(({ fields }) => idsOf(fields)));
  const open = orders.flatMap(({ id, fields }) => {
    const ids = idsOf(fields);
    const [name] = ids;
    const atMs = serverTimeOf(id);
    if (
      name === undefined ||
      atMs === null ||
      atMs < fromSeq ||
      ids.some((one) => answered.has(one))
    )
      return [];
    const usdt = Number(fields['quantity']) * Number(fields['price']);
    return [{ id: name, atMs, usdt: Number.isFinite(usdt) ? usdt : null }];
  });
  return { looked: orders.length, open };
}

function idsOf(fields: LogEntry['fields']): readonly string[] {
  return ID_FIELDS.flatMap((name) => fields[name] ?? []);
}

const FIGURES = ['price', 'quantity', 'filled_quantity', 'pct_change'] as const;

function notNumbersIn(stream: string, entries: readonly LogEntry[]): readonly string[] {
  return FIGURES.flatMap((name) => {
    const bad = entries.filter(({ fields }) =>
      /^[+-]?(?:nan|inf(?:inity)?)$/i.test(fields[name] ?? ''),
    );
    return bad.length === 0
      ? []
      : [`${stream}: ${name} of ${bad.length} entries is ${bad[0]?.fields[name] ?? ''}`];
  });
}
