import type { SqlSession } from '../../engine/ports/sql-session.js';
import type { Effect, Hazard } from '../lint/effect.js';
import { statementEffect } from '../lint/statement-effect.js';
import { readLiveTables, Tables } from '../lint/table-facts.js';
import type { MigrationFile } from '../migration-files.js';
import { readConcurrent } from '../sql/concurrent-statement.js';
import { parseStatements } from '../sql/parse-statements.js';
import { lossesOf, type Loss } from './losses.js';

export interface PlannedFile {
  readonly name: string;
  readonly sha256: string;
  readonly alone: boolean;
  readonly steps: readonly Effect[];
  /** What stands against the file as a whole. */
  readonly faults: readonly Hazard[];
  /** Null where the file can't be taken back. */
  readonly losses: readonly Loss[] | null;
}

/** What each pending file will do to what is there now. Reads only. */
export async function planFiles(
  session: SqlSession,
  pending: readonly MigrationFile[],
): Promise<readonly PlannedFile[]> {
  const tables = new Tables(await readLiveTables(session));
  const planned: PlannedFile[] = [];
  for (const file of pending) {
    const { name, sha256, alone = false, reverse } = file;
    const { steps, faults } = await judged(file, tables);
    const losses = reverse === undefined ? null : await lossesOf(session, reverse.sql);
    planned.push({ name, sha256, alone, steps, faults, losses });
  }
  return planned;
}

async function judged(
  { sql, alone = false }: MigrationFile,
  tables: Tables,
): Promise<Pick<PlannedFile, 'steps' | 'faults'>> {
  const parsed = await parseStatements(sql);
  if (!parsed.ok) {
    const words = `PostgreSQL cannot read it: ${parsed.why}`;
    return { steps: [], faults: [{ rule: 'not judged', level: 'FAIL', words }] };
  }
  const read = alone ? await readConcurrent(sql) : null;
  const misfit: readonly Hazard[] =
    read?.ok === false ? [{ rule: 'transaction control', level: 'FAIL', words: read.why }] : [];
  const steps = parsed.statements.map((one) => statementEffect(one, tables, alone));
  return { steps, faults: misfit };
}

export function hazardsOf(planned: readonly PlannedFile[]): readonly Hazard[] {
  return planned.flatMap(({ steps, faults }) => [
    ...faults,
    ...steps.flatMap(({ hazards }) => hazards),
  ]);
}
