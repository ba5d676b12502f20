import { z } from 'zod';
import type { EngineStatus } from '../../engine/ports/engine-status.js';
import { REFERENCE_NAMES, referenceCounts, type ReferenceCount } from '../reference-counts.js';
import { STREAM_VIEWS, streamViewJson, type StreamView } from '../streams-json.js';
import type { SystemView } from '../system-view.js';
import { readSystemView, systemViewJson } from '../view-json.js';
import { readJsonText } from './json-text.js';

/** A change that breaks a reader raises the number. */
const PUSH_SCHEMA = 'cdb.push/1';

/** The path on the control socket, with the interval as its query. */
export const PUSH_PATH = '/view/stream';
export const PUSH_INTERVAL_MS = { min: 100, max: 10_000, usual: 500 } as const;

/**
 * All that an engine pushes to whoever watches it. Whole each time: every figure carries its own
 * time, so what changed since the last one would be everything.
 */
export interface EnginePush {
  readonly view: SystemView;
  readonly counts: Readonly<Record<ReferenceCount, number>>;
  readonly latency: EngineStatus['latency'];
  /** "up", or what is the matter with it. */
  readonly database: Pick<EngineStatus['database'], 'kind' | 'state'>;
  /** What it says of its canary; null where there was none. */
  readonly canary: Readonly<Record<string, unknown>> | null;
  /** Null where they could not be listed, with the reason. */
  readonly streams: PushedStreams;
}

/** Listed at most twice a second, however often is pushed. */
export interface PushedStreams {
  readonly atMs: number;
  readonly views: readonly StreamView[] | null;
  readonly why: string;
}

/** @param view of this very status */
export function enginePushText(
  status: EngineStatus,
  view: SystemView,
  { atMs, views, why }: PushedStreams,
): string {
  const { kind, state } = status.database;
  return JSON.stringify({
    schema: PUSH_SCHEMA,
    view: systemViewJson(view),
    counts: referenceCounts(status),
    latency: status.latency,
    database: { kind, state },
    canary: status.canary ?? null,
    streams: { at_ms: atMs, views: views === null ? null : views.map(streamViewJson), why },
  });
}

/** @returns null for anything that is not this version's push */
export function readEnginePush(text: string): EnginePush | null {
  const body = readJsonText(text);
  const read = PUSH.safeParse(body);
  const view = read.success ? readSystemView(read.data.view) : null;
  return read.success && view !== null ? { ...read.data, view } : null;
}

const figure = z.number();
const HISTOGRAM = z.object({
  boundsMs: z.array(figure),
  cumulative: z.array(figure),
  count: figure,
  sumMs: figure,
});
const COUNTS = z.object(
  Object.fromEntries(REFERENCE_NAMES.map((name) => [name, figure])) as Record<
    ReferenceCount,
    typeof figure
  >,
);
const PUSH = z.object({
  schema: z.literal(PUSH_SCHEMA),
  view: z.unknown(),
  counts: COUNTS,
  latency: z.object({
    journal: HISTOGRAM,
    fold: HISTOGRAM,
    audit: HISTOGRAM,
    publish: HISTOGRAM,
    total: HISTOGRAM,
  }),
  database: z.object({ kind: z.enum(['embedded', 'external']), state: z.string() }),
  canary: z.record(z.string(), z.unknown()).nullable(),
  streams: z
    .object({ at_ms: figure, views: STREAM_VIEWS.nullable(), why: z.string() })
    .transform(({ at_ms, views, why }) => ({ atMs: at_ms, views, why })),
});
