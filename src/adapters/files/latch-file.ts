import {
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { ControlReading, ControlRecord } from '../../engine/domain/control.js';
import type { Stoppable, StopOutcome } from '../../engine/control/stop-outcome.js';
import type { ControlPlace } from '../../engine/ports/control-places.js';
import { ChangedMeanwhile, DependencyError } from '../../operator-error.js';
import {
  fsyncDirectory,
  readBounded,
  temporaryName,
  writeFileDurable,
  writeFully,
  type FileOwner,
} from './atomic-file.js';
import { fileFault } from './file-fault.js';
import { decodeLatch, encodeLatch, LATCH_BYTES_MAX } from './latch-record.js';
import { errnoOf } from '../../operator-error/errno.js';

/** Blocks put by for the day on which the disk is full. */
const RESERVE_BYTES = 64 * 1024;
/** A write takes milliseconds; what is older was left by a crash. */
const LEFTOVER_AGE_MS = 60_000;
const WRITABLE_BY_OTHERS = 0o022;

export interface LatchPlace extends ControlPlace, Stoppable {}

/**
 * The latch: `control.json`, beside it `control.reserve` and, only in an emergency, `HALT`.
 *
 * A HALTED record replaces what the caller has read, and at its last try whatever is there. Every other record first takes the old one away
 * (from then on the latch is missing, which is HALTED), looks whether it is still the one that was
 * read, and publishes the new one by link(), which fails when somebody engaged in between. So an
 * engage can never be overwritten by a release that began before it.
 */
export function latchPlace(path: string): LatchPlace {
  const marker = join(dirname(path), 'HALT');
  let seen: Seen;
  return {
    name: 'latch file',
    read: () => {
      const reading = readRecord(path);
      seen = reading.state === 'present' ? reading.record : null;
      return markerFault(marker) ?? reading;
    },
    write: (record) => {
      try {
        writeLatch({ path, marker, seen, isLastTry: false }, record);
      } catch (fault) {
        if (fault instanceof DependencyError) throw fault;
        throw fileFault(`Cannot write the latch "${path}"`, fault);
      }
      seen = record;
    },
    stop: (record, isLastTry = false) => stopLatch({ path, marker, seen, isLastTry }, record),
  };
}

interface Latch {
  readonly path: string;
  /** The file whose presence alone means HALTED. */
  readonly marker: string;
  readonly seen: Seen;
  /** Somebody writes without end: a halt replaces whatever is there. */
  readonly isLastTry: boolean;
}

/** The record that the caller decided upon: null for no readable record, undefined when it never looked. */
type Seen = ControlRecord | null | undefined;

function readRecord(path: string): ControlReading {
  try {
    const file = readBounded(path, LATCH_BYTES_MAX);
    if (file.kind !== 'text') return { state: 'unreadable', why: `"${path}" is ${file.kind}` };
    const decoded = decodeLatch(file.text);
    if (!decoded.ok) {
      return { state: 'unreadable', why: `"${path}" cannot be used: ${decoded.why}` };
    }
    // A halt is believed of anybody, so that a stop keeps its epoch and its words.
    const doubt = decoded.record.level === 'HALTED' ? null : ownerDoubt(path, file.owner);
    if (doubt === null) return { state: 'present', record: decoded.record };
    return { state: 'unreadable', why: `"${path}" permits nothing: ${doubt}` };
  } catch (fault) {
    if (errnoOf(fault) === 'ENOENT') return { state: 'absent' };
    return { state: 'unreadable', why: fileFault(`Cannot read "${path}"`, fault).message };
  }
}

/**
 * Permission to trade is believed only of a file that nobody else could have written: this user's own or
 * root's. Root also believes the owner of the directory: of a service that has a user of its own, and in
 * a container with a mounted directory, that is whose latch root finds.
 * @returns why it is not believed, null when it is
 */
function ownerDoubt(path: string, { uid, mode }: FileOwner): string | null {
  if ((mode & WRITABLE_BY_OTHERS) !== 0) {
    return `other users may write it (mode ${mode.toString(8).padStart(4, '0')}); chmod 600 it after looking at it, or release`;
  }
  const self = process.getuid?.() ?? null;
  if (self === null || uid === self || uid === 0) return null;
  if (self === 0 && uid === statSync(dirname(path)).uid) return null;
  return `user ${uid} owns it, and this is user ${self}; run cdb as that user, or release`;
}

/** The marker overrules the record: it was placed when no record could be written. */
function markerFault(marker: string): ControlReading | null {
  try {
    if (lstatSync(marker, { throwIfNoEntry: false }) === undefined) return null;
    return {
      state: 'unreadable',
      why: `"${marker}" is there: it halts everything until a release`,
    };
  } catch (fault) {
    return { state: 'unreadable', why: fileFault(`Cannot look for "${marker}"`, fault).message };
  }
}

function writeLatch(latch: Latch, record: ControlRecord): void {
  const { path } = latch;
  const temporary = temporaryName(path, 'tmp');
  try {
    writeNew(path, temporary, encodeLatch(record));
    if (record.level === 'HALTED') replaceAny(latch, temporary, record);
    else replaceSeen(latch, temporary, record);
  } finally {
    rmSync(temporary, { force: true });
  }
  removeLeftovers(path);
  keepReserve(path);
}

/** Writes to a new file, or on a full disk into the blocks that were put by. */
function writeNew(path: string, temporary: string, text: string): void {
  try {
    writeFileDurable(temporary, text);
  } catch (fault) {
    rmSync(temporary, { force: true });
    if (!isFull(fault) || Buffer.byteLength(text) > RESERVE_BYTES) throw fault;
    const reserve = reservePath(path);
    if (statSync(reserve, { throwIfNoEntry: false }) === undefined) throw fault;
    overwrite(reserve, text);
    renameSync(reserve, temporary);
  }
}

/**
 * Never leaves the name without a record. What was written since the caller looked is kept where it is not
 * the caller's last try: the wishes and the epoch of somebody else's stop may be in it.
 */
function replaceAny(
  { path, marker, seen, isLastTry }: Latch,
  next: string,
  record: ControlRecord,
): void {
  if (!isLastTry && !isReplaceable(readRecord(path), seen, record)) throw changedMeanwhile(path);
  renameSync(next, path);
  fsyncDirectory(dirname(path));
  // The record says it now, durably; a marker left behind would outlive the release.
  rmSync(marker, { force: true });
}

function replaceSeen({ path, marker, seen }: Latch, next: string, record: ControlRecord): void {
  const aside = temporaryName(path, 'old');
  const isThere = renameIfThere(path, aside);
  try {
    if (isThere && !isReplaceable(readRecord(aside), seen, record)) {
      link(aside, path);
      throw changedMeanwhile(path);
    }
    // Before the latch is back: a marker that is placed from here on belongs to a new engage.
    rmSync(marker, { force: true });
    if (!link(next, path)) throw changedMeanwhile(path);
    fsyncDirectory(dirname(path));
  } finally {
    rmSync(aside, { force: true });
  }
}

function isReplaceable(found: ControlReading, seen: Seen, next: ControlRecord): boolean {
  if (found.state !== 'present') return true;
  if (found.record.epoch >= next.epoch) return false;
  if (seen === undefined) return true;
  return seen !== null && encodeLatch(found.record) === encodeLatch(seen);
}

/** @returns false when the name exists already */
function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (fault) {
    if (errnoOf(fault) === 'EEXIST') return false;
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK'].includes(errnoOf(fault))) throw fault;
  }
  return copyNew(from, to);
}

/** For file systems without hard links: exclusive too, and a half copy is no valid record. */
function copyNew(from: string, to: string): boolean {
  try {
    copyFileSync(from, to, constants.COPYFILE_EXCL);
    return true;
  } catch (fault) {
    if (errnoOf(fault) === 'EEXIST') return false;
    throw fault;
  }
}

/** Every way to forbid trading here, from the best to the crudest, until one holds. */
function stopLatch(latch: Latch, record: ControlRecord): StopOutcome {
  const { path, marker } = latch;
  const failures: string[] = [];
  const ways: readonly (readonly [StopOutcome['how'], () => void])[] = [
    [
      'record',
      () => {
        writeLatch(latch, record);
      },
    ],
    [
      'marker',
      () => {
        placeMarker(marker);
      },
    ],
    [
      'overwritten',
      () => {
        overwrite(path, encodeLatch({ ...record, level: 'HALTED' }));
      },
    ],
    [
      'moved-away',
      () => {
        renameSync(path, `${path}.stopped`);
        fsyncDirectory(dirname(path));
      },
    ],
  ];
  for (const [how, attempt] of ways) {
    try {
      attempt();
      return { how, level: how === 'record' ? record.level : 'HALTED', failures };
    } catch (fault) {
      // A newer record is there: the caller reads it and decides anew instead of forcing this one.
      if (fault instanceof ChangedMeanwhile) throw fault;
      failures.push(`${how}: ${errnoOf(fault) || String(fault)}`);
    }
  }
  throw new DependencyError(`Cannot stop at "${path}": ${failures.join(', ')}`, {
    dependency: 'state directory',
    retryable: false,
  });
}

/** An empty file takes no block. One that is there already has said it before. */
function placeMarker(marker: string): void {
  closeSync(openSync(marker, 'a', 0o600));
  fsyncDirectory(dirname(marker));
}

/** In place: a crash in the middle leaves something unreadable, which is HALTED. */
function overwrite(path: string, text: string): void {
  const fd = openSync(path, 'r+');
  try {
    const bytes = Buffer.from(text);
    writeFully(fd, bytes, 0);
    ftruncateSync(fd, bytes.length);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function keepReserve(path: string): void {
  const reserve = reservePath(path);
  try {
    const size = statSync(reserve, { throwIfNoEntry: false })?.size;
    if (size === RESERVE_BYTES) return;
    rmSync(reserve, { force: true });
    writeFileDurable(reserve, Buffer.alloc(RESERVE_BYTES, 0x20));
  } catch {
    // The record itself is written. Without room there is no reserve until the next write, and a
    // part of one would only be mistaken for it.
    rmSync(reserve, { force: true });
  }
}

function removeLeftovers(path: string): void {
  const now = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const name = new RegExp(`^${basename(path).replaceAll('.', '\\.')}\\.[0-9a-f-]+\\.(tmp|old)$`);
  for (const entry of readdirSync(dirname(path)).filter((one) => name.test(one))) {
    const leftover = join(dirname(path), entry);
    const modified = statSync(leftover, { throwIfNoEntry: false })?.mtimeMs ?? now;
    if (now - modified > LEFTOVER_AGE_MS) rmSync(leftover, { force: true });
  }
}

function renameIfThere(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (fault) {
    if (errnoOf(fault) === 'ENOENT') return false;
    throw fault;
  }
}

function reservePath(path: string): string {
  return join(dirname(path), 'control.reserve');
}

function isFull(fault: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes(errnoOf(fault));
}

function changedMeanwhile(path: string): ChangedMeanwhile {
  return new ChangedMeanwhile(`Cannot change the latch "${path}": it`, {
    dependency: 'state directory',
  });
}
