import { notExamined, type Evidence, type Judgement } from '../check.js';
import type { Readings } from '../facts.js';
import type { Observed, Reading } from '../reading.js';
import type { SystemView } from '../../view/system-view.js';
import type { Counter, CounterHistory, TradingFacts } from './facts.js';
import { growthWords, observedAtOf, placeOf } from './growth.js';
import type { PairVerdict, SeenSide } from './judge-pair.js';

export type Read<T> = Observed<T> & { readonly source: string };

/** Null where it was not read, for whatever reason. */
export function readOf<T>(reading: Reading<T>): Read<T> | null {
  return reading.state === 'read' ? reading : null;
}

export function engineOf({ engine }: Readings): Read<SystemView> | null {
  const read = readOf(engine);
  return read === null || read.value === null ? null : { ...read, value: read.value };
}

export function tradingOf({ trading }: Readings): TradingFacts | null {
  return readOf(trading)?.value ?? null;
}

/**
 * Counters with the start of their process where only the container tells it: most services export
 * none, and without it the first look of all could judge nothing.
 */
export function withStarts(
  counters: Read<CounterHistory>,
  { containers }: Readings,
  nowMs: number,
): Read<CounterHistory> {
  const starts = new Map(
    (readOf(containers)?.value ?? []).flatMap(({ name, upMs }) =>
      upMs === null ? [] : [[name.replace(/^cdb_/, ''), nowMs - upMs] as const],
    ),
  );
  if (starts.size === 0) return counters;
  const started = ([name, counter]: [string, Counter]): [string, Counter] => {
    const sinceMs = counter.sinceMs ?? starts.get(name.slice(0, name.indexOf('.'))) ?? null;
    return [name, { ...counter, sinceMs }];
  };
  const samples = counters.value.samples.map((sample) =>
    sample.isKept === true
      ? sample
      : { ...sample, counters: Object.fromEntries(Object.entries(sample.counters).map(started)) },
  );
  return { ...counters, value: { ...counters.value, samples } };
}

const ORDER: readonly Judgement['status'][] = ['FAIL', 'UNKNOWN', 'WARN', 'OK', 'SKIP'];

/** The worst decides and speaks; evidence of all that were examined is kept. */
export function worstOf(judgements: readonly Judgement[]): Judgement {
  const sorted = [...judgements].sort((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status));
  const [worst] = sorted;
  if (worst === undefined) return notExamined('what runs here has no such stage');
  return { ...worst, evidence: sorted.flatMap(({ evidence }) => evidence) };
}

export function evidenceOf(verdict: PairVerdict, source: string): readonly Evidence[] {
  return [verdict.cause, verdict.effect].flatMap((seen) =>
    seen === null ? [] : [sideEvidence(seen, verdict.spanMs, source)],
  );
}

function sideEvidence({ side, growth }: SeenSide, spanMs: number, source: string): Evidence {
  return {
    what: `${side.words} ${growthWords(growth, spanMs)}`,
    source: placeOf(side) ?? source,
    observedAtMs: observedAtOf(side),
  };
}

const PLACES = ['PostgreSQL', 'Redis'] as const;
export type ReadPlace = (typeof PLACES)[number];

/**
 * What this look could not read though its place answers, by faults that begin with the place: unknown,
 * and not "nothing there". A place that is away, and rights that are missing, have checks of their own.
 */
export function unread(
  { faults = [] }: { readonly faults?: readonly string[] },
  { postgres, redisServer }: Readings,
  places: readonly ReadPlace[] = PLACES,
): readonly string[] {
  const reach = { PostgreSQL: postgres, Redis: redisServer };
  const there = places.filter((place) => reach[place].state === 'read');
  return faults.filter(
    (fault) => there.some((place) => fault.startsWith(`${place}: `)) && !/\bNOPERM\b/.test(fault),
  );
}

export function unknown(lost: readonly string[]): Judgement {
  const says = `not all of it could be read: ${lost.slice(0, 3).join('; ')}`;
  return { status: 'UNKNOWN', says, evidence: [] };
}
