import type { ScreenCall } from '../../commands/dashboard/dashboard-services.js';
import { configLocation } from '../../commands/config-location.js';
import { locateStateDir } from '../../config/state-dir.js';

/**
 * Loads what a stop needs while there is time: at the key press nothing is read from a disk that may
 * be full or gone. What fails here is said when it matters.
 */
export async function warmKillSwitch({ options, io, services }: ScreenCall): Promise<void> {
  await Promise.allSettled([
    import('../../commands/kill-switch/engage.js'),
    import('../operator/shared-places.js'),
    import('./engage.js'),
    locateStateDir(configLocation(options.forOther(), io)).then((stateDir) =>
      services.killSwitch(stateDir),
    ),
  ]);
}
