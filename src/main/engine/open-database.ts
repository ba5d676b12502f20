import { BUILD } from '../../commands/build-info.js';
import type { EngineOrder } from '../../commands/services.js';
import type { Clock } from '../../engine/ports/clock.js';
import { loadMigrations } from '../../schema/migration-files.js';
import { openEngineDatabase, type EngineDatabase } from './database.js';
import { recordMigration } from './record-migration.js';
import type { Preflight } from './preflight.js';

const MIGRATION_LOCK_WAIT_MS = 10_000;

export async function openDatabase(
  { config, onNotice }: EngineOrder,
  preflight: Preflight,
  clock: Clock,
): Promise<EngineDatabase> {
  const database = await preflight.step(
    'database',
    () => openEngineDatabase(config, clock, onNotice),
    ({ words }) => words,
  );
  preflight.closeLater(() => database.close());
  const run = {
    files: loadMigrations(),
    clock,
    cdbVersion: BUILD.version,
    waitForLockMs: MIGRATION_LOCK_WAIT_MS,
  };
  await preflight.step(
    'schema',
    async () => {
      const applied = await database.prepareSchema(run);
      recordMigration({ config, run, database, onNotice }, applied);
      return applied;
    },
    (applied) => schemaWords(applied, run.files.length),
  );
  await preflight.step(
    'audit',
    () => database.probe(),
    () => 'every statement of the audit trail prepares',
  );
  return database;
}

function schemaWords(applied: readonly number[], files: number): string {
  const fresh = applied.length === 0 ? 'nothing pending' : `${applied.length} applied now`;
  return `migrations ${files}/${files}, ${fresh}`;
}
