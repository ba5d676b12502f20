import { toldBy } from '../../adapters/postgres/external-errors.js';
import { externalTarget, type ExternalTarget } from '../../adapters/postgres/external-target.js';
import { openPgPool, PG_LIMITS, type PgPool } from '../../adapters/postgres/pg-pool.js';
import { postgresAuditStore } from '../../adapters/postgres/audit-store.js';
import { ReconnectGate } from '../../adapters/postgres/reconnect-gate.js';
import {
  readServerFacts,
  refuseOldServer,
  refuseReadOnlyServer,
  type ServerFacts,
} from '../../adapters/postgres/server-facts.js';
import { runStatement } from '../../adapters/postgres/run-statement.js';
import { PING } from '../../adapters/postgres/session-statements.js';
import { withReadSession } from '../../adapters/postgres/sql-client.js';
import { readDatabaseUrl } from '../../config/database-url.js';
import type { Config } from '../../config/parse-config.js';
import type { SecretUrl } from '../../config/secrets.js';
import { assertInvariant } from '../../engine/domain/invariant.js';
import type { Clock } from '../../engine/ports/clock.js';
import { requireContracts } from '../../schema/contracts/require-contracts.js';
import { requireSchema } from '../../schema/require-schema.js';
import type { EngineDatabase } from './database.js';

/** @throws OperatorError (exit 3) for a certificate that cannot be read */
export function targetOf({ url }: SecretUrl): ExternalTarget {
  const read = readDatabaseUrl(url);
  assertInvariant(read.ok, 'the configuration holds a URL that can be used');
  return externalTarget(read.address);
}

/** A server that somebody else runs: never started, stopped or migrated from here. */
export async function openExternalDatabase(
  target: ExternalTarget,
  { audit }: Config,
  { clock, onNotice }: { readonly clock: Clock; readonly onNotice: (text: string) => void },
): Promise<EngineDatabase> {
  const { where } = target;
  const facts = await toldBy(where, () => withReadSession(target, 'cdb engine', readServerFacts));
  refuseOldServer(target, facts);
  refuseReadOnlyServer(target, facts);
  if (facts.losesOnPowerFailure) onNotice(NOT_DURABLE);
  const gate = new ReconnectGate({
    clock,
    random: Math.random,
    attempt: () => pool.use('reach the database', (client) => runStatement(client, PING)),
    onNotice,
  });
  const limits = { ...PG_LIMITS, callDeadlineMs: audit.commitTimeoutMs };
  const pool: PgPool = openPgPool(durable(target, facts), 'cdb engine', limits, gate);
  return {
    pool,
    words: serverWords(target, facts),
    prepareSchema: ({ files }) =>
      toldBy(where, () =>
        withReadSession(target, 'cdb engine', async (session) => {
          await requireSchema(session, files, where);
          await requireContracts(session, where);
          return [];
        }),
      ),
    probe: () => toldBy(where, () => postgresAuditStore(pool).probe()),
    status: () => ({ kind: 'external', where, state: gate.state }),
    close: async () => {
      gate.close();
      await pool.close();
    },
  };
}

const NOT_DURABLE =
  'the database runs with fsync or full_page_writes off: a power failure there can lose decisions whose orders have left';

/** Also where the server, the database or the role says otherwise: no audit, no order. */
function durable(target: ExternalTarget, { commitsLater }: ServerFacts): ExternalTarget {
  if (!commitsLater) return target;
  return { ...target, options: `${target.options ?? ''} -c synchronous_commit=on`.trim() };
}

export function serverWords(
  { where, user, ssl }: ExternalTarget,
  { version }: ServerFacts,
): string {
  const protection = ssl === undefined ? 'no TLS' : 'TLS';
  return `PostgreSQL ${version} at ${where} as ${user}, ${protection}`;
}
