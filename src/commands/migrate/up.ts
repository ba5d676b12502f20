import { EXIT } from '../../operator-error.js';
import type { CommandIo } from '../command-io.js';
import { requireYes } from '../confirmation.js';
import { printResult } from '../output/envelope.js';
import { atSamePlace } from '../output/printed-command.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../tables/plain-text.js';
import type { MigrateServices, MigrationDatabase } from './migrate-ports.js';

/** Brings the schema up to this build, after a yes. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: MigrateServices,
): Promise<number> {
  const database = await services.migrations(options, io);
  const pending = await pendingNames(database);
  if (pending.length > 0 || !database.exists) {
    io.stderr(`${plainText(`target  ${database.target}`)}\n`);
  }
  if (!database.exists) return say(io, database, []);
  if (pending.length > 0) {
    io.stderr(pending.map((name) => `pending ${plainText(name)}\n`).join(''));
    await requireYes(options, io, {
      what: 'Cannot migrate without a yes',
      question: 'Apply them?',
      command: atSamePlace('cdb migrate up', options),
    });
  }
  // Asked for even where nothing seems pending: it also finds what must not be migrated.
  return say(io, database, await database.apply());
}

async function pendingNames(database: MigrationDatabase): Promise<readonly string[]> {
  const migrations = await database.list();
  // What must not be migrated is refused by name before anybody is asked.
  if (migrations.some(({ state }) => state === 'edited' || state === 'unknown')) return [];
  return migrations.filter(({ state }) => state === 'pending').map(({ name }) => name);
}

function say(
  io: CommandIo,
  { kind, target, exists }: MigrationDatabase,
  applied: readonly string[],
): number {
  printResult(io, {
    command: 'migrate.up',
    data: { target, kind, applied },
    text: () => {
      if (!exists) return 'nothing to do: the first cdb run makes the database, with its schema\n';
      if (applied.length === 0) return 'nothing to do: the schema is that of this build\n';
      return `${applied.map((name) => `applied ${plainText(name)}\n`).join('')}OK: ${applied.length} applied\n`;
    },
  });
  return EXIT.OK;
}
