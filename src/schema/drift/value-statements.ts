import { sqlPart, sqlStatement, type SqlStatement } from '../../engine/ports/sql-statement.js';
import { isRecord, nodesOf, textAt, type SqlParser } from '../sql/parse-sql.js';
import type { CatalogRelation } from '../catalog/catalog.js';
import { columnType, contractType, typeWords } from '../contracts/column-type.js';
import type { Contract, ContractField } from '../contracts/contract.js';

/** Of each table the newest rows that are looked at. */
export const VALUE_ROWS_MAX = 10_000;
const EXAMPLES_MAX = 5;

/** One figure about what is really written, and what the contract says to it. */
export interface ValueProbe {
  readonly column: string;
  readonly kind: 'longest' | 'others' | 'nulls' | 'not a number' | 'range' | 'check' | 'repeated';
  /** The limit or rule in words. */
  readonly rule: string;
  /** An expression that aggregates the sample to one text. */
  readonly sql: string;
}

/** Null where nothing of the table can be looked at. */
export function valueStatement(
  parser: SqlParser,
  contract: Contract,
  relation: CatalogRelation,
): { readonly statement: SqlStatement; readonly probes: readonly ValueProbe[] } | null {
  const probes = probesOf(parser, contract, relation);
  if (probes.length === 0) return null;
  const figures = probes.map(({ sql }, at) => `(${sql})::text AS p${at}`);
  return {
    probes,
    statement: sqlStatement(
      `drift_values_${contract.table}`,
      `SELECT count(*)::text AS rows, ${figures.join(', ')} FROM (
        SELECT * FROM ${name(contract.table)}${newestFirst(relation)} LIMIT ${VALUE_ROWS_MAX}) x`,
    ),
  };
}

const name = (text: string) => `"${text.replaceAll('"', '""')}"`;
const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** By identity where an index has it; sorting a whole table for a sample would cost too much. */
function newestFirst({ indexes }: CatalogRelation): string {
  const hasIndex = indexes.some(({ valid, definition }) => valid && definition === 'btree (id)');
  return hasIndex ? ' ORDER BY id DESC' : '';
}

function probesOf(
  parser: SqlParser,
  contract: Contract,
  relation: CatalogRelation,
): readonly ValueProbe[] {
  const live = new Map(relation.columns.map((column) => [column.name, column]));
  const fields = Object.entries(contract.fields).flatMap(([column, field]) => {
    const there = live.get(column);
    if (there === undefined) return [];
    const isNumeric = columnType(there.type).name.startsWith('numeric');
    return fieldProbes(column, field, {
      isNumeric,
      mayBeNull: there.nullable && (field.nullable === false || contract.required.includes(column)),
    });
  });
  return [...fields, ...checkProbes(parser, contract, relation), ...keyProbes(contract, relation)];
}

function fieldProbes(
  column: string,
  field: ContractField,
  { isNumeric, mayBeNull }: { readonly isNumeric: boolean; readonly mayBeNull: boolean },
): readonly ValueProbe[] {
  const quoted = `x.${name(column)}`;
  const probes: ValueProbe[] = [];
  const { maxLength, name: type } = contractType(field);
  if (maxLength !== null) {
    const sql = `max(length(${quoted}::text))`;
    probes.push({ column, kind: 'longest', rule: String(maxLength), sql });
  }
  if (field.allowed_values?.length) {
    const values = field.allowed_values.map((value) => literal(String(value)));
    const sql = sqlPart(`SELECT string_agg(other, ', ') FROM (
      SELECT DISTINCT y::text AS other FROM unnest((array_agg(${quoted}::text)
        FILTER (WHERE ${quoted}::text NOT IN (${values.join(', ')})))[1:1000]) y
      ORDER BY 1 LIMIT ${EXAMPLES_MAX}) others`);
    probes.push({ column, kind: 'others', rule: field.allowed_values.join(', '), sql });
  }
  if (mayBeNull) {
    const sql = `nullif(count(*) FILTER (WHERE ${quoted} IS NULL), 0)`;
    probes.push({ column, kind: 'nulls', rule: 'never null', sql });
  }
  if (isNumeric) {
    const sql = `nullif(count(*) FILTER (WHERE ${quoted} IN ('NaN')), 0)`;
    probes.push({ column, kind: 'not a number', rule: 'a number', sql });
  }
  if (isNumeric || /^(?:bigint|integer|smallint)$/.test(type)) {
    const sql = `min(${quoted})::text || ' .. ' || max(${quoted})::text`;
    probes.push({ column, kind: 'range', rule: '', sql });
  }
  return probes;
}

/** Checks that the live table does not keep, on columns that are of the agreed type. */
function checkProbes(
  parser: SqlParser,
  contract: Contract,
  relation: CatalogRelation,
): readonly ValueProbe[] {
  const kept = relation.constraints.map(({ definition }) => definition);
  return (contract.constraints ?? []).flatMap(({ type, columns, definition }) => {
    const expression = /^CHECK \((.*)\)$/s.exec(definition ?? '')?.[1];
    const [column] = columns;
    if (type !== 'check' || expression === undefined || column === undefined) return [];
    if (
      kept.includes(definition ?? '') ||
      !isPlain(parser, expression) ||
      !columns.every((of) => isAsAgreed(contract, relation, of))
    ) {
      return [];
    }
    const sql = `nullif(count(*) FILTER (WHERE NOT ${enclosed(expression)}), 0)`;
    return [{ column: columns.join(', '), kind: 'check' as const, rule: expression, sql }];
  });
}

/** Calls that a check may make: a file must not bring others. */
const PLAIN_CALLS: readonly string[] = ['length', 'lower', 'upper', 'abs', 'array_length'];
/** What a SELECT of one expression has, and nothing else. */
const PLAIN_MEMBERS: readonly string[] = ['targetList', 'limitOption', 'op'];

/** An expression that comes from a file ends where it should, also behind a comment. */
function enclosed(expression: string): string {
  return `(${expression}\n)`;
}

/** PostgreSQL's own grammar tells whether it is one expression, which asks no table and calls nothing. */
function isPlain(parser: SqlParser, expression: string): boolean {
  try {
    const [only, second] = parser.parse(sqlPart(`SELECT ${enclosed(expression)}`));
    if (only?.kind !== 'SelectStmt' || second !== undefined || !isRecord(only.body)) return false;
    const { targetList } = only.body;
    if (!Array.isArray(targetList) || targetList.length !== 1) return false;
    if (Object.keys(only.body).some((member) => !PLAIN_MEMBERS.includes(member))) return false;
    if (nodesOf(targetList, 'SubLink').length > 0) return false;
    return nodesOf(targetList, 'FuncCall').every(isPlainCall);
  } catch {
    return false;
  }
}

function isPlainCall({ funcname }: Readonly<Record<string, unknown>>): boolean {
  const names = Array.isArray(funcname) ? funcname : [];
  const [name] = names.map((part: unknown) => textAt(part, 'String', 'sval'));
  return names.length === 1 && PLAIN_CALLS.includes(name ?? '');
}

/** Keys that the live table does not keep. */
function keyProbes(contract: Contract, relation: CatalogRelation): readonly ValueProbe[] {
  const unique = [
    ...(contract.constraints ?? []).filter(
      ({ type }) => type === 'unique' || type === 'primary key',
    ),
  ];
  const has = (columns: readonly string[]) =>
    relation.indexes.some(
      (index) =>
        index.unique && index.valid && index.definition === `btree (${columns.join(', ')})`,
    );
  return unique.flatMap(({ columns }) => {
    const there = columns.every((of) => relation.columns.some((column) => column.name === of));
    if (!there || has(columns)) return [];
    const key = columns.map((of) => `x.${name(of)}`).join(', ');
    const rule = 'each once';
    const sql = `nullif(count(*) - count(DISTINCT (${key})), 0)`;
    return [{ column: columns.join(', '), kind: 'repeated' as const, rule, sql }];
  });
}

function isAsAgreed(contract: Contract, relation: CatalogRelation, column: string): boolean {
  const live = relation.columns.find((one) => one.name === column);
  const field = contract.fields[column];
  if (live === undefined || field === undefined) return false;
  const [agreed, there] = [contractType(field).name, columnType(live.type).name];
  return agreed.split('(')[0] === there.split('(')[0] && typeWords(contractType(field)) !== '';
}
