import { nullWhere } from '../../adapters/redis/redis-error.js';
import { readInfo, stackServer } from '../../adapters/redis/redis-info.js';
import type { RedisLink } from '../../adapters/redis/redis-link.js';
import { redisStackReader } from '../../adapters/redis/redis-stack-reader.js';
import type { Config } from '../../config/parse-config.js';
import { originText } from '../../config/setting.js';
import type { Probes } from '../../doctor/facts.js';
import { absentProbe, type Absent, type Observed, type Probe } from '../../doctor/reading.js';
import type { RedisFacts } from '../../doctor/redis/facts.js';
import type { StackReader } from '../../engine/ports/stack-reader.js';
import { readStackFacts } from '../../view/stack-view.js';
import { configured, type DoctorPlace } from './doctor-place.js';
import { fileSamples } from './redis/file-samples.js';
import { hearTicks } from './redis/heard-ticks.js';
import { redisSamples } from './redis/redis-samples.js';
import { readRedisServer } from './redis/redis-server.js';
import { withRedis } from './redis/with-redis.js';

/** Everything here only reads, and listens to one topic for a moment. */
export function redisProbes(place: DoctorPlace): Probes<RedisFacts> {
  const { clock } = place;
  // Whoever counts the listeners must not count us.
  let counted: Promise<unknown> = Promise.resolve();
  const stack = onRedis(place, async (link) => {
    const value = await readStackFacts(lenient(link), clock.nowMs());
    return { value, observedAtMs: value.observedAtMs };
  });
  const ticks = onRedis(place, async (link, signal) => {
    await counted;
    return hearTicks(link, { clock, signal });
  });
  return {
    stack: {
      ...stack,
      read: (signal) => {
        const reading = stack.read(signal);
        counted = reading.catch(() => undefined);
        return reading;
      },
    },
    redisServer: onRedis(place, async (link) => {
      const value = await readRedisServer(link, clock);
      return { value, observedAtMs: clock.nowMs() };
    }),
    samples: configured(place, (config) => samplesProbe(place, config)),
    ticks,
  };
}

function samplesProbe(place: DoctorPlace, config: Config): Probe<RedisFacts['samples']> {
  const { clock, state } = place;
  if (config.redisUrl !== undefined) {
    return onRedis(place, async (link, signal) => {
      const value = await redisSamples(link, { config, clock, signal });
      return { value, observedAtMs: clock.nowMs() };
    });
  }
  return {
    source: `streams of ${state.root}`,
    read: async () => {
      const value = await fileSamples(place, config);
      if (value === null) return { absent: 'no Redis configured, and no engine ever ran here' };
      return { value, observedAtMs: clock.nowMs() };
    },
  };
}

function onRedis<T>(
  place: DoctorPlace,
  work: (link: RedisLink, signal: AbortSignal) => Promise<Observed<T> | Absent>,
): Probe<T> {
  const { clock } = place;
  return configured(place, ({ redisUrl }) => {
    if (redisUrl === undefined) return absentProbe('no Redis configured');
    return {
      source: `Redis of ${originText(redisUrl.origin)}`,
      read: (signal) => withRedis(redisUrl, { clock, signal }, (link) => work(link, signal)),
    };
  });
}

/** A user who may not ask how the server is may see the streams all the same. */
function lenient(link: RedisLink): StackReader {
  const info = () => link.call('ask Redis how it is', 'INFO').catch(nullWhere('NOPERM'));
  return { ...redisStackReader(link), server: async () => stackServer(readInfo(await info())) };
}
