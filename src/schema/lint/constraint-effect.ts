import type { Constraint } from 'libpg-query';
import { effect, warn, type Effect } from './effect.js';
import type { Tables } from './table-facts.js';

/** A constraint that is added to a table, alone or with a column. */
export function constraintEffect(table: string, constraint: Constraint, tables: Tables): Effect {
  const { contype, conname, skip_validation: isNotValid, pktable } = constraint;
  const name = conname === undefined ? '' : ` ${conname}`;
  const locked = { table, lock: 'access exclusive' } as const;
  const isBusy = tables.hasRows(table);
  switch (contype) {
    case 'CONSTR_FOREIGN': {
      const other = pktable?.relname ?? '?';
      const words = `add foreign key${name} to ${other}`;
      const both = { table, lock: 'share row exclusive' } as const;
      if (!isBusy || isNotValid === true) return effect(words, both);
      return effect(words, { ...both, work: 'scan', hazards: [notValid(words, table, tables)] });
    }
    case 'CONSTR_CHECK': {
      const words = `add check${name}`;
      if (!isBusy || isNotValid === true) return effect(words, locked);
      return effect(words, { ...locked, work: 'scan', hazards: [notValid(words, table, tables)] });
    }
    case 'CONSTR_PRIMARY':
    case 'CONSTR_UNIQUE':
    case 'CONSTR_EXCLUSION': {
      const kind = KIND_WORDS[contype];
      const words = `add ${kind}${name}`;
      if (!isBusy || constraint.indexname !== undefined) return effect(words, locked);
      const hazard = warn(
        'index blocks writes',
        `${words} builds its index over ${table} (${tables.sizeWords(table)}) while reads and writes ` +
          'wait; CREATE UNIQUE INDEX CONCURRENTLY in a file of its own, then ADD ... USING INDEX',
      );
      return effect(words, { ...locked, work: 'scan', hazards: [hazard] });
    }
    default:
      return effect(`add constraint${name}`, locked);
  }
}

const KIND_WORDS = {
  CONSTR_PRIMARY: 'primary key',
  CONSTR_UNIQUE: 'unique constraint',
  CONSTR_EXCLUSION: 'exclusion constraint',
} as const;

function notValid(words: string, table: string, tables: Tables) {
  return warn(
    'constraint not NOT VALID',
    `${words} reads all of ${table} (${tables.sizeWords(table)}) while writes wait; ` +
      'ADD ... NOT VALID here, VALIDATE CONSTRAINT in the next file',
  );
}
