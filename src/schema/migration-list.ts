import type { MigrationFile } from './migration-files.js';
import type { AppliedMigration } from './schema-history.js';

export interface ListedMigration {
  readonly name: string;
  /**
   * `edited`: applied, but not as it stands here now. `unknown`: a newer build applied it.
   * `interrupted`: begun without a transaction, and nobody saw its end. `late`: not applied, but one
   * with a higher number is.
   */
  readonly state: 'applied' | 'pending' | 'edited' | 'unknown' | 'interrupted' | 'late';
  readonly sha256: string;
  /** Of what was applied; null for what is pending. */
  readonly appliedAtMs: number | null;
  /** The person, or in rows of earlier builds the role of the database. */
  readonly appliedBy: string | null;
  readonly durationMs: number | null;
  /** The opening of the delivery gate. */
  readonly gateId: string | null;
}

/** The migrations of this build and those of the database, in one order. */
export function migrationList(
  files: readonly MigrationFile[],
  history: readonly AppliedMigration[],
): readonly ListedMigration[] {
  const newest = history.filter(({ state }) => state === 'done').at(-1)?.version ?? 0;
  const unknown = history.filter(({ version }) => !files.some((file) => file.version === version));
  const known = files.map((file) => {
    const row = history.find(({ version }) => version === file.version);
    return row === undefined ? notApplied(file, newest) : listed(file, row);
  });
  return [...known, ...unknown.map((row) => listedAs('unknown', row))];
}

function notApplied({ name, sha256, version }: MigrationFile, newest: number): ListedMigration {
  const state = version < newest ? 'late' : 'pending';
  return {
    name,
    state,
    sha256,
    appliedAtMs: null,
    appliedBy: null,
    durationMs: null,
    gateId: null,
  };
}

function listed({ sha256 }: MigrationFile, row: AppliedMigration): ListedMigration {
  if (row.sha256 !== sha256) return listedAs('edited', row);
  return listedAs(row.state === 'started' ? 'interrupted' : 'applied', row);
}

function listedAs(
  state: ListedMigration['state'],
  { name, sha256, appliedAtMs, appliedBy, who, durationMs, gateId }: AppliedMigration,
): ListedMigration {
  return { name, state, sha256, appliedAtMs, appliedBy: who ?? appliedBy, durationMs, gateId };
}
