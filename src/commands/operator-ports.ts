import type { AuditReader } from '../engine/ports/audit-reader.js';
import type { Clock } from '../engine/ports/clock.js';
import type {
  EngineClient,
  EngineProcess,
  LastRun,
  LatchWords,
} from '../engine/ports/engine-client.js';
import type { EventLog } from '../engine/ports/event-log.js';
import type { SharedStanding } from '../engine/ports/shared-standing.js';
import type { StackReader } from '../engine/ports/stack-reader.js';
import type { WatchdogStanding } from '../engine/ports/watchdog-standing.js';
import type { CommandIo } from './command-io.js';
import type { ParsedOptions } from './parsed-options.js';

export type ReadableLog = Pick<EventLog, 'list' | 'tail' | 'info' | 'read'>;

/** The configured Redis, in which a stack may run that nobody started here. */
export interface StackPort {
  /** The place of its URL, for people; never the URL. */
  readonly where: string;
  /** @throws OperatorError when it does not answer in time (exit 4), or lets nobody in (exit 3) */
  use<T>(work: (reader: StackReader) => Promise<T>): Promise<T>;
}

/** What the commands of a second terminal need of one state directory; main puts it together. */
export interface OperatorPorts {
  /** As it is shown to people. */
  readonly stateDir: string;
  readonly engine: EngineClient;
  readonly process: EngineProcess;
  readonly clock: Clock;
  /** Null when nothing ever ran here. Reads files only, starts nothing. */
  lastRun(): Promise<LastRun | null>;
  /** Null when there is no latch and nothing else either (an empty state directory). */
  latch(): LatchWords | null;
  /** Reads files only. */
  watchdog(): WatchdogStanding;
  /**
   * For when no engine runs. Null when no Redis is configured.
   * @throws OperatorError (exit 3) for a configuration that can't be read
   */
  stack(): StackPort | null;
  /**
   * What other hosts know, for when no engine runs. Null when no place is configured that they reach.
   * @throws OperatorError as `use` of the stack does
   */
  shared(): Promise<SharedStanding | null>;
  /** The streams on disk, read only, for when no engine runs. Null when there are none. */
  withEventLog<T>(work: (log: ReadableLog) => Promise<T>): Promise<T | null>;
  /** The audit trail is in an external database: it is asked itself, whether or not an engine runs. */
  readsDirectly(): boolean;
  /**
   * Runs `work` against the database, which is started for that time where nobody else runs it.
   * Null when there is no database yet. Throws DependencyError when it can't be had in time.
   */
  withAudit<T>(work: (reader: AuditReader) => Promise<T>): Promise<T | null>;
}

/** The part of main's services that these commands are called with. */
export interface OperatorServices {
  operator(options: ParsedOptions, io: CommandIo): Promise<OperatorPorts>;
}
