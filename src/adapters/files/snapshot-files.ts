import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync, gzip } from 'node:zlib';
import type { Snapshot, SnapshotStore } from '../../engine/ports/snapshot-store.js';
import { fsyncDirectory, writeFileAtomic } from './atomic-file.js';
import { fileFault } from './file-fault.js';
import { streamDirectoryName } from './stream-names.js';
import { errnoOf } from '../../operator-error/errno.js';
import { makeDirectories } from '../make-directories.js';

interface SnapshotFilesOptions {
  /** Costs some time and saves most of the space. */
  readonly gzip?: boolean;
  readonly keep?: number;
}

const compress = promisify(gzip);
const SNAPSHOTS_KEPT = 3;
const STATE_BYTES_MAX = 512 * 1024 * 1024;
const NAME = /^\d{16}\.snap(\.gz)?$/;

/**
 * Snapshots as files: a directory per run, a file per sequence. The first line is the SHA-256 of
 * the rest, which is a line with the head and then the state.
 */
export function openSnapshotFiles(
  directory: string,
  { gzip: isZipped = true, keep = SNAPSHOTS_KEPT }: SnapshotFilesOptions = {},
): SnapshotStore {
  const runDirectory = (runId: string) => join(directory, streamDirectoryName(runId));
  return {
    save: async (snapshot) => {
      const plain = encode(snapshot);
      const bytes = isZipped ? await compress(plain, { level: 1 }) : plain;
      const name = `${String(snapshot.seq).padStart(16, '0')}.snap${isZipped ? '.gz' : ''}`;
      const run = runDirectory(snapshot.runId);
      try {
        if (makeDirectories(run, 0o700)) {
          fsyncDirectory(dirname(run));
        }
        writeFileAtomic(join(run, name), bytes);
        removeOldest(run, keep);
      } catch (fault) {
        throw fileFault(`Cannot save a snapshot to "${run}"`, fault);
      }
    },
    load: (runId) =>
      new Promise((resolve) => {
        const read = listSnapshots(runDirectory(runId)).map((path) => readSnapshot(path, runId));
        const snapshots = read.filter((one) => one !== null);
        resolve({ snapshots, damaged: read.length - snapshots.length });
      }),
  };
}

function encode({ state, ...head }: Snapshot): Buffer {
  const body = Buffer.from(`${JSON.stringify({ format: 'cdb.snapshot/1', ...head })}\n${state}`);
  return Buffer.concat([Buffer.from(`${sha256(body)}\n`), body]);
}

/** Newest first. */
function listSnapshots(run: string): readonly string[] {
  try {
    return readdirSync(run)
      .filter((name) => NAME.test(name))
      .sort()
      .reverse()
      .map((name) => join(run, name));
  } catch (fault) {
    if (errnoOf(fault) === 'ENOENT') return [];
    throw fileFault(`Cannot read snapshots in "${run}"`, fault);
  }
}

/** Also clears what a crash left of an unfinished write. */
function removeOldest(run: string, keep: number): void {
  for (const path of listSnapshots(run).slice(keep)) rmSync(path, { force: true });
  for (const name of readdirSync(run)) {
    if (name.endsWith('.tmp')) rmSync(join(run, name), { force: true });
  }
}

/** @returns null when it can't be read or is not what was written: an older one is used instead */
function readSnapshot(path: string, runId: string): Snapshot | null {
  let bytes: Buffer;
  try {
    const stored = readFileSync(path);
    bytes = path.endsWith('.gz')
      ? gunzipSync(stored, { maxOutputLength: STATE_BYTES_MAX })
      : stored;
  } catch {
    return null; // Damaged or unreadable: counted by the caller.
  }
  const headAt = bytes.indexOf(0x0a) + 1;
  const stateAt = bytes.indexOf(0x0a, headAt) + 1;
  if (headAt === 0 || stateAt === 0) return null;
  if (bytes.toString('latin1', 0, headAt - 1) !== sha256(bytes.subarray(headAt))) return null;
  const head: unknown = JSON.parse(bytes.toString('utf8', headAt, stateAt - 1));
  if (!isHead(head) || head.runId !== runId) return null;
  const { seq, digest, codeVersion, configHash, stateShape, recordedSeq } = head;
  const state = bytes.toString('utf8', stateAt);
  return {
    ...{ runId, seq, digest, codeVersion, configHash, stateShape, state },
    ...(recordedSeq !== undefined && { recordedSeq }),
  };
}

function isHead(value: unknown): value is Omit<Snapshot, 'state'> {
  if (typeof value !== 'object' || value === null) return false;
  const found = new Map<string, unknown>(Object.entries(value));
  const texts = ['runId', 'digest', 'codeVersion', 'configHash', 'stateShape'];
  return (
    found.get('format') === 'cdb.snapshot/1' &&
    Number.isSafeInteger(found.get('seq')) &&
    Number.isSafeInteger(found.get('recordedSeq') ?? 0) &&
    texts.every((key) => typeof found.get(key) === 'string')
  );
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
