import { isRecord, textAt } from '../../schema/sql/parse-sql.js';
import type { EvaluatedRule, Prometheus, Target } from './facts.js';

/** `data` of each answer of its API. */
export interface PrometheusAnswers {
  readonly names: unknown;
  readonly targets: unknown;
  readonly rules: unknown;
  /** Of the query for pg_up and redis_up. */
  readonly exporters: unknown;
}

export function readPrometheus(answers: PrometheusAnswers): Prometheus {
  const names = listOf(answers.names).filter((name) => typeof name === 'string');
  return {
    names: new Set(names),
    targets: recordsAt(answers.targets, 'activeTargets').map(targetOf),
    rules: recordsAt(answers.rules, 'groups').flatMap((group) =>
      recordsAt(group, 'rules').map((rule) => ruleOf(rule, group)),
    ),
    exporters: {
      pgUp: valueOf(answers.exporters, 'pg_up'),
      redisUp: valueOf(answers.exporters, 'redis_up'),
    },
  };
}

type Json = Readonly<Record<string, unknown>>;

function targetOf(target: Json): Target {
  return {
    job: textAt(target, 'labels', 'job') ?? textAt(target, 'scrapePool') ?? 'without a job',
    address: textAt(target, 'scrapeUrl') ?? textAt(target, 'labels', 'instance') ?? '',
    health: textAt(target, 'health') ?? 'unknown',
    lastError: textAt(target, 'lastError') ?? '',
  };
}

function ruleOf(rule: Json, group: Json): EvaluatedRule {
  const interval = group['interval'];
  return {
    name: textAt(rule, 'name') ?? 'without a name',
    group: textAt(group, 'name') ?? '',
    kind: rule['type'] === 'recording' ? 'recording' : 'alert',
    health: textAt(rule, 'health') ?? 'unknown',
    lastError: textAt(rule, 'lastError') ?? '',
    lastEvaluationMs: timeOf(textAt(rule, 'lastEvaluation')),
    everyMs: typeof interval === 'number' && interval > 0 ? interval * 1_000 : null,
    firing: recordsAt(rule, 'alerts').filter(({ state }) => state === 'firing').length,
  };
}

/** A rule that was never evaluated has the zero of Go: year 1. */
function timeOf(text: string | null): number | null {
  const atMs = Date.parse(text ?? '');
  return Number.isFinite(atMs) && atMs > 0 ? atMs : null;
}

/** Of several the worst: one exporter that says 0 is a lie or a failure. */
function valueOf(data: unknown, name: string): number | null {
  const values = recordsAt(data, 'result')
    .filter((series) => textAt(series, 'metric', '__name__') === name)
    .map(({ value }) => Number(listOf(value)[1]))
    .filter((value) => Number.isFinite(value));
  return values.length === 0 ? null : Math.min(...values);
}

function recordsAt(node: unknown, key: string): readonly Json[] {
  return isRecord(node) ? listOf(node[key]).filter(isRecord) : [];
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
