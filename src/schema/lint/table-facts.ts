import { z } from 'zod';
import type { SqlSession } from '../../engine/ports/sql-session.js';
import type { Catalog } from '../catalog/catalog.js';
import { SCHEMA_SQL } from '../schema-statements.js';
import { readCatalog } from '../catalog/read-catalog.js';

export interface TableFacts {
  readonly hasRows: boolean;
  /** As the server estimates them; null where it has not counted yet. */
  readonly rows: number | null;
}

/** What the judgement of a statement needs of the live schema. */
export interface LiveTables {
  readonly catalog: Catalog;
  readonly tables: ReadonlyMap<string, TableFacts>;
}

const sizes = z.array(
  z.object({ name: z.string(), bytes: z.coerce.number(), rows: z.coerce.number() }),
);

/** Needs no right on any table. Reads only. */
export async function readLiveTables(session: SqlSession): Promise<LiveTables> {
  const { rows } = await session.query(SCHEMA_SQL.tableSizes.text);
  const facts = sizes.parse(rows).map(({ name, bytes, rows: estimate }) => {
    return [name, { hasRows: bytes > 0, rows: estimate < 0 ? null : estimate }] as const;
  });
  return { catalog: await readCatalog(session), tables: new Map(facts) };
}

/** The live tables as the statements before would leave them. */
export class Tables {
  readonly #live: LiveTables;
  readonly #made = new Set<string>();

  constructor(live: LiveTables) {
    this.#live = live;
  }

  /** Made by what is pending: nobody waits for it, and it holds nothing yet. */
  add(table: string): void {
    // IF NOT EXISTS and OR REPLACE make nothing new of what is there.
    if (!Object.hasOwn(this.#live.catalog.relations, table)) this.#made.add(table);
  }

  isNew(table: string): boolean {
    return this.#made.has(table);
  }

  /** Rows are there already, so that work on all of them takes time. */
  hasRows(table: string): boolean {
    return !this.isNew(table) && (this.#live.tables.get(table)?.hasRows ?? false);
  }

  /** "about 5000 rows", for people; empty where there are none. */
  sizeWords(table: string): string {
    if (!this.hasRows(table)) return '';
    const rows = this.#live.tables.get(table)?.rows ?? null;
    return rows === null || rows === 0 ? 'rows, not counted yet' : `about ${Math.round(rows)} rows`;
  }

  /** As the server names the type; null for what is not there. */
  typeOf(table: string, column: string): string | null {
    const { relations } = this.#live.catalog;
    const relation = Object.hasOwn(relations, table) ? relations[table] : undefined;
    return relation?.columns.find(({ name }) => name === column)?.type ?? null;
  }

  /** A valid check says that the column is never null, so that SET NOT NULL need not look. */
  isCheckedNotNull(table: string, column: string): boolean {
    const { relations } = this.#live.catalog;
    const relation = Object.hasOwn(relations, table) ? relations[table] : undefined;
    const wanted = `CHECK ((${column} IS NOT NULL))`;
    return (relation?.constraints ?? []).some(({ definition }) => definition === wanted);
  }
}
