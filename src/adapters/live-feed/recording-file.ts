import { open, type FileHandle } from 'node:fs/promises';
import { EXIT, OperatorError, type ExitCode } from '../../operator-error.js';
import { wordsOf } from '../../engine/domain/words-of.js';
import type { WireEvent } from './feed-event.js';
import { readRecordingLine, recordingHead, recordingLine } from './recording-lines.js';

/** Written together; what was not yet written is lost with the process, and nothing else. */
const BUFFER_CHARS = 64 * 1024;
/** Lines that wait for a slow disk. */
const WAITING_CHARS_MAX = 16 * 1024 * 1024;
const OWNER_ONLY = 0o600;
const HEAD_BYTES_MAX = 128;

export interface Recording {
  write(event: WireEvent, atMs: number): void;
  /** Everything is in the file when it resolves. */
  close(): Promise<void>;
}

/**
 * Writes what a live feed receives to a new file, or behind a recording of the same venue. A full
 * disk, a slow one or the bound end the recording, never the engine.
 * @param onEnd why nothing more is recorded
 * @throws OperatorError when the file is another one or can't be written
 */
export async function openRecording(
  path: string,
  options: {
    readonly venue: string;
    readonly bytesMax: number;
    readonly nowMs: number;
    readonly onEnd: (why: string) => void;
  },
): Promise<Recording> {
  const file = await open(path, 'a+', OWNER_ONLY).catch((cause: unknown) => {
    throw cannotRecord(path, wordsOf(cause), EXIT.UNREACHABLE);
  });
  try {
    const { bytes, isTorn } = await endOf(file, path, options.venue);
    const recording = new RecordingFile(file, bytes, options);
    // A process that was killed may have left half a line.
    recording.add(`${isTorn ? '\n' : ''}${recordingHead(options.venue, options.nowMs)}`);
    return recording;
  } catch (fault) {
    await file.close();
    throw fault;
  }
}

interface FileEnd {
  readonly bytes: number;
  readonly isTorn: boolean;
}

async function endOf(file: FileHandle, path: string, venue: string): Promise<FileEnd> {
  const stats = await file.stat();
  if (!stats.isFile()) throw cannotRecord(path, 'it is no regular file', EXIT.USAGE);
  if (stats.size === 0) return { bytes: 0, isTorn: false };
  const start = Buffer.alloc(HEAD_BYTES_MAX);
  await file.read(start, 0, HEAD_BYTES_MAX, 0);
  const head = readRecordingLine(start.toString('utf8').split('\n')[0] ?? '');
  if (head?.kind !== 'head' || head.venue !== venue) {
    const why = `the file exists and is no recording of ${venue}; it is never written over`;
    throw cannotRecord(path, why, EXIT.CONFLICT);
  }
  const last = Buffer.alloc(1);
  await file.read(last, 0, 1, stats.size - 1);
  return { bytes: stats.size, isTorn: last.toString() !== '\n' };
}

function cannotRecord(path: string, why: string, exit: ExitCode): OperatorError {
  const todo = 'name a new file with --record';
  return new OperatorError({
    code: 'CDB-E0506',
    what: `Cannot record to "${path}"`,
    why,
    todo,
    exit,
  });
}

class RecordingFile implements Recording {
  readonly #file: FileHandle;
  readonly #bytesMax: number;
  readonly #onEnd: (why: string) => void;
  #waiting = '';
  #bytes: number;
  #ended = false;
  #writing: Promise<void> = Promise.resolve();
  #isWriting = false;

  constructor(
    file: FileHandle,
    bytes: number,
    { bytesMax, onEnd }: { readonly bytesMax: number; readonly onEnd: (why: string) => void },
  ) {
    this.#file = file;
    this.#bytes = bytes;
    this.#bytesMax = bytesMax;
    this.#onEnd = onEnd;
  }

  write(event: WireEvent, atMs: number): void {
    this.add(recordingLine(event, atMs));
    // A tick comes once a second: what is recorded is never older than that on disk.
    if (event.kind === 'tick') this.#flush();
  }

  add(line: string): void {
    if (this.#ended) return;
    this.#bytes += Buffer.byteLength(line);
    if (this.#bytes > this.#bytesMax) {
      this.#end(`it has reached its bound of ${this.#bytesMax} bytes`);
      return;
    }
    this.#waiting += line;
    if (this.#waiting.length > WAITING_CHARS_MAX) this.#end('the disk does not keep up');
    else if (this.#waiting.length >= BUFFER_CHARS) this.#flush();
  }

  async close(): Promise<void> {
    await this.#writing;
    this.#flush();
    await this.#writing;
    this.#ended = true;
    await this.#file.close();
  }

  #flush(): void {
    if (this.#isWriting || this.#waiting === '') return;
    const text = this.#waiting;
    this.#waiting = '';
    this.#isWriting = true;
    this.#writing = this.#file.appendFile(text).then(
      () => {
        this.#isWriting = false;
      },
      (cause: unknown) => {
        this.#isWriting = false;
        // Half of it may be written: what came behind would stand in the middle of a line.
        this.#waiting = '';
        this.#end(String(cause));
      },
    );
  }

  #end(why: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#onEnd(why);
  }
}
