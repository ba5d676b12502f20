import type { Clock } from '../../engine/ports/clock.js';
import type { SqlSession } from '../../engine/ports/sql-session.js';
import { SCHEMA_SQL } from '../schema-statements.js';
import type { Check } from './verify-after.js';

const POLL_MS = 500;
const ABOUT = 'risk_events';
/** Every connection of an engine says so. */
const ENGINE = 'cdb engine';

/** Engines that are connected to this database, wherever they run. */
export async function connectedEngines(session: SqlSession): Promise<number> {
  const { rows } = await session.query(SCHEMA_SQL.engines.text, [ENGINE]);
  return Number(rows[0]?.['n']);
}

/**
 * Do decisions arrive? Only an engine can answer that, within the wait; without one, or in a market
 * that says nothing, it is not judged.
 */
export async function rowsGrow(
  session: SqlSession,
  { clock, waitMs }: { readonly clock: Clock; readonly waitMs: number },
): Promise<Check> {
  const engines = await connectedEngines(session);
  if (engines === 0) {
    return { about: ABOUT, verdict: 'not judged', evidence: 'no engine is connected' };
  }
  const before = await newest(session);
  const deadlineMs = clock.monotonicMs() + waitMs;
  while (clock.monotonicMs() < deadlineMs) {
    await clock.sleep(POLL_MS);
    const now = await newest(session);
    if (now !== before) {
      const evidence = `rows grow while decisions flow: newest id ${before}, then ${now}`;
      return { about: ABOUT, verdict: 'OK', evidence };
    }
  }
  const evidence = `an engine is connected, and no decision was committed in ${waitMs / 1000} s: cdb status`;
  return { about: ABOUT, verdict: 'not judged', evidence };
}

async function newest(session: SqlSession): Promise<string> {
  const { rows } = await session.query(SCHEMA_SQL.newestDecision.text);
  return String(rows[0]?.['id']);
}
