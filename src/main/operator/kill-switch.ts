import { engineClient } from '../../adapters/control-socket/engine-client.js';
import { unacknowledgedAlarm } from '../../adapters/files/alarm-file.js';
import { lockedEngine } from '../../adapters/files/engine-lock.js';
import { latchPlace } from '../../adapters/files/latch-file.js';
import { newestFileText } from '../../adapters/files/newest-file.js';
import { ledgerFiles } from '../../adapters/files/ledger-files.js';
import {
  createStateRoot,
  isEmptyState,
  stateDirectory,
} from '../../adapters/files/state-directory.js';
import { hostMs, systemClock } from '../../adapters/system-clock.js';
import { REPORT_BYTES_MAX, REPORT_JSON_NAME } from '../../doctor/report/file-name.js';
import type { KillSwitch } from '../../commands/kill-switch/kill-switch-ports.js';

/** In a file of its own: a stop waits for nothing that only other commands need. */
export function killSwitch(stateDir: string): KillSwitch {
  const state = stateDirectory(stateDir);
  const engine = lockedEngine(state.engineLock);
  return {
    places: [latchPlace(state.control)],
    ledger: ledgerFiles(state.ledger),
    engine,
    client: engineClient(engine),
    clock: systemClock(),
    hostMs,
    isStateEmpty: () => isEmptyState(state),
    unacknowledgedAlarm: () => unacknowledgedAlarm(state.root),
    newestReport: () => newestFileText(state.reports, REPORT_JSON_NAME, REPORT_BYTES_MAX),
    createStateDir: () => {
      createStateRoot(state);
    },
  };
}
