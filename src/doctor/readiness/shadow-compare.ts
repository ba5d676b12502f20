import type { FileReading } from './guard-rules.js';
import { isMembers, jsonObject, memberOf, numberIn, type Members } from './members.js';

export type Actual = number | boolean | null;

export interface Threshold {
  readonly min?: number;
  readonly max?: number;
  readonly exact?: number | boolean;
}

/** Source: domain.md 4.4, LR-031. */
export const SHADOW_THRESHOLDS = {
  signals_received: { min: 1 },
  orders_blocked: { min: 1 },
  shadow_blocked_total: { min: 1 },
  orders_approved: { max: 0 },
  orders_filled: { exact: 0 },
  orders_received: { min: 1 },
  orders_rejected: { min: 1 },
  total_exposure: { max: 0 },
  has_live_data: { exact: true },
  zero_execution: { exact: true },
  zero_exposure: { exact: true },
  risk_blocked_all: { exact: true },
} as const satisfies Readonly<Record<string, Threshold>>;

export type ShadowMetric = keyof typeof SHADOW_THRESHOLDS;
export const SHADOW_METRICS = Object.keys(SHADOW_THRESHOLDS) as readonly ShadowMetric[];

export const COMPARE_FILES = {
  index: 'evidence_index.json',
  execution: 'endpoints/execution_metrics.txt',
  risk: 'endpoints/risk_metrics.txt',
} as const satisfies Readonly<Record<string, string>>;

type CompareEvidence = Readonly<Record<keyof typeof COMPARE_FILES, FileReading>>;

/** Name of each counter in what the services expose. */
const SOURCES: Readonly<Partial<Record<ShadowMetric, readonly ['execution' | 'risk', string]>>> = {
  orders_filled: ['execution', 'execution_orders_filled_total'],
  orders_received: ['execution', 'execution_orders_received_total'],
  orders_rejected: ['execution', 'execution_orders_rejected_total'],
  shadow_blocked_total: ['execution', 'execution_shadow_blocked_total'],
  signals_received: ['risk', 'signals_received_total'],
  orders_blocked: ['risk', 'orders_blocked_total'],
  orders_approved: ['risk', 'orders_approved_total'],
  total_exposure: ['risk', 'risk_total_exposure_value'],
};

interface ReadActuals {
  readonly actuals: Readonly<Record<ShadowMetric, Actual>>;
  /** What speaks against the evidence itself: files that can't be used, sources that differ. */
  readonly faults: readonly string[];
  readonly endedAt: unknown;
}

/** From the index and, where they are there, from the metrics that it was made of. Pure. */
export function readActuals(evidence: CompareEvidence): ReadActuals {
  const faults: string[] = [];
  const index = indexOf(evidence.index, faults);
  const exposed = (from: 'execution' | 'risk') => metricsOf(evidence[from], from, faults);
  const texts = { execution: exposed('execution'), risk: exposed('risk') };
  const figures = new Map<ShadowMetric, number | null>();
  for (const [metric, [from, name]] of Object.entries(SOURCES) as [
    ShadowMetric,
    readonly ['execution' | 'risk', string],
  ][]) {
    const said = numberIn(index, metric);
    const counted = texts[from]?.get(name) ?? null;
    if (said !== null && counted !== null && said !== counted) {
      faults.push(`${metric}: the index says ${said}, ${name} says ${counted}`);
    }
    figures.set(metric, counted ?? said);
  }
  const of = (metric: ShadowMetric) => figures.get(metric) ?? null;
  const derived: Readonly<Partial<Record<ShadowMetric, boolean | null>>> = {
    has_live_data: test(of('signals_received'), (value) => value > 0),
    zero_execution: test(of('orders_filled'), (value) => value === 0),
    zero_exposure: test(of('total_exposure'), (value) => value === 0),
    risk_blocked_all: both(of('orders_approved'), of('orders_blocked')),
  };
  const actualOf = (metric: ShadowMetric): Actual => {
    if (SOURCES[metric] !== undefined) return of(metric);
    const said = memberOf(index, metric);
    const figured = derived[metric] ?? null;
    if (typeof said === 'boolean' && figured !== null && said !== figured) {
      faults.push(`${metric}: the index says ${said}, its figures say ${figured}`);
    }
    return figured ?? (typeof said === 'boolean' ? said : null);
  };
  const actuals = Object.fromEntries(
    SHADOW_METRICS.map((metric) => [metric, actualOf(metric)]),
  ) as Record<ShadowMetric, Actual>;
  return { actuals, faults, endedAt: memberOf(index, 'ended_at') };
}

function indexOf(file: FileReading, faults: string[]): Members {
  const members = file.state === 'text' ? jsonObject(file.text) : null;
  if (members !== null) return members;
  const why = file.state === 'missing' ? 'is missing' : 'is no JSON object that can be read';
  faults.push(`${COMPARE_FILES.index} ${why}`);
  return {};
}

/** Null where there is none: the index stands alone then. */
function metricsOf(
  file: FileReading,
  from: 'execution' | 'risk',
  faults: string[],
): ReadonlyMap<string, number> | null {
  if (file.state === 'missing') return null;
  if (file.state === 'unusable') {
    faults.push(`${COMPARE_FILES[from]} can not be read: ${file.why}`);
    return null;
  }
  const found = new Map<string, number>();
  for (const line of file.text.split('\n')) {
    const [, name = '', value = ''] = /^([a-z_][a-z0-9_]*)\s+(\S+)/i.exec(line) ?? [];
    const number = value === '' ? Number.NaN : Number(value);
    if (!Number.isFinite(number)) continue;
    const before = found.get(name) ?? number;
    if (before !== number) faults.push(`${name} is there twice: ${before} and ${number}`);
    found.set(name, number);
  }
  return found;
}

function test(value: number | null, holds: (value: number) => boolean): boolean | null {
  return value === null ? null : holds(value);
}

function both(approved: number | null, blocked: number | null): boolean | null {
  return approved === null || blocked === null ? null : approved === 0 && blocked > 0;
}

export interface ComparedMetric {
  readonly metric: string;
  readonly actual: Actual;
  /** `min 1`, `max 0`, `exact true`; empty where none is set. */
  readonly threshold: string;
  readonly verdict: 'PASS' | 'FAIL' | 'NOT SET';
  readonly why: string;
}

export interface Comparison {
  readonly verdict: 'PASS' | 'FAIL' | 'UNCALIBRATED';
  readonly metrics: readonly ComparedMetric[];
  readonly faults: readonly string[];
}

/** @param thresholds by metric, as a file may have them: null or `{}` is one that is not set */
export function compareShadow(
  { actuals, faults }: Pick<ReadActuals, 'actuals' | 'faults'>,
  thresholds: Members = SHADOW_THRESHOLDS,
): Comparison {
  const unknown = Object.keys(thresholds)
    .filter((name) => !SHADOW_METRICS.some((metric) => metric === name))
    .map((name) => failed(name, null, '', 'there is no such metric'));
  const known = SHADOW_METRICS.map((metric) =>
    compared(metric, actuals[metric], memberOf(thresholds, metric)),
  );
  const metrics = [...known, ...unknown];
  return { verdict: verdictOf(metrics, faults), metrics, faults };
}

function verdictOf(
  metrics: readonly ComparedMetric[],
  faults: readonly string[],
): Comparison['verdict'] {
  if (metrics.some(({ verdict }) => verdict === 'FAIL')) return 'FAIL';
  if (metrics.every(({ verdict }) => verdict === 'NOT SET')) return 'UNCALIBRATED';
  return faults.length === 0 ? 'PASS' : 'FAIL';
}

const LIMITS = ['min', 'max', 'exact'] as const;

function compared(metric: ShadowMetric, actual: Actual, said: unknown): ComparedMetric {
  const none = { metric, actual, threshold: '', verdict: 'NOT SET', why: '' } as const;
  if (said === undefined || said === null) return none;
  if (!isMembers(said)) return failed(metric, actual, '', 'its threshold is no mapping');
  const names = Object.keys(said).filter((name) => memberOf(said, name) !== null);
  if (names.length === 0) return none;
  const words = names.map((name) => `${name} ${JSON.stringify(said[name])}`).join(', ');
  for (const name of names) {
    const limit = LIMITS.find((known) => known === name);
    if (limit === undefined) return failed(metric, actual, words, `"${name}" is no threshold`);
    const why = missed(limit, said[name], actual);
    if (why !== null) return failed(metric, actual, words, why);
  }
  return { metric, actual, threshold: words, verdict: 'PASS', why: '' };
}

function missed(limit: (typeof LIMITS)[number], wanted: unknown, actual: Actual): string | null {
  const isFlag = limit === 'exact' && typeof wanted === 'boolean';
  if (!isFlag && !(typeof wanted === 'number' && Number.isFinite(wanted))) {
    return `${limit} is no number${limit === 'exact' ? ', true or false' : ''}`;
  }
  if (actual === null) return 'there is no actual value';
  if (limit === 'exact') return actual === wanted ? null : 'it is another value';
  if (typeof actual !== 'number') return 'the actual value is no number';
  const isWithin = limit === 'min' ? actual >= Number(wanted) : actual <= Number(wanted);
  return isWithin ? null : limit === 'min' ? 'it is less' : 'it is more';
}

function failed(metric: string, actual: Actual, threshold: string, why: string): ComparedMetric {
  return { metric, actual, threshold, verdict: 'FAIL', why };
}
