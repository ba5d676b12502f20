import type { SqlSession } from '../../engine/ports/sql-session.js';
import { behindPooler } from './external-errors.js';
import type { ExternalTarget } from './external-target.js';
import { BACKEND } from './session-statements.js';
import { withReadSession } from './sql-client.js';

const LOOKS = 3;

/**
 * A pooler of transactions gives a session another server process for each transaction, and gives
 * one process to several sessions. Two sessions in turn show both; through a pooler of sessions and
 * without one, each keeps a process of its own.
 * @throws OperatorError (exit 6)
 */
export async function refuseTransactionPooler(target: ExternalTarget): Promise<void> {
  await withReadSession(target, 'cdb migrate', (first) =>
    withReadSession(target, 'cdb migrate', async (second) => {
      const seen: [string, string][] = [];
      for (let look = 0; look < LOOKS; look += 1) {
        seen.push([await backendOf(first), await backendOf(second)]);
      }
      const [[mine, other] = ['', '']] = seen;
      if (seen.some(([a, b]) => a === b)) {
        throw behindPooler(target.where, 'two sessions were given the same server process');
      }
      if (seen.some(([a, b]) => a !== mine || b !== other)) {
        throw behindPooler(target.where, 'one session was given several server processes');
      }
    }),
  );
}

async function backendOf(session: SqlSession): Promise<string> {
  const { rows } = await session.query(BACKEND.text);
  return String(rows[0]?.['pid']);
}
