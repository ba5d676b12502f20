import { z } from 'zod';
import type { SqlSession } from '../../engine/ports/sql-session.js';
import type { Finding } from '../contracts/finding.js';
import { DRIFT_SQL } from './drift-statements.js';

const places = z.array(z.object({ name: z.string(), schema: z.string(), visible: z.boolean() }));

/** Tables that statements would take from somewhere else than the schema that was compared. */
export async function lookAtPlaces(
  session: SqlSession,
  schema: string | null,
  tables: readonly string[],
): Promise<readonly Finding[]> {
  const { rows } = await session.query(DRIFT_SQL.places.text, [tables]);
  const found = places.parse(rows);
  return tables.flatMap((table): readonly Finding[] => {
    const all = found.filter(({ name }) => name === table);
    const taken = all.find(({ visible }) => visible)?.schema;
    if (all.length === 0 || (taken !== undefined && taken === schema)) return [];
    const others = [...new Set(all.map((place) => place.schema))].join(', ');
    const words =
      taken === undefined
        ? `table ${table} is in schema ${others}, which the search path of this role does not reach`
        : `statements take table ${table} from schema ${taken}, not from ${schema ?? 'any'}: the search path differs`;
    const fact = { expected: schema, found: taken ?? others, subject: '' };
    return [{ level: 'FAIL', table, kind: 'table elsewhere', ...fact, words }];
  });
}
