import { wordsOf } from '../../engine/domain/words-of.js';
import type { LedgerEvent } from '../../engine/domain/ledger.js';
import type { Ledger } from '../../engine/ports/ledger.js';
import { DependencyError } from '../../operator-error.js';
import type { MigrationDatabase } from './migrate-ports.js';

export interface MigrationRecord {
  readonly ledger: Ledger;
  readonly who: string;
  readonly why: string;
  /** Null where none was needed. */
  readonly gate: Readonly<Record<string, string>> | null;
  readonly nowMs: () => number;
  /** The schema is changed, and it could not be put on record. */
  readonly onNotice: (text: string) => void;
}

/** Applies what is pending and puts it on record, whether it succeeded or not. */
export async function recordedMigration(
  database: MigrationDatabase,
  permit: Parameters<MigrationDatabase['apply']>[0],
  record: MigrationRecord,
): Promise<readonly string[]> {
  const before = await version(database);
  try {
    const applied = await database.apply(permit);
    const after = applied.at(-1) ?? before;
    if (applied.length > 0) keep(database, record, 'schema migrated', { before, after, applied });
    return applied;
  } catch (fault) {
    const after = await version(database).catch(() => 'not known');
    const why = wordsOf(fault);
    keep(database, record, 'schema migration failed', { before, after, fault: why });
    throw fault;
  }
}

/** The newest migration that is applied; null for a database that has none. */
async function version(database: MigrationDatabase): Promise<string | null> {
  const applied = (await database.list()).filter(({ state }) => state === 'applied');
  return applied.at(-1)?.name ?? null;
}

function keep(
  { kind, target }: MigrationDatabase,
  { ledger, who, why, gate, nowMs, onNotice }: MigrationRecord,
  action: string,
  outcome: LedgerEvent['details'],
): void {
  const details = { kind, target, gate, ...outcome };
  try {
    ledger.append({ kind: 'migration', action, atMs: nowMs(), who, why, details });
  } catch (fault) {
    if (!(fault instanceof DependencyError)) throw fault;
    onNotice(`the ${action} is not on record: ${fault.message}`);
  }
}
