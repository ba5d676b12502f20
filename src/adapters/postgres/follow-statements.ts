import { sqlPart, sqlStatement } from '../../engine/ports/sql-statement.js';
import type { FollowedTable } from './followed-rows.js';

/** An open transaction that others have overtaken by more rows is not waited for. */
const OVERTAKEN_ROWS_MAX = 50_000;

/** How the rows of a table are followed, whatever stands in front of its name. */
export function followStatements({ name, given, key, columns, joins }: FollowedTable<unknown>) {
  const select = sqlPart(
    `${given} SELECT t.id::text AS id, t.${key} AS key, ${columns} FROM ${name} t ${joins}`,
  );
  return {
    newest: sqlStatement(
      `follow_newest_${name}`,
      `${given} SELECT id::text AS id, ${key} AS key FROM ${name} ORDER BY id DESC LIMIT 1`,
    ),
    after: sqlStatement(`follow_after_${name}`, `${select} WHERE t.id > $1 ORDER BY t.id LIMIT $2`),
    overtaken: sqlStatement(
      `follow_overtaken_${name}`,
      `${select} WHERE t.id > $1::bigint - ${OVERTAKEN_ROWS_MAX} AND t.id <= $1
         AND t.xmin::text = ANY($2) ORDER BY t.id`,
    ),
    known: sqlStatement(
      `follow_known_${name}`,
      `${given} SELECT 1 FROM ${name} WHERE id = $1 AND ${key} = $2`,
    ),
  };
}
