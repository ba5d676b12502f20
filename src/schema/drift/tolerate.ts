import type { SqlSession } from '../../engine/ports/sql-session.js';
import { DRIFT_SQL } from './drift-statements.js';
import { sqlFault, type SqlFault } from '../sql/sql-fault.js';

type Tried<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: SqlFault };

/**
 * Runs `work` inside the transaction, which goes on when the server refuses it.
 * @throws what is no refusal: a connection that is gone
 */
export async function tolerate<T>(session: SqlSession, work: () => Promise<T>): Promise<Tried<T>> {
  await session.query(DRIFT_SQL.savepoint.text);
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    const fault = sqlFault(error);
    // Class 08 is the connection, 57P the end of the server; then there is nothing to go on with.
    if (fault.state === '' || /^(?:08|57P)/.test(fault.state)) throw error;
    await session.query(DRIFT_SQL.rollbackTo.text);
    return { ok: false, fault };
  }
}
