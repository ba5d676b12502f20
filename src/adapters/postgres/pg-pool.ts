import pg from 'pg';
import { outOfTime, toDependencyError } from './pg-error.js';

/** Where the server is; `connectionString` for a URL, the other fields for the embedded one. */
export interface PgTarget {
  readonly connectionString?: string;
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
  readonly database?: string;
}

export interface PgLimits {
  readonly connectionsMax: number;
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
  readonly lockTimeoutMs: number;
  /** Ends a transaction that this process forgot or died in, with its locks. */
  readonly idleInTransactionMs: number;
  /** Ours, for one whole call: the server's own limits do not fire when the network is silent. */
  readonly callDeadlineMs: number;
}

export const PG_LIMITS: PgLimits = {
  connectionsMax: 4,
  connectTimeoutMs: 3_000,
  statementTimeoutMs: 5_000,
  lockTimeoutMs: 2_000,
  idleInTransactionMs: 10_000,
  callDeadlineMs: 8_000,
};

/** Connections that are either good or destroyed: no call leaves a half-used one behind. */
export interface PgPool {
  /**
   * Runs `work` on one connection within the deadline. After any failure the connection is
   * destroyed: it may hold an open transaction, or an answer that nobody waits for any more.
   * @throws DependencyError
   */
  use<T>(action: string, work: (client: pg.PoolClient) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export function openPgPool(
  target: PgTarget,
  applicationName: string,
  limits: PgLimits = PG_LIMITS,
): PgPool {
  const pool = new pg.Pool({
    ...target,
    application_name: applicationName,
    max: limits.connectionsMax,
    connectionTimeoutMillis: limits.connectTimeoutMs,
    statement_timeout: limits.statementTimeoutMs,
    lock_timeout: limits.lockTimeoutMs,
    idle_in_transaction_session_timeout: limits.idleInTransactionMs,
    // The connection of the audit must be there when a decision is: none is closed for idleness.
    idleTimeoutMillis: 0,
    keepAlive: true,
  });
  // An idle connection that the server ends would otherwise end this process; the pool drops it,
  // and the next call says what is wrong.
  pool.on('error', () => undefined);
  return {
    use: (action, work) => useClient(pool, limits.callDeadlineMs, action, work),
    close: () => pool.end(),
  };
}

async function useClient<T>(
  pool: pg.Pool,
  deadlineMs: number,
  action: string,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect().catch((error: unknown) => {
    throw toDependencyError(action, error);
  });
  // A connection that breaks while it is ours reports twice: to the query, and to this listener.
  const ignore = () => undefined;
  client.on('error', ignore);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(outOfTime(action, deadlineMs));
    }, deadlineMs);
  });
  const done = work(client);
  try {
    const result = await Promise.race([done, late]);
    client.off('error', ignore);
    client.release();
    return result;
  } catch (error) {
    client.release(true);
    done.catch(() => undefined); // Ends when the connection does; this call has already answered.
    throw toDependencyError(action, error);
  } finally {
    clearTimeout(timer);
  }
}
