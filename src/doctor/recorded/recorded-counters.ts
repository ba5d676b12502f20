import type { Counter, CounterHistory, CounterSample } from '../pipeline/facts.js';
import type { RecordedState } from './record.js';

const WINDOW_MS = 3_600_000;
const HOUR_MS = 3_600_000;

/** Names that people write, and the metric that is meant. Others are taken as they are. */
const METRICS: Readonly<Record<string, string>> = {
  decoded_messages_total: 'ws.decoded_messages_total',
  signals_generated: 'signal.signals_generated_total',
  signals_generated_total: 'signal.signals_generated_total',
  orders_blocked: 'risk.orders_blocked_total',
  orders_blocked_total: 'risk.orders_blocked_total',
  orders_approved: 'risk.orders_approved_total',
  orders_approved_total: 'risk.orders_approved_total',
  risk_events_persisted: 'rows.risk_events',
  orders_received: 'execution.execution_orders_received_total',
  orders_filled: 'execution.execution_orders_filled_total',
};
const ROWS = 'rows.';

/** What the lines of a log count, where nothing else does. */
const LINES: readonly { readonly counter: string; readonly line: RegExp }[] = [
  { counter: 'ws.redis_publish_total', line: /published market_data/ },
  { counter: 'signal.signals_generated_total', line: /Signal (?:generiert|generated)/i },
  { counter: 'risk.orders_blocked_total', line: /BLOCK: R[CK]_/ },
];

/** The counters of a record as a window that ends with it. */
export function recordedCounters(state: RecordedState): CounterHistory | null {
  const atMs = Date.parse(state.report_time);
  const missing = missingTables(state).map((table) => `${ROWS}${table}`);
  const counters: Record<string, Counter> = {};
  for (const { counter, line } of LINES) {
    const lines = Object.values(state.logs ?? {}).flat();
    const value = lines.filter((text) => line.test(text)).length;
    if (value > 0) counters[counter] = atLeast(value);
  }
  for (const [name, value] of Object.entries(state.metrics ?? {})) {
    const counter = METRICS[name] ?? `recorded.${name}`;
    if (missing.includes(counter)) continue;
    if (typeof value === 'number') counters[counter] = counted(counter, value, state);
    else if (value === 'active') counters[counter] ??= atLeast(1);
  }
  if (Object.keys(counters).length === 0 && missing.length === 0) return null;
  const names = Object.keys(counters).filter((name) => counters[name]?.sinceMs === null);
  const zero: Counter = { value: 0, sinceMs: null, isCapped: false };
  const before: CounterSample = {
    atMs: atMs - WINDOW_MS,
    counters: Object.fromEntries(names.map((name) => [name, zero])),
  };
  return { samples: [before, { atMs, counters, missing }] };
}

/** Tables that were looked for and are not there. */
function missingTables({ database = {} }: RecordedState): readonly string[] {
  return Object.entries(database).flatMap(([name, value]) => {
    const table = /^to_regclass\((?:\w+\.)?(\w+)\)$/.exec(name)?.[1];
    return value === null && table !== undefined ? [table] : [];
  });
}

/** It grows; by how much was not written down. */
function atLeast(value: number): Counter {
  return { value, sinceMs: null, isCapped: false, isLeast: true };
}

/** A counter of a process counts since its start, rows since ever. */
function counted(name: string, value: number, state: RecordedState): Counter {
  const hours = state.stack_uptime_h;
  const isOfProcess = !name.startsWith(ROWS) && hours !== undefined;
  const sinceMs = isOfProcess ? Date.parse(state.report_time) - hours * HOUR_MS : null;
  return { value, sinceMs, isCapped: false };
}
