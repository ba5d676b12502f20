import type { Catalog, CatalogColumn, CatalogRelation } from '../../schema/catalog/catalog.js';
import { columnType } from '../../schema/contracts/column-type.js';
import type { Finding } from '../../schema/contracts/finding.js';
import { isRequiredOfStack, STACK_TABLES, type Need, type StackTable } from './stack-tables.js';

/**
 * Columns of a stack's tables that refuse what its services send. Wider ones, other orders and
 * columns that nobody writes are no finding: their writer is not this build.
 */
export function stackDrift(catalog: Catalog, isNewer: boolean): readonly Finding[] {
  return STACK_TABLES.flatMap((wanted) => {
    const relation = Object.hasOwn(catalog.relations, wanted.table)
      ? catalog.relations[wanted.table]
      : undefined;
    if (relation === undefined || !isWritten(wanted, isNewer)) return [];
    return tableDrift(wanted, relation, isNewer);
  });
}

function isWritten(wanted: StackTable, isNewer: boolean): boolean {
  return wanted.writtenBy === 'nobody' || isRequiredOfStack(wanted, isNewer);
}

function tableDrift(
  { table, columns, newer }: StackTable,
  relation: CatalogRelation,
  isNewer: boolean,
): readonly Finding[] {
  const sent = { ...columns, ...(isNewer ? newer : {}) };
  const needed = Object.entries(sent).flatMap(([name, need]): readonly Finding[] => {
    const column = relation.columns.find((one) => one.name === name);
    return column === undefined ? [missing(table, name, need)] : refusals(table, column, need);
  });
  const refusing = relation.columns.filter(
    ({ name, nullable, default: given }) =>
      !nullable && given === null && !Object.hasOwn(sent, name),
  );
  return [...needed, ...refusing.map((column) => unwritten(table, column))];
}

function missing(table: string, subject: string, need: Need): Finding {
  return {
    ...{ level: 'FAIL', table, kind: 'column missing', subject },
    ...{ expected: needWords(need), found: null },
    words: `column ${subject} of table ${table} does not exist: every INSERT fails`,
  };
}

function unwritten(table: string, { name: subject, type }: CatalogColumn): Finding {
  return {
    ...{ level: 'FAIL', table, kind: 'column extra', subject },
    ...{ expected: null, found: `${type} NOT NULL` },
    words: `column ${subject} of table ${table} must not be null and no service writes it: every INSERT fails`,
  };
}

function refusals(table: string, column: CatalogColumn, need: Need): readonly Finding[] {
  const { name: subject, nullable } = column;
  const expected = needWords(need);
  const found: Finding[] = [];
  if (!takes(column.type, need)) {
    const words = `column ${subject} of table ${table} is ${column.type}, the services send ${expected}`;
    found.push({
      ...{ level: 'FAIL', table, kind: 'type', subject, expected },
      ...{ found: column.type, words },
    });
  }
  if (need.isNullable === true && !nullable) {
    const words = `column ${subject} of table ${table} is NOT NULL, and the services also send null`;
    found.push({
      ...{ level: 'FAIL', table, kind: 'nullability', subject, expected: 'nullable' },
      ...{ found: 'NOT NULL', words },
    });
  }
  return found;
}

const TYPES: Readonly<Record<Exclude<Need['kind'], 'text'>, readonly string[]>> = {
  milliseconds: ['bigint', 'numeric'],
  number: ['numeric', 'double precision'],
  count: ['smallint', 'integer', 'bigint', 'numeric'],
  boolean: ['boolean'],
  time: ['timestamptz', 'timestamp'],
  json: ['jsonb', 'json'],
};

function takes(type: string, need: Need): boolean {
  const { name, maxLength } = columnType(type);
  if (need.kind !== 'text') return TYPES[need.kind].includes(name.replace(/\(.*$/, ''));
  if (name === 'text') return true;
  const isText = name === 'varchar' || name === 'char';
  return isText && (maxLength === null || maxLength >= need.length);
}

function needWords(need: Need): string {
  if (need.kind === 'text') return `texts of up to ${need.length} characters`;
  return {
    milliseconds: 'milliseconds (bigint)',
    number: 'numbers (numeric)',
    count: 'whole numbers',
    boolean: 'true or false',
    time: 'a time (timestamptz)',
    json: 'JSON (jsonb)',
  }[need.kind];
}
