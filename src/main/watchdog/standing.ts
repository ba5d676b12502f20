import { unacknowledgedAlarm } from '../../adapters/files/alarm-file.js';
import { liveHolder } from '../../adapters/files/engine-lock.js';
import { heartbeatFile } from '../../adapters/files/heartbeat-file.js';
import type { StateDirectory } from '../../adapters/files/state-directory.js';
import type { WatchdogStanding } from '../../engine/ports/watchdog-standing.js';

/** It beats once a second. */
const SILENT_MS = 5_000;

/** A lock proves that a process is there, its heartbeat that it looks. */
export function watchdogStanding(state: StateDirectory, nowMs: number): WatchdogStanding {
  const alarm = unacknowledgedAlarm(state.root);
  const holder = liveHolder(state.watchdogLock);
  if (holder === null) return { state: 'none', pid: null, does: '', lookedAtMs: null, alarm };
  const { pid, mode: does, startedAtMs } = holder;
  const reading = heartbeatFile(state.watchdogHeartbeat).read();
  const beat = reading.state === 'present' ? reading.heartbeat : null;
  const isIts = beat?.pid === pid && beat.startedAtMs === startedAtMs;
  const lookedAtMs = isIts ? beat.atMs : null;
  const isFresh = lookedAtMs !== null && Math.abs(nowMs - lookedAtMs) < SILENT_MS;
  return { state: isFresh ? 'watches' : 'silent', pid, does, lookedAtMs, alarm };
}
