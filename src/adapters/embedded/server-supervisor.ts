import { join } from 'node:path';
import type { Clock } from '../../engine/ports/clock.js';
import { diskFull, faultLines, saysDiskFull, serverFailed } from './embedded-errors.js';
import {
  type GuardedServer,
  readPostmasterFile,
  type ServerExit,
  startGuarded,
} from './guarded-server.js';
import { clearLeftover, signalProcess } from './leftover-server.js';
import type { PgBinaries } from './postgres-binaries.js';
import type { ServerLog } from './server-log.js';
import { serverArguments } from './server-settings.js';
import type { ServerUser } from './server-user.js';

/** Crash recovery replays at most max_wal_size; a minute is ample even on a slow disk. */
const READY_TIMEOUT_MS = 60_000;
const READY_POLL_MS = 10;
const FAST_STOP_MS = 15_000;
const HARD_STOP_MS = 5_000;

interface ServerParts {
  readonly binaries: PgBinaries;
  readonly dataDir: string;
  readonly socketDir: string;
  readonly user: ServerUser | null;
  readonly log: ServerLog;
  readonly clock: Clock;
}

export interface UnexpectedExit extends ServerExit {
  /** The last lines that the server wrote. */
  readonly lastWords: string;
}

/** Starts, watches, restarts and stops the one server process. */
export class ServerSupervisor {
  readonly #parts: ServerParts;
  readonly #listeners = new Set<(exit: UnexpectedExit) => void>();
  #server: GuardedServer | null = null;
  #stopping = false;
  /** Start, restart and stop follow one another, never overlap. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(parts: ServerParts) {
    this.#parts = parts;
  }

  get pid(): number | null {
    return this.#server !== null && this.#server.exit() === null ? this.#server.pid : null;
  }

  /** Called when the server ends although nobody asked it to. @returns the unsubscriber */
  onExit(listener: (exit: UnexpectedExit) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves with words about a leftover that was cleared, or null, once connections are taken. */
  start(): Promise<string | null> {
    return this.#inTurn(() => this.#start());
  }

  /** For after an unexpected exit, or to get a fresh server; the data stay. */
  restart(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#stop();
      await this.#start();
    });
  }

  /** Idempotent. Resolves when the process is gone. */
  stop(): Promise<void> {
    return this.#inTurn(() => this.#stop());
  }

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const run = this.#queue.then(task);
    this.#queue = run.catch(() => undefined); // The caller of `run` gets the error.
    return run;
  }

  async #start(): Promise<string | null> {
    const { binaries, dataDir, socketDir, user, log, clock } = this.#parts;
    if (this.pid !== null) return null;
    const leftover = await clearLeftover(dataDir, socketDir, clock);
    log.mark();
    const program = join(binaries.binDir, 'postgres');
    const server = await startGuarded({
      command: [program, ...serverArguments(dataDir, socketDir, binaries.major)],
      user,
      onStderr: (chunk) => {
        log.append(chunk);
      },
    });
    this.#server = server;
    this.#stopping = false;
    await this.#untilReady(server);
    void server.exited.then((exit) => {
      this.#report(server, exit);
    });
    return leftover;
  }

  #report(server: GuardedServer, exit: ServerExit): void {
    if (this.#stopping || server !== this.#server) return;
    const lastWords = this.#parts.log.tail();
    for (const listener of this.#listeners) listener({ ...exit, lastWords });
  }

  async #untilReady(server: GuardedServer): Promise<void> {
    const { clock, dataDir } = this.#parts;
    const deadlineMs = clock.monotonicMs() + READY_TIMEOUT_MS;
    for (;;) {
      const exit = server.exit();
      if (exit !== null) throw this.#failure(`it ended at once (${words(exit)})`);
      const file = readPostmasterFile(dataDir);
      if (file?.pid === server.pid && file.ready) return;
      if (clock.monotonicMs() >= deadlineMs) {
        await this.#stop();
        throw this.#failure(`it was not ready within ${READY_TIMEOUT_MS / 1_000} s`);
      }
      await clock.sleep(READY_POLL_MS);
    }
  }

  #failure(why: string): Error {
    const { log, dataDir } = this.#parts;
    if (saysDiskFull(log.tail())) return diskFull(dataDir);
    return serverFailed({
      what: 'Cannot start the embedded PostgreSQL server',
      why: `${why}: ${faultLines(log.tail()) || 'it said nothing'}`,
      logFile: log.path,
    });
  }

  async #stop(): Promise<void> {
    const server = this.#server;
    this.#stopping = true;
    if (server === null) return;
    const steps = [
      { signal: 'SIGINT', waitMs: FAST_STOP_MS },
      { signal: 'SIGQUIT', waitMs: HARD_STOP_MS },
      { signal: 'SIGKILL', waitMs: HARD_STOP_MS },
    ] as const;
    for (const { signal, waitMs } of steps) {
      // Our own child that has not been waited for keeps its pid, so this cannot hit another.
      if (server.exit() === null) signalProcess(server.pid, signal);
      if (await this.#exitedWithin(server, waitMs)) break;
    }
    this.#server = null;
  }

  async #exitedWithin(server: GuardedServer, waitMs: number): Promise<boolean> {
    const patience = new AbortController();
    const gone = server.exited.then(() => {
      patience.abort();
    });
    await Promise.race([gone, this.#parts.clock.sleep(waitMs, patience.signal)]);
    return server.exit() !== null;
  }
}

function words({ code, signal }: ServerExit): string {
  return signal === null ? `status ${code ?? 'unknown'}` : signal;
}
