import type { AlterTableCmd, AlterTableStmt } from 'libpg-query';
import { addColumn, changeType, onTable, rewrites, setNotNull } from './column-effect.js';
import { constraintEffect } from './constraint-effect.js';
import { effect, heaviest, strongest, warn, type Effect } from './effect.js';
import type { Tables } from './table-facts.js';

/** All commands of one ALTER TABLE together: they share one lock and one pass over the rows. */
export function alterTable({ relation, cmds = [] }: AlterTableStmt, tables: Tables): Effect {
  const table = relation?.relname ?? '?';
  const parts = cmds.map((node) =>
    'AlterTableCmd' in node ? commandEffect(table, node.AlterTableCmd, tables) : effect('?'),
  );
  return effect(`alter table ${table}: ${parts.map(({ words }) => words).join(', ')}`, {
    table,
    lock: tables.isNew(table) ? 'none' : strongest(parts.map(({ lock }) => lock)),
    work: heaviest(parts.map(({ work }) => work)),
    hazards: parts.flatMap(({ hazards }) => hazards),
  });
}

function commandEffect(table: string, command: AlterTableCmd, tables: Tables): Effect {
  const name = command.name ?? '?';
  switch (command.subtype) {
    case 'AT_AddColumn':
      return addColumn(table, command, tables);
    case 'AT_AlterColumnType':
      return changeType(table, command, tables);
    case 'AT_SetNotNull':
      return setNotNull(table, command, tables);
    case 'AT_AddConstraint': {
      const { def } = command;
      const isKnown = def !== undefined && 'Constraint' in def;
      return isKnown ? constraintEffect(table, def.Constraint, tables) : onTable(table, '?');
    }
    case 'AT_DropColumn':
      return dropColumn(table, command, tables);
    case 'AT_ValidateConstraint':
      return effect(`validate constraint ${name}`, {
        table,
        lock: 'share update exclusive',
        work: 'scan',
      });
    case 'AT_SetLogged':
    case 'AT_SetUnLogged':
    case 'AT_SetTableSpace':
    case 'AT_SetAccessMethod':
      return whole(table, command.subtype, tables);
    default:
      return onTable(table, plainWords(command));
  }
}

const PLAIN: Readonly<Record<string, string>> = {
  AT_ColumnDefault: 'set or drop the default of',
  AT_DropNotNull: 'allow null in',
  AT_DropConstraint: 'drop constraint',
  AT_SetStatistics: 'set statistics of',
  AT_SetRelOptions: 'set storage options',
  AT_ResetRelOptions: 'reset storage options',
  AT_EnableTrig: 'enable trigger',
  AT_DisableTrig: 'disable trigger',
  AT_ChangeOwner: 'change the owner',
};

function plainWords({ subtype, name }: AlterTableCmd): string {
  const words = PLAIN[subtype ?? ''] ?? (subtype ?? '?').replace(/^AT_/, '');
  return name === undefined ? words : `${words} ${name}`;
}

function dropColumn(
  table: string,
  { name = '?', behavior }: AlterTableCmd,
  tables: Tables,
): Effect {
  const words = `drop column ${name}`;
  if (tables.isNew(table)) return onTable(table, words);
  const size = tables.sizeWords(table);
  const rows = size === '' ? 'no row has it now' : `it is lost in ${size}`;
  const hazards = [
    warn('destroys rows', `${words} of ${table}: ${rows}`),
    warn('breaks running code', `${words} of ${table}: whoever still names it fails`),
  ];
  if (behavior === 'DROP_CASCADE') {
    hazards.push(warn('cascade', `${words} of ${table} takes along whatever depends on it`));
  }
  return { ...onTable(table, words), hazards };
}

function whole(table: string, subtype: string, tables: Tables): Effect {
  const words = subtype.replace(/^AT_/, '');
  if (!tables.hasRows(table)) return onTable(table, words);
  const hazards = [rewrites(`${words} of ${table}`, table, tables)];
  return { ...onTable(table, words), work: 'rewrite', hazards };
}
