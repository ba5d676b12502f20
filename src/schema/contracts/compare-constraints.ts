import type { CatalogConstraint, CatalogIndex, CatalogRelation } from '../catalog/catalog.js';
import type { Contract } from './contract.js';
import type { Finding } from './finding.js';

type WantedConstraint = NonNullable<Contract['constraints']>[number];
type WantedIndex = NonNullable<Contract['indexes']>[number];

/** By what they demand; a name that differs is a warning. A contract without the list says nothing. */
export function compareConstraints(
  contract: Contract,
  relation: CatalogRelation,
): readonly Finding[] {
  const { table, constraints } = contract;
  const left = new Set(relation.constraints);
  const findings: Finding[] = [];
  const all: readonly AnyConstraint[] = [...(constraints ?? []), ...fieldConstraints(contract)];
  for (const wanted of all) {
    const words = constraintWords(wanted);
    const same = take(left, relation.constraints, wanted.name, (live) => demandsSame(wanted, live));
    const named = [...left].find(({ name }) => name === wanted.name);
    if (same !== undefined) {
      if (same.name !== wanted.name && wanted.anyName !== true) {
        findings.push(otherName(table, 'constraint differs', words, wanted.name, same.name));
      }
    } else if (named !== undefined) {
      left.delete(named);
      findings.push({
        ...fail(table, 'constraint differs', named.name),
        expected: words,
        found: named.definition,
        words: `constraint ${named.name} of table ${table} is ${named.definition}, the contract says ${words}`,
      });
    } else {
      findings.push({
        ...fail(table, 'constraint missing', wanted.name),
        expected: words,
        found: null,
        words: `constraint ${wanted.name} of table ${table} does not exist: ${words} is not kept (columns ${wanted.columns.join(', ')})`,
      });
    }
  }
  if (constraints === null || constraints === undefined) return findings;
  return [...findings, ...[...left].map((live) => extraConstraint(table, live))];
}

/** `unique` or `primary key` beside a field is a constraint of this column alone. */
function fieldConstraints(contract: Contract): readonly AnyConstraint[] {
  return Object.entries(contract.fields).flatMap(([name, field]) =>
    [field.constraints ?? []]
      .flat()
      .map((text) => /primary key|unique/i.exec(text)?.[0].toLowerCase())
      .filter((type) => type === 'primary key' || type === 'unique')
      .map((type) => ({
        name: `${contract.table}_${type === 'unique' ? `${name}_key` : 'pkey'}`,
        type,
        columns: [name],
        definition: null,
        anyName: true,
      })),
  );
}

type AnyConstraint = WantedConstraint & { readonly anyName?: boolean };

function constraintWords({ type, columns, definition }: AnyConstraint): string {
  return definition ?? `${type.toUpperCase()} (${columns.join(', ')})`;
}

function demandsSame(wanted: AnyConstraint, live: CatalogConstraint): boolean {
  if (wanted.type !== live.kind) return false;
  if (wanted.definition !== null && wanted.definition !== undefined) {
    return wanted.definition === live.definition;
  }
  if (live.kind === 'check' || live.kind === 'foreign key') {
    return wanted.name === live.name && sameSet(wanted.columns, live.columns);
  }
  // DEFERRABLE stands behind the columns, and a deferred key cannot arbitrate an ON CONFLICT.
  return sameSet(wanted.columns, live.columns) && live.definition.endsWith(')');
}

function extraConstraint(table: string, live: CatalogConstraint): Finding {
  return {
    ...fail(table, 'constraint extra', live.name),
    expected: null,
    found: live.definition,
    words: `constraint ${live.name} of table ${table} is not in the contract and can refuse rows: ${live.definition}`,
  };
}

/** Indexes that no constraint made. One that is extra costs time, unless it is unique. */
export function compareIndexes(contract: Contract, relation: CatalogRelation): readonly Finding[] {
  const { table, indexes } = contract;
  const invalid = relation.indexes.filter(({ valid }) => !valid);
  const usable = relation.indexes.filter(({ valid }) => valid);
  const left = new Set(usable.filter(({ ofConstraint }) => !ofConstraint));
  const findings: Finding[] = invalid.map(({ name, definition }) => ({
    ...fail(table, 'index differs', name),
    expected: 'valid',
    found: 'invalid',
    words: `index ${name} of table ${table} is invalid (a build that failed): no query uses it; it is ${definition}`,
  }));
  for (const wanted of indexes ?? []) {
    const words = indexWords(wanted);
    const same = take(left, [...left], wanted.name, (live) => words === liveWords(live));
    const named = [...left].find(({ name }) => name === wanted.name);
    if (same !== undefined) {
      if (same.name !== wanted.name) {
        findings.push(otherName(table, 'index differs', words, wanted.name, same.name));
      }
    } else if (named !== undefined) {
      left.delete(named);
      findings.push({
        ...fail(table, 'index differs', named.name),
        expected: words,
        found: liveWords(named),
        words: `index ${named.name} of table ${table} is ${liveWords(named)}, the contract says ${words}`,
      });
    } else {
      findings.push({
        ...fail(table, 'index missing', wanted.name),
        expected: words,
        found: null,
        words: `index ${wanted.name} of table ${table} does not exist: ${words}`,
      });
    }
  }
  if (indexes === null || indexes === undefined) return findings;
  return [...findings, ...[...left].map((live) => extraIndex(table, live))];
}

/** `unique btree (run_id, seq DESC) WHERE (…)`, as the server would print it. */
function indexWords({ columns, order, unique, where, definition }: WantedIndex): string {
  const kind = unique === true ? 'unique ' : '';
  if (definition !== null && definition !== undefined) return `${kind}${definition}`;
  const orders = typeof order === 'string' ? columns.map(() => order) : (order ?? []);
  const keys = columns.map((column, at) =>
    orders[at]?.toLowerCase() === 'desc' ? `${column} DESC` : column,
  );
  const filter = where === null || where === undefined ? '' : ` WHERE ${where}`;
  return `${kind}btree (${keys.join(', ')})${filter}`;
}

function liveWords({ unique, definition }: CatalogIndex): string {
  return `${unique ? 'unique ' : ''}${definition}`;
}

function extraIndex(table: string, live: CatalogIndex): Finding {
  const { name, unique } = live;
  return {
    level: unique ? 'FAIL' : 'WARN',
    kind: 'index extra',
    table,
    subject: name,
    expected: null,
    found: liveWords(live),
    words: `index ${name} of table ${table} is not in the contract${unique ? ' and can refuse rows' : ''}: ${liveWords(live)}`,
  };
}

/** The one of that name first: two may demand the same. */
function take<T extends { readonly name: string }>(
  left: Set<T>,
  all: readonly T[],
  name: string,
  isSame: (live: T) => boolean,
): T | undefined {
  const same = all.filter((live) => left.has(live) && isSame(live));
  const found = same.find((live) => live.name === name) ?? same[0];
  if (found !== undefined) left.delete(found);
  return found;
}

function otherName(
  table: string,
  kind: 'constraint differs' | 'index differs',
  words: string,
  expected: string,
  found: string,
): Finding {
  const what = kind === 'index differs' ? 'index' : 'constraint';
  return {
    level: 'WARN',
    table,
    kind,
    subject: found,
    expected,
    found,
    words: `${what} ${found} of table ${table} is called ${expected} in the contract: ${words}`,
  };
}

function fail(table: string, kind: Finding['kind'], subject: string) {
  return { level: 'FAIL', table, kind, subject } as const;
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name) => b.includes(name));
}
