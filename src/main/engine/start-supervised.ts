import { systemClock } from '../../adapters/system-clock.js';
import { systemdSupervisor } from '../../adapters/systemd-notify.js';
import { LifeSigns } from '../../engine/life-signs.js';
import type { EngineRun } from '../../engine/engine-run.js';
import type { Recovered } from '../../engine/recovery.js';
import type { EndReason } from '../../engine/runner.js';
import type { RunLog } from './run-log.js';
import { startLogged } from './start-logged.js';

/** Runs the engine to its end; systemd hears of it where systemd started it. */
export async function startSupervised(
  live: EngineRun,
  log: RunLog,
  onRecovered: (recovered: Recovered | null) => void,
): Promise<EndReason> {
  const { onNotice } = log.order;
  const supervisor = systemdSupervisor({ env: process.env, pid: process.pid, onTrouble: onNotice });
  if (supervisor === null) return startLogged(live, log, onRecovered);
  const signs = new LifeSigns({
    supervisor,
    clock: systemClock(),
    pulse: () => live,
    onHang: (sinceMs) => {
      onNotice(
        `the engine's loop stands still for ${Math.round(sinceMs / 1_000)} s; ` +
          'systemd is not told that it lives, and ends it if it goes on',
      );
    },
  });
  const listeners = {
    onRecovered: (recovered: Recovered | null) => {
      signs.ready();
      onRecovered(recovered);
    },
    onDraining: () => {
      signs.stopping();
    },
  };
  try {
    return await startLogged(live, log, listeners.onRecovered, listeners.onDraining);
  } finally {
    await signs.end();
  }
}
