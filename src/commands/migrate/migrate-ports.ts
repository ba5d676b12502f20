import type { ListedMigration } from '../../schema/migration-list.js';
import type { CommandIo } from '../command-io.js';
import type { ParsedOptions } from '../parsed-options.js';

/** The database whose schema is meant: the external one of the URL, else that of the state directory. */
export interface MigrationDatabase {
  readonly kind: 'embedded' | 'external';
  /** One line for people, without a secret. */
  readonly target: string;
  /** False: the first `cdb run` makes it, and migrates it then. */
  readonly exists: boolean;
  /** Reads only. */
  list(): Promise<readonly ListedMigration[]>;
  /** Nobody has made anything in it, so that nothing can be lost. Reads only. */
  isEmpty(): Promise<boolean>;
  /**
   * Applies what is pending. @returns the names
   * @param permit `empty-only`: refused (exit 5) for a database that somebody has filled meanwhile
   * @throws OperatorError (exit 6), having changed nothing, for a schema that is not ours to change
   */
  apply(permit: 'any' | 'empty-only'): Promise<readonly string[]>;
}

/** The part of main's services that these commands are called with. */
export interface MigrateServices {
  /** An embedded database is started for as long as `work` needs it, where nobody runs it. */
  migrations(options: ParsedOptions, io: CommandIo): Promise<MigrationDatabase>;
}
