import type { SqlSession } from '../engine/ports/sql-session.js';
import { SCHEMA_SQL } from './schema-statements.js';

/** The connection ended between COMMIT and its answer: it may be committed, or not. */
export class CommitLost extends Error {
  override readonly name = 'CommitLost';

  constructor(cause: unknown) {
    super('the connection was lost at COMMIT', { cause });
  }
}

/**
 * One transaction under the limits of a migration. What throws rolls it back.
 * @throws CommitLost when nobody knows whether it was committed
 */
export async function inTransaction<T>(session: SqlSession, work: () => Promise<T>): Promise<T> {
  await session.query(SCHEMA_SQL.begin.text);
  let result: T;
  try {
    await session.query(SCHEMA_SQL.limits.text);
    result = await work();
  } catch (fault) {
    // The first error is the one to report; a connection that is gone has rolled back by itself.
    await session.query(SCHEMA_SQL.rollback.text).catch(() => undefined);
    throw fault;
  }
  try {
    await session.query(SCHEMA_SQL.commit.text);
  } catch (fault) {
    // A session that still answers has answered the COMMIT too: with a no.
    const answers = await session.query(SCHEMA_SQL.rollback.text).then(
      () => true,
      () => false,
    );
    throw answers ? fault : new CommitLost(fault);
  }
  return result;
}
