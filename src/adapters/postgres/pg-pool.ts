import type { ConnectionOptions } from 'node:tls';
import pg from 'pg';
import { Fenced } from '../../engine/ports/fenced.js';
import type { DependencyError } from '../../operator-error.js';
import { outOfTime, toDependencyError } from './pg-error.js';

/** Where the server is and as whom. Nothing is left to the driver's reading of a URL. */
export interface PgTarget {
  /** A name, an address, or the directory of a unix socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly password?: string | undefined;
  readonly ssl?: ConnectionOptions | undefined;
  readonly options?: string | undefined;
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
  /** An unused connection is closed after; 0 is never. */
  readonly idleMs: number;
}

export const PG_LIMITS: PgLimits = {
  connectionsMax: 4,
  connectTimeoutMs: 3_000,
  statementTimeoutMs: 5_000,
  lockTimeoutMs: 2_000,
  idleInTransactionMs: 10_000,
  callDeadlineMs: 8_000,
  // The connection of the audit must be there when a decision is: none is closed for idleness.
  idleMs: 0,
};

/** Hears of every attempt to connect, and may forbid one. */
export interface ConnectGate {
  /** @throws DependencyError at once, where an attempt is not due yet */
  enter(): void;
  /** An attempt failed, or the server ended a connection that nobody used. */
  failed(why: DependencyError): void;
}

/** Connections that are either good or destroyed: no call leaves a half-used one behind. */
export interface PgPool {
  /**
   * Runs `work` on one connection within the deadline. After any failure the connection is
   * destroyed: it may hold an open transaction, or an answer that nobody waits for any more.
   * @throws DependencyError; Fenced, where `work` throws it
   */
  use<T>(action: string, work: (client: pg.PoolClient) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export function openPgPool(
  target: PgTarget,
  applicationName: string,
  limits: PgLimits = PG_LIMITS,
  gate: ConnectGate = OPEN_GATE,
): PgPool {
  const pool = new pg.Pool({
    ...clientConfig(target, applicationName),
    max: limits.connectionsMax,
    connectionTimeoutMillis: limits.connectTimeoutMs,
    statement_timeout: limits.statementTimeoutMs,
    lock_timeout: limits.lockTimeoutMs,
    idle_in_transaction_session_timeout: limits.idleInTransactionMs,
    idleTimeoutMillis: limits.idleMs,
    // A command that is done does not wait for a connection that is idle.
    allowExitOnIdle: limits.idleMs > 0,
  });
  // A connection that breaks while it is in use tells its query, and says it here too: between the pool
  // handing it out and its first query nobody else would listen.
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
  });
  // An idle connection that the server ends would otherwise end this process; the pool drops it.
  pool.on('error', (error) => {
    gate.failed(toDependencyError('keep a connection', error));
  });
  return {
    use: (action, work) => useClient({ pool, limits, gate }, action, work),
    close: () => pool.end(),
  };
}

/** Every member is given, so that no PG… variable of the environment takes the place of one. */
export function clientConfig(target: PgTarget, applicationName: string): pg.ClientConfig {
  return {
    ...target,
    ssl: target.ssl ?? false,
    sslnegotiation: 'postgres',
    application_name: applicationName,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
}

const OPEN_GATE: ConnectGate = {
  enter: () => undefined,
  failed: () => undefined,
};

interface Parts {
  readonly pool: pg.Pool;
  readonly limits: PgLimits;
  readonly gate: ConnectGate;
}

async function connect({ pool, limits, gate }: Parts, action: string): Promise<pg.PoolClient> {
  // Waiting for a connection that another call uses says nothing about the server.
  const isAttempt = pool.idleCount === 0 && pool.totalCount < limits.connectionsMax;
  if (isAttempt) gate.enter();
  try {
    return await pool.connect();
  } catch (error) {
    const why = toDependencyError(action, error);
    if (isAttempt) gate.failed(why);
    throw why;
  }
}

async function useClient<T>(
  parts: Parts,
  action: string,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await connect(parts, action);
  const deadlineMs = parts.limits.callDeadlineMs;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(outOfTime(action, deadlineMs));
    }, deadlineMs);
  });
  const done = work(client);
  try {
    const result = await Promise.race([done, late]);
    client.release();
    return result;
  } catch (error) {
    client.release(true);
    done.catch(() => undefined); // Ends when the connection does; this call has already answered.
    // No fault of the database: whoever called must hear that it is late, not that it may try again.
    throw error instanceof Fenced ? error : toDependencyError(action, error);
  } finally {
    clearTimeout(timer);
  }
}
