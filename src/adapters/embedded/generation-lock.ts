import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { assertInvariant } from '../../engine/domain/invariant.js';
import { identityOf, isSameProcess } from '../process-identity.js';
import { errnoOf } from '../../operator-error/errno.js';
import { makeDirectories } from '../make-directories.js';

const TEMPORARY_AGE_MS_MAX = 60_000;
const ATTEMPTS_MAX = 100;

const record = z.object({
  pid: z.number().int(),
  startedAt: z.string(),
  bootId: z.string(),
  owner: z.string(),
  sinceMs: z.number(),
  released: z.boolean(),
  details: z.record(z.string(), z.string()),
});
export type LockRecord = Readonly<z.infer<typeof record>>;

/** Ours until released, or until this process ends. */
export interface HeldLock {
  readonly directory: string;
  /** Publishes facts that others need to reach what is locked. */
  update(details: Readonly<Record<string, string>>): void;
  /** Idempotent. */
  release(): void;
}

/**
 * A lock with one owner, as numbered files in a directory: the highest number is the lock. Whoever
 * finds its owner dead or gone creates the next number, which only one can; the highest file is
 * never removed, so that nobody who looked long ago can take an old number and believe he won.
 * (A single file that is deleted and made again has that hole.) @returns null when held by another
 */
export function tryGenerationLock(
  directory: string,
  owner: string,
  nowMs: number,
): HeldLock | null {
  makeDirectories(directory, 0o700);
  const self = identityOf(process.pid);
  assertInvariant(self !== null, 'this process exists');
  const mine: LockRecord = { ...self, owner, sinceMs: nowMs, released: false, details: {} };
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const highest = highestGeneration(directory);
    if (highest > 0 && isLive(readRecord(directory, highest))) return null;
    if (!create(directory, highest + 1, mine)) continue;
    if (highestGeneration(directory) === highest + 1) {
      removeOlder(directory, highest + 1, nowMs);
      return heldLock(directory, highest + 1, mine);
    }
    rmSync(join(directory, String(highest + 1)), { force: true });
  }
  return null;
}

/** The live owner, or null. */
export function readGenerationLock(directory: string): LockRecord | null {
  const highest = highestGeneration(directory);
  const found = highest === 0 ? null : readRecord(directory, highest);
  return isLive(found) ? found : null;
}

function heldLock(directory: string, generation: number, mine: LockRecord): HeldLock {
  let current = mine;
  const write = (next: LockRecord) => {
    current = next;
    renameSync(writeTemporary(directory, next), join(directory, String(generation)));
  };
  return {
    directory,
    update: (details) => {
      if (!current.released) write({ ...current, details });
    },
    release: () => {
      if (!current.released) write({ ...current, released: true, details: {} });
    },
  };
}

function isLive(found: LockRecord | null): found is LockRecord {
  return found !== null && !found.released && isSameProcess(found);
}

function highestGeneration(directory: string): number {
  return Math.max(0, ...list(directory).map((name) => (/^\d+$/.test(name) ? Number(name) : 0)));
}

function list(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Null when it is gone or damaged; records are complete before they get their name. */
function readRecord(directory: string, generation: number): LockRecord | null {
  try {
    const text = readFileSync(join(directory, String(generation)), 'utf8');
    return record.parse(JSON.parse(text));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || error instanceof SyntaxError || error instanceof z.ZodError)
      return null;
    throw error;
  }
}

/** @returns false when somebody else was faster */
function create(directory: string, generation: number, mine: LockRecord): boolean {
  const temporary = writeTemporary(directory, mine);
  try {
    linkSync(temporary, join(directory, String(generation)));
    return true;
  } catch (error) {
    if (['EEXIST', 'ENOENT'].includes(errnoOf(error))) return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

function writeTemporary(directory: string, content: LockRecord): string {
  const path = join(directory, `.new-${process.pid}-${randomBytes(6).toString('hex')}`);
  const file = openSync(path, 'wx', 0o600);
  try {
    writeSync(file, JSON.stringify(content));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return path;
}

function removeOlder(directory: string, generation: number, nowMs: number): void {
  for (const name of list(directory)) {
    const path = join(directory, name);
    if (/^\d+$/.test(name) ? Number(name) < generation : isAbandoned(path, nowMs)) {
      rmSync(path, { force: true });
    }
  }
}

function isAbandoned(path: string, nowMs: number): boolean {
  const mtimeMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return mtimeMs !== undefined && nowMs - mtimeMs > TEMPORARY_AGE_MS_MAX;
}
