import type { AlterTableCmd, ColumnDef, Constraint, Node } from 'libpg-query';
import { stringsOf } from '../sql/names.js';
import { nodesOf } from '../sql/parse-sql.js';
import { constraintEffect } from './constraint-effect.js';
import { effect, warn, type Effect, type Hazard } from './effect.js';
import type { Tables } from './table-facts.js';

/** The same for every row of one statement, or constant: the server stores it once. */
const ONE_VALUE = new Set(['now', 'transaction_timestamp', 'statement_timestamp']);

export function addColumn(table: string, command: AlterTableCmd, tables: Tables): Effect {
  const column = columnOf(command.def);
  const words = `add column ${column?.colname ?? '?'}`;
  if (column === null || !tables.hasRows(table)) return onTable(table, words);
  const constraints = (column.constraints ?? []).flatMap((node) =>
    'Constraint' in node ? [node.Constraint] : [],
  );
  const rewrite = whyRewrite(column, constraints);
  const parts = constraints.map((one) => constraintEffect(table, one, tables));
  const hazards = parts.flatMap((part) => part.hazards);
  if (rewrite !== null) hazards.push(rewrites(`${words} of ${table}: ${rewrite}`, table, tables));
  const isRequired = constraints.some(({ contype }) => contype === 'CONSTR_NOTNULL');
  if (isRequired && rewrite === null && !hasDefault(constraints)) {
    const why = `${words} of ${table} is NOT NULL without a default: rows are there, so it fails`;
    hazards.push(warn('scans the table', why));
  }
  return { ...onTable(table, words), work: rewrite === null ? 'none' : 'rewrite', hazards };
}

export function changeType(table: string, command: AlterTableCmd, tables: Tables): Effect {
  const name = command.name ?? '?';
  const wanted = typeWords(columnOf(command.def));
  const before = tables.typeOf(table, name);
  const words = `change type of ${name} from ${before ?? '?'} to ${wanted}`;
  if (!tables.hasRows(table) || isWidening(before, wanted)) return onTable(table, words);
  const hazard = rewrites(`${words} of ${table}`, table, tables);
  return { ...onTable(table, words), work: 'rewrite', hazards: [hazard] };
}

export function setNotNull(table: string, command: AlterTableCmd, tables: Tables): Effect {
  const name = command.name ?? '?';
  const words = `set ${name} NOT NULL`;
  if (!tables.hasRows(table) || tables.isCheckedNotNull(table, name)) return onTable(table, words);
  const hazard = warn(
    'scans the table',
    `${words} reads all of ${table} (${tables.sizeWords(table)}) while reads and writes wait; ` +
      `first ADD CHECK (${name} IS NOT NULL) NOT VALID, then VALIDATE it, in files of their own`,
  );
  return { ...onTable(table, words), work: 'scan', hazards: [hazard] };
}

export function rewrites(words: string, table: string, tables: Tables): Hazard {
  return warn(
    'rewrites the table',
    `${words}; ${tables.sizeWords(table)} are written anew while reads and writes wait`,
  );
}

export function onTable(table: string, words: string): Effect {
  return effect(words, { table, lock: 'access exclusive' });
}

function columnOf(node: Node | undefined): ColumnDef | null {
  return node !== undefined && 'ColumnDef' in node ? node.ColumnDef : null;
}

function hasDefault(constraints: readonly Constraint[]): boolean {
  return constraints.some(({ contype }) => contype === 'CONSTR_DEFAULT');
}

function whyRewrite(column: ColumnDef, constraints: readonly Constraint[]): string | null {
  const type = (column.typeName?.names ?? []).flatMap(stringsOf).at(-1) ?? '';
  if (/^(?:small|big)?serial/.test(type)) return 'each row gets a number of its own';
  for (const { contype, raw_expr: value } of constraints) {
    if (contype === 'CONSTR_IDENTITY') return 'each row gets a number of its own';
    if (contype === 'CONSTR_GENERATED') return 'it is computed for each row';
    const called = contype === 'CONSTR_DEFAULT' ? calledBy(value) : [];
    const volatile = called.find((name) => !ONE_VALUE.has(name));
    if (volatile !== undefined) return `${volatile}() may differ from row to row`;
  }
  return null;
}

function calledBy(value: Node | undefined): readonly string[] {
  return nodesOf(value, 'FuncCall').map(({ funcname }) => {
    const names = Array.isArray(funcname) ? (funcname as readonly Node[]).flatMap(stringsOf) : [];
    return names.at(-1) ?? '?';
  });
}

/** In the server's words for a type, as far as a longer one can be told from another. */
function typeWords(column: ColumnDef | null): string {
  const names = (column?.typeName?.names ?? []).flatMap(stringsOf);
  const name = names.at(-1) ?? '?';
  const limits = (column?.typeName?.typmods ?? []).flatMap((node) =>
    'A_Const' in node ? [node.A_Const.ival?.ival ?? 0] : [],
  );
  return `${SERVER_NAMES[name] ?? name}${limits.length === 0 ? '' : `(${limits.join(',')})`}`;
}

const SERVER_NAMES: Readonly<Record<string, string>> = {
  varchar: 'character varying',
  bpchar: 'character',
  int4: 'integer',
  int8: 'bigint',
  int2: 'smallint',
  bool: 'boolean',
};

/** Longer text, or a number with more digits before the point: the rows stay as they are. */
function isWidening(before: string | null, after: string): boolean {
  if (before === null) return false;
  if (before === after) return true;
  const [, was, wasLimit] = /^([a-z ]+)(?:\((.+)\))?$/.exec(before) ?? [];
  const [, is, isLimit] = /^([a-z ]+)(?:\((.+)\))?$/.exec(after) ?? [];
  const isText = was === 'character varying' || was === 'text';
  if (isText && (is === 'text' || (is === 'character varying' && isLimit === undefined)))
    return true;
  if (was !== is || wasLimit === undefined || isLimit === undefined) return false;
  const [digits = 0, scale = 0] = wasLimit.split(',').map(Number);
  const [moreDigits = 0, sameScale = 0] = isLimit.split(',').map(Number);
  const grows = was === 'character varying' || was === 'numeric';
  return grows && moreDigits >= digits && sameScale === scale;
}
