import type { PlacedReading } from '../../engine/control/register.js';
import type { ControlRecord } from '../../engine/domain/control.js';
import type { Clock } from '../../engine/ports/clock.js';
import { encodeLatch } from '../files/latch-record.js';
import { CONTROL_KEY, ENGINES_KEY, placedRecord } from './control-keys.js';
import { redisScript, type RedisLink } from './redis-link.js';
import { fieldsOf } from './stream-entries.js';

const EXCHANGE_EVERY_MS = 200;

/** Nobody was asked yet. */
const UNHEARD: PlacedReading = {
  place: 'the other hosts',
  isShared: true,
  reading: { state: 'unreadable', why: 'not heard yet' },
};

/** Engines that died are forgotten when there are so many. */
const ENGINES_MAX = 100;
const DEAD_MS = 60_000;

/**
 * KEYS records, engines. ARGV host, its record, engine, the epoch that it obeys. Whoever listens to the
 * first key looks at once.
 */
const EXCHANGE = redisScript(`
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
  redis.call('PUBLISH', KEYS[1], ARGV[1])
end
redis.call('HSET', KEYS[2], ARGV[3], string.format('%d ', now) .. ARGV[4])
if redis.call('HLEN', KEYS[2]) > ${ENGINES_MAX} then
  local all = redis.call('HGETALL', KEYS[2])
  for i = 1, #all, 2 do
    local at = tonumber(string.match(all[i + 1], '^(%d+) ') or '0')
    if now - at > ${DEAD_MS} then redis.call('HDEL', KEYS[2], all[i]) end
  end
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
  /** How old the last exchange is; Infinity before the first. */
  ageMs(): number;
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
  at: {
    readonly engineId: string;
    /** Names this host's latch to the others. */
    readonly place: string;
    readonly own: () => ControlRecord;
    /** After every exchange. */
    readonly onHeard: () => void;
  },
): SharedControl {
  const ended = new AbortController();
  const others = new Map<string, PlacedReading>([[UNHEARD.place, UNHEARD]]);
  let toldEpoch = 0;
  let heardAtMs = -Infinity;
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
    .listen([CONTROL_KEY], () => {
      wake();
    })
    // The polling alone then.
    .catch(() => undefined);
  /** Of all that is known here; whoever ordered a stop waits until it is theirs. */
  const obeyed = (own: ControlRecord): number =>
    Math.max(
      own.epoch,
      ...[...others.values()].map(({ reading }) =>
        reading.state === 'present' ? reading.record.epoch : 0,
      ),
    );
  /** A host that restricts nothing leaves nothing behind. */
  const leave = async (): Promise<void> => {
    await link.call('leave the register', 'HDEL', ENGINES_KEY, at.engineId);
    const { level, scopes } = at.own();
    if (level !== 'TRADING' || Object.keys(scopes).length > 0) return;
    await link.call('leave the register', 'HDEL', CONTROL_KEY, at.place);
  };
  const exchange = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      const own = at.own();
      const saidEpoch = obeyed(own);
      try {
        const words = [at.place, encodeLatch(own), at.engineId, saidEpoch];
        const keys = [CONTROL_KEY, ENGINES_KEY];
        const records = await link.run('share the control register', EXCHANGE, keys, words);
        toldEpoch = own.epoch;
        for (const [place, text] of Object.entries(fieldsOf(records))) {
          if (place === at.place) continue;
          const said = placedRecord(place, text);
          others.set(said.place, said);
        }
        others.delete(UNHEARD.place);
        heardAtMs = clock.monotonicMs();
        at.onHeard();
        hear();
      } catch {
        // What they said last holds until they can be asked again.
      }
      // Whoever wrote a newer one waits for the word that it is obeyed.
      if (obeyed(at.own()) === saidEpoch) await pause();
    }
    await leave().catch(() => undefined);
  };
  const exchanging = exchange();
  return {
    others: () => [...others.values()],
    toldEpoch: () => toldEpoch,
    heard,
    ageMs: () => clock.monotonicMs() - heardAtMs,
    knock: () => {
      wake();
    },
    close: async () => {
      ended.abort();
      await Promise.all([exchanging, listening]);
    },
  };
}
