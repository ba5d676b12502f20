import { recordInLedger } from '../../commands/ledger-record.js';
import { ledgerFiles } from '../../adapters/files/ledger-files.js';
import { stateDirectory } from '../../adapters/files/state-directory.js';
import type { Config } from '../../config/parse-config.js';
import type { MigrationRun } from '../../schema/migration-run.js';
import type { EngineDatabase } from './database.js';

interface Migrated {
  readonly config: Config;
  readonly run: MigrationRun;
  readonly database: EngineDatabase;
  readonly onNotice: (text: string) => void;
}

/** What a start applied by itself stands in the ledger as what an operator applied does. */
export function recordMigration(
  { config, run, database, onNotice }: Migrated,
  versions: readonly number[],
): void {
  if (versions.length === 0) return;
  const nameOf = (version: number) => run.files.find((file) => file.version === version)?.name;
  const applied = versions.map(nameOf);
  const details = {
    kind: 'embedded',
    target: database.words,
    gate: null,
    before: nameOf((versions[0] ?? 0) - 1) ?? null,
    after: applied.at(-1) ?? null,
    applied,
  };
  const outcome = recordInLedger(ledgerFiles(stateDirectory(config.stateDir).ledger), {
    kind: 'migration',
    action: 'schema migrated',
    atMs: run.clock.nowMs(),
    who: 'cdb run',
    why: 'the database belongs to this state directory alone',
    details,
  });
  if (outcome.state === 'failed')
    onNotice(`the schema was migrated, and that is not on record: ${outcome.why}`);
}
