import { statSync } from 'node:fs';
import { readBounded } from '../../../adapters/files/atomic-file.js';
import { httpGet } from '../../../adapters/doctor/http-get.js';
import {
  readPrometheusText,
  type ScrapedSeries,
} from '../../../adapters/doctor/prometheus-text.js';
import { wordsOf } from '../../../engine/domain/words-of.js';
import type { Counter, CounterSample } from '../../../doctor/pipeline/facts.js';
import { METRIC_NAMES } from './metric-names.js';

export interface NamedPlace {
  /** Without the prefix of containers: `risk`. */
  readonly name: string;
  readonly place: string;
}

export interface SourceSample {
  readonly counters: Readonly<Record<string, Counter>>;
  readonly faults: readonly string[];
}

const SCRAPE_BYTES_MAX = 4 * 1024 * 1024;
/** Times of a body are told to the second. */
const START_KEYS = ['started_at', 'start_time'] as const;

/** `risk=http://127.0.0.1:8002`; what has no name or place is left out, the configuration says it. */
export function namedPlaces(entries: readonly string[]): readonly NamedPlace[] {
  return entries.flatMap((entry) => {
    const at = entry.indexOf('=');
    const name = entry.slice(0, at).trim().replace(/^cdb_/, '');
    const place = entry.slice(at + 1).trim();
    return at > 0 && place !== '' ? [{ name, place }] : [];
  });
}

/** What the service counts now, and since when, as far as it tells. */
export async function sampleService(
  { name, place }: NamedPlace,
  limitMs: number,
  now: () => number,
): Promise<SourceSample> {
  if (!URL.canParse(place)) return fault(`${name}: "${place}" is no URL`);
  const [metrics, status] = await Promise.all(
    ['metrics', 'status'].map((path) => httpGet(below(place, path), limitMs)),
  );
  if (metrics === undefined || typeof metrics === 'string')
    return fault(`${name}: ${metrics ?? ''}`);
  const series = metrics.status === 200 ? readPrometheusText(metrics.text) : null;
  const body = status === undefined || typeof status === 'string' ? null : jsonOf(status.text);
  const from = `GET ${below(place, 'metrics').href}`;
  const counters = countersOf(name, series ?? [], { atMs: now(), from, sinceMs: startIn(body) });
  // Named here, so that its topics are looked at even where it counts nothing itself.
  const here = { [`service.${name}`]: { value: 1, sinceMs: null, isCapped: false } };
  return { counters: { ...counters, ...here }, faults: [] };
}

/** A recorded scrape is as old as its file. */
export function sampleScrape({ name, place }: NamedPlace): CounterSample | string {
  try {
    const file = readBounded(place, SCRAPE_BYTES_MAX);
    const series = file.kind === 'text' ? readPrometheusText(file.text) : null;
    if (series === null) return `${name}: ${place} is no scrape`;
    const atMs = statSync(place).mtimeMs;
    return { atMs, counters: countersOf(name, series, { atMs, from: place, sinceMs: null }) };
  } catch (problem) {
    return `${name}: ${wordsOf(problem)}`;
  }
}

export function below(base: string, path: string): URL {
  return new URL(path, base.endsWith('/') ? base : `${base}/`);
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

export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // No JSON tells nothing here; the check of the endpoint says so.
  }
}

function fault(words: string): SourceSample {
  return { counters: {}, faults: [words] };
}
