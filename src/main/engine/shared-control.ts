import type { StateDirectory } from '../../adapters/files/state-directory.js';
import { postgresControlPlace } from '../../adapters/postgres/control-place.js';
import type { PgPool } from '../../adapters/postgres/pg-pool.js';
import { shareControl, type SharedControl } from '../../adapters/redis/redis-control.js';
import type { RedisLink } from '../../adapters/redis/redis-link.js';
import type { PlacedReading } from '../../engine/control/register.js';
import type { ControlRecord } from '../../engine/domain/control.js';
import type { Clock } from '../../engine/ports/clock.js';
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
 * holds while nobody can be asked; the audit stops orders then anyway.
 */
export async function listenToDatabase(
  pool: PgPool,
  register: EngineRegister,
  { preflight, clock }: Shell,
): Promise<void> {
  const place = postgresControlPlace(pool);
  let said: readonly PlacedReading[] = await place.read();
  register.listenTo(() => said);
  const ended = new AbortController();
  const looking = (async () => {
    while (!ended.signal.aborted) {
      register.follow();
      await clock.sleep(LOOK_EVERY_MS, ended.signal);
      said = await place.read().catch(() => said);
    }
  })();
  preflight.closeLater(async () => {
    ended.abort();
    await looking;
  });
}
