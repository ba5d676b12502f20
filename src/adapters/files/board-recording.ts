import { stat } from 'node:fs/promises';
import { OperatorError } from '../../operator-error.js';
import type { Board } from '../../view/board/board.js';
import { readWire } from '../../view/board/read-wire.js';
import { fileBytes, isByteFault } from '../files-feed/file-bytes.js';
import { lineCutter } from '../files-feed/lines.js';
import { newerRecording, noRecording, recordingUnreadable } from './board-recording-errors.js';

interface ReadLimits {
  /** Unpacked. */
  readonly bytesMax: number;
  readonly boardsMax: number;
  readonly lineBytesMax: number;
}

/** A board is about 60 KiB; a day has 86,400 seconds. */
const LIMITS: ReadLimits = {
  bytesMax: 8 * 1024 ** 3,
  boardsMax: 100_000,
  lineBytesMax: 8 * 1024 * 1024,
};

/**
 * Gives every board of a recording, or the one of an export, in order of time. It may be gzip.
 * @returns what was left out, in sentences: a torn last line, a bound that was reached
 * @throws OperatorError CDB-E0530 when it can't be read, CDB-E0531 when it is none
 */
export async function readBoardRecording(
  path: string,
  onBoard: (board: Board) => void,
  limits: Partial<ReadLimits> = {},
): Promise<readonly string[]> {
  await assertFile(path);
  const reader = new RecordingReader(path, { ...LIMITS, ...limits }, onBoard);
  const cutter = lineCutter(reader.limits.lineBytesMax);
  const source = fileBytes(path);
  try {
    for await (const item of source) {
      if (isByteFault(item)) {
        reader.cutOff(item.fault);
        break;
      }
      for (const line of cutter.add(item)) reader.take(line);
      reader.count(item.length);
      if (reader.isFull) break;
    }
  } catch (fault) {
    throw fault instanceof OperatorError ? fault : recordingUnreadable(path, fault);
  }
  const [last] = cutter.end();
  return reader.end(last);
}

async function assertFile(path: string): Promise<void> {
  const found = await stat(path).catch((cause: unknown) => {
    throw recordingUnreadable(path, cause);
  });
  // Of a pipe, which would make us wait, and of a directory.
  if (!found.isFile()) throw noRecording(path, 'it is no regular file');
  if (found.size === 0) throw noRecording(path, 'it is empty');
}

class RecordingReader {
  isFull = false;
  readonly limits: ReadLimits;
  readonly #path: string;
  readonly #onBoard: (board: Board) => void;
  readonly #notes: string[] = [];
  #bytes = 0;
  #lines = 0;
  #boards = 0;
  #hasHead = false;
  #older = 0;
  #newestMs = Number.NEGATIVE_INFINITY;

  constructor(path: string, limits: ReadLimits, onBoard: (board: Board) => void) {
    this.#path = path;
    this.limits = limits;
    this.#onBoard = onBoard;
  }

  count(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > this.limits.bytesMax) this.#stop(`${this.limits.bytesMax} bytes`);
  }

  take(line: string | null): void {
    this.#lines += 1;
    if (this.isFull || line === '') return;
    if (line === null) throw this.#fault('it is too long, or no text');
    const read = readWire(line);
    if (read.kind === 'foreign') throw newerRecording(this.#path, read.schema);
    if (read.kind === 'broken') throw this.#fault(read.why);
    if (read.kind !== 'board') this.#hasHead = true;
    if (read.kind !== 'head') this.#keep(read.board);
  }

  cutOff(why: string): void {
    this.#notes.push(`${this.#path}: ${why}; what came before is shown`);
  }

  /** @param last what stands behind the last line break: a process that was killed leaves half a line */
  end(last: string | null | undefined): readonly string[] {
    if (last !== undefined && last !== '' && !this.isFull) {
      const read = last === null ? null : readWire(last);
      if (read?.kind === 'broken' && this.#boards > 0) {
        this.#notes.push(`${this.#path}: the last line is torn and left out`);
      } else {
        this.take(last);
      }
    }
    if (this.#older > 0) {
      // The clock of the host was set back while it was recorded.
      this.#notes.push(`${this.#path}: ${this.#older} boards are older than what is before them`);
    }
    if (this.#boards === 0) throw noRecording(this.#path, 'there is no board in it');
    return this.#notes;
  }

  #keep(board: Board): void {
    if (!this.#hasHead) throw this.#fault('it does not say of which form the file is');
    if (board.atMs < this.#newestMs) {
      this.#older += 1;
      return;
    }
    if (this.#boards >= this.limits.boardsMax) {
      this.#stop(`${this.limits.boardsMax} boards`);
      return;
    }
    this.#newestMs = board.atMs;
    this.#boards += 1;
    this.#onBoard(board);
  }

  #stop(bound: string): void {
    if (this.isFull) return;
    this.isFull = true;
    this.#notes.push(`${this.#path}: it has more than ${bound}; the rest is left out`);
  }

  #fault(why: string): OperatorError {
    return noRecording(this.#path, `line ${this.#lines}: ${why}`);
  }
}
