import type { CatalogIndex, CatalogRelation } from '../catalog/catalog.js';
import { columnType } from './column-type.js';
import type { Contract, ContractField } from './contract.js';
import { readIndexDefinition } from './index-definition.js';

interface Snapshot {
  readonly relation: CatalogRelation;
  /** Of the code's INSERT, in its order; empty for a table that is only read. */
  readonly insertColumns: readonly string[];
  /** The file of the code that sends it. */
  readonly codeFile: string;
  /** Of each column that a check limits to a list. */
  readonly allowedValues: Readonly<Record<string, readonly string[]>>;
  /** `2026-02-09`. */
  readonly day: string;
  /** What people wrote into the contract before stays. */
  readonly before: Contract | undefined;
}

/** The contract as the live table and the code's INSERT have it now. */
export function snapshotContract(snapshot: Snapshot): Contract {
  const { relation, insertColumns, codeFile, day, before } = snapshot;
  const { name, columns, constraints, triggers } = relation;
  return {
    version: before?.version ?? '1.0',
    title: before?.title ?? name,
    ...(before !== undefined && kept({ description: before.description })),
    source: { code_file: codeFile, last_verified: day },
    table: name,
    required: columns.filter(({ nullable }) => !nullable).map((column) => column.name),
    fields: Object.fromEntries(
      columns.map((column) => [column.name, fieldOf(column, snapshot)] as const),
    ),
    indexes: relation.indexes
      .filter(({ ofConstraint, valid }) => valid && !ofConstraint)
      .map(indexOf),
    constraints: constraints.map(({ name: called, kind, columns: of, definition }) => ({
      name: called,
      type: kind,
      columns: [...of],
      ...(kind !== 'primary key' && kind !== 'unique' && { definition }),
    })),
    triggers: triggers.map((trigger) => ({
      name: trigger.name,
      definition: trigger.definition,
      function_sha256: trigger.functionSha256,
    })),
    insert_columns: [...insertColumns],
    ...(before !== undefined && kept({ notes: before.notes })),
  };
}

/** Without what is not there. */
function kept<T extends object>(given: T): Partial<T> {
  const present = Object.entries(given).filter(
    ([, value]) => value !== null && value !== undefined,
  );
  return Object.fromEntries(present) as Partial<T>;
}

function fieldOf(
  column: CatalogRelation['columns'][number],
  { before, allowedValues }: Snapshot,
): ContractField {
  const { name: type, maxLength } = columnType(column.type);
  const described = before?.fields[column.name]?.description;
  const allowed = allowedValues[column.name];
  return {
    type,
    ...(maxLength !== null && { max_length: maxLength }),
    nullable: column.nullable,
    ...(column.default !== null && { default: column.default }),
    ...kept({ description: described }),
    ...(allowed !== undefined && { allowed_values: [...allowed] }),
  };
}

function indexOf({ name, unique, definition }: CatalogIndex) {
  const { keys, where, plain } = readIndexDefinition(definition);
  const down = keys.map((key) => (key.endsWith(' DESC') ? ('desc' as const) : ('asc' as const)));
  return {
    name,
    columns: keys.map((key) => key.replace(/ DESC$/, '')),
    ...(down.includes('desc') && { order: down.includes('asc') ? down : ('desc' as const) }),
    ...(unique && { unique: true }),
    ...(where !== null && { where }),
    ...(!plain && { definition }),
  };
}
