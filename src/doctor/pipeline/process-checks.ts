import { durationText } from '../../view/age.js';
import { check, evidence, notExamined, type Check, type Remedy } from '../check.js';
import type { Readings } from '../facts.js';
import type { CounterHistory } from './facts.js';
import { grown } from './grown.js';
import { valueOf } from './growth.js';
import { readOf } from './verdicts.js';

const EVIDENCE_MS_MAX = 3_600_000;

/** Who listens to what, of the services of the stack that are expected. */
const READERS: Readonly<Record<string, readonly string[]>> = {
  market_data: ['signal', 'candles', 'market', 'paper_runner'],
  signals: ['risk', 'db_writer', 'paper_runner'],
  orders: ['execution', 'db_writer', 'paper_runner'],
  order_results: ['risk', 'db_writer', 'paper_runner'],
};

const consumers = check({
  id: 'pipeline.consumers',
  group: 'pipeline',
  level: 'P1',
  title: 'every topic has all its listeners, and they consume',
  matters: 'after a restart of Redis listeners that do not come back lose every message, unseen',
  components: ['services', 'redis'],
  needs: ['counters'],
  windowMs: EVIDENCE_MS_MAX,
  examine: ({ counters }) => {
    const history = counters.value;
    const expected = new Set(expectedOf(history));
    const judged = Object.entries(READERS).flatMap(([topic, readers]) => {
      const listening = valueOf(history, `topic.${topic}`);
      const wanted = readers.filter((name) => expected.has(name));
      return listening === null || wanted.length === 0 ? [] : [{ topic, listening, wanted }];
    });
    if (judged.length === 0) return notExamined('no listener is configured (doctor.services)');
    const words = judged.map(
      ({ topic, listening, wanted }) => `${topic} ${listening} of ${wanted.length}`,
    );
    const proof = [evidence(counters, words.join(', '))];
    const short = judged.filter(({ listening, wanted }) => listening < wanted.length);
    if (short.length === 0)
      return { status: 'OK', says: `all listen: ${words.join(', ')}`, evidence: proof };
    const says = short
      .map(
        ({ topic, listening, wanted }) =>
          `${topic} has ${listening} of ${wanted.length} listeners (${wanted.join(', ')})`,
      )
      .join('; ');
    return {
      status: 'FAIL',
      says,
      evidence: proof,
      remedy: restart(short.flatMap(({ wanted }) => wanted)),
    };
  },
});

function restart(names: readonly string[]): Remedy {
  const services = [...new Set(names)].join(', ');
  return {
    does: `see which of ${services} does not run or does not read, and restart only that one`,
    command: 'cdb doctor --group services',
    risk: 'none: it only reads',
    gate: null,
  };
}

/** Configured services have a counter of their own, `service.risk`: 1 where it answered. */
function expectedOf({ samples }: CounterHistory): readonly string[] {
  const last = samples.filter(({ isKept }) => isKept !== true);
  return last.flatMap(({ counters }) =>
    Object.keys(counters).flatMap((name) => (name.startsWith('service.') ? [name.slice(8)] : [])),
  );
}

const YOUNG_MS = 600_000;
const OLD_MS = 3_600_000;

const young = check({
  id: 'pipeline.young_when_idle',
  group: 'pipeline',
  level: 'P1',
  title: 'an idle system does not restart its services',
  matters: 'a service that takes silence for death loses its state whenever the market is quiet',
  components: ['services'],
  needs: ['counters'],
  looks: ['containers'],
  windowMs: EVIDENCE_MS_MAX,
  examine: ({ counters }, { nowMs, readings }) => {
    const starts = startsOf(counters.value, readings, nowMs);
    if (starts.length < 2) return notExamined('fewer than two services tell when they began');
    const ages = starts.map(({ service, atMs, began }) => ({ service, began, upMs: nowMs - atMs }));
    const oldest = Math.max(...ages.map(({ upMs }) => upMs));
    const fresh = ages.filter(
      ({ upMs, began }) => upMs < YOUNG_MS && (began > 1 || oldest > OLD_MS),
    );
    const signals = grown(
      counters.value,
      [['*.signals_received_total'], ['*.signals_generated_total'], ['stream.signals']],
      nowMs,
    );
    const words = ages.map(({ service, upMs }) => `${service} up ${durationText(upMs)}`).join(', ');
    const proof = [evidence(counters, words)];
    const [first] = fresh;
    if (first === undefined) return { status: 'OK', says: words, evidence: proof };
    if (signals !== null && signals.count > 0) {
      return {
        status: 'OK',
        says: `${words}; signals flow, so it was no idleness`,
        evidence: proof,
      };
    }
    const times = first.began > 1 ? `, and began ${first.began} times in what was seen` : '';
    return {
      status: first.began > 2 ? 'FAIL' : 'WARN',
      says: `${first.service} is up ${durationText(first.upMs)} on an idle system${times}, others up to ${durationText(oldest)}`,
      evidence: proof,
      remedy: restart([first.service]),
      figures: { up_ms: Math.round(first.upMs), began: first.began },
    };
  },
});

interface Start {
  readonly service: string;
  readonly atMs: number;
  /** Different starts that earlier looks have seen. */
  readonly began: number;
}

function startsOf(history: CounterHistory, readings: Readings, nowMs: number): readonly Start[] {
  const byService = new Map<string, number[]>();
  for (const { counters } of history.samples) {
    for (const [name, { sinceMs }] of Object.entries(counters)) {
      const [service = '', rest] = name.split('.', 2);
      if (sinceMs === null || rest === undefined || service === 'engine') continue;
      byService.set(service, [...(byService.get(service) ?? []), sinceMs]);
    }
  }
  for (const { name, upMs } of readOf(readings.containers)?.value ?? []) {
    const service = name.replace(/^cdb_/, '');
    if (upMs !== null && !byService.has(service)) byService.set(service, [nowMs - upMs]);
  }
  return [...byService].map(([service, all]) => ({
    service,
    atMs: Math.max(...all),
    began: distinct(all),
  }));
}

/** A start is known to a second or so. */
function distinct(starts: readonly number[]): number {
  const sorted = [...starts].sort((a, b) => a - b);
  return sorted.filter((atMs, at) => at === 0 || atMs - (sorted[at - 1] ?? 0) > 5_000).length;
}

export const PROCESS_CHECKS: readonly Check[] = [consumers, young];
