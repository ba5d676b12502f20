import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../engine/ports/clock.js';
import { lockHeld } from './embedded-errors.js';
import { readPostmasterFile } from './guarded-server.js';
import {
  identityOf,
  isSameProcess,
  type ProcessIdentity,
  processesIn,
  worksIn,
} from '../process-identity.js';
import { SOCKET_NAME } from './socket-place.js';
import { errnoOf } from '../../operator-error/errno.js';
import { somebodyListens } from '../socket-probe.js';

const STOP_STEP_MS = 5_000;
const POLL_MS = 20;

/**
 * Ends what an earlier engine left behind on these data, so that a fresh server can start. The
 * caller holds the lock, so no living engine owns it. A process counts as a leftover only when it
 * works in this very data directory; a foreign process that got a reused pid is neither touched
 * nor in the way. @returns words of what was done, or null when there was nothing
 */
export async function clearLeftover(
  dataDir: string,
  socketDir: string,
  clock: Clock,
): Promise<string | null> {
  const file = readPostmasterFile(dataDir);
  if (file === null) return null;
  const identity = identityOf(file.pid);
  const isServer = identity !== null && worksIn(file.pid, dataDir);
  if (isServer) await stopProcesses(() => [identity], clock);
  // Children of a killed server end by themselves, soon; a new one must not start before.
  const orphans = () => processesIn(dataDir);
  const hadOrphans = orphans().length > 0;
  if (hadOrphans && !(await endsWithin(orphans, STOP_STEP_MS, clock))) {
    await stopProcesses(orphans, clock);
  }
  if (identity !== null && !isServer) {
    // Without this PostgreSQL takes the foreign process for another server and refuses to start.
    rmSync(join(dataDir, 'postmaster.pid'), { force: true });
  }
  await refuseUnseenServer(socketDir, dataDir);
  if (isServer) return `stopped a server that an earlier engine left behind (pid ${file.pid})`;
  return hadOrphans ? 'waited for the children of a server that was killed' : null;
}

/** Fast shutdown, then immediate shutdown, then kill; each step only while it is the same process. */
async function stopProcesses(list: () => readonly ProcessIdentity[], clock: Clock): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    for (const identity of list()) if (isSameProcess(identity)) signalProcess(identity.pid, signal);
    if (await endsWithin(list, STOP_STEP_MS, clock)) return;
  }
}

async function endsWithin(
  list: () => readonly ProcessIdentity[],
  timeoutMs: number,
  clock: Clock,
): Promise<boolean> {
  const deadlineMs = clock.monotonicMs() + timeoutMs;
  while (list().some(isSameProcess)) {
    if (clock.monotonicMs() >= deadlineMs) return false;
    await clock.sleep(POLL_MS);
  }
  return true;
}

/** @returns false when the process is gone or not ours */
export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if (errnoOf(error) === 'ESRCH') return false;
    throw error;
  }
}

/**
 * A server in another container on the same directory has a pid that means nothing here, but its
 * socket answers. Two servers on one data directory would destroy it.
 */
async function refuseUnseenServer(socketDir: string, dataDir: string): Promise<void> {
  if (await somebodyListens(join(socketDir, SOCKET_NAME))) {
    throw lockHeld(dataDir, 'a server that answers but cannot be seen from here (a container?)');
  }
}
