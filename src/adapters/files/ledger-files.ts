import { linkSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { jsonOrNull } from '../../engine/domain/json-or-null.js';
import {
  LEDGER_KINDS,
  LEDGER_START,
  nextEntry,
  type LedgerEntry,
  type LedgerEvent,
  type LedgerHead,
} from '../../engine/domain/ledger.js';
import type { Ledger } from '../../engine/ports/ledger.js';
import { DependencyError } from '../../operator-error.js';
import { errnoOf } from '../../operator-error/errno.js';
import { makeDirectories } from '../make-directories.js';
import { nodeHash } from '../node-hash.js';
import { fsyncDirectory, readBounded, temporaryName, writeFileDurable } from './atomic-file.js';
import { fileFault } from './file-fault.js';

const DIGITS = 9;
const NAME = new RegExp(`^\\d{${DIGITS}}\\.json$`);
/** Texts of an event are clipped by those who make it; a longer entry is none of ours. */
const ENTRY_BYTES_MAX = 256 * 1024;
/** So many others may write in the same instant. */
const ATTEMPTS_MAX = 100;

/**
 * A file for each entry, named by its number and published by link(), which fails when another
 * process has published one of that number: so there is one chain without a lock, and a crash leaves
 * no half of an entry.
 */
export function ledgerFiles(directory: string): Ledger {
  return {
    append: (event) => {
      try {
        makeDirectories(directory, 0o700);
        return append(directory, event);
      } catch (fault) {
        if (fault instanceof DependencyError) throw fault;
        throw fileFault(`Cannot write the ledger "${directory}"`, fault);
      }
    },
    head: () => headOf(directory),
    entries: function* (after = 0, onUnreadable) {
      for (const name of names(directory)) {
        if (Number.parseInt(name, 10) <= after) continue;
        const entry = readOrTell(directory, name, onUnreadable);
        if (entry !== null) yield entry;
      }
    },
  };
}

function append(directory: string, event: LedgerEvent): LedgerEntry {
  const temporary = temporaryName(join(directory, 'entry'), 'tmp');
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const entry = nextEntry(nodeHash, headOf(directory), event);
    try {
      writeFileDurable(temporary, `${JSON.stringify(entry)}\n`);
      linkSync(temporary, join(directory, nameOf(entry.n)));
      fsyncDirectory(directory);
      return entry;
    } catch (fault) {
      if (errnoOf(fault) !== 'EEXIST') throw fault;
    } finally {
      rmSync(temporary, { force: true });
    }
  }
  throw new DependencyError(
    `Cannot write the ledger "${directory}": others wrote ${ATTEMPTS_MAX} times meanwhile`,
    { dependency: 'state directory', retryable: true },
  );
}

/** One that can't be read is no reason to write nothing more: it stays, and whoever verifies names it. */
function headOf(directory: string): LedgerHead {
  const newest = names(directory).at(-1);
  if (newest === undefined) return LEDGER_START;
  const text = textOf(join(directory, newest));
  return entryOf(text) ?? { n: Number.parseInt(newest, 10), hash: nodeHash.sha256Hex(text) };
}

function names(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
      .filter((name) => NAME.test(name))
      .sort();
  } catch (fault) {
    if (errnoOf(fault) === 'ENOENT') return [];
    throw fileFault(`Cannot list the ledger "${directory}"`, fault);
  }
}

function nameOf(n: number): string {
  return `${String(n).padStart(DIGITS, '0')}.json`;
}

function readOrTell(
  directory: string,
  name: string,
  onUnreadable: ((fault: Error) => void) | undefined,
): LedgerEntry | null {
  try {
    return read(directory, name);
  } catch (fault) {
    if (onUnreadable === undefined || !(fault instanceof DependencyError)) throw fault;
    onUnreadable(fault);
    return null;
  }
}

function read(directory: string, name: string): LedgerEntry {
  const path = join(directory, name);
  const entry = entryOf(textOf(path));
  if (entry !== null && nameOf(entry.n) === name) return entry;
  const why = entry === null ? 'can not be used' : `says that it is entry ${entry.n}`;
  throw new DependencyError(`The ledger entry "${path}" ${why}`, {
    dependency: 'state directory',
    retryable: false,
  });
}

/** Empty when there is no text. */
function textOf(path: string): string {
  try {
    const file = readBounded(path, ENTRY_BYTES_MAX);
    return file.kind === 'text' ? file.text : '';
  } catch (fault) {
    throw fileFault(`Cannot read the ledger entry "${path}"`, fault);
  }
}

/** By hand: a stop must not wait for a library to load. */
function entryOf(text: string): LedgerEntry | null {
  const found = jsonOrNull(text);
  if (!isObject(found) || !isObject(found['event'])) return null;
  const { n, prev, hash } = found;
  const { kind, action, atMs, who, why, details } = found['event'];
  const texts = [prev, hash, action, who, why];
  const isWhole =
    Number.isSafeInteger(n) &&
    typeof atMs === 'number' &&
    texts.every((one) => typeof one === 'string') &&
    LEDGER_KINDS.some((known) => known === kind) &&
    isObject(details);
  return isWhole ? (found as unknown as LedgerEntry) : null;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
