import { unreadPlace } from '../../engine/control/unread-place.js';
import type { StateDirectory } from '../../adapters/files/state-directory.js';
import { postgresControlPlace } from '../../adapters/postgres/control-place.js';
import type { PgPool } from '../../adapters/postgres/pg-pool.js';
import { shareControl, type SharedControl } from '../../adapters/redis/redis-control.js';
import { redisControlPlace } from '../../adapters/redis/redis-control-place.js';
import { openRedisLink, untilAnswered, type RedisLink } from '../../adapters/redis/redis-link.js';
import type { PlacedReading } from '../../engine/control/register.js';
import type { ControlRecord } from '../../engine/domain/control.js';
import { wordsOf } from '../../engine/domain/words-of.js';
import type { Clock } from '../../engine/ports/clock.js';
import type { SharedPlace } from '../../engine/ports/shared-places.js';
import type { EngineRegister } from './control-register.js';
import { hostPlace } from './host-place.js';
import type { Preflight } from './preflight.js';
import { REDIS_WAIT_MS } from './redis-preflight.js';

/** Every place is looked at within 250 ms (design: control register). */
const LOOK_EVERY_MS = 200;

interface Shell {
  readonly preflight: Preflight;
  readonly clock: Clock;
}

/** Why a place of the register can't be heard now; null while it can. */
export type Trouble = () => string | null;

export interface NamedTrouble {
  readonly name: string;
  readonly trouble: Trouble;
}

/** The register of this host, shared over Redis with those of all others that work on the run. */
export async function openHostsControl(
  links: { readonly link: RedisLink; readonly ears: RedisLink },
  host: {
    readonly state: StateDirectory;
    readonly engineId: string;
    readonly register: EngineRegister;
    /** What this host says, its lock included. */
    readonly own: () => ControlRecord;
  },
  { preflight, clock }: Shell,
): Promise<SharedControl> {
  const { state, engineId, own, register } = host;
  const shared = shareControl(links, clock, {
    ...{ engineId, own, place: hostPlace(state) },
    onHeard: () => {
      register.follow();
    },
  });
  preflight.closeLater(() => shared.close());
  register.listenTo(() => shared.others());
  // Without it the run begins halted, and goes on once the others are heard.
  const waited = new AbortController();
  await Promise.race([shared.heard, clock.sleep(REDIS_WAIT_MS, waited.signal)]);
  waited.abort();
  return shared;
}

/**
 * Looks again and again at what is ordered in a database that several hosts reach. What was said last
 * holds while nobody can be asked.
 */
export async function listenToDatabase(
  pool: PgPool,
  register: EngineRegister,
  shell: Shell,
): Promise<Trouble> {
  const place = postgresControlPlace(pool);
  const said = new Said();
  said.hear(await place.read());
  keepLooking(place, said, register, shell);
  return () => said.fault;
}

/**
 * The same for a Redis that this engine only reads: what is ordered there holds here, and so does what
 * the hosts of its run say. Halted until it was read once.
 */
export async function listenToRedis(
  url: string,
  register: EngineRegister,
  shell: Shell,
): Promise<Trouble> {
  const link = openRedisLink(url, 'cdb-control');
  shell.preflight.closeLater(() => {
    link.close();
  });
  const place = redisControlPlace(link, shell.clock);
  const said = new Said();
  try {
    await untilAnswered(link, shell.clock, REDIS_WAIT_MS);
    said.hear(await place.read());
  } catch (fault) {
    said.hear([unreadPlace(place.name, fault)]);
    said.fault = wordsOf(fault);
  }
  keepLooking(place, said, register, shell);
  return () => said.fault;
}

/** What a place and the hosts in it said last. One that says nothing any more has taken nothing back. */
class Said {
  readonly #readings = new Map<string, PlacedReading>();
  /** Why the newest look failed, null when it did not. */
  fault: string | null = null;

  hear(readings: readonly PlacedReading[]): void {
    this.fault = null;
    for (const said of readings) {
      const isLost =
        said.reading.state === 'absent' &&
        this.#readings.get(said.place)?.reading.state === 'present';
      if (!isLost) this.#readings.set(said.place, said);
    }
  }

  all(): readonly PlacedReading[] {
    return [...this.#readings.values()];
  }
}

function keepLooking(
  place: Pick<SharedPlace, 'read'>,
  said: Said,
  register: EngineRegister,
  { preflight, clock }: Shell,
): void {
  register.listenTo(() => said.all());
  const ended = new AbortController();
  const looking = (async () => {
    while (!ended.signal.aborted) {
      register.follow();
      await clock.sleep(LOOK_EVERY_MS, ended.signal);
      try {
        said.hear(await place.read());
      } catch (fault) {
        said.fault = wordsOf(fault);
      }
    }
  })();
  preflight.closeLater(async () => {
    ended.abort();
    await looking;
  });
}
