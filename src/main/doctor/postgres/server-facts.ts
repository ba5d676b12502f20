import type { PgPool } from '../../../adapters/postgres/pg-pool.js';
import { readServerFacts } from '../../../adapters/postgres/server-facts.js';
import { readClockOffset, readServerLoad } from '../../../adapters/postgres/server-load.js';
import { sessionOf } from '../../../adapters/postgres/sql-client.js';
import type { PostgresServer } from '../../../doctor/postgres/facts.js';
import type { Clock } from '../../../engine/ports/clock.js';

export function serverFacts(
  pool: PgPool,
  kind: PostgresServer['kind'],
  clock: Clock,
): Promise<PostgresServer> {
  return pool.use('look at the server', async (client) => {
    const session = sessionOf(client);
    const facts = await readServerFacts(session);
    const load = await readServerLoad(session);
    const { offsetMs, errorMs } = await readClockOffset(session, clock);
    const { version, major, isStandby, commitsLater, losesOnPowerFailure } = facts;
    const readsOnlyBy = load.byRole === null ? null : load.byRole ? 'role' : 'server';
    return {
      version,
      kind,
      major,
      isStandby,
      readsOnlyBy,
      isReadOnly: isStandby || readsOnlyBy === 'server',
      isDurable: !commitsLater && !losesOnPowerFailure,
      connections: load.connections,
      connectionsMax: load.connectionsMax,
      clockOffsetMs: offsetMs,
      clockErrorMs: errorMs,
    };
  });
}
