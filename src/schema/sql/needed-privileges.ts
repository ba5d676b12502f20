import type { SqlStatement } from '../../engine/ports/sql-statement.js';
import { nodesOf, textAt, type SqlParser } from './parse-sql.js';

export const PRIVILEGES = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] as const;
export type Privilege = (typeof PRIVILEGES)[number];

export interface NeededPrivilege {
  readonly table: string;
  readonly privilege: Privilege;
}

/** What a role must be allowed for these statements, on the given tables; each pair once. */
export function neededPrivileges(
  parser: SqlParser,
  statements: readonly SqlStatement[],
  tables: readonly string[],
): readonly NeededPrivilege[] {
  const needed = new Set<string>();
  const add = (table: string | null, privilege: Privilege) => {
    if (table !== null && tables.includes(table)) needed.add(`${table} ${privilege}`);
  };
  for (const { kind, body } of statements.flatMap(({ text }) => parser.parse(text))) {
    const tree = { [kind]: body };
    for (const node of nodesOf(tree, 'InsertStmt')) {
      const table = textAt(node, 'relation', 'relname');
      add(table, 'INSERT');
      if (textAt(node, 'onConflictClause', 'action') === 'ONCONFLICT_UPDATE') add(table, 'UPDATE');
    }
    for (const node of nodesOf(tree, 'UpdateStmt')) {
      add(textAt(node, 'relation', 'relname'), 'UPDATE');
      add(textAt(node, 'relation', 'relname'), 'SELECT');
    }
    for (const node of nodesOf(tree, 'DeleteStmt')) {
      add(textAt(node, 'relation', 'relname'), 'DELETE');
      add(textAt(node, 'relation', 'relname'), 'SELECT');
    }
    // The target of a statement is no node of this kind: what is left is read.
    for (const node of nodesOf(tree, 'RangeVar')) add(textAt(node, 'relname'), 'SELECT');
    for (const select of nodesOf(tree, 'SelectStmt')) {
      if (!Array.isArray(select['lockingClause'])) continue;
      for (const node of nodesOf(select['fromClause'], 'RangeVar')) {
        add(textAt(node, 'relname'), 'UPDATE');
      }
    }
  }
  return [...needed].sort().map((pair) => {
    const [table = '', privilege] = pair.split(' ');
    return { table, privilege: PRIVILEGES.find((known) => known === privilege) ?? 'SELECT' };
  });
}

/** Whether PREPARE takes it: everything that touches rows, and nothing else. */
export function isPreparable(parser: SqlParser, { text }: SqlStatement): boolean {
  const kinds = parser.parse(text).map(({ kind }) => kind);
  return (
    kinds.length === 1 &&
    kinds.every((kind) => /^(?:Select|Insert|Update|Delete|Merge)Stmt$/.test(kind))
  );
}
