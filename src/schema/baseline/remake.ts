import type { Node, RangeVar } from 'libpg-query';
import type { SqlSession } from '../../engine/ports/sql-session.js';
import type { MigrationFile } from '../migration-files.js';
import { stringsOf } from '../sql/names.js';
import { parseStatements } from '../sql/parse-statements.js';

/** Makes tables again that applied migrations made, by the statements of those files about them. */
export async function remake(
  session: SqlSession,
  done: readonly MigrationFile[],
  tables: readonly string[],
): Promise<void> {
  if (tables.length === 0) return;
  for (const { sql } of done) {
    const parsed = await parseStatements(sql);
    for (const statement of parsed.ok ? parsed.statements : []) {
      const about = tableOf(statement.node);
      if (about !== null && tables.includes(about)) await session.query(statement.text);
    }
  }
}

/** The one table that a statement of a schema is about; functions are there already. */
function tableOf(node: Node): string | null {
  const named = (relation: RangeVar | undefined) => relation?.relname ?? null;
  if ('CreateStmt' in node) return named(node.CreateStmt.relation);
  if ('IndexStmt' in node) return named(node.IndexStmt.relation);
  if ('AlterTableStmt' in node) return named(node.AlterTableStmt.relation);
  if ('CreateTrigStmt' in node) return named(node.CreateTrigStmt.relation);
  if ('InsertStmt' in node) return named(node.InsertStmt.relation);
  if (!('CommentStmt' in node)) return null;
  const { objtype, object } = node.CommentStmt;
  const names = stringsOf(object);
  if (objtype === 'OBJECT_TABLE') return names.at(-1) ?? null;
  return objtype === 'OBJECT_COLUMN' ? (names.at(-2) ?? null) : null;
}
