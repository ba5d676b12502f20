import { wordsOf } from '../../engine/domain/words-of.js';
import type { SqlSession } from '../../engine/ports/sql-session.js';
import { readCatalog } from '../catalog/read-catalog.js';
import { compareTable } from '../contracts/compare-table.js';
import type { Contract } from '../contracts/contract.js';
import type { Finding } from '../contracts/finding.js';
import { ensureSchema } from '../ensure-schema.js';
import type { Lock } from '../lint/effect.js';
import type { MigrationFile } from '../migration-files.js';
import type { MigrationRun } from '../migration-run.js';
import { SCHEMA_SQL } from '../schema-statements.js';
import { NO_RIGHT_STATE, sqlFault, TIMEOUT_STATES } from '../sql/sql-fault.js';
import type { PlannedFile } from './plan-files.js';

/** The schema that would come out, compared with what the code needs. */
export interface Rehearsal {
  /**
   * `refused`: the server takes the files nowhere. `not done`: neither on the database nor beside it
   * could it be tried. `why` says so.
   */
  readonly where: 'rolled back' | 'shadow' | 'refused' | 'not done';
  readonly why: string;
  readonly findings: readonly Finding[];
}

type Contracts = ReadonlyMap<string, Contract>;

const HARMLESS: readonly Lock[] = ['none', 'row exclusive', 'share update exclusive'];

/**
 * Whether the pending files may be tried on the database itself, in a transaction that is rolled back:
 * only where nobody would wait for it and nothing large would be written.
 */
export function mayTryHere(planned: readonly PlannedFile[]): boolean {
  return planned.every(
    ({ alone, steps }) =>
      !alone && steps.every(({ lock, work }) => HARMLESS.includes(lock) && work === 'none'),
  );
}

export async function rehearseHere(
  session: SqlSession,
  pending: readonly MigrationFile[],
  contracts: Contracts,
): Promise<Rehearsal> {
  await session.query(SCHEMA_SQL.begin.text);
  try {
    await session.query(SCHEMA_SQL.limitsRehearsal.text);
    for (const file of pending) await session.query(file.sql);
    const findings = await compared(session, contracts);
    return { where: 'rolled back', why: '', findings };
  } catch (fault) {
    return refusal(fault);
  } finally {
    await session.query(SCHEMA_SQL.rollback.text);
  }
}

/** On a database of its own, with every file from the first on. */
export async function rehearseBeside(
  session: SqlSession,
  run: MigrationRun,
  contracts: Contracts,
): Promise<Rehearsal> {
  try {
    await ensureSchema(session, run);
    return { where: 'shadow', why: '', findings: await compared(session, contracts) };
  } catch (fault) {
    return refusal(fault);
  }
}

/** What the server answers is an answer, unless it is about waiting or about our rights. */
function refusal(fault: unknown): Rehearsal {
  const { state, words } = sqlFault(fault);
  const isAnswer = state !== '' && ![...TIMEOUT_STATES, NO_RIGHT_STATE].includes(state);
  return isAnswer
    ? { where: 'refused', why: `${words} (${state})`, findings: [] }
    : { where: 'not done', why: wordsOf(fault), findings: [] };
}

export async function compared(
  session: SqlSession,
  contracts: Contracts,
): Promise<readonly Finding[]> {
  const catalog = await readCatalog(session);
  return [...contracts.values()].flatMap((contract) => compareTable(contract, catalog));
}
