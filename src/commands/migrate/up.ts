import { EXIT } from '../../operator-error.js';
import { durationText } from '../../view/age.js';
import type { CommandIo } from '../command-io.js';
import { requireYes } from '../confirmation.js';
import type { GateServices } from '../gate/gate-services.js';
import { requireGate, useGate } from '../gate/use-gate.js';
import { operatorName } from '../operator-name.js';
import { printResult } from '../output/envelope.js';
import { atSamePlace } from '../output/printed-command.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../tables/plain-text.js';
import type { MigrateServices, MigrationDatabase } from './migrate-ports.js';
import { recordedMigration } from './recorded-migration.js';

const SCOPE = 'migrations';

/** Brings the schema up to this build, after a yes; where something can be lost, under an open gate. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: MigrateServices & GateServices,
): Promise<number> {
  const tell = (text: string) => io.stderr(`${plainText(text)}\n`);
  const database = await services.migrations(options, io);
  const pending = await pendingNames(database);
  if (pending.length > 0 || !database.exists) tell(`target  ${database.target}`);
  if (!database.exists) return say(io, database, [], null);
  // Asked for even where nothing seems pending: it also finds what must not be migrated.
  if (pending.length === 0) return say(io, database, await database.apply('empty-only'), null);

  const gate = await services.deliveryGate(options, io);
  const use = { scope: SCOPE, who: operatorName(io.env), nowMs: () => io.nowMs() };
  for (const name of pending) tell(`pending ${name}`);
  const ungated = await whyNoGate(database);
  if (ungated === null) {
    const { opening } = await requireGate(gate, use);
    const left = durationText(opening.expiresAtMs - io.nowMs());
    tell(`gate    ${SCOPE} is open for ${left}, by ${opening.approvedBy}: ${opening.reason}`);
  } else tell(`gate    not needed: ${ungated}`);
  await requireYes(options, io, {
    code: 'CDB-E0417',
    what: 'Cannot migrate without a yes',
    question: 'Apply them?',
    command: atSamePlace('cdb migrate up', options),
  });

  let notices = 0;
  const onNotice = (text: string) => {
    notices += 1;
    tell(`WARN    ${text}`);
  };
  const record = { ...use, ledger: gate.ledger, onNotice };
  if (ungated !== null) {
    const told = { ...record, why: ungated, gate: null };
    const permit = database.kind === 'embedded' ? 'any' : 'empty-only';
    say(io, database, await recordedMigration(database, permit, told), null);
  } else {
    const command = 'cdb migrate up';
    const { result, isClosed } = await useGate(gate, { ...use, command, onNotice }, (opening) => {
      const { id, approvedBy, reason } = opening;
      const told = { scope: SCOPE, opening: id, approved_by: approvedBy };
      return recordedMigration(database, 'any', { ...record, why: reason, gate: told });
    });
    say(io, database, result, { scope: SCOPE, isClosed });
  }
  return notices === 0 ? EXIT.OK : EXIT.UNREACHABLE;
}

/** Null where something can be lost. */
async function whyNoGate(database: MigrationDatabase): Promise<string | null> {
  if (database.kind === 'embedded') return 'the database belongs to this state directory alone';
  return (await database.isEmpty()) ? 'the database is empty, so nothing can be lost' : null;
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
  gate: { readonly scope: string; readonly isClosed: boolean } | null,
): number {
  printResult(io, {
    command: 'migrate.up',
    data: { target, kind, applied, gate: gate?.scope ?? null },
    text: () => {
      if (!exists) return 'nothing to do: the first cdb run makes the database, with its schema\n';
      if (applied.length === 0) return 'nothing to do: the schema is that of this build\n';
      const closed = gate?.isClosed === true ? `; the gate for ${gate.scope} is closed again` : '';
      return `${applied.map((name) => `applied ${plainText(name)}\n`).join('')}OK: ${applied.length} applied${closed}\n`;
    },
  });
  return EXIT.OK;
}
