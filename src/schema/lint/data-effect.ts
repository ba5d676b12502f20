import type { Node, RangeVar } from 'libpg-query';
import { effect, warn, type Effect } from './effect.js';
import type { Tables } from './table-facts.js';

/** Statements on rows; null for any other. */
export function dataEffect(node: Node, tables: Tables): Effect | null {
  if ('TruncateStmt' in node) {
    const names = (node.TruncateStmt.relations ?? []).flatMap((one) =>
      'RangeVar' in one ? [one.RangeVar.relname ?? '?'] : [],
    );
    const words = `truncate ${names.join(', ')}`;
    const hazards = names
      .filter((table) => !tables.isNew(table))
      .map((table) => warn('destroys rows', `truncate ${table}: ${lost(table, tables)}`));
    return effect(words, { table: names[0] ?? null, lock: 'access exclusive', hazards });
  }
  if ('DeleteStmt' in node) {
    const { relation, whereClause } = node.DeleteStmt;
    const table = relation?.relname ?? '?';
    const which = whereClause === undefined ? 'all rows' : 'some rows';
    return onRows(`delete ${which} of ${table}`, relation, [
      warn('destroys rows', `delete ${which} of ${table}: ${lost(table, tables)}`),
    ]);
  }
  if ('UpdateStmt' in node) {
    const { relation, whereClause } = node.UpdateStmt;
    const table = relation?.relname ?? '?';
    const which = whereClause === undefined ? 'all rows' : 'some rows';
    const isHeavy = whereClause === undefined && tables.hasRows(table);
    const words = `update ${which} of ${table}`;
    const hazard = warn(
      'rewrites the table',
      `${words} (${tables.sizeWords(table)}) in one transaction: who writes the same rows waits`,
    );
    return onRows(words, relation, isHeavy ? [hazard] : []);
  }
  if ('InsertStmt' in node) {
    const { relation } = node.InsertStmt;
    return onRows(`insert rows into ${relation?.relname ?? '?'}`, relation, []);
  }
  return null;
}

function onRows(words: string, relation: RangeVar | undefined, hazards: Effect['hazards']): Effect {
  const table = relation?.relname ?? null;
  return effect(words, { table, lock: 'row exclusive', work: 'rows', hazards });
}

function lost(table: string, tables: Tables): string {
  const size = tables.sizeWords(table);
  return size === '' ? 'it is empty now' : `up to ${size} are lost`;
}
