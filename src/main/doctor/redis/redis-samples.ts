import { nullWhere } from '../../../adapters/redis/redis-error.js';
import { readInfo } from '../../../adapters/redis/redis-info.js';
import type { RedisLink } from '../../../adapters/redis/redis-link.js';
import { redisStackReader } from '../../../adapters/redis/redis-stack-reader.js';
import { scanKeys } from '../../../adapters/redis/scan-keys.js';
import type { Config } from '../../../config/parse-config.js';
import type { StateSample, StreamSample, StreamSamples } from '../../../doctor/redis/facts.js';
import { KEYS, STREAMS, TOPICS } from '../../../engine/domain/wire/streams.js';
import type { Clock } from '../../../engine/ports/clock.js';
import { sampleLimits, sampleStreams } from './stream-samples.js';

const STATES_MAX = 20;
const STATE_CHARS_MAX = 4_000;
/** Two writers show by values that go to and fro. */
const LOOKS = 8;
const LOOK_MS = 50;
const PLACES_MAX = 1_000;
/** Of the server's own measure of idleness, which is in seconds, and of the reading itself. */
const IDLE_ERROR_MS = 5_000;

interface Moment {
  readonly config: Config;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Sends what a user with the category `@read` may send, and INFO. */
export async function redisSamples(link: RedisLink, moment: Moment): Promise<StreamSamples> {
  const { config, clock } = moment;
  const reader = redisStackReader(link);
  const [streams, states, places, misnamed, info] = await Promise.all([
    sampleStreams(reader.log, (name, limit) =>
      reader.log.tail(name, limit).catch(nullWhere('NOPERM')),
    ),
    sampleStates(link, moment),
    placesOf(link),
    misnamedKeys(link),
    link.call('ask for the time', 'INFO', 'server').catch(nullWhere('NOPERM')),
  ]);
  const micros = readInfo(info).number('server_time_usec');
  const clockMs = micros === null ? clock.nowMs() : Math.round(micros / 1_000);
  const writer = writerOf(streams, places, clockMs);
  return {
    ...{ from: 'redis', writer, isRunning: null, clockMs, streams, misnamed, states },
    sinceMs: clockMs - config.doctor.windowMs,
    limits: sampleLimits(config, writer),
  };
}

async function sampleStates(
  link: RedisLink,
  { clock, signal }: Moment,
): Promise<readonly StateSample[]> {
  const keys = await redisStackReader(link).keys(KEYS.marketState.prefix, STATES_MAX);
  const texts = new Map<string, string[]>();
  for (let look = 0; look < LOOKS && keys.length > 0 && !signal.aborted; look += 1) {
    if (look > 0) await clock.sleep(LOOK_MS, signal);
    await Promise.all(
      keys.map(async ({ key }) => {
        const text = await link.call(`read ${key}`, 'GET', key).catch(nullWhere('NOPERM'));
        if (typeof text !== 'string') return;
        texts.set(key, [...(texts.get(key) ?? []), text.slice(0, STATE_CHARS_MAX)]);
      }),
    );
  }
  return keys.map((state) => ({ ...state, texts: texts.get(state.key) ?? null }));
}

/** A stream or other key under the name of a topic: somebody mixed them up. */
async function misnamedKeys(link: RedisLink): Promise<StreamSamples['misnamed']> {
  const found = await Promise.all(
    Object.values(TOPICS).map(async (key) => {
      const type = await link.call(`look at ${key}`, 'TYPE', key).catch(nullWhere('NOPERM'));
      return { key, type: typeof type === 'string' ? type : 'none' };
    }),
  );
  return found.filter(({ type }) => type !== 'none');
}

/** An engine of cdb keeps its place beside each stream; how long it has not moved, by stream. */
async function placesOf(link: RedisLink): Promise<ReadonlyMap<string, number>> {
  const action = 'look for engines of cdb';
  const idle = new Map<string, number>();
  let seen = 0;
  for await (const key of scanKeys(link, action, { prefix: '{stream.', type: 'hash' })) {
    const [, stream] = /^\{([^}]+)\}:cdb:[^:]+$/.exec(key) ?? [];
    if (stream === undefined) continue;
    const sec = await link.call(action, 'OBJECT', 'IDLETIME', key).catch(() => null);
    const ms = typeof sec === 'number' ? sec * 1_000 : 0;
    idle.set(stream, Math.min(ms, idle.get(stream) ?? Infinity));
    if ((seen += 1) >= PLACES_MAX) break;
  }
  return idle;
}

/** Candles come all the time, so theirs tells; a stream moves with its place, or is another's. */
function writerOf(
  streams: readonly StreamSample[],
  places: ReadonlyMap<string, number>,
  clockMs: number,
): StreamSamples['writer'] {
  if (streams.length === 0) return 'nobody';
  const candles = streams.filter(({ view }) => view.name === STREAMS.candles.name);
  const isOurs = ({ view }: StreamSample) => {
    const idleMs = places.get(view.name);
    if (idleMs === undefined) return false;
    return view.lastAtMs === null || idleMs <= clockMs - view.lastAtMs + IDLE_ERROR_MS;
  };
  return (candles.length > 0 ? candles : streams).some(isOurs) ? 'cdb' : 'stack';
}
