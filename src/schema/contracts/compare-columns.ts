import type { CatalogColumn, CatalogRelation } from '../catalog/catalog.js';
import { columnType, contractType, typeWords } from './column-type.js';
import type { Contract, ContractField } from './contract.js';
import type { Finding } from './finding.js';

export function compareColumns(contract: Contract, relation: CatalogRelation): readonly Finding[] {
  const { fields } = contract;
  const live = new Map(relation.columns.map((column) => [column.name, column]));
  const findings = Object.entries(fields).flatMap(([name, field]) => {
    const column = live.get(name);
    return column === undefined
      ? [missing(contract, name)]
      : compareColumn(contract, field, column);
  });
  const extra = relation.columns.filter(({ name }) => !Object.hasOwn(fields, name));
  return [
    ...findings,
    ...extra.map((column) => extraColumn(contract, column)),
    ...columnOrder(contract, relation),
  ];
}

function missing({ table, fields, insert_columns }: Contract, name: string): Finding {
  const field = fields[name];
  const effect = insert_columns.includes(name)
    ? 'every INSERT fails'
    : 'what reads or orders by it fails';
  return {
    level: 'FAIL',
    table,
    kind: 'column missing',
    subject: name,
    expected: field === undefined ? null : typeWords(contractType(field)),
    found: null,
    words: `column ${name} of table ${table} does not exist: ${effect}`,
  };
}

function extraColumn({ table, insert_columns }: Contract, column: CatalogColumn): Finding {
  const { name, nullable } = column;
  const type = typeWords(columnType(column.type));
  const refuses = !nullable && column.default === null && !insert_columns.includes(name);
  return {
    level: refuses ? 'FAIL' : 'WARN',
    table,
    kind: 'column extra',
    subject: name,
    expected: null,
    found: refuses ? `${type} NOT NULL` : type,
    words: refuses
      ? `column ${name} of table ${table} is not in the contract, must not be null and has no default: every INSERT fails`
      : `column ${name} of table ${table} is not in the contract`,
  };
}

function compareColumn(
  { table, required }: Contract,
  field: ContractField,
  column: CatalogColumn,
): readonly Finding[] {
  const { name } = column;
  const findings: Finding[] = [];
  const differs = (kind: 'type' | 'nullability' | 'default', expected: string, found: string) =>
    findings.push({
      level: 'FAIL',
      table,
      kind,
      subject: name,
      expected,
      found,
      words: `column ${name} of table ${table} is ${found}, the contract says ${expected}`,
    });
  const wanted = typeWords(contractType(field));
  const type = typeWords(columnType(column.type));
  if (type !== wanted) differs('type', wanted, type);
  const nullable = field.nullable ?? !required.includes(name);
  if (nullable !== column.nullable) {
    differs('nullability', nullWords(nullable), nullWords(column.nullable));
  }
  const [given, stands] = [wantedDefault(field), column.default];
  if (given !== undefined && !sameDefault(given, stands)) {
    differs('default', defaultWords(given), defaultWords(stands));
  }
  return findings;
}

const nullWords = (nullable: boolean) => (nullable ? 'nullable' : 'NOT NULL');
const defaultWords = (text: string | null) =>
  text === null ? 'without a default' : `default ${text}`;

/** Undefined where the contract does not speak of it: a serial has the default of its sequence. */
function wantedDefault({ type, default: given }: ContractField): string | null | undefined {
  if (/serial/i.test(type)) return undefined;
  return given === undefined || given === null ? null : String(given);
}

/** `'pending'` and `'pending'::character varying` are one; so are `now()` and `NOW()`. */
function sameDefault(given: string | null, stands: string | null): boolean {
  if (given === null || stands === null) return given === stands;
  const plain = (text: string) =>
    text
      .replace(/^'(.*)'::[a-z ]+(?:\(\d+\))?$/s, '$1')
      .replace(/^'(.*)'$/s, '$1')
      .toLowerCase();
  return plain(given) === plain(stands);
}

/** Statements name their columns, so the order only misleads who reads `SELECT *`. */
function columnOrder({ table, fields }: Contract, relation: CatalogRelation): readonly Finding[] {
  const names = relation.columns.map(({ name }) => name);
  const live = names.filter((name) => Object.hasOwn(fields, name));
  const wanted = Object.keys(fields).filter((name) => names.includes(name));
  if (live.every((name, at) => name === wanted[at])) return [];
  const first = live.find((name, at) => name !== wanted[at]) ?? '';
  return [
    {
      level: 'WARN',
      table,
      kind: 'column order',
      subject: first,
      expected: wanted.join(', '),
      found: live.join(', '),
      words: `the columns of table ${table} stand in another order than in the contract, from ${first} on`,
    },
  ];
}
