import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { errnoOf } from '../../operator-error/errno.js';

const RETRY_MS = 10;
/** How long the end of the program may wait for a terminal that takes nothing. */
const LAST_WRITE_MS = 500;
const WAITING_BYTES_MAX = 4 * 1024 * 1024;
/** By the file of our own stdout first: it may be another terminal than the controlling one. */
const PLACES = ['/proc/self/fd/1', '/dev/tty'];
const STDOUT = 1;

/**
 * Writes to the terminal without ever waiting for it. Node's own stream for one waits inside `write`,
 * and a terminal that stands still would then keep a kill from being heard.
 */
export class TerminalOutput {
  onGone: () => void = () => undefined;
  readonly #listeners = new Set<() => void>();
  #fd: number | null;
  #waiting: Buffer | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(fd: number = openTerminal()) {
    this.#fd = fd;
  }

  /** @returns false: it is taken, and no more should come before it is drained */
  write(text: string): boolean {
    if (this.#fd === null) return true;
    const bytes = Buffer.from(text);
    if (this.#waiting === null) this.#waiting = bytes;
    // Whoever does not heed the false loses it; half a frame must not grow without end.
    else if (this.#waiting.length + bytes.length <= WAITING_BYTES_MAX) {
      this.#waiting = Buffer.concat([this.#waiting, bytes]);
    }
    if (this.#timer === null) this.#flush();
    return this.#timer === null;
  }

  onDrained(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Gives up what waits. Returns when all is written, or the terminal took nothing for too long. */
  writeNow(text: string): void {
    const wasFull = this.#timer !== null;
    this.#stopWaiting();
    this.#writeAll(text);
    if (wasFull) this.#tellDrained();
  }

  close(): void {
    this.#stopWaiting();
    if (this.#fd !== null && this.#fd !== STDOUT) closeSync(this.#fd);
    this.#fd = null;
  }

  #writeAll(text: string): void {
    const untilMs = performance.now() + LAST_WRITE_MS;
    let rest: Buffer = Buffer.from(text);
    while (rest.length > 0 && this.#fd !== null) {
      rest = this.#put(this.#fd, rest);
      if (rest.length === 0 || performance.now() > untilMs) return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
    }
  }

  #flush(): void {
    if (this.#fd === null || this.#waiting === null) return;
    const rest = this.#put(this.#fd, this.#waiting);
    this.#waiting = rest.length > 0 ? rest : null;
    if (this.#waiting === null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#flush();
      if (this.#waiting === null) this.#tellDrained();
    }, RETRY_MS);
  }

  #tellDrained(): void {
    for (const listener of this.#listeners) listener();
  }

  /** @returns what is left; nothing when the terminal is gone */
  #put(fd: number, bytes: Buffer): Buffer {
    try {
      return bytes.subarray(writeSync(fd, bytes));
    } catch (fault) {
      if (errnoOf(fault) === 'EAGAIN' || errnoOf(fault) === 'EINTR') return bytes;
      this.close();
      // Not from inside `write`: the caller is in the middle of something.
      queueMicrotask(() => {
        this.onGone();
      });
      return bytes.subarray(bytes.length);
    }
  }

  #stopWaiting(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#waiting = null;
  }
}

/** A file of its own, so that not waiting holds for this program alone. */
function openTerminal(): number {
  for (const place of PLACES) {
    try {
      return openSync(place, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    } catch {
      // No /proc, no controlling terminal, or one of another user: the next place may do.
    }
  }
  return STDOUT;
}
