import { heartbeatFile } from '../../adapters/files/heartbeat-file.js';
import type { LockHolder } from '../../adapters/files/lock-holder.js';
import type { StateDirectory } from '../../adapters/files/state-directory.js';
import { systemClock } from '../../adapters/system-clock.js';
import type { EngineRun } from '../../engine/engine-run.js';
import { EngineHeartbeat } from '../../engine/heartbeat.js';
import type { Recovered } from '../../engine/recovery.js';
import type { EndReason } from '../../engine/runner.js';

interface Place {
  readonly state: StateDirectory;
  readonly holder: LockHolder;
  readonly onNotice: (text: string) => void;
}

type Start = (onRecovered: (recovered: Recovered | null) => void) => Promise<EndReason>;

/** Leaves a sign of life for the watchdog while the engine runs, and a goodbye when it drained. */
export async function startBeating(
  live: EngineRun,
  { state, holder, onNotice }: Place,
  { start, onRecovered }: { readonly start: Start; readonly onRecovered: Parameters<Start>[0] },
): Promise<EndReason> {
  const { pid, startTime, bootId, startedAtMs } = holder;
  const heartbeat = new EngineHeartbeat({
    place: heartbeatFile(state.heartbeat),
    clock: systemClock(),
    pulse: () => live,
    who: { pid, startTime, bootId, startedAtMs, runId: live.runId },
    onTrouble: onNotice,
  });
  let isClean = false;
  try {
    const reason = await start((recovered) => {
      heartbeat.begin();
      onRecovered(recovered);
    });
    isClean = true;
    return reason;
  } finally {
    await heartbeat.end(isClean);
  }
}
