import { createHash } from 'node:crypto';
import type { SqlSession } from '../engine/ports/sql-session.js';
import type { Catalog } from './catalog/catalog.js';
import { readCatalog } from './catalog/read-catalog.js';

/** The schema as it is now, as one SHA-256; the history of migrations itself is no part of it. */
export async function catalogHash(session: SqlSession): Promise<string> {
  return hashOfCatalog(await readCatalog(session));
}

/** The query has one order for everything in it, so that the same schema has the same text. */
export function hashOfCatalog({ relations }: Catalog): string {
  const rest = Object.values(relations).filter(({ name }) => name !== 'schema_history');
  return createHash('sha256').update(JSON.stringify(rest)).digest('hex');
}
