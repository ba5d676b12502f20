import { z } from 'zod';
import type { SqlSession } from '../../engine/ports/sql-session.js';
import { serverReadsOnly, serverTooOld } from './external-errors.js';
import type { ExternalTarget } from './external-target.js';

/** The oldest version that still gets fixes. */
const MAJOR_MIN = 14;

const factRows = z.tuple([
  z.object({
    version: z.string(),
    major: z.number().int(),
    isStandby: z.boolean(),
    readsOnly: z.boolean(),
    /** The server tells of a commit that a crash of its own can still lose. */
    commitsLater: z.boolean(),
    /** A power failure can lose what was committed. */
    losesOnPowerFailure: z.boolean(),
  }),
]);

export type ServerFacts = z.infer<typeof factRows>[0];

export async function readServerFacts(session: SqlSession): Promise<ServerFacts> {
  const { rows } = await session.query(
    `SELECT split_part(current_setting('server_version'), ' ', 1) AS version,
       current_setting('server_version_num')::int / 10000 AS major,
       pg_is_in_recovery() AS "isStandby",
       current_setting('transaction_read_only') = 'on' AS "readsOnly",
       current_setting('synchronous_commit') = 'off' AS "commitsLater",
       'off' IN (current_setting('fsync'), current_setting('full_page_writes'))
         AS "losesOnPowerFailure"`,
  );
  return factRows.parse(rows)[0];
}

/** @throws OperatorError (exit 6) */
export function refuseOldServer({ where }: ExternalTarget, facts: ServerFacts): void {
  if (facts.major < MAJOR_MIN) throw serverTooOld(where, facts.version, MAJOR_MIN);
}

/** @throws OperatorError (exit 6) */
export function refuseReadOnlyServer({ where }: ExternalTarget, facts: ServerFacts): void {
  if (facts.isStandby || facts.readsOnly) throw serverReadsOnly(where, facts.isStandby);
}
