import type { SqlSession } from '../../engine/ports/sql-session.js';
import type { SqlStatement } from '../../engine/ports/sql-statement.js';
import type { CommandIo } from '../command-io.js';
import type { ParsedOptions } from '../parsed-options.js';

/** What this build can send to its database. */
export interface CodeStatements {
  readonly all: readonly SqlStatement[];
  /** Those that the engine's role must be allowed; the others belong to the owner of the schema. */
  readonly engine: readonly SqlStatement[];
}

/** The configured database, for whoever looks at it; a server of our own runs for that time. */
export interface SchemaDatabase {
  readonly kind: 'embedded' | 'external';
  /** Server, place and role, for people. */
  readonly target: string;
  /** Null where there is no database yet. */
  look<T>(work: (session: SqlSession) => Promise<T>): Promise<T | null>;
}

/** The part of main's services that these commands are called with. */
export interface DriftServices {
  codeStatements(): Promise<CodeStatements>;
  schemaDatabase(options: ParsedOptions, io: CommandIo): Promise<SchemaDatabase>;
}
