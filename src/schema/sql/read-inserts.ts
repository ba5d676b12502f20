import type { SqlStatement } from '../../engine/ports/sql-statement.js';
import { isRecord, nodesOf, textAt, type ParsedStatement, type SqlParser } from './parse-sql.js';

export interface CodeInsert {
  /** Name of the statement, or the place in a foreign file. */
  readonly statement: string;
  readonly table: string;
  readonly columns: readonly string[];
}

export interface UnreadInsert {
  readonly statement: string;
  /** The table where it is known. */
  readonly table: string;
  readonly why: string;
}

export interface ReadInserts {
  readonly inserts: readonly CodeInsert[];
  /** What cannot be told is a fault, never passed over. */
  readonly unread: readonly UnreadInsert[];
}

/** The column list of every INSERT, also of those inside a WITH, by PostgreSQL's own parser. */
export function readInserts(parser: SqlParser, statements: readonly SqlStatement[]): ReadInserts {
  const inserts: CodeInsert[] = [];
  const unread: UnreadInsert[] = [];
  for (const { name, text } of statements) {
    const parsed = parse(parser, text);
    if (typeof parsed === 'string') {
      unread.push({ statement: name, table: '', why: `PostgreSQL cannot parse it: ${parsed}` });
      continue;
    }
    for (const node of insertNodes(parsed)) {
      const table = textAt(node, 'relation', 'relname') ?? '';
      const columns = columnsOf(node);
      if (columns.length > 0) inserts.push({ statement: name, table, columns });
      else {
        const why = 'an INSERT without a list of columns depends on the order of the table';
        unread.push({ statement: name, table, why });
      }
    }
    for (const node of parsed.flatMap(({ kind, body }) => nodesOf({ [kind]: body }, 'MergeStmt'))) {
      const table = textAt(node, 'relation', 'relname') ?? '';
      unread.push({ statement: name, table, why: 'a MERGE is not compared; send an INSERT' });
    }
  }
  return { inserts, unread };
}

function parse(parser: SqlParser, text: string): readonly ParsedStatement[] | string {
  try {
    return parser.parse(text);
  } catch (fault) {
    return fault instanceof Error ? fault.message : String(fault);
  }
}

function insertNodes(statements: readonly ParsedStatement[]) {
  return statements.flatMap(({ kind, body }) => nodesOf({ [kind]: body }, 'InsertStmt'));
}

function columnsOf(insert: Readonly<Record<string, unknown>>): readonly string[] {
  const columns: readonly unknown[] = Array.isArray(insert['cols']) ? insert['cols'] : [];
  return columns
    .map((column) => (isRecord(column) ? textAt(column, 'ResTarget', 'name') : null))
    .filter((name) => name !== null);
}
