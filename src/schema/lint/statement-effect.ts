import type { CreateStmt, DropStmt, IndexStmt, Node, RenameStmt } from 'libpg-query';
import { nameOf, stringsOf } from '../sql/names.js';
import type { Statement } from '../sql/parse-statements.js';
import { alterTable } from './alter-table.js';
import { dataEffect } from './data-effect.js';
import { effect, warn, type Effect } from './effect.js';
import { otherEffect } from './other-effect.js';
import type { Tables } from './table-facts.js';

/**
 * What a statement does to what is there. `tables` learns of the tables that it makes, so that the
 * next statements are judged by what they will find.
 * @param alone the file has no transaction
 */
export function statementEffect(statement: Statement, tables: Tables, alone: boolean): Effect {
  const { node } = statement;
  if ('CreateStmt' in node) return createTable(node.CreateStmt, tables);
  if ('IndexStmt' in node) return createIndex(node.IndexStmt, tables, alone);
  if ('AlterTableStmt' in node) return alterTable(node.AlterTableStmt, tables);
  if ('DropStmt' in node) return drop(node.DropStmt, tables, alone);
  if ('RenameStmt' in node) return rename(node.RenameStmt, tables);
  return dataEffect(node, tables) ?? otherEffect(statement, tables);
}

function createTable({ relation, tableElts = [] }: CreateStmt, tables: Tables): Effect {
  const table = relation?.relname ?? '?';
  const columns = tableElts.filter((node) => 'ColumnDef' in node).length;
  const referred = tableElts.flatMap(references).filter((name) => !tables.isNew(name));
  tables.add(table);
  const words = `create table ${table} (${columns} columns)`;
  const [first] = referred;
  if (first === undefined) return effect(words);
  return effect(`${words}, which refers to ${referred.join(', ')}`, {
    table: first,
    lock: 'share row exclusive',
  });
}

function references(node: Node): readonly string[] {
  if ('ColumnDef' in node) return (node.ColumnDef.constraints ?? []).flatMap(references);
  if (!('Constraint' in node) || node.Constraint.contype !== 'CONSTR_FOREIGN') return [];
  return [node.Constraint.pktable?.relname ?? '?'];
}

function createIndex(
  { relation, idxname, concurrent, unique }: IndexStmt,
  tables: Tables,
  alone: boolean,
): Effect {
  const table = relation?.relname ?? '?';
  const kind = unique === true ? 'unique index' : 'index';
  const words = `create ${kind} ${idxname ?? '(unnamed)'} on ${table}`;
  if (tables.isNew(table) && concurrent !== true) return effect(words);
  if (concurrent === true) {
    const how = { table, lock: 'share update exclusive', work: 'scan' } as const;
    return effect(`${words} without blocking writes`, { ...how, hazards: misplaced(words, alone) });
  }
  if (!tables.hasRows(table)) return effect(words, { table, lock: 'share' });
  const hazard = warn(
    'index blocks writes',
    `${words} reads all of it (${tables.sizeWords(table)}) while writes wait; ` +
      'better: CREATE INDEX CONCURRENTLY in a file of its own with "-- cdb:no-transaction"',
  );
  return effect(words, { table, lock: 'share', work: 'scan', hazards: [hazard] });
}

function misplaced(words: string, alone: boolean): Effect['hazards'] {
  if (alone) return [];
  const why = `${words}: CONCURRENTLY runs in no transaction; put it alone into a file with "-- cdb:no-transaction"`;
  return [{ rule: 'concurrently in a transaction', level: 'FAIL', words: why }];
}

function drop(
  { objects = [], removeType, concurrent, behavior }: DropStmt,
  tables: Tables,
  alone: boolean,
): Effect {
  const names = objects.map((node) => stringsOf(node));
  const kind = (removeType ?? '').replace(/^OBJECT_/, '').toLowerCase();
  const words = `drop ${kind} ${names.map(nameOf).join(', ')}`;
  const [first = null] = names.map((parts) => parts.at(-1) ?? null);
  const hazards = behavior === 'DROP_CASCADE' ? [cascades(words)] : [];
  if (kind === 'index' && concurrent === true) {
    const how = { lock: 'share update exclusive' } as const;
    return effect(`${words} without blocking`, { ...how, hazards: misplaced(words, alone) });
  }
  if (kind !== 'table') return effect(words, { lock: 'access exclusive', hazards });
  const old = names.map((parts) => parts.at(-1) ?? '').filter((table) => !tables.isNew(table));
  const losses = old.map((table) => {
    const size = tables.sizeWords(table);
    return warn(
      'destroys rows',
      `drop table ${table}: ${size === '' ? 'it is empty' : `${size} are lost`}`,
    );
  });
  return effect(words, {
    table: first,
    lock: 'access exclusive',
    hazards: [...losses, ...hazards],
  });
}

function cascades(words: string) {
  return warn('cascade', `${words} takes along whatever depends on it`);
}

function rename({ relation, renameType, subname, newname }: RenameStmt, tables: Tables): Effect {
  const table = relation?.relname ?? '?';
  const what = renameType === 'OBJECT_COLUMN' ? `column ${subname ?? '?'} of ${table}` : table;
  const words = `rename ${what} to ${newname ?? '?'}`;
  if (tables.isNew(table)) {
    if (renameType === 'OBJECT_TABLE' && newname !== undefined) tables.add(newname);
    return effect(words);
  }
  const hazard = warn('breaks running code', `${words}: whoever still uses the old name fails`);
  return effect(words, { table, lock: 'access exclusive', hazards: [hazard] });
}
