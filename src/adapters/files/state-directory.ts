import { chmodSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { EXIT, OperatorError } from '../../operator-error.js';
import { temporaryName, writeFileDurable } from './atomic-file.js';
import { fileAdvice } from './file-fault.js';
import { errnoOf } from '../../operator-error/errno.js';
import { makeDirectories } from '../make-directories.js';

/** Where everything is that the engine keeps (design: the state directory). */
export interface StateDirectory {
  readonly root: string;
  readonly engineLock: string;
  readonly control: string;
  readonly run: string;
  /** Of the engine, and of the watchdog that looks at it. */
  readonly heartbeat: string;
  readonly watchdogHeartbeat: string;
  readonly watchdogLock: string;
  readonly watchdogAlarm: string;
  /** Who has acknowledged which alarm. */
  readonly watchdogAck: string;
  readonly journal: string;
  readonly runs: string;
  readonly snapshot: string;
  readonly pg: string;
  readonly spool: string;
  readonly logs: string;
  readonly reports: string;
  readonly proofs: string;
  /** What people and guards decided, entry by entry. */
  readonly ledger: string;
}

/** What only a start from nothing may lack. `logs`, `run` and the lock say nothing of the past. */
const STATE_NAMES = ['journal', 'snapshot', 'pg', 'spool'] as const;
/** `pg` belongs to another user when root runs the engine; the database makes it itself. */
const MADE_NAMES = ['run', 'journal', 'snapshot', 'spool', 'logs', 'reports', 'proofs'] as const;
/** One block: a disk that takes it takes the first records too. */
const PROBE_BYTES = 4096;

export function stateDirectory(directory: string): StateDirectory {
  const root = resolve(directory);
  const journal = join(root, 'journal');
  return {
    root,
    engineLock: join(root, 'engine.lock'),
    control: join(root, 'control.json'),
    run: join(root, 'run'),
    heartbeat: join(root, 'run', 'heartbeat'),
    watchdogHeartbeat: join(root, 'run', 'watchdog'),
    watchdogLock: join(root, 'watchdog.lock'),
    watchdogAlarm: join(root, 'watchdog.alarm'),
    watchdogAck: join(root, 'watchdog.ack'),
    journal,
    runs: join(journal, 'runs.json'),
    snapshot: join(root, 'snapshot'),
    pg: join(root, 'pg'),
    spool: join(root, 'spool'),
    logs: join(root, 'logs'),
    reports: join(root, 'reports'),
    proofs: join(root, 'proofs'),
    ledger: join(root, 'ledger'),
  };
}

/**
 * For commands that only look: one that is not there yet is as good as an empty one.
 * @throws OperatorError (exit 4) for a path that can never be a state directory
 */
export function refuseFileAsState({ root }: StateDirectory): void {
  try {
    if (statSync(root, { throwIfNoEntry: false })?.isDirectory() !== false) return;
  } catch (fault) {
    throw unusable(root, fault);
  }
  throw unusable(root, Object.assign(new Error('a file'), { code: 'EEXIST' }));
}

/**
 * Creates what is missing and proves that the directory can be written.
 * @throws OperatorError (exit 4) that says what is in the way
 */
export function prepareStateDirectory(state: StateDirectory): void {
  try {
    createStateRoot(state);
    for (const name of MADE_NAMES) makeDirectories(state[name], 0o700);
    const probe = temporaryName(join(state.root, 'write-probe'), 'tmp');
    try {
      writeFileDurable(probe, Buffer.alloc(PROBE_BYTES, 1));
    } finally {
      rmSync(probe, { force: true });
    }
  } catch (fault) {
    throw unusable(state.root, fault);
  }
}

/**
 * The root alone: enough for the latch. As root others may pass through, since the database runs
 * under another user, but not look inside.
 */
export function createStateRoot({ root }: StateDirectory): void {
  makeDirectories(root, 0o700);
  const mode = process.getuid?.() === 0 ? 0o711 : 0o700;
  if ((statSync(root).mode & 0o777) !== mode) chmodSync(root, mode);
}

/**
 * True when nothing was ever kept here: no journal, snapshot, database, spool, and no trace of a
 * latch. Only then may a start write the first control record. Unreadable is not empty.
 */
export function isEmptyState(state: StateDirectory): boolean {
  const names = listOrNull(state.root);
  if (names === null) return false;
  const isLatchTrace = (name: string) => name === 'HALT' || name.startsWith('control.');
  if (names.some(isLatchTrace)) return false;
  return STATE_NAMES.every((name) => listOrNull(state[name])?.length === 0);
}

/** @returns null when it is there and can't be listed; a directory that is missing is empty */
function listOrNull(path: string): readonly string[] | null {
  try {
    return readdirSync(path);
  } catch (fault) {
    return errnoOf(fault) === 'ENOENT' ? [] : null;
  }
}

function unusable(root: string, cause: unknown): OperatorError {
  const { why, todo } = fileAdvice(cause);
  const isFile = errnoOf(cause) === 'EEXIST';
  return new OperatorError({
    code: 'CDB-E0201',
    what: `Cannot use the state directory "${root}"`,
    why: isFile ? 'there is a file of that name' : why,
    todo: isFile ? 'choose another directory with --state-dir' : todo,
    exit: EXIT.UNREACHABLE,
    cause,
  });
}
