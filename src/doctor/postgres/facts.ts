import type { Finding as DriftFinding } from '../../schema/contracts/finding.js';
import type { IdGap, NonFinite, RepeatedId, WriterFigures } from '../../schema/written/figures.js';
import type { SchemaOwner } from './schema-owner.js';

export interface PostgresFacts {
  readonly postgres: PostgresServer;
  readonly tables: readonly TableFacts[];
  /** Whose schema it is, as its relations tell. */
  readonly database: DatabaseFacts;
  /** Where contract, code and live schema do not agree. */
  readonly drift: SchemaDrift;
  readonly migrations: MigrationFacts;
  /** What stands in the newest rows. */
  readonly written: WrittenRows;
  readonly chains: ChainFacts;
}

export interface PostgresServer {
  readonly version: string;
  readonly kind: 'embedded' | 'external';
  /** Its clock minus ours, and how far off that may be. */
  readonly clockOffsetMs: number;
  readonly clockErrorMs: number;
  /** Nobody can write: see `isStandby`, `readsOnlyBy`. */
  readonly isReadOnly: boolean;
  readonly connections: number;
  /** Without those that are kept for superusers. */
  readonly connectionsMax: number;
  readonly major: number;
  /** It follows another server. */
  readonly isStandby: boolean;
  /** `role`: only ours reads only; `server`: its configuration or the database says so; null: nobody. */
  readonly readsOnlyBy: 'role' | 'server' | null;
  /** A crash of the server, or of its machine, can lose what was committed. */
  readonly isDurable: boolean;
}

/** Rows of one table of the schema that this database has. */
export interface TableFacts {
  readonly table: string;
  readonly exists: boolean;
  /** Null: not counted, for instance because it is too large to count in time. */
  readonly rows: number | null;
  /** Inserts that the server has counted since it was last reset; null where it does not say. */
  readonly inserted: number | null;
  /** Newest write by the table's own clock column; null: none, or no such column. */
  readonly newestAtMs: number | null;
  /** Whoever writes or reads it fails without it. */
  readonly isRequired: boolean;
  /** Who needs it: `the engine`, `risk`, `db_writer`. */
  readonly neededBy: string;
  /** Null: the role may not read it, or it is not there. */
  readonly isEmpty: boolean | null;
  /** What the statistics of the server say; null where they do not. */
  readonly rowsEstimated: number | null;
}

export interface DatabaseFacts {
  readonly owner: SchemaOwner;
  /** First of the search path that exists; null: none. */
  readonly schema: string | null;
  readonly role: string;
  /** May insert into no table of the schema. */
  readonly isReader: boolean;
  /** Of a stack that we did not start: it has what its newest version brought. */
  readonly isNewerStack: boolean;
}

export interface SchemaDrift {
  readonly owner: SchemaOwner;
  readonly findings: readonly DriftFinding[];
  /** Tables that were compared. */
  readonly tables: number;
  /** Statements that the server planned; 0 where it is not our code that runs. */
  readonly prepared: number;
}

export interface MigrationFacts {
  readonly owner: SchemaOwner;
  /** As `cdb migrate status` judges the history; of a stack that is not ours: null. */
  readonly state: 'equal' | 'behind' | 'ahead' | 'edited' | 'out of order' | 'interrupted' | null;
  /** Names of the files that make it so, or of those applied where it is equal. */
  readonly names: readonly string[];
  /** Rows of the old stack's table of versions, in the order of their numbers. */
  readonly claimed: readonly string[];
  /** What a version row or the history says was made, and is not there. */
  readonly absent: readonly { readonly by: string; readonly what: string }[];
}

export interface WrittenRows {
  /** Newest rows that were looked at, of each table. */
  readonly rowsMax: number;
  readonly windowMs: number;
  /** Columns of numbers that were looked at. */
  readonly columns: number;
  readonly nonFinite: readonly NonFinite[];
  readonly gaps: readonly IdGap[];
  readonly repeated: readonly RepeatedId[];
  readonly writers: WriterFigures;
}

export interface ChainFacts {
  /** The end of each chain of the runs that wrote last. */
  readonly ends: readonly ChainEnd[];
  /** Why the key that is configured cannot be used; null: it can, or none is configured. */
  readonly keyFault: string | null;
  /** Tables of a stack with a hash in each row, which only its own key proves. */
  readonly mirrors: readonly MirrorRows[];
}

export interface ChainEnd {
  readonly table: string;
  readonly runId: string;
  readonly checked: number;
  /** Position of the newest row that holds. */
  readonly head: number;
  readonly fault: string | null;
  /** Keys of rows whose content could not be proven, because they are not at hand. */
  readonly missingKeys: readonly string[];
}

export interface MirrorRows {
  readonly table: string;
  readonly rows: number;
  readonly withoutHash: number;
}
