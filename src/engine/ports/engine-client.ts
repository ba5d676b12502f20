/** How an engine was started, so that the same can be started again. Never holds a secret. */
export interface EngineLaunch {
  /** The command line without `--detach`: `run --paper --seed 7`. */
  readonly words: readonly string[];
  readonly cwd: string;
  /** Variables of cdb that were set. */
  readonly env: Readonly<Record<string, string>>;
  /** In the background: no terminal belongs to it. */
  readonly detached: boolean;
  /** `host:port/database` of its external database; absent: it has its own. */
  readonly database?: string;
}

/** Who holds the lock of a state directory. A pid alone proves nothing: pids are reused. */
export interface EngineHolder {
  readonly pid: number;
  readonly startedAtMs: number;
  readonly socketPath: string;
  /** Absent when it was not kept: too long, or something in it looks like a secret. */
  readonly launch?: EngineLaunch;
}

/** SIGUSR2 is taken for a halt, where nothing else reaches the engine. */
export type EngineSignal = 'SIGTERM' | 'SIGKILL' | 'SIGUSR2';

/** The process that holds the state directory. */
export interface EngineProcess {
  /**
   * The holder when it is alive: same pid, same start time, same boot. Null when nothing runs;
   * a lock that its holder left behind counts as nothing.
   */
  holder(): EngineHolder | null;
  /**
   * Sends the signal after looking at start time and boot once more.
   * @returns false when that process is no longer there
   */
  signal(holder: EngineHolder, name: EngineSignal): boolean;
}

export interface EngineRequest {
  readonly method: 'GET' | 'POST';
  /** With its query: `/streams/stream.fills?n=5`. */
  readonly path: string;
  readonly body?: unknown;
  /** From connecting to the last byte of the answer. */
  readonly timeoutMs: number;
}

export type EngineAnswer =
  | { readonly state: 'answered'; readonly status: number; readonly body: unknown }
  /** No live process holds the state directory, and nobody listens. */
  | { readonly state: 'absent' }
  /** A process holds it, but no whole answer came in time. */
  | { readonly state: 'silent'; readonly why: string; readonly pid: number | null };

/** How a second terminal talks to a running engine. Never throws for an engine that is away. */
export interface EngineClient {
  call(request: EngineRequest): Promise<EngineAnswer>;
}

/** What the state directory tells of the last run when no engine answers. */
export interface LastRun {
  readonly runId: string;
  readonly mode: string;
  readonly feed: string;
  readonly seed: number;
  readonly startedAtMs: number;
  /** Null when the run ended without saying so (crash, kill -9, power). */
  readonly endedAtMs: number | null;
  readonly seqJournaled: number;
  /** Null when it can't be told without the database. */
  readonly seqCommitted: number | null;
  /** Batches that wait on disk for the database; the next start commits them. */
  readonly spoolBatches: number;
}

/** The latch as it stands on disk; anything that can't be read counts as HALTED. */
export interface LatchWords {
  readonly level: string;
  readonly mode: string | null;
  readonly reason: string;
  readonly operator: string | null;
  readonly atMs: number | null;
}
