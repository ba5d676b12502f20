import { STREAMS } from '../../engine/domain/wire/streams.js';
import { durationText } from '../../view/age.js';
import { check, type Check, type CheckContext } from '../check.js';
import type { SampleEntry, StreamSample, StreamSamples } from './facts.js';

export type StreamName = keyof typeof STREAMS;

export const SAMPLE_WINDOW_MS = 60_000;
const SHOWN_CHARS_MAX = 60;

/** What all checks of streams share. */
export function streamCheck(
  fields: Omit<Parameters<typeof check<'samples'>>[0], 'group' | 'needs' | 'after' | 'windowMs'> & {
    readonly after?: readonly string[];
  },
): Check {
  const { after = [] } = fields;
  return check({
    ...fields,
    group: 'streams',
    needs: ['samples'],
    after: ['streams.reach', ...after],
    windowMs: SAMPLE_WINDOW_MS,
  });
}

export function streamOf(samples: StreamSamples, name: StreamName): StreamSample | null {
  return samples.streams.find(({ view }) => view.name === STREAMS[name].name) ?? null;
}

/** Oldest first; none where there is no such stream, or it may not be read (see redis.rights). */
export function entriesOf(samples: StreamSamples, name: StreamName): readonly SampleEntry[] {
  return streamOf(samples, name)?.entries ?? [];
}

/** Those that can still be a fault of today. */
export function recentOf(samples: StreamSamples, name: StreamName): readonly SampleEntry[] {
  return entriesOf(samples, name).filter(({ atMs }) => atMs === null || atMs >= samples.sinceMs);
}

/** Null: not there, or no finite number. */
export function figureOf({ fields }: SampleEntry, name: string): number | null {
  const text = fields[name]?.trim() ?? '';
  if (text === '') return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

/** Of the fact itself: `timestamp` and `ts` are seconds. */
export function factMs(entry: SampleEntry): number | null {
  const sec = figureOf(entry, 'timestamp') ?? figureOf(entry, 'ts');
  return sec === null ? null : sec * 1_000;
}

/** When it came: by the server where that numbered it, else by the fact. */
export function cameMs(entry: SampleEntry): number | null {
  return entry.atMs ?? factMs(entry);
}

/**
 * The moment by which `cameMs` is old: the server's, or that of the newest fact, because facts of a
 * recorded feed are as old as the recording.
 */
export function momentOf(samples: StreamSamples): number {
  const entries = samples.streams.flatMap((stream) => stream.entries?.slice(-1) ?? []);
  if (entries.some(({ atMs }) => atMs !== null)) return samples.clockMs;
  const times = entries.map(factMs).filter((ms) => ms !== null);
  return times.length === 0 ? samples.clockMs : Math.max(...times);
}

/** Text from outside in few characters. */
export function shown(text: string): string {
  return text.length > SHOWN_CHARS_MAX ? `${text.slice(0, SHOWN_CHARS_MAX)}…` : text;
}

export function symbolOf({ fields }: SampleEntry): string {
  return fields['symbol'] ?? '';
}

export function bySymbol(
  entries: readonly SampleEntry[],
): ReadonlyMap<string, readonly SampleEntry[]> {
  const groups = new Map<string, SampleEntry[]>();
  for (const entry of entries) {
    const group = groups.get(symbolOf(entry));
    if (group === undefined) groups.set(symbolOf(entry), [entry]);
    else group.push(entry);
  }
  return groups;
}

export function newestBySymbol(entries: readonly SampleEntry[]): ReadonlyMap<string, SampleEntry> {
  return new Map(entries.map((entry) => [symbolOf(entry), entry]));
}

/**
 * Why the age of what is there proves nothing; null: it does. A stack is judged as it stands; our own
 * engine only while it runs here on a live feed, for long enough to have made something.
 */
export function agelessWhy(
  { writer }: StreamSamples,
  { readings: { engine }, nowMs }: CheckContext,
  limitMs: number,
): string | null {
  if (writer === 'nobody') return 'nothing of a stack was ever written here';
  if (writer === 'stack') return null;
  if (engine.state !== 'read')
    return 'our own engine published it, and whether one runs here is not known';
  if (engine.value === null) return 'our own engine published it, and none runs here now';
  const { run, feed } = engine.value;
  if (feed === null) return 'our own engine has a recorded feed, whose times are past';
  const ranMs = nowMs - run.startedAtMs;
  if (run.phase !== 'running') return `the engine of cdb is ${run.phase}`;
  return ranMs > 2 * limitMs ? null : `our own engine is up for ${durationText(ranMs)} only`;
}
