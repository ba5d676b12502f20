import type { Clock } from '../../engine/ports/clock.js';
import type { SqlSession } from '../../engine/ports/sql-session.js';
import type { ListedMigration } from '../../schema/migration-list.js';
import type { MigrationFile } from '../../schema/migration-files.js';
import type { MigrationRun } from '../../schema/migration-run.js';
import type { Check } from '../../schema/verify/verify-after.js';
import type { CommandIo } from '../command-io.js';
import type { ParsedOptions } from '../parsed-options.js';

/** The database whose schema is meant: the external one of the URL, else that of the state directory. */
export interface MigrationDatabase {
  readonly kind: 'embedded' | 'external';
  /** One line for people, without a secret. */
  readonly target: string;
  /** What is retyped before something is taken back: `host:port/database`, or `embedded/cdb`. */
  readonly name: string;
  /** False: the first `cdb run` makes it, and migrates it then. */
  readonly exists: boolean;
  /** Of this build. */
  readonly files: readonly MigrationFile[];
  readonly clock: Clock;
  /** Reads only. */
  list(): Promise<readonly ListedMigration[]>;
  /** Tables that are not as their contracts say, also where the history says that all is applied. Reads only. */
  drifted(): Promise<readonly string[]>;
  /** Nobody has made anything in it, so that nothing can be lost. Reads only. */
  isEmpty(): Promise<boolean>;
  /**
   * Applies what is pending. @returns the names
   * @param permit `empty-only`: refused (exit 5) for a database that somebody has filled meanwhile
   * @throws OperatorError (exit 6), having changed nothing, for a schema that is not ours to change
   */
  apply(permit: 'any' | 'empty-only', more?: ApplyMore): Promise<readonly string[]>;
  /**
   * Whether these migrations did what they are for: what they make is there, as its contract says, and
   * rows grow where an engine is connected (a bounded wait). Reads only.
   */
  checkAfter(names: readonly string[]): Promise<readonly Check[]>;
  /** One session that may take long, for looking only. */
  read<T>(work: (session: SqlSession) => Promise<T>): Promise<T>;
  /** One session for changes, behind no pooler and on no standby; and the terms of a run on it. */
  write<T>(work: (session: SqlSession, run: MigrationRun) => Promise<T>): Promise<T>;
  /** An empty database that is thrown away. */
  shadow<T>(work: (session: SqlSession, run: MigrationRun) => Promise<T>): Promise<T>;
}

export type ApplyMore = Pick<MigrationRun, 'to' | 'who' | 'gateId' | 'before'>;

/** The part of main's services that these commands are called with. */
export interface MigrateServices {
  /** An embedded database is started for as long as `work` needs it, where nobody runs it. */
  migrations(options: ParsedOptions, io: CommandIo): Promise<MigrationDatabase>;
}

/** The report of the day in the state directory. */
export interface ReportServices {
  /** Appends to it, or begins it. @returns its path; throws DependencyError */
  appendReport(options: ParsedOptions, io: CommandIo, report: DayAddendum): Promise<string>;
}

export interface DayAddendum {
  readonly atMs: number;
  /** Markdown; begins with its heading. */
  readonly text: string;
}
