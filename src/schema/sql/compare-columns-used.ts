import type { Contract } from '../contracts/contract.js';
import type { Finding } from '../contracts/finding.js';
import { isRecord, nodesOf, textAt, type ParsedStatement } from './parse-sql.js';

/**
 * Columns that a statement reads or sets and that the contract of its table lacks. Looks at statements
 * over one table only: where several are joined, a bare name could be of any of them.
 */
export function compareColumnsUsed(
  contracts: ReadonlyMap<string, Contract>,
  statement: string,
  parsed: readonly ParsedStatement[],
): readonly Finding[] {
  return parsed.flatMap(({ kind, body }) => {
    const tree = { [kind]: body };
    const table = onlyTable(tree, body);
    const contract = table === null ? undefined : contracts.get(table);
    if (table === null || contract === undefined) return [];
    const known = new Set([...Object.keys(contract.fields), ...aliases(tree)]);
    const used = [...new Set([...columnsRead(tree), ...columnsSet(kind, body)])];
    return used
      .filter((column) => !known.has(column))
      .map((column) => ({
        level: 'FAIL' as const,
        table,
        kind: 'column missing' as const,
        subject: column,
        expected: null,
        found: 'used',
        words: `column ${column} of table ${table} is used by ${statement}, the contract has none of that name`,
      }));
  });
}

function onlyTable(tree: unknown, body: unknown): string | null {
  const target = textAt(body, 'relation', 'relname');
  const read = nodesOf(tree, 'RangeVar').map((node) => textAt(node, 'relname'));
  const tables = new Set([...(target === null ? [] : [target]), ...read]);
  const [table = null] = tables;
  const hasOthers = ['RangeSubselect', 'CommonTableExpr', 'RangeFunction'].some(
    (kind) => nodesOf(tree, kind).length > 0,
  );
  return tables.size === 1 && !hasOthers ? table : null;
}

function columnsRead(tree: unknown): readonly string[] {
  return nodesOf(tree, 'ColumnRef').flatMap((node) => {
    const fields: readonly unknown[] = Array.isArray(node['fields']) ? node['fields'] : [];
    const name = textAt(fields.at(-1), 'String', 'sval');
    return name === null ? [] : [name];
  });
}

/** Of UPDATE … SET; those of an INSERT are compared as a list. */
function columnsSet(kind: string, body: unknown): readonly string[] {
  if (kind !== 'UpdateStmt' || !isRecord(body)) return [];
  const targets: readonly unknown[] = Array.isArray(body['targetList']) ? body['targetList'] : [];
  return targets
    .map((target) => textAt(target, 'ResTarget', 'name'))
    .filter((name) => name !== null);
}

/** Names that the statement gives itself, for ORDER BY and GROUP BY. */
function aliases(tree: unknown): readonly string[] {
  const targets = nodesOf(tree, 'ResTarget').map((node) =>
    isRecord(node['val']) ? textAt(node, 'name') : null,
  );
  const tables = nodesOf(tree, 'RangeVar').map((node) => textAt(node, 'alias', 'aliasname'));
  return [...targets, ...tables, 'excluded'].filter((name) => name !== null);
}
