import { closeSync, openSync, writeSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { Board } from '../../view/board/board.js';
import { boardLine, headLine, type RecordingHead } from '../../view/board/wire.js';
import { cannotRecordBoards } from './board-recording-errors.js';
import { fileAdvice } from './file-fault.js';

const BYTES_MAX = 1024 ** 3;
const OWNER_ONLY = 0o600;

export interface RecorderOptions {
  readonly bytesMax?: number;
  /** Nothing more is recorded, and why; what is in the file stays and can be opened. */
  readonly onEnd: (why: string) => void;
}

/** A new file with a head and one board per line; packed when its name ends in `.gz`. */
export class BoardRecorder {
  readonly #bytesMax: number;
  readonly #isPacked: boolean;
  readonly #onEnd: (why: string) => void;
  #fd: number | null;
  #bytes = 0;

  /** @throws OperatorError CDB-E0532 when the file is there already or can't be written */
  constructor(path: string, head: RecordingHead, { bytesMax = BYTES_MAX, onEnd }: RecorderOptions) {
    this.#bytesMax = bytesMax;
    this.#isPacked = path.endsWith('.gz');
    this.#onEnd = onEnd;
    try {
      this.#fd = openSync(path, 'wx', OWNER_ONLY);
      this.#append(this.#fd, headLine(head));
    } catch (fault) {
      throw cannotRecordBoards(path, fault);
    }
  }

  get isRecording(): boolean {
    return this.#fd !== null;
  }

  add(board: Board): void {
    if (this.#fd === null) return;
    try {
      if (!this.#append(this.#fd, boardLine(board))) {
        this.#end(`the recording has reached its bound of ${this.#bytesMax} bytes`);
      }
    } catch (fault) {
      this.#end(fileAdvice(fault).why);
    }
  }

  close(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }

  /** Each line is packed by itself: a process that is killed loses nothing that was written. */
  #append(fd: number, line: string): boolean {
    const text = Buffer.from(`${line}\n`);
    const bytes = this.#isPacked ? gzipSync(text) : text;
    if (this.#bytes + bytes.length > this.#bytesMax) return false;
    for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
    this.#bytes += bytes.length;
    return true;
  }

  #end(why: string): void {
    this.close();
    this.#onEnd(why);
  }
}
