export interface PostgresFacts {
  readonly postgres: PostgresServer;
  readonly tables: readonly TableFacts[];
}

export interface PostgresServer {
  readonly version: string;
  readonly kind: 'embedded' | 'external';
  /** Its clock minus ours, and how far off that may be. */
  readonly clockOffsetMs: number;
  readonly clockErrorMs: number;
  readonly isReadOnly: boolean;
  readonly connections: number;
  readonly connectionsMax: number;
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
}
