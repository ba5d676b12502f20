import { EXIT } from '../../operator-error.js';
import type { ListedMigration } from '../../schema/migration-list.js';
import { utcText } from '../../view/age.js';
import type { CommandIo } from '../command-io.js';
import { printRows } from '../output/envelope.js';
import { atSamePlace } from '../output/printed-command.js';
import { chooseFields, type RowFields } from '../output/row-fields.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../../view/plain-text.js';
import type { MigrateServices, MigrationDatabase } from './migrate-ports.js';
import { DRIFTED_TODO, driftedWords } from './nothing-pending.js';

/** Reads only, from whatever the configuration names. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: MigrateServices,
): Promise<number> {
  const fields = chooseFields('migrate status', FIELDS, options.list('fields'));
  const database = await services.migrations(options, io);
  const { kind, target } = database;
  const migrations = await database.list();
  const verdict = await withSchema(verdictOf(migrations), database);
  const command = atSamePlace(verdict.todo, options);
  printRows(io, {
    command: 'migrate.status',
    rows: migrations.map(migrationJson),
    fields,
    data: (rows) => ({ target, kind, state: verdict.state, migrations: rows }),
    text: (table) =>
      `${plainText(`target  ${target}`)}\n${table}${plainText(`${verdict.words}${command}`)}\n`,
  });
  return options.flag('exitCode') && verdict.state !== 'equal' ? EXIT.FINDING : EXIT.OK;
}

type MigrationJson = ReturnType<typeof migrationJson>;

function migrationJson(migration: ListedMigration) {
  const { name, state, sha256, appliedAtMs, appliedBy, durationMs, gateId } = migration;
  return {
    name,
    state,
    applied_at: appliedAtMs === null ? null : new Date(appliedAtMs).toISOString(),
    applied_by: appliedBy,
    duration_ms: durationMs,
    gate_id: gateId,
    sha256,
  };
}

const FIELDS: RowFields<MigrationJson> = {
  name: { title: 'migration', text: ({ name }) => name },
  state: { text: ({ state }) => STATE_WORDS[state] },
  applied_at: {
    title: 'applied',
    text: ({ applied_at: at }) => (at === null ? '-' : utcText(Date.parse(at))),
  },
  applied_by: { title: 'by', text: ({ applied_by: by }) => by ?? '-' },
  duration_ms: { title: 'took', text: ({ duration_ms: ms }) => (ms === null ? '-' : `${ms} ms`) },
  gate_id: { hidden: true, text: ({ gate_id: id }) => id ?? '-' },
  sha256: { hidden: true, text: ({ sha256 }) => sha256 },
};

const STATE_WORDS: Readonly<Record<ListedMigration['state'], string>> = {
  applied: 'applied, checksum ok',
  pending: 'PENDING',
  edited: 'CHANGED after it was applied',
  unknown: 'applied by a NEWER cdb',
  interrupted: 'INTERRUPTED, not known to be whole',
  late: 'came LATE: a higher number is applied',
};

interface Verdict {
  readonly state:
    'equal' | 'drifted' | 'behind' | 'ahead' | 'edited' | 'interrupted' | 'out of order';
  readonly words: string;
  /** A command, or nothing. */
  readonly todo: string;
}

/** That all is applied says nothing of what somebody did since. */
async function withSchema(verdict: Verdict, database: MigrationDatabase): Promise<Verdict> {
  if (verdict.state !== 'equal' || !database.exists) return verdict;
  const tables = await database.drifted();
  if (tables.length === 0) return verdict;
  return { state: 'drifted', words: driftedWords(tables), todo: DRIFTED_TODO };
}

function verdictOf(migrations: readonly ListedMigration[]): Verdict {
  const count = (wanted: ListedMigration['state']) =>
    migrations.filter(({ state }) => state === wanted).length;
  if (count('edited') > 0) {
    return { state: 'edited', words: 'not to be trusted; see ', todo: 'cdb explain CDB-E0413' };
  }
  if (count('unknown') > 0) {
    return { state: 'ahead', words: 'run the newer cdb; see ', todo: 'cdb explain CDB-E0412' };
  }
  if (count('late') > 0) {
    return { state: 'out of order', words: 'refused; see ', todo: 'cdb explain CDB-E0450' };
  }
  if (count('interrupted') > 0) {
    return { state: 'interrupted', words: 'to repair it: ', todo: 'cdb migrate up' };
  }
  const pending = count('pending');
  if (pending === 0) return { state: 'equal', words: 'OK: nothing is pending', todo: '' };
  return { state: 'behind', words: `${pending} pending; next: `, todo: 'cdb migrate up' };
}
