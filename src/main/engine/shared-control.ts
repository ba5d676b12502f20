import type { StateDirectory } from '../../adapters/files/state-directory.js';
import { shareControl, type SharedControl } from '../../adapters/redis/redis-control.js';
import type { RedisLink } from '../../adapters/redis/redis-link.js';
import { effectiveRecord } from '../../engine/control/register.js';
import type { ControlRecord } from '../../engine/domain/control.js';
import type { Clock } from '../../engine/ports/clock.js';
import { hostPlace } from './host-place.js';
import type { Preflight } from './preflight.js';
import { REDIS_WAIT_MS } from './redis-preflight.js';

export interface HostsControl {
  readonly shared: SharedControl;
  /** The most restrictive of what this host and all others say. */
  readonly effective: () => ControlRecord;
}

/** The register of this host, shared with those of all others that work on the run. */
export async function openHostsControl(
  links: { readonly link: RedisLink; readonly ears: RedisLink },
  host: {
    readonly state: StateDirectory;
    readonly engineId: string;
    readonly own: () => ControlRecord;
  },
  { preflight, clock }: { readonly preflight: Preflight; readonly clock: Clock },
): Promise<HostsControl> {
  const { state, engineId, own } = host;
  const shared = shareControl(links, clock, { engineId, place: hostPlace(state), own });
  preflight.closeLater(() => shared.close());
  // Without it the run begins halted, and goes on once the others are heard.
  const waited = new AbortController();
  await Promise.race([shared.heard, clock.sleep(REDIS_WAIT_MS, waited.signal)]);
  waited.abort();
  const effective = (): ControlRecord => {
    const here = { place: 'this host', reading: { state: 'present', record: own() } } as const;
    return effectiveRecord([here, ...shared.others()], { stateDirEmpty: false }).record;
  };
  return { shared, effective };
}
