import { statSync } from 'node:fs';
import { readBounded } from '../../../adapters/files/atomic-file.js';
import { boundedGet, type GetAnswer } from '../../../adapters/bounded-get.js';
import {
  readPrometheusText,
  type ScrapedSeries,
} from '../../../adapters/doctor/prometheus-text.js';
import { belowBaseUrl } from '../../../adapters/live-feed/below-base-url.js';
import { jsonOrNull } from '../../../engine/domain/json-or-null.js';
import { wordsOf } from '../../../engine/domain/words-of.js';
import type { Counter, CounterSample } from '../../../doctor/pipeline/facts.js';
import { DependencyError } from '../../../operator-error.js';
import type { AskedService, RecordedScrape } from '../asked-services.js';
import { METRIC_NAMES } from './metric-names.js';

export interface SourceSample {
  readonly counters: Readonly<Record<string, Counter>>;
  readonly faults: readonly string[];
}

const METRICS = '/metrics';
/** A scrape of a large exporter is some 300 KiB. */
const SCRAPE_BYTES_MAX = 4 * 1024 * 1024;
/** Times of a body are told to the second. */
const START_KEYS = ['started_at', 'start_time'] as const;

/** What the service counts now, and since when, as far as it tells. */
export async function sampleService(
  { key, url }: AskedService,
  timeoutMs: number,
  now: () => number,
): Promise<SourceSample> {
  const [metrics, status] = await metricsAndStatus(url, timeoutMs);
  if (metrics instanceof Error) return fault(`${key}: ${metrics.message}`);
  const series = metrics.status === 200 ? readPrometheusText(metrics.text) : null;
  const body = status instanceof Error ? null : jsonOrNull(status.text);
  const from = `GET ${belowBaseUrl(url.href, METRICS)}`;
  const counters = countersOf(key, series ?? [], { atMs: now(), from, sinceMs: startIn(body) });
  // Named here, so that its topics are looked at even where it counts nothing itself.
  const here = { [`service.${key}`]: { value: 1, sinceMs: null, isCapped: false } };
  return { counters: { ...counters, ...here }, faults: [] };
}

/** Both at once; each is an answer, or says why there is none. */
export async function metricsAndStatus(
  url: URL,
  timeoutMs: number,
): Promise<readonly [GetAnswer | DependencyError, GetAnswer | DependencyError]> {
  const limits = { timeoutMs, bytesMax: SCRAPE_BYTES_MAX };
  const ask = async (path: string): Promise<GetAnswer | DependencyError> => {
    try {
      return await boundedGet(belowBaseUrl(url.href, path), limits);
    } catch (problem) {
      if (problem instanceof DependencyError) return problem;
      throw problem;
    }
  };
  return Promise.all([ask(METRICS), ask('/status')]);
}

/** A recorded scrape is as old as its file. */
export function sampleScrape({ key, path }: RecordedScrape): CounterSample | string {
  try {
    const file = readBounded(path, SCRAPE_BYTES_MAX);
    const series = file.kind === 'text' ? readPrometheusText(file.text) : null;
    if (series === null) return `${key}: ${path} is no scrape`;
    const atMs = statSync(path).mtimeMs;
    return { atMs, counters: countersOf(key, series, { atMs, from: path, sinceMs: null }) };
  } catch (problem) {
    return `${key}: ${wordsOf(problem)}`;
  }
}

interface Seen {
  readonly atMs: number;
  readonly from: string;
  readonly sinceMs: number | null;
}

function countersOf(
  service: string,
  series: readonly ScrapedSeries[],
  { atMs, from, sinceMs }: Seen,
): Readonly<Record<string, Counter>> {
  const began = startOf(series, atMs) ?? sinceMs;
  const sums = new Map<string, number>();
  for (const { name, value } of series) {
    if (METRIC_NAMES.has(name)) sums.set(name, (sums.get(name) ?? 0) + value);
  }
  return Object.fromEntries(
    [...sums].map(([name, value]) => [
      `${service}.${name}`,
      { value, sinceMs: began, isCapped: false, from },
    ]),
  );
}

function startOf(series: readonly ScrapedSeries[], atMs: number): number | null {
  const start = series.find(({ name }) => name === 'process_start_time_seconds')?.value;
  if (start !== undefined && start > 0) return start * 1_000;
  const up = series.find(({ name }) => /^[a-z_]+_uptime_seconds$/.test(name))?.value;
  return up !== undefined && up >= 0 ? atMs - up * 1_000 : null;
}

function startIn(body: unknown): number | null {
  for (const key of START_KEYS) {
    for (const value of [member(body, key), member(member(body, 'stats'), key)]) {
      if (typeof value === 'number' && value > 1e9) return value > 1e12 ? value : value * 1_000;
      const atMs = typeof value === 'string' ? Date.parse(zoned(value)) : Number.NaN;
      if (Number.isFinite(atMs)) return atMs;
    }
  }
  return null;
}

/** Times of the stack's containers name no zone and are UTC. */
function zoned(text: string): string {
  return /(?:Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text.replace(' ', 'T')}Z`;
}

export function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}

function fault(words: string): SourceSample {
  return { counters: {}, faults: [words] };
}
