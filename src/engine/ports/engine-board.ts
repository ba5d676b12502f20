export const ROLES = ['ingest', 'pipeline', 'writer'] as const;
export type Role = (typeof ROLES)[number];

/** Containers may share the name of their host and the pid 1: the salt tells them apart. */
export function engineIdOf(host: string, pid: number, salt: string): string {
  return `${host}:${pid}:${salt}`;
}

/** True of every engine that this process is or was. */
export function isEngineAt(engineId: string, host: string, pid: number): boolean {
  return engineId.startsWith(engineIdOf(host, pid, ''));
}

/** What one process says of itself to all others that work on the run. */
export interface EngineEntry {
  readonly engineId: string;
  readonly pid: number;
  readonly host: string;
  readonly roles: readonly Role[];
  /** Shards whose inputs it folds, and whose facts it writes. */
  readonly pipelines: readonly number[];
  readonly writers: readonly number[];
  readonly feeds: boolean;
  readonly startedAtMs: number;
  /** Inputs that wait in its journal; null when it is no ingest. */
  readonly journalWaiting: number | null;
  readonly trouble: readonly string[];
}

/** Where processes see each other; an entry ends by itself when its process does. */
export interface EngineBoard {
  /** Says that this process lives. @returns all that do, this one included */
  note(entry: EngineEntry): Promise<readonly EngineEntry[]>;
  list(): Promise<readonly EngineEntry[]>;
  leave(engineId: string): Promise<void>;
}

/** The run that all processes on one event log work on. */
export interface SharedRun {
  readonly runGroup: string;
  readonly identity: string;
  readonly mode: string;
  readonly feed: string;
  readonly seed: number;
  readonly shards: number;
  readonly startedAtMs: number;
  readonly finished: boolean;
}

export interface SharedRuns {
  current(): Promise<SharedRun | null>;
  /** Makes it the current one unless another is. @returns the one that is */
  begin(run: SharedRun, replaces: string | null): Promise<SharedRun>;
  finish(runGroup: string): Promise<void>;
}
