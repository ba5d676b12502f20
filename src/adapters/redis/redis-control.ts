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

interface Host {
  readonly engineId: string;
  /** Names this host's latch to the others. */
  readonly place: string;
  readonly own: () => ControlRecord;
  /** After every exchange. */
  readonly onHeard: () => void;
}

/**
 * Tells the others what this host's register says, and hears what theirs say: at once when one of them
 * changes, and five times a second because a message can be lost.
 * @param ears a link that can do nothing else
 */
export function shareControl(
  { link, ears }: { readonly link: RedisLink; readonly ears: RedisLink },
  clock: Clock,
  host: Host,
): SharedControl {
  return new HostsControl(link, clock, host).listening(ears);
}

class HostsControl implements SharedControl {
  readonly heard: Promise<void>;
  readonly #link: RedisLink;
  readonly #clock: Clock;
  readonly #host: Host;
  readonly #others = new Map<string, PlacedReading>([[UNHEARD.place, UNHEARD]]);
  readonly #ended = new AbortController();
  #toldEpoch = 0;
  #heardAtMs = -Infinity;
  #hear: () => void = () => undefined;
  #wake: () => void = () => undefined;
  #running: Promise<unknown> = Promise.resolve();

  constructor(link: RedisLink, clock: Clock, host: Host) {
    this.#link = link;
    this.#clock = clock;
    this.#host = host;
    this.heard = new Promise((resolve) => {
      this.#hear = resolve;
    });
  }

  listening(ears: RedisLink): this {
    const listening = ears
      .listen([CONTROL_KEY], () => {
        this.#wake();
      })
      // The polling alone then.
      .catch(() => undefined);
    this.#running = Promise.all([this.#exchanges(), listening]);
    return this;
  }

  others(): readonly PlacedReading[] {
    return [...this.#others.values()];
  }

  toldEpoch(): number {
    return this.#toldEpoch;
  }

  ageMs(): number {
    return this.#clock.monotonicMs() - this.#heardAtMs;
  }

  knock(): void {
    this.#wake();
  }

  async close(): Promise<void> {
    this.#ended.abort();
    await this.#running;
  }

  async #exchanges(): Promise<void> {
    while (!this.#ended.signal.aborted) {
      const own = this.#host.own();
      const saidEpoch = this.#obeyed(own);
      // What they said last holds until they can be asked again.
      await this.#exchange(own, saidEpoch).catch(() => undefined);
      // Whoever wrote a newer one waits for the word that it is obeyed.
      if (this.#obeyed(this.#host.own()) === saidEpoch) await this.#pause();
    }
    await this.#leave().catch(() => undefined);
  }

  async #exchange(own: ControlRecord, saidEpoch: number): Promise<void> {
    const { place, engineId, onHeard } = this.#host;
    const words = [place, encodeLatch(own), engineId, saidEpoch];
    const keys = [CONTROL_KEY, ENGINES_KEY];
    const records = await this.#link.run('share the control register', EXCHANGE, keys, words);
    this.#toldEpoch = own.epoch;
    for (const [field, text] of Object.entries(fieldsOf(records))) {
      if (field === place) continue;
      const said = placedRecord(field, text);
      this.#others.set(said.place, said);
    }
    this.#others.delete(UNHEARD.place);
    this.#heardAtMs = this.#clock.monotonicMs();
    onHeard();
    this.#hear();
  }

  /** Of all that is known here; whoever ordered a stop waits until it is theirs. */
  #obeyed(own: ControlRecord): number {
    const epochs = this.others().map(({ reading }) =>
      reading.state === 'present' ? reading.record.epoch : 0,
    );
    return Math.max(own.epoch, ...epochs);
  }

  async #pause(): Promise<void> {
    const woken = new AbortController();
    this.#wake = () => {
      woken.abort();
    };
    const signal = AbortSignal.any([this.#ended.signal, woken.signal]);
    await this.#clock.sleep(EXCHANGE_EVERY_MS, signal);
  }

  /** A host that restricts nothing leaves nothing behind. */
  async #leave(): Promise<void> {
    const { engineId, place, own } = this.#host;
    await this.#link.call('leave the register', 'HDEL', ENGINES_KEY, engineId);
    const { level, scopes } = own();
    if (level !== 'TRADING' || Object.keys(scopes).length > 0) return;
    await this.#link.call('leave the register', 'HDEL', CONTROL_KEY, place);
  }
}
