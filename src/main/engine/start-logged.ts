import type { EngineRun } from '../../engine/engine-run.js';
import type { Recovered } from '../../engine/recovery.js';
import type { EndReason } from '../../engine/runner.js';
import { asOperatorError } from './recovery-error.js';
import { logRecovered, statusFields, type RunLog } from './run-log.js';

/** Runs the engine to its end, with the figures of each of its steps in the log. */
export async function startLogged(
  live: EngineRun,
  log: RunLog,
  onRecovered: (recovered: Recovered | null) => void,
  onDraining: () => void = () => undefined,
): Promise<EndReason> {
  try {
    const reason = await live.start(
      (recovered) => {
        logRecovered(log, recovered, live.continued);
        onRecovered(recovered);
      },
      (ending) => {
        log.log('info', 'engine', `draining: ${ending}`, statusFields(live.status()));
        onDraining();
      },
    );
    log.flush();
    log.log('info', 'engine', `ended: ${reason}`, statusFields(live.status()));
    return reason;
  } catch (error) {
    log.flush();
    log.log('info', 'engine', 'fails; these are its last figures', statusFields(live.status()));
    throw asOperatorError(error);
  }
}
