import { statSync } from 'node:fs';
import { alarmFile } from '../../adapters/files/alarm-file.js';
import {
  acquireEngineLock,
  liveHolder,
  type EngineLock,
} from '../../adapters/files/engine-lock.js';
import { heartbeatFile } from '../../adapters/files/heartbeat-file.js';
import { ledgerFiles } from '../../adapters/files/ledger-files.js';
import type { LockHolder } from '../../adapters/files/lock-holder.js';
import { stateDirectory, type StateDirectory } from '../../adapters/files/state-directory.js';
import { makeDirectories } from '../../adapters/make-directories.js';
import { conditionOf, identityOf } from '../../adapters/process-identity.js';
import { systemClock } from '../../adapters/system-clock.js';
import type { TakenWatch, WatchdogFiles } from '../../commands/watchdog/watchdog-services.js';
import type { Heartbeat } from '../../engine/domain/heartbeat.js';
import { EXIT, OperatorError } from '../../operator-error.js';

export function watchdogFiles(stateDir: string): WatchdogFiles {
  const state = stateDirectory(stateDir);
  return { alarm: alarmFile(state), ledger: ledgerFiles(state.ledger) };
}

/** @returns null while the directory is not there: it is not the watchdog's to make */
export async function takeWatch(stateDir: string, does: string): Promise<TakenWatch | null> {
  const state = stateDirectory(stateDir);
  if (statSync(state.root, { throwIfNoEntry: false })?.isDirectory() !== true) return null;
  const clock = systemClock();
  const lock = await takeLock(state, does);
  makeDirectories(state.run, 0o700);
  const { pid, startTime, bootId, startedAtMs } = lock.holder;
  return {
    ports: {
      ...watchdogFiles(stateDir),
      clock,
      heartbeat: heartbeatFile(state.heartbeat),
      own: heartbeatFile(state.watchdogHeartbeat),
      who: { pid, startTime, bootId, startedAtMs },
      condition: conditionWords,
      isAlone: () => lock.isHeld() || isGone(state),
    },
    release: () => {
      lock.release();
    },
  };
}

/** A whole directory that was removed is no other watchdog: there is an engine to be missed. */
function isGone({ root }: StateDirectory): boolean {
  return statSync(root, { throwIfNoEntry: false }) === undefined;
}

async function takeLock(state: StateDirectory, does: string): Promise<EngineLock> {
  const clock = systemClock();
  try {
    return await acquireEngineLock(state.watchdogLock, { socketPath: '', mode: does }, clock);
  } catch (fault) {
    if (!(fault instanceof OperatorError) || fault.code !== 'CDB-E0202') throw fault;
    throw alreadyWatched(state, liveHolder(state.watchdogLock), fault);
  }
}

function alreadyWatched(
  { root, watchdogLock }: StateDirectory,
  holder: LockHolder | null,
  cause: OperatorError,
): OperatorError {
  const since = holder === null ? '' : new Date(holder.startedAtMs).toISOString();
  return new OperatorError({
    code: 'CDB-E0340',
    what: `Cannot watch the state directory "${root}": a watchdog has it`,
    why:
      holder === null
        ? `its lock "${watchdogLock}" can not be read`
        : `process ${holder.pid} watches since ${since} (${holder.mode})`,
    todo:
      holder === null
        ? `make sure that no "cdb watchdog" is left on this directory, then remove "${watchdogLock}"`
        : 'leave it to that one, or end it first; another state directory needs its own watchdog',
    exit: EXIT.CONFLICT,
    cause,
  });
}

/** Of before a boot it is gone whatever runs under its number now. */
function conditionWords({ pid, startTime, bootId }: Heartbeat): string {
  const isOfThisBoot = identityOf(process.pid)?.bootId === bootId;
  if (!isOfThisBoot) return 'the machine was started again since';
  switch (conditionOf({ pid, startedAt: startTime, bootId })) {
    case 'gone':
      return 'no such process runs here any more';
    case 'stopped':
      return 'its process is stopped';
    case 'there':
      return 'its process is there';
  }
}
