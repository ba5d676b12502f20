import type { PlacedReading } from '../../engine/control/register.js';
import type { ControlRecord } from '../../engine/domain/control.js';
import type { Clock } from '../../engine/ports/clock.js';
import { decodeLatch, encodeLatch } from '../files/latch-record.js';
import { redisScript, type RedisLink } from './redis-link.js';
import { controlKey } from './shard-keys.js';
import { fieldsOf } from './stream-entries.js';

const EXCHANGE_EVERY_MS = 200;

/** Nobody was asked yet. */
const UNHEARD: PlacedReading = {
  place: 'the other hosts',
  reading: { state: 'unreadable', why: 'not heard yet' },
};

/** KEYS records. ARGV id, record, channel. Whoever listens there looks at once. */
const EXCHANGE = redisScript(`
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
  redis.call('PUBLISH', ARGV[3], ARGV[1])
end
return redis.call('HGETALL', KEYS[1])`);

/** What the registers of the other hosts say. A halt stays until its own host takes it back. */
export interface SharedControl {
  /**
   * As of the last exchange, of every host that was ever heard: a Redis that has lost its records lifts
   * no halt. Before the first exchange, and where a record can't be read, it counts as HALTED.
   */
  others(): readonly PlacedReading[];
  /** Newest epoch of this host that the others can see. */
  toldEpoch(): number;
  /** Resolves with the first exchange. */
  readonly heard: Promise<void>;
  /** Exchanges now: the register of this host says something else. */
  knock(): void;
  close(): Promise<void>;
}

/**
 * Tells the others what this host's register says, and hears what theirs say: at once when one of them
 * changes, and five times a second because a message can be lost.
 * @param ears a link that can do nothing else
 */
export function shareControl(
  { link, ears }: { readonly link: RedisLink; readonly ears: RedisLink },
  clock: Clock,
  at: { readonly runGroup: string; readonly place: string; readonly own: () => ControlRecord },
): SharedControl {
  const key = controlKey(at.runGroup);
  const ended = new AbortController();
  const others = new Map<string, PlacedReading>([[UNHEARD.place, UNHEARD]]);
  let toldEpoch = 0;
  let hear = (): void => undefined;
  const heard = new Promise<void>((resolve) => {
    hear = resolve;
  });
  let wake = (): void => undefined;
  const pause = async (): Promise<void> => {
    const woken = new AbortController();
    wake = () => {
      woken.abort();
    };
    await clock.sleep(EXCHANGE_EVERY_MS, AbortSignal.any([ended.signal, woken.signal]));
  };
  const listening = ears
    .listen([key], () => {
      wake();
    })
    // The polling alone then.
    .catch(() => undefined);
  const exchange = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      try {
        const own = at.own();
        const words = [at.place, encodeLatch(own), key];
        const records = await link.run('share the control register', EXCHANGE, [key], words);
        toldEpoch = own.epoch;
        for (const [place, text] of Object.entries(fieldsOf(records))) {
          if (place !== at.place) others.set(place, placed(place, text));
        }
        others.delete(UNHEARD.place);
        hear();
      } catch {
        // What they said last holds until they can be asked again.
      }
      await pause();
    }
  };
  const exchanging = exchange();
  return {
    others: () => [...others.values()],
    toldEpoch: () => toldEpoch,
    heard,
    knock: () => {
      wake();
    },
    close: async () => {
      ended.abort();
      await Promise.all([exchanging, listening]);
    },
  };
}

function placed(place: string, text: string): PlacedReading {
  const decoded = decodeLatch(text);
  return {
    place,
    reading: decoded.ok
      ? { state: 'present', record: decoded.record }
      : { state: 'unreadable', why: decoded.why },
  };
}
