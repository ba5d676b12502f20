import { linkSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { uptime } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Clock } from '../../engine/ports/clock.js';
import type { EngineProcess, EngineSignal } from '../../engine/ports/engine-client.js';
import { DependencyError, EXIT, OperatorError } from '../../operator-error.js';
import {
  fsyncDirectory,
  readBounded,
  removeTemporaries,
  temporaryName,
  writeFileDurable,
} from './atomic-file.js';
import { fileFault } from './file-fault.js';
import {
  foreignHolderIsLive,
  isForeignHolder,
  isLiveHolder,
  isLiveOrUnknown,
  type LockHolder,
  type LockUse,
  lockHolderOf,
  parseLockHolder,
} from './lock-holder.js';
import { errnoOf } from '../../operator-error/errno.js';

export interface EngineLock {
  readonly holder: LockHolder;
  /** Looks on disk: false when somebody removed or replaced the lock. */
  isHeld(): boolean;
  /** Idempotent. */
  release(): void;
}

type LockReading =
  | { readonly state: 'absent' }
  | { readonly state: 'held'; readonly holder: LockHolder }
  | { readonly state: 'unreadable' };

const ATTEMPTS_MAX = 20;
const LOCK_BYTES_MAX = 16 * 1024;
const ASIDE = 'stale';

/**
 * Takes the state directory for this process. A name is published by link(), which only one can
 * do. A lock whose holder is gone is first renamed aside, which also only one can do, and judged
 * again there: if it had become somebody's in the meantime, it is put back, and whoever published
 * a name in between sees it lying aside and withdraws. So two can never both keep it.
 * @throws OperatorError (exit 6) naming the holder
 */
export async function acquireEngineLock(
  path: string,
  use: LockUse,
  clock: Clock,
): Promise<EngineLock> {
  const mine = lockHolderOf(use, clock.nowMs());
  try {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      if (publish(path, mine)) return await confirmed(path, mine, clock);
      await makeRoom(path, clock);
    }
  } catch (fault) {
    if (fault instanceof OperatorError || errnoOf(fault) === '') throw fault;
    throw fileFault(`Cannot take the lock "${path}"`, fault);
  }
  throw new DependencyError(
    `Cannot take the lock "${path}": others took and left it ${ATTEMPTS_MAX} times; try again`,
    { dependency: 'state directory', retryable: true },
  );
}

/** Who holds a lock of this kind and lives; null when nobody does. */
export function liveHolder(path: string): LockHolder | null {
  return readAll(path).find((holder) => isLiveOrUnknown(holder)) ?? null;
}

/** The live holder of the lock, for commands in other processes. */
export function lockedEngine(path: string): EngineProcess {
  const live = (): LockHolder | null => liveHolder(path);
  return {
    holder: live,
    signal: (holder, name) => {
      const now = live();
      if (now?.pid !== holder.pid || now.startedAtMs !== holder.startedAtMs) return false;
      if (!isLiveHolder(now)) {
        throw new DependencyError(
          `Cannot signal the engine with pid ${now.pid}: it runs in another container; stop it there`,
          { dependency: 'engine', retryable: false },
        );
      }
      return sendSignal(now.pid, name);
    },
  };
}

function sendSignal(pid: number, name: EngineSignal): boolean {
  try {
    process.kill(pid, name);
    return true;
  } catch (fault) {
    if (errnoOf(fault) === 'ESRCH') return false;
    throw new DependencyError(`Cannot signal the engine with pid ${pid}: it is another user's`, {
      dependency: 'engine',
      retryable: false,
      cause: fault,
    });
  }
}

/** @returns false when there is a lock already */
function publish(path: string, mine: LockHolder): boolean {
  const temporary = temporaryName(path, 'tmp');
  writeFileDurable(temporary, `${JSON.stringify(mine)}\n`);
  try {
    linkSync(temporary, path);
  } catch (fault) {
    // ENOENT: the winner, clearing up behind a crash, took our unpublished file for a leftover.
    if (['EEXIST', 'ENOENT'].includes(errnoOf(fault))) return false;
    throw fault;
  } finally {
    rmSync(temporary, { force: true });
  }
  fsyncDirectory(dirname(path));
  return true;
}

async function confirmed(path: string, mine: LockHolder, clock: Clock): Promise<EngineLock> {
  const isMine = (one: LockHolder) => JSON.stringify(one) === JSON.stringify(mine);
  for (const aside of asidePaths(path)) {
    const found = readLock(aside);
    // Ours, pushed aside by a starter that took it for the stale one: it puts it back.
    if (found.state === 'held' && isMine(found.holder)) continue;
    if (found.state === 'held' && (await isLiveOrListens(found.holder, clock))) {
      withdraw(path, mine);
      throw lockHeld(path, found.holder);
    }
    rmSync(aside, { force: true });
  }
  removeTemporaries(path);
  let released = false;
  return {
    holder: mine,
    isHeld: () => !released && readAll(path).some(isMine),
    release: () => {
      if (!released) withdraw(path, mine);
      released = true;
    },
  };
}

/** Takes a lock away whose holder is gone. @throws OperatorError when it is not gone */
async function makeRoom(path: string, clock: Clock): Promise<void> {
  const found = readLock(path);
  if (found.state === 'absent') return;
  if (found.state === 'unreadable' && !isOlderThanBoot(path, clock)) throw lockUnreadable(path);
  if (found.state === 'held' && (await isLiveOrListens(found.holder, clock))) {
    throw lockHeld(path, found.holder);
  }
  const aside = takeAside(path);
  if (aside === null) return;
  const taken = readLock(aside);
  if (taken.state === 'held' && (await isLiveOrListens(taken.holder, clock))) {
    putBack(aside, path);
  } else {
    rmSync(aside, { force: true });
  }
}

function withdraw(path: string, mine: LockHolder): void {
  const aside = takeAside(path);
  if (aside === null) return;
  const taken = readLock(aside);
  if (taken.state === 'held' && JSON.stringify(taken.holder) !== JSON.stringify(mine)) {
    putBack(aside, path);
  } else {
    rmSync(aside, { force: true });
  }
}

function takeAside(path: string): string | null {
  const aside = temporaryName(path, ASIDE);
  try {
    renameSync(path, aside);
    return aside;
  } catch (fault) {
    if (errnoOf(fault) === 'ENOENT') return null;
    throw fault;
  }
}

function putBack(aside: string, path: string): void {
  try {
    linkSync(aside, path);
  } catch (fault) {
    // Somebody published in between. He looks for locks lying aside, finds this one and withdraws.
    if (errnoOf(fault) === 'EEXIST') return;
    throw fault;
  }
  rmSync(aside, { force: true });
}

async function isLiveOrListens(holder: LockHolder, clock: Clock): Promise<boolean> {
  if (isForeignHolder(holder)) return foreignHolderIsLive(holder, clock.nowMs());
  return isLiveHolder(holder);
}

function readAll(path: string): readonly LockHolder[] {
  return [path, ...asidePaths(path)]
    .map(readLock)
    .flatMap((found) => (found.state === 'held' ? [found.holder] : []));
}

function asidePaths(path: string): readonly string[] {
  try {
    return readdirSync(dirname(path))
      .filter((name) => name.startsWith(`${basename(path)}.`) && name.endsWith(`.${ASIDE}`))
      .map((name) => join(dirname(path), name));
  } catch (fault) {
    // A file in place of the state directory holds no lock either.
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(fault))) return [];
    throw fileFault(`Cannot look for a running engine in "${dirname(path)}"`, fault);
  }
}

function readLock(path: string): LockReading {
  try {
    const file = readBounded(path, LOCK_BYTES_MAX);
    const holder = file.kind === 'text' ? parseLockHolder(file.text) : null;
    return holder === null ? { state: 'unreadable' } : { state: 'held', holder };
  } catch (fault) {
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(fault))) return { state: 'absent' };
    throw fault;
  }
}

/** No process of before the boot is left, whatever the file says. */
function isOlderThanBoot(path: string, clock: Clock): boolean {
  const modified = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return modified === undefined || modified < clock.nowMs() - uptime() * 1_000;
}

function lockHeld(path: string, holder: LockHolder): OperatorError {
  return new OperatorError({
    code: 'CDB-E0202',
    what: `Cannot use the state directory "${dirname(path)}": an engine has it`,
    why:
      `process ${holder.pid} runs in mode ${holder.mode} ` +
      `since ${new Date(holder.startedAtMs).toISOString()}`,
    todo: 'cdb status shows it, cdb stop ends it; or use another --state-dir',
    exit: EXIT.CONFLICT,
  });
}

function lockUnreadable(path: string): OperatorError {
  return new OperatorError({
    code: 'CDB-E0202',
    what: `Cannot use the state directory "${dirname(path)}": its lock cannot be read`,
    why: `"${path}" is not what cdb writes, so nobody knows whether an engine runs`,
    todo: `make sure that no "cdb run" is left on this directory, then remove "${path}"`,
    exit: EXIT.CONFLICT,
  });
}
