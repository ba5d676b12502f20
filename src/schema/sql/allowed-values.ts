import { sqlPart } from '../../engine/ports/sql-statement.js';
import type { CatalogConstraint } from '../catalog/catalog.js';
import { isRecord, nodesOf, textAt, type SqlParser } from './parse-sql.js';

/** Of each column that a check limits to a list of texts: `CHECK (side IN ('buy', 'sell'))`. */
export function allowedValues(
  parser: SqlParser,
  constraints: readonly CatalogConstraint[],
): Readonly<Record<string, readonly string[]>> {
  const lists = constraints.flatMap(({ kind, columns, definition }) => {
    const [column] = columns;
    if (kind !== 'check' || column === undefined || columns.length !== 1) return [];
    const values = listOf(parser, definition);
    return values === null ? [] : [[column, values] as const];
  });
  return Object.fromEntries(lists);
}

/** Null unless the whole check is one comparison with a list. */
function listOf(parser: SqlParser, definition: string): readonly string[] | null {
  const expression = /^CHECK \((.*)\)$/s.exec(definition)?.[1];
  if (expression === undefined) return null;
  const [statement] = parser.parse(sqlPart(`SELECT ${expression}`));
  const [target] = nodesOf(statement?.body, 'ResTarget');
  const value = target?.['val'];
  const any = isRecord(value) ? value['A_Expr'] : undefined;
  if (!isRecord(any) || any['kind'] !== 'AEXPR_OP_ANY') return null;
  const constants = nodesOf(any['rexpr'], 'A_Const').map((node) => textAt(node, 'sval', 'sval'));
  return constants.filter((text) => text !== null);
}
