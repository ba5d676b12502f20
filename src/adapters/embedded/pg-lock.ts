import { join } from 'node:path';
import type { Clock } from '../../engine/ports/clock.js';
import { asPlaceError, lockHeld } from './embedded-errors.js';
import {
  type HeldLock,
  type LockRecord,
  readGenerationLock,
  tryGenerationLock,
} from './generation-lock.js';

const POLL_MS = 50;

/** The lock lies beside the data that it guards, so that two ways to one place meet at it. */
export function pgLockDirectory(base: string): string {
  return join(base, 'pg.lock');
}

/** Waits for the holder up to `waitMs`, then refuses by naming it. */
export async function acquirePgLock(options: {
  readonly base: string;
  /** Words for others, e.g. "cdb run". */
  readonly owner: string;
  readonly waitMs: number;
  readonly clock: Clock;
}): Promise<HeldLock> {
  const { base, owner, waitMs, clock } = options;
  const directory = pgLockDirectory(base);
  const deadlineMs = clock.monotonicMs() + waitMs;
  for (;;) {
    const lock = tryLock(directory, owner, clock.nowMs());
    if (lock !== null) return lock;
    if (clock.monotonicMs() >= deadlineMs) throw lockHeld(directory, holderWords(directory));
    await clock.sleep(POLL_MS);
  }
}

export function holderWordsOf(holder: LockRecord): string {
  return `process ${holder.pid} ("${holder.owner}", since ${new Date(holder.sinceMs).toISOString()})`;
}

function tryLock(directory: string, owner: string, nowMs: number): HeldLock | null {
  try {
    return tryGenerationLock(directory, owner, nowMs);
  } catch (error) {
    throw asPlaceError(directory, error);
  }
}

function holderWords(directory: string): string {
  const holder = readGenerationLock(directory);
  return holder === null ? 'a process that has just ended' : holderWordsOf(holder);
}
