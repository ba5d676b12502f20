import type { MigrationFile } from './migration-files.js';
import type { AppliedMigration } from './schema-history.js';

export interface ListedMigration {
  readonly name: string;
  /** `edited`: applied, but not as it stands here now. `unknown`: a newer build applied it. */
  readonly state: 'applied' | 'pending' | 'edited' | 'unknown';
  readonly sha256: string;
  /** Of what was applied; null for what is pending. */
  readonly appliedAtMs: number | null;
  readonly appliedBy: string | null;
}

/** The migrations of this build and those of the database, in one order. */
export function migrationList(
  files: readonly MigrationFile[],
  history: readonly AppliedMigration[],
): readonly ListedMigration[] {
  const unknown = history.filter((row) => !files.some(({ version }) => version === row.version));
  const known = files.map((file) =>
    listed(
      file,
      history.find(({ version }) => version === file.version),
    ),
  );
  return [...known, ...unknown.map((row) => listedAs('unknown', row))];
}

function listed(
  { name, sha256 }: MigrationFile,
  applied: AppliedMigration | undefined,
): ListedMigration {
  if (applied === undefined) {
    return { name, state: 'pending', sha256, appliedAtMs: null, appliedBy: null };
  }
  return listedAs(applied.sha256 === sha256 ? 'applied' : 'edited', applied);
}

function listedAs(
  state: ListedMigration['state'],
  { name, sha256, appliedAtMs, appliedBy }: AppliedMigration,
): ListedMigration {
  return { name, state, sha256, appliedAtMs, appliedBy };
}
