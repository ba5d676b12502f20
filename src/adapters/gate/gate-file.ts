import { chmodSync, chownSync, lstatSync, realpathSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { CommittedGate, GateCopy, Opening } from '../../engine/control/delivery-gate.js';
import type { ClosedFile, GateClosing } from '../../engine/ports/delivery-gate.js';
import { OperatorError } from '../../operator-error.js';
import { errnoOf } from '../../operator-error/errno.js';
import { readBounded, writeFileAtomic } from '../files/atomic-file.js';
import { fileAdvice } from '../files/file-fault.js';
import { committedText, repositoryRoot } from './committed-text.js';
import { withOpening, withoutScope } from './gate-edit.js';
import {
  gateChangedMeanwhile,
  gateNotUnderstood,
  gateUnusable,
  gateWouldLose,
} from './gate-errors.js';
import { GATE_BYTES_MAX, readGateText } from './gate-text.js';

const NAME = 'DELIVERY_APPROVED.yaml';
const NEW_MODE = 0o644;

export interface GatePlace {
  readonly path: string;
  /** As it is shown to people. */
  readonly file: string;
}

/**
 * Those that are named; else the one in the directory and the one at the root of its repository,
 * as far as they exist; where none does, the one that would be made.
 */
export async function gatePlaces(
  cwd: string,
  named: readonly string[],
): Promise<readonly GatePlace[]> {
  const show = (path: string) => {
    const short = relative(cwd, path);
    return { path, file: short.startsWith('..') ? path : short };
  };
  if (named.length > 0) return [...new Set(named.map((one) => resolve(cwd, one)))].map(show);
  const root = await repositoryRoot(cwd);
  const directories = [realpathSync(cwd), ...(root === null ? [] : [realpathSync(root)])];
  const paths = [...new Set(directories)].map((directory) => join(directory, NAME));
  const existing = paths.filter((path) => lstatSync(path, { throwIfNoEntry: false }));
  return (existing.length > 0 ? existing : paths.slice(-1)).map((path) => ({
    path,
    file: relative(realpathSync(cwd), path).startsWith('..') ? path : NAME,
  }));
}

type FileText =
  | { readonly state: 'text'; readonly text: string }
  | { readonly state: 'absent' }
  | { readonly state: 'unusable'; readonly why: string; readonly cause: unknown };

export async function readCopy({ path, file }: GatePlace): Promise<GateCopy> {
  const found = readText(path);
  const working =
    found.state === 'text'
      ? readGateText(found.text)
      : found.state === 'absent'
        ? found
        : { state: 'unreadable' as const, why: found.why };
  return { file, working, committed: await readCommitted(path) };
}

async function readCommitted(path: string): Promise<CommittedGate> {
  const found = await committedText(path);
  if (!found.ok) return { state: 'not-committed', why: found.why };
  return { state: 'committed', commit: found.commit, reading: readGateText(found.text) };
}

/** @returns what writes it; everything that can be in the way is found before anything is written */
export function plannedOpening({ path, file }: GatePlace, opening: Opening): () => void {
  const before = textOrThrow(path, file);
  if (before !== null) refuseUnreadable(file, before);
  const after = withOpening(before, opening);
  if (after === null) throw gateWouldLose(file);
  return () => {
    replace({ path, file }, before, after);
  };
}

export function closeFile({ path, file }: GatePlace, closing: GateClosing): ClosedFile {
  try {
    const before = textOrThrow(path, file);
    if (before === null) return { file, outcome: 'absent', why: '' };
    refuseUnreadable(file, before);
    const after = withoutScope(before, closing.scope, closing);
    if (after === null) throw gateNotUnderstood(file, 'its "approved" could not be changed');
    if (after === before) return { file, outcome: 'unchanged', why: '' };
    replace({ path, file }, before, after);
    return { file, outcome: 'closed', why: '' };
  } catch (fault) {
    if (!(fault instanceof OperatorError)) throw fault;
    return { file, outcome: 'failed', why: `${fault.what}: ${fault.why}` };
  }
}

function refuseUnreadable(file: string, text: string): void {
  const reading = readGateText(text);
  if (reading.state === 'unreadable') throw gateNotUnderstood(file, reading.why);
}

/** Somebody may have saved it in an editor since it was read. */
function replace({ path, file }: GatePlace, before: string | null, after: string): void {
  if (textOrThrow(path, file) !== before) throw gateChangedMeanwhile(file, 'somebody');
  try {
    const old = statSync(path, { throwIfNoEntry: false });
    writeFileAtomic(path, after, NEW_MODE);
    if (old === undefined) return;
    chmodSync(path, old.mode & 0o777);
    // As root in the checkout of somebody who could not change it any more.
    if (old.uid !== process.getuid?.()) chownSync(path, old.uid, old.gid);
  } catch (fault) {
    throw gateUnusable(file, fault);
  }
}

function textOrThrow(path: string, file: string): string | null {
  const found = readText(path);
  if (found.state === 'unusable') throw gateUnusable(file, found.cause);
  return found.state === 'absent' ? null : found.text;
}

function readText(path: string): FileText {
  const unusable = (why: string, cause: unknown = new Error(why)): FileText => ({
    state: 'unusable',
    why,
    cause,
  });
  try {
    const found = readBounded(path, GATE_BYTES_MAX);
    if (found.kind === 'text') return { state: 'text', text: found.text };
    return unusable(found.kind === 'too-large' ? 'it is too large for a gate' : 'it is no file');
  } catch (fault) {
    const errno = errnoOf(fault);
    if (errno === 'ENOENT') return { state: 'absent' };
    return unusable(errno === 'ELOOP' ? 'it is a link' : fileAdvice(fault).why, fault);
  }
}
