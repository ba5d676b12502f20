import type { AlterTableStmt, Node } from 'libpg-query';
import type { Catalog } from '../catalog/catalog.js';
import type { MigrationFile } from '../migration-files.js';
import { stringsOf } from '../sql/names.js';
import { parseStatements } from '../sql/parse-statements.js';

/** A thing that a migration left behind, by the catalog's names. */
export interface MadeObject {
  readonly kind: 'table' | 'column' | 'index' | 'trigger';
  readonly table: string;
  /** Empty for the table itself. */
  readonly name: string;
  /** The migration that made it. */
  readonly by: string;
}

/** What the files together leave behind: made, and not dropped or renamed later. */
export async function objectsMade(files: readonly MigrationFile[]): Promise<readonly MadeObject[]> {
  let made: readonly MadeObject[] = [];
  for (const { name, sql } of files) {
    const parsed = await parseStatements(sql);
    if (!parsed.ok) continue; // The server has read it, or nobody applied it.
    for (const { node } of parsed.statements) made = after(made, node, name);
  }
  return made;
}

function after(made: readonly MadeObject[], node: Node, by: string): readonly MadeObject[] {
  if ('CreateStmt' in node) {
    const table = node.CreateStmt.relation?.relname ?? '';
    const columns = (node.CreateStmt.tableElts ?? []).flatMap((one) =>
      'ColumnDef' in one ? [one.ColumnDef.colname ?? ''] : [],
    );
    const kind = 'column' as const;
    return [
      ...made,
      { kind: 'table', table, name: '', by },
      ...columns.map((name) => ({ kind, table, name, by })),
    ];
  }
  if ('IndexStmt' in node && node.IndexStmt.idxname !== undefined) {
    const { idxname: name, relation } = node.IndexStmt;
    return [...made, { kind: 'index', table: relation?.relname ?? '', name, by }];
  }
  if ('CreateTrigStmt' in node) {
    const { trigname: name = '', relation } = node.CreateTrigStmt;
    return [...made, { kind: 'trigger', table: relation?.relname ?? '', name, by }];
  }
  if ('AlterTableStmt' in node) return altered(made, node.AlterTableStmt, by);
  if ('DropStmt' in node) {
    const { objects = [], removeType } = node.DropStmt;
    return objects.map(stringsOf).reduce((rest, names) => dropped(rest, removeType, names), made);
  }
  return 'RenameStmt' in node ? renamed(made, node.RenameStmt) : made;
}

function altered(
  made: readonly MadeObject[],
  { relation, cmds = [] }: AlterTableStmt,
  by: string,
): readonly MadeObject[] {
  const table = relation?.relname ?? '';
  return cmds.reduce((rest, node) => {
    if (!('AlterTableCmd' in node)) return rest;
    const { subtype, def, name = '' } = node.AlterTableCmd;
    if (subtype === 'AT_AddColumn' && def !== undefined && 'ColumnDef' in def) {
      const column = { kind: 'column', table, name: def.ColumnDef.colname ?? '', by } as const;
      const isThere = rest.some((one) => isSame(one, column));
      return isThere ? rest : [...rest, column];
    }
    if (subtype !== 'AT_DropColumn') return rest;
    return rest.filter(
      (one) => !(one.kind === 'column' && one.table === table && one.name === name),
    );
  }, made);
}

function isSame(a: MadeObject, b: MadeObject): boolean {
  return a.kind === b.kind && a.table === b.table && a.name === b.name;
}

function dropped(
  made: readonly MadeObject[],
  kind: string | undefined,
  names: readonly string[],
): readonly MadeObject[] {
  const last = names.at(-1) ?? '';
  if (kind === 'OBJECT_TABLE') return made.filter(({ table }) => table !== last);
  if (kind === 'OBJECT_INDEX') {
    return made.filter((one) => !(one.kind === 'index' && one.name === last));
  }
  if (kind !== 'OBJECT_TRIGGER') return made;
  const table = names.at(-2) ?? '';
  return made.filter(
    (one) => !(one.kind === 'trigger' && one.table === table && one.name === last),
  );
}

function renamed(
  made: readonly MadeObject[],
  {
    renameType,
    relation,
    subname,
    newname = '',
  }: Extract<Node, { RenameStmt: unknown }>['RenameStmt'],
): readonly MadeObject[] {
  const old = relation?.relname ?? '';
  return made.map((one) => {
    if (renameType === 'OBJECT_TABLE' && one.table === old) return { ...one, table: newname };
    if (renameType === 'OBJECT_INDEX' && one.kind === 'index' && one.name === old) {
      return { ...one, name: newname };
    }
    const isColumn = one.kind === 'column' && one.table === old && one.name === subname;
    return renameType === 'OBJECT_COLUMN' && isColumn ? { ...one, name: newname } : one;
  });
}

/** Those that the live schema lacks, and indexes that are there and may not be used. */
export function missingObjects(
  made: readonly MadeObject[],
  { relations }: Catalog,
): readonly MadeObject[] {
  const gone = new Set(
    made.filter(({ kind, table }) => kind === 'table' && !Object.hasOwn(relations, table)),
  );
  const goneTables = new Set([...gone].map(({ table }) => table));
  return made.filter((one) => {
    if (one.kind === 'table') return gone.has(one);
    // The table says it for all that is on it.
    if (goneTables.has(one.table)) return false;
    const relation = relations[one.table];
    if (relation === undefined) return true;
    if (one.kind === 'column') return !relation.columns.some(({ name }) => name === one.name);
    if (one.kind === 'trigger') return !relation.triggers.some(({ name }) => name === one.name);
    return !relation.indexes.some(({ name, valid }) => name === one.name && valid);
  });
}

export function objectWords({ kind, table, name }: MadeObject): string {
  return kind === 'table' ? `table ${table}` : `${kind} ${name} of ${table}`;
}
