import { recordInLedger } from '../ledger-record.js';
import type { LedgerEvent } from '../../engine/domain/ledger.js';
import { wordsOf } from '../../engine/domain/words-of.js';
import type { Ledger } from '../../engine/ports/ledger.js';
import type { MigrationDatabase } from './migrate-ports.js';
import type { Permit } from './migration-gate.js';

interface ChangeRecord extends Pick<Permit, 'why' | 'gate'> {
  readonly ledger: Ledger;
  readonly who: string;
  readonly nowMs: () => number;
  /** The schema is changed, and it could not be put on record. */
  readonly onNotice: (text: string) => void;
  /** "schema migrated". */
  readonly done: string;
  /** "schema migration failed". */
  readonly failed: string;
}

/**
 * Changes the schema and puts it on record, whether it succeeded or not.
 * @param outcome what the entry says of it; null where nothing was changed
 */
export async function recordedChange<T>(
  database: MigrationDatabase,
  record: ChangeRecord,
  change: () => Promise<T>,
  outcome: (result: T) => LedgerEvent['details'] | null,
): Promise<T> {
  const before = await newestApplied(database);
  try {
    const result = await change();
    const details = outcome(result);
    if (details !== null) {
      const after = await newestApplied(database).catch(() => 'not known');
      keep(database, record, record.done, { before, after, ...details });
    }
    return result;
  } catch (fault) {
    const after = await newestApplied(database).catch(() => 'not known');
    keep(database, record, record.failed, { before, after, fault: wordsOf(fault) });
    throw fault;
  }
}

/** Null for a database that has none. */
async function newestApplied(database: MigrationDatabase): Promise<string | null> {
  const applied = (await database.list()).filter(({ state }) => state === 'applied');
  return applied.at(-1)?.name ?? null;
}

function keep(
  { kind, target }: MigrationDatabase,
  { ledger, who, why, gate, nowMs, onNotice }: ChangeRecord,
  action: string,
  outcome: LedgerEvent['details'],
): void {
  const details = { kind, target, gate, ...outcome };
  const event = { kind: 'migration', action, atMs: nowMs(), who, why, details } as const;
  const written = recordInLedger(ledger, event);
  if (written.state === 'failed') onNotice(`the ${action} is not on record: ${written.why}`);
}
