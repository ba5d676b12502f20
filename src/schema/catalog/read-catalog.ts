import { z } from 'zod';
import type { SqlSession } from '../../engine/ports/sql-session.js';
import type { Catalog } from './catalog.js';
import { CATALOG } from './catalog-query.js';

const relations = z.array(
  z.object({
    name: z.string(),
    kind: z.enum([
      'table',
      'partitioned table',
      'view',
      'materialized view',
      'foreign table',
      'other',
    ]),
    persistence: z.enum(['permanent', 'unlogged', 'temporary']),
    rowSecurity: z.boolean(),
    columns: z.array(
      z.object({
        name: z.string(),
        type: z.string(),
        nullable: z.boolean(),
        default: z.string().nullable(),
      }),
    ),
    constraints: z.array(
      z.object({
        name: z.string(),
        kind: z.enum(['primary key', 'unique', 'check', 'foreign key', 'exclusion']),
        columns: z.array(z.string()),
        definition: z.string(),
      }),
    ),
    indexes: z.array(
      z.object({
        name: z.string(),
        unique: z.boolean(),
        valid: z.boolean(),
        definition: z.string(),
        ofConstraint: z.boolean(),
      }),
    ),
    triggers: z.array(
      z.object({
        name: z.string(),
        definition: z.string(),
        enabled: z.boolean(),
        functionSha256: z.string(),
      }),
    ),
    rules: z.array(z.object({ name: z.string(), definition: z.string() })),
  }),
);
const answer = z.tuple([z.object({ schema: z.string().nullable(), relations })]);

/**
 * One look at all relations of a schema. Reads system catalogs only, so no right on a table is
 * needed; information_schema would hide what the role may not see, and has no indexes.
 * @param schema left out: the one in which an unqualified CREATE TABLE would land
 */
export async function readCatalog(session: SqlSession, schema?: string): Promise<Catalog> {
  const { rows } = await session.query(CATALOG.text, [schema ?? null]);
  const [found] = answer.parse(rows);
  return {
    schema: found.schema,
    relations: Object.fromEntries(found.relations.map((relation) => [relation.name, relation])),
  };
}
