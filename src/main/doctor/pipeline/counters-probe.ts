import { join } from 'node:path';
import { addSampleLine, readSampleLines } from '../../../adapters/doctor/samples-file.js';
import { createStateRoot } from '../../../adapters/files/state-directory.js';
import type { PgPool } from '../../../adapters/postgres/pg-pool.js';
import type { RedisLink } from '../../../adapters/redis/redis-link.js';
import type { Config } from '../../../config/parse-config.js';
import type { CounterHistory, CounterSample } from '../../../doctor/pipeline/facts.js';
import type { Absent, Observed, Probe } from '../../../doctor/reading.js';
import { wordsOf } from '../../../engine/domain/words-of.js';
import type { SystemView } from '../../../view/system-view.js';
import {
  askedServices,
  recordedScrapes,
  type AskedService,
  type RecordedScrape,
} from '../asked-services.js';
import type { DoctorPlace } from '../doctor-place.js';
import { keptSamples, sampleLine } from './kept-samples.js';
import { sampleScrape, sampleService, type SourceSample } from './service-source.js';
import { sampleEngine, sampleStreams, sampleTables, type TableSample } from './store-sources.js';
import { ANSWER_MS_MAX, openStreams } from './stores.js';

/** From the first look of a run to its second. */
const BETWEEN_MS = 1_000;
const SAMPLES_NAME = 'samples.jsonl';

type AskEngine = () => Promise<SystemView | null>;

/** Counters of all sources at the same moments, with those that earlier runs have left. */
export function countersProbe(
  place: DoctorPlace,
  config: Config,
  askEngine: AskEngine,
): Probe<CounterHistory> {
  return {
    source: 'counters of services, streams and tables',
    read: (signal) => readCounters(place, config, { askEngine, signal }),
  };
}

interface Asking {
  readonly askEngine: AskEngine;
  readonly signal: AbortSignal;
}

interface Sources {
  readonly services: readonly AskedService[];
  readonly scrapes: readonly RecordedScrape[];
  readonly tables: PgPool | null;
  readonly streams: RedisLink | string | null;
  readonly windowMs: number;
}

async function readCounters(
  place: DoctorPlace,
  config: Config,
  { askEngine, signal }: Asking,
): Promise<Observed<CounterHistory> | Absent> {
  const { clock, state, isOffline } = place;
  const sources = await openSources(place, config);
  const path = join(state.reports, SAMPLES_NAME);
  try {
    const firstAtMs = clock.monotonicMs();
    const first = await look(place, sources, askEngine);
    if (first.isEmpty) {
      return { absent: 'no engine runs, and no service, Redis or database is configured' };
    }
    await clock.sleep(Math.max(0, BETWEEN_MS - (clock.monotonicMs() - firstAtMs)), signal);
    const second = await look(place, sources, askEngine);
    const kept = keptSamples(readSampleLines(path), first.sample.atMs, sources.windowMs);
    if (!isOffline) keep(place, path, second.sample);
    const samples = [...kept, ...second.before, ...first.before, first.sample, second.sample];
    return {
      value: {
        samples: [...samples].sort((a, b) => a.atMs - b.atMs),
        windowMs: sources.windowMs,
        faults: second.faults,
      },
      observedAtMs: second.sample.atMs,
    };
  } finally {
    if (sources.streams !== null && typeof sources.streams !== 'string') sources.streams.close();
  }
}

async function openSources(place: DoctorPlace, config: Config): Promise<Sources> {
  const { doctor, redisUrl } = config;
  const streams =
    redisUrl === undefined
      ? null
      : await openStreams(redisUrl.url, place.clock).catch(
          (fault: unknown) => `Redis: ${wordsOf(fault)}`,
        );
  return {
    services: askedServices(config, place),
    scrapes: recordedScrapes(config, place.io.cwd),
    tables: place.database?.brief() ?? null,
    streams,
    windowMs: doctor.windowMs,
  };
}

interface Look {
  readonly sample: CounterSample;
  /** What is known of earlier moments by this look. */
  readonly before: readonly CounterSample[];
  readonly faults: readonly string[];
  /** There was nothing to ask. */
  readonly isEmpty: boolean;
}

async function look(
  { clock }: DoctorPlace,
  { services, scrapes, tables, streams, windowMs }: Sources,
  askEngine: AskEngine,
): Promise<Look> {
  const atMs = clock.nowMs();
  const told = (name: string, work: Promise<SourceSample | null>) =>
    work.catch((fault: unknown) => ({ counters: {}, faults: [`${name}: ${wordsOf(fault)}`] }));
  const rows = tables === null ? null : sampleTables(tables, windowMs, atMs);
  const answers = await Promise.all([
    told(
      'engine',
      askEngine().then((view) => (view === null ? null : sampleEngine(view))),
    ),
    ...services.map((one) =>
      told(
        one.key,
        sampleService(one, ANSWER_MS_MAX, () => atMs),
      ),
    ),
    ...(rows === null ? [] : [told('PostgreSQL', rows)]),
    ...(streams === null ? [] : [told('Redis', sampleOrFault(streams))]),
  ]);
  const seen = answers.filter((answer) => answer !== null);
  const recorded = scrapes.map(sampleScrape);
  const table: TableSample | null = (await rows?.catch(() => null)) ?? null;
  return {
    sample: {
      atMs,
      counters: Object.fromEntries(seen.flatMap(({ counters }) => Object.entries(counters))),
      ...(table === null ? {} : { missing: table.missing }),
    },
    before: [
      ...(table === null ? [] : [{ atMs: atMs - windowMs, counters: table.before }]),
      ...recorded.filter((one) => typeof one !== 'string'),
    ],
    faults: [
      ...seen.flatMap(({ faults }) => faults),
      ...recorded.filter((one) => typeof one === 'string'),
    ],
    isEmpty: seen.length === 0 && scrapes.length === 0,
  };
}

async function sampleOrFault(streams: RedisLink | string): Promise<SourceSample> {
  return typeof streams === 'string' ? { counters: {}, faults: [streams] } : sampleStreams(streams);
}

/** The next run judges growth from here on. Best effort: a look is worth no failure. */
function keep({ state }: DoctorPlace, path: string, sample: CounterSample): void {
  try {
    createStateRoot(state);
    addSampleLine(path, sampleLine(sample));
  } catch {
    // A directory that can't be written to is told by the checks of the host.
  }
}
