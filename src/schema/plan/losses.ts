import type { Node } from 'libpg-query';
import type { SqlSession } from '../../engine/ports/sql-session.js';
import { sqlPart } from '../../engine/ports/sql-statement.js';
import { SCHEMA_SQL } from '../schema-statements.js';
import { nameOf, stringsOf } from '../sql/names.js';
import { parseStatements } from '../sql/parse-statements.js';

/** What a reverse destroys. */
export interface Loss {
  /** "table risk_events", "column record of control_events". */
  readonly what: string;
  /** Rows that hold something of it now; null where that could not be counted. */
  readonly rows: number | null;
}

interface Counted {
  readonly what: string;
  readonly table: string;
  /** Null for all of the table. */
  readonly column: string | null;
  readonly sql: string;
}

/** Counts, so that it may take as long as the tables are large. Reads only. */
export async function lossesOf(session: SqlSession, sql: string): Promise<readonly Loss[]> {
  const parsed = await parseStatements(sql);
  if (!parsed.ok) return [{ what: 'what nobody can read', rows: null }];
  const losses: Loss[] = [];
  for (const counted of parsed.statements.flatMap(({ node }) => destroyed(node))) {
    losses.push({ what: counted.what, rows: await countRows(session, counted) });
  }
  return losses;
}

/** What is not there has no rows; what may not be read is not known. */
async function countRows(session: SqlSession, counted: Counted): Promise<number | null> {
  const { table, column: name } = counted;
  try {
    const found = await session.query(SCHEMA_SQL.isThere.text, [table, name]);
    if (found.rows[0]?.['there'] !== true) return 0;
    const { rows } = await session.query(counted.sql);
    return Number(rows[0]?.['n']);
  } catch {
    return null;
  }
}

function destroyed(node: Node): readonly Counted[] {
  if ('DropStmt' in node && node.DropStmt.removeType === 'OBJECT_TABLE') {
    return (node.DropStmt.objects ?? []).map((one) => whole(nameOf(stringsOf(one))));
  }
  if ('TruncateStmt' in node) {
    return (node.TruncateStmt.relations ?? []).flatMap((one) =>
      'RangeVar' in one ? [whole(nameOf([one.RangeVar.relname ?? '?']))] : [],
    );
  }
  if ('DeleteStmt' in node) return [whole(nameOf([node.DeleteStmt.relation?.relname ?? '?']))];
  if (!('AlterTableStmt' in node)) return [];
  const table = nameOf([node.AlterTableStmt.relation?.relname ?? '?']);
  return (node.AlterTableStmt.cmds ?? []).flatMap((one) => {
    const isDrop = 'AlterTableCmd' in one && one.AlterTableCmd.subtype === 'AT_DropColumn';
    return isDrop ? [column(table, one.AlterTableCmd.name ?? '?')] : [];
  });
}

function whole(table: string): Counted {
  return {
    what: `table ${table}`,
    table,
    column: null,
    sql: sqlPart(`SELECT count(*)::text AS n FROM ${table}`),
  };
}

function column(table: string, name: string): Counted {
  const quoted = nameOf([name]);
  return {
    what: `column ${quoted} of ${table}`,
    table,
    column: name,
    sql: sqlPart(`SELECT count(*)::text AS n FROM ${table} WHERE ${quoted} IS NOT NULL`),
  };
}
