import { durationText } from '../../view/age.js';
import { countText } from '../../view/figure.js';
import { check, evidence, type Check, type Judgement, type Remedy } from '../check.js';
import type { Readings } from '../facts.js';
import type { CounterHistory } from './facts.js';
import { grown } from './grown.js';
import { growthOf, sideOf, valueOf, WINDOW_MS } from './growth.js';
import { engineOf, readOf, skip, type Read } from './verdicts.js';

const EVIDENCE_MS_MAX = 3_600_000;

const STOPS = [
  { name: '*.risk_kill_switch_active', words: 'the kill switch (risk_kill_switch_active)' },
  { name: 'stop.emergency_stop', words: 'the key emergency_stop' },
  { name: 'engine.halted', words: 'the level of the engine' },
] as const;

const ORDERS = [['*.execution_orders_filled_total'], ['engine.orders'], ['stream.orders']] as const;

const stop = check({
  id: 'pipeline.stop_works',
  group: 'pipeline',
  level: 'P0',
  title: 'where a stop is in force, no order goes on',
  matters:
    'a flag that no service reads stops nothing: 120 orders went on under "ALL TRADING STOPPED"',
  components: ['safety', 'execution'],
  needs: ['counters'],
  windowMs: EVIDENCE_MS_MAX,
  examine: ({ counters }) => {
    const history = counters.value;
    const known = STOPS.filter(({ name }) => valueOf(history, name) !== null);
    if (known.length === 0) return skip('not examined: no place tells whether a stop is in force');
    const engaged = known.filter(({ name }) => valueOf(history, name) === 1);
    const [first] = engaged;
    if (first === undefined) {
      const says = 'no stop is in force';
      return { status: 'OK', says, evidence: [evidence(counters, says)] };
    }
    return underStop(counters, first);
  },
});

/** Only what grew between two looks that both saw the stop. */
function underStop(
  counters: Read<CounterHistory>,
  { name, words }: (typeof STOPS)[number],
): Judgement {
  const history = counters.value;
  const flags = sideOf(history, [[name]])?.points[0] ?? [];
  const since = flags.findLastIndex(({ counter }) => counter.value !== 1) + 1;
  const fromMs = flags[since]?.atMs;
  const sides = ORDERS.flatMap((names) => sideOf(history, [names]) ?? []);
  if (fromMs === undefined || sides.length === 0) {
    return skip(`${words} says stopped, and no source counts orders`);
  }
  const toMs = flags.at(-1)?.atMs ?? fromMs;
  const went = sides.map((side) => ({ side, count: growthOf(side, fromMs).count }));
  const most = went.reduce((a, b) => (b.count > a.count ? b : a));
  const says = `${words} says stopped, ${most.side.words} +${countText(most.count)} in ${durationText(toMs - fromMs)}`;
  const proof = [evidence(counters, says)];
  if (most.count === 0) return { status: 'OK', says, evidence: proof };
  return {
    status: 'FAIL',
    says: `orders go on under a stop: ${says}`,
    evidence: proof,
    remedy: {
      does: 'stop the execution service itself, then find out why nobody reads the flag',
      command: 'cdb kill-switch engage --reason "orders go on under a stop"',
      risk: 'no order leaves until it is released; a stack that cdb did not start has to be stopped by its own means',
      gate: null,
    },
    figures: { orders: most.count },
  };
}

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
    if (judged.length === 0)
      return skip('not examined: no listener is configured (doctor.services)');
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
    if (starts.length < 2)
      return skip('not examined: fewer than two services tell when they began');
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

const resets = check({
  id: 'pipeline.counter_resets',
  group: 'pipeline',
  level: 'P3',
  title: 'counters are as old as what they are compared with',
  matters: 'a counter that began again at 0 was read as lost orders: 131 counted, 520 in the table',
  components: ['monitoring'],
  needs: ['counters'],
  looks: ['engine'],
  windowMs: EVIDENCE_MS_MAX,
  examine: ({ counters }, { nowMs, readings }) => {
    const history = counters.value;
    if (engineOf(readings) !== null) return skip('not examined: the engine counts by run');
    const side = sideOf(history, [['*.execution_orders_filled_total']]);
    const rows = valueOf(history, 'rows.orders') ?? valueOf(history, 'rows.trades');
    const counter = side?.newest[0]?.counter;
    if (counter === undefined || rows === null || counter.sinceMs === null) {
      return skip('not examined: no counter of fills with its start, or no table');
    }
    const upMs = nowMs - counter.sinceMs;
    const says = `${countText(counter.value)} fills counted in ${durationText(upMs)}, ${countText(rows)} rows`;
    const proof = [evidence(counters, says)];
    if (upMs >= (history.windowMs ?? WINDOW_MS) || rows <= counter.value) {
      return { status: 'OK', says, evidence: proof };
    }
    return {
      status: 'WARN',
      says: `counters of execution began ${durationText(upMs)} ago: ${says}, of which most are older; only growth is compared`,
      evidence: proof,
    };
  },
});

export const PROCESS_CHECKS: readonly Check[] = [stop, consumers, young, resets];

/** The process that holds the directory has to answer, or nothing of it is known. */
export const ENGINE_CHECK: Check = check({
  id: 'pipeline.engine_answers',
  group: 'pipeline',
  level: 'P1',
  title: 'the engine that runs here answers',
  matters:
    'an engine that holds the directory and does not answer can neither be seen nor asked to stop',
  components: ['services'],
  needs: [],
  looks: ['engine'],
  windowMs: 30_000,
  examine: (_, { readings }) => {
    const { engine: reading } = readings;
    const engine = engineOf(readings);
    if (engine !== null) {
      const { observedAtMs, run, word } = engine.value;
      const says = `pid ${run.pid} answers: ${word}`;
      return {
        status: 'OK',
        says,
        evidence: [{ what: says, source: engine.source, observedAtMs }],
      };
    }
    if (reading.state === 'read') return skip('no engine runs here now');
    if (reading.state === 'absent') return skip(`not examined: ${reading.why}`);
    const why = reading.state === 'timeout' ? `no answer in ${reading.afterMs} ms` : reading.why;
    return {
      status: 'FAIL',
      says: why,
      evidence: [],
      remedy: {
        does: 'read what it did last; "cdb stop" ends it, "cdb kill-switch engage" works without it',
        command: 'cdb logs',
        risk: 'none: it only reads',
        gate: null,
      },
    };
  },
});
