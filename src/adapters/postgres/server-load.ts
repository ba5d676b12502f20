import { z } from 'zod';
import type { Clock } from '../../engine/ports/clock.js';
import type { SqlSession } from '../../engine/ports/sql-session.js';
import { sqlStatement } from '../../engine/ports/sql-statement.js';

/** The quickest of a few answers says most about the other clock. */
const CLOCK_LOOKS = 3;

const SERVER_LOAD = sqlStatement(
  'server_load',
  `SELECT current_user::text AS role,
     (SELECT sum(numbackends) FROM pg_stat_database)::text AS connections,
     (current_setting('max_connections')::int
       - current_setting('superuser_reserved_connections')::int
       - coalesce(current_setting('reserved_connections', true)::int, 0))::text AS "connectionsMax",
     (SELECT source IN ('user', 'database user', 'client', 'session') FROM pg_settings
       WHERE name = 'default_transaction_read_only' AND setting = 'on') AS "byRole"`,
);

/** `clock_timestamp`, not `now`: that is the beginning of the transaction. */
const SERVER_CLOCK = sqlStatement(
  'server_clock',
  'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::text AS ms',
);

export const LOAD_STATEMENTS = [SERVER_LOAD, SERVER_CLOCK];

const figure = z.string().transform(Number);
const loadRows = z.tuple([
  z.object({
    role: z.string(),
    connections: figure,
    connectionsMax: figure,
    /** Whether only this role or connection is told to read only; null where nobody is. */
    byRole: z.boolean().nullable(),
  }),
]);
const clockRows = z.tuple([z.object({ ms: figure })]);

export type ServerLoad = z.infer<typeof loadRows>[0];

/** From statistics that every role may read. */
export async function readServerLoad(session: SqlSession): Promise<ServerLoad> {
  return loadRows.parse((await session.query(SERVER_LOAD.text)).rows)[0];
}

export interface ClockOffset {
  /** The server's clock minus ours. */
  readonly offsetMs: number;
  readonly errorMs: number;
}

/** The server's clock was read somewhere between two looks at ours. */
export async function readClockOffset(session: SqlSession, clock: Clock): Promise<ClockOffset> {
  let best: ClockOffset = { offsetMs: 0, errorMs: Infinity };
  for (let look = 0; look < CLOCK_LOOKS; look += 1) {
    const startMs = clock.monotonicMs();
    const ourMs = clock.nowMs();
    const { rows } = await session.query(SERVER_CLOCK.text);
    const tookMs = clock.monotonicMs() - startMs;
    const offsetMs = clockRows.parse(rows)[0].ms - (ourMs + tookMs / 2);
    // Ours counts in whole milliseconds.
    const errorMs = tookMs / 2 + 1;
    if (errorMs < best.errorMs) best = { offsetMs, errorMs };
  }
  return best;
}
