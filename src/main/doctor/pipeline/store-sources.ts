import { countTables } from '../../../adapters/doctor/table-counts.js';
import type { PgPool } from '../../../adapters/postgres/pg-pool.js';
import { nullWhere } from '../../../adapters/redis/redis-error.js';
import type { RedisLink } from '../../../adapters/redis/redis-link.js';
import { redisStackReader } from '../../../adapters/redis/redis-stack-reader.js';
import type { Counter } from '../../../doctor/pipeline/facts.js';
import { STREAM_LIST, TOPICS } from '../../../engine/domain/wire/streams.js';
import type { SystemView } from '../../../view/system-view.js';
import type { SourceSample } from './service-source.js';

export interface TableSample extends SourceSample {
  readonly missing: readonly string[];
  /** The rows that there were at the beginning of the window. */
  readonly before: Readonly<Record<string, Counter>>;
}

/** @throws DependencyError */
export async function sampleTables(
  pool: PgPool,
  windowMs: number,
  nowMs: number,
): Promise<TableSample> {
  const { counts, missing, faults, schemaFaults } = await countTables(pool, windowMs);
  const from = 'PostgreSQL';
  const counter = (value: number, youngestMs: number | null | undefined): Counter => ({
    ...{ value, sinceMs: null, isCapped: false, from },
    ...(youngestMs === undefined
      ? {}
      : { lastAtMs: youngestMs === null ? null : nowMs - youngestMs }),
  });
  const named = counts.map(
    ({ table, rows, written }) => [`rows.${table}`, counter(rows, written?.youngestMs)] as const,
  );
  const earlier = counts.flatMap(({ table, rows, written }) =>
    written === null
      ? []
      : [[`rows.${table}`, counter(rows - written.recent, written.youngestMs)] as const],
  );
  return {
    counters: Object.fromEntries(named),
    before: Object.fromEntries(earlier),
    missing: missing.map((table) => `rows.${table}`),
    faults: [...faults.map((words) => `PostgreSQL: ${words}`), ...schemaFaults],
  };
}

const OFF = new Set(['', '0', 'false', 'off', 'no']);

/** @throws DependencyError */
export async function sampleStreams(link: RedisLink): Promise<SourceSample> {
  const reader = redisStackReader(link);
  const [streams, listeners, stop] = await Promise.all([
    Promise.all(
      STREAM_LIST.map(async ({ name }) => reader.log.info(name).catch(nullWhere('WRONGTYPE'))),
    ),
    reader.listeners(Object.values(TOPICS)),
    link.call('read the key emergency_stop', 'GET', 'emergency_stop').catch(nullWhere('WRONGTYPE')),
  ]);
  const from = 'Redis';
  const counters: Record<string, Counter> = {};
  STREAM_LIST.forEach(({ name, lengthMax }, at) => {
    const info = streams[at] ?? null;
    const value = info?.entriesAdded ?? info?.length ?? 0;
    const lastAtMs = info?.lastAppendAtMs ?? null;
    counters[name] = {
      value,
      sinceMs: null,
      // What was ever added goes on counting behind the cap.
      isCapped: info !== null && info.entriesAdded === null && info.length >= lengthMax,
      // Ids that the server did not make say nothing of the time.
      ...(value > 0 && lastAtMs === null ? {} : { lastAtMs }),
      from,
    };
  });
  for (const { topic, subscribers } of listeners) {
    if (subscribers !== null) counters[`topic.${topic}`] = gauge(subscribers, from);
  }
  const isStopped = typeof stop === 'string' && !OFF.has(stop.trim().toLowerCase());
  counters['stop.emergency_stop'] = gauge(isStopped ? 1 : 0, from);
  return { counters, faults: [] };
}

function gauge(value: number, from: string): Counter {
  return { value, sinceMs: null, isCapped: false, from };
}

/** What the engine that runs here has counted since its start. */
export function sampleEngine({ counts, run, control }: SystemView): SourceSample {
  const from = 'control socket';
  const counters = Object.entries(counts).map(([name, figure]): [string, Counter] => {
    const { value } = figure.toJSON();
    const { lastAtMs } = figure;
    const counter = { value: Number(value ?? 0), sinceMs: run.startedAtMs, isCapped: false };
    return [`engine.${name}`, { ...counter, lastAtMs, from }];
  });
  const halted = gauge(control.level === 'HALTED' ? 1 : 0, from);
  return { counters: { ...Object.fromEntries(counters), 'engine.halted': halted }, faults: [] };
}
