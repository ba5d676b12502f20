import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** How bytes leave; changed while the connection lives. */
export interface WireManner {
  /** Writes of at most so many bytes, each its own TCP segment; null: as they come. */
  fragmentBytes: number | null;
  /** Null: as fast as the other side reads. */
  bytesPerSecond: number | null;
}

/** What a write on a half-open connection waits for. */
const NEVER = new Promise<never>(() => undefined);

/** Between a websocket and its TCP socket: a write is called back once the kernel has all of it. */
export class Wire extends Duplex {
  readonly manner: WireManner = { fragmentBytes: null, bytesPerSecond: null };
  readonly #socket: Socket;
  #dead = false;

  constructor(socket: Socket) {
    super({ allowHalfOpen: true });
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) socket.pause();
    });
    socket.on('end', () => this.push(null));
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy());
  }

  /** Reads and writes nothing more; the TCP connection stays until somebody ends it. */
  goHalfOpen(): void {
    this.#dead = true;
    this.#socket.pause();
  }

  /** Ends with a TCP reset: what the other side has not read yet is lost to it. */
  reset(): void {
    this.#socket.resetAndDestroy();
    this.destroy();
  }

  override _read(): void {
    if (!this.#dead) this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    if (this.#dead) return;
    const { fragmentBytes, bytesPerSecond } = this.manner;
    if (fragmentBytes === null && bytesPerSecond === null) {
      this.#socket.write(chunk, done);
      return;
    }
    this.#writePieces(chunk).then(
      () => {
        done();
      },
      (error: unknown) => {
        done(error instanceof Error ? error : new Error(String(error)));
      },
    );
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(() => {
      done();
    });
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }

  async #writePieces(chunk: Buffer): Promise<void> {
    for (let from = 0; from < chunk.length;) {
      if (this.#dead) return await NEVER;
      const { fragmentBytes, bytesPerSecond } = this.manner;
      const slice = bytesPerSecond === null ? Infinity : Math.max(1, bytesPerSecond / 20);
      const to = from + Math.ceil(Math.min(fragmentBytes ?? Infinity, slice, chunk.length - from));
      const piece = chunk.subarray(from, to);
      await new Promise<void>((resolve, reject) => {
        this.#socket.write(piece, (error) => {
          if (error) reject(error);
          else resolve();
        });
      });
      if (bytesPerSecond !== null) await sleep((1000 * piece.length) / bytesPerSecond);
      from = to;
    }
  }
}
