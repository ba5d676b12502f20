import * as z from 'zod';
import type { AnchorStore } from '../../engine/ports/anchor-store.js';
import { sqlStatement } from '../../engine/ports/sql-statement.js';
import { readDatabaseId } from './chain-reader.js';
import type { PgPool } from './pg-pool.js';
import { runStatement } from './run-statement.js';

const heads = z.array(
  z.object({
    runId: z.string(),
    seq: z.coerce.number(),
    riskN: z.coerce.number(),
    riskHash: z.string(),
    controlN: z.coerce.number(),
    controlHash: z.string(),
  }),
);

/** A transaction that was open at the last anchor carries an earlier time than that. */
const OVERLAP = `interval '1 minute'`;

const MOVED_HEADS = sqlStatement(
  'moved_heads',
  `SELECT run_id AS "runId", seq::text AS seq, risk_n::text AS "riskN", risk_hash AS "riskHash",
     control_n::text AS "controlN", control_hash AS "controlHash"
   FROM audit_cursor WHERE risk_n + control_n > 0 AND updated_at > coalesce(
     (SELECT max(created_at) - ${OVERLAP} FROM audit_anchors WHERE ledger_id = $1), '-infinity')
   ORDER BY updated_at DESC LIMIT $2`,
);

const INSERT_ANCHOR = sqlStatement(
  'insert_audit_anchors',
  `INSERT INTO audit_anchors (ledger_id, place, ledger_n, ledger_hash, cause)
   VALUES ($1, $2, $3, $4, $5)`,
);

export const ANCHOR_STATEMENTS = [MOVED_HEADS, INSERT_ANCHOR];

export function postgresAnchorStore(pool: PgPool): AnchorStore {
  return {
    databaseId: () => pool.use('read the name of the database', readDatabaseId),
    movedHeads: (ledgerId, limit) =>
      pool.use('read the heads of the audit chains', async (client) => {
        const { rows } = await runStatement(client, MOVED_HEADS, [ledgerId, limit]);
        return heads.parse(rows).map(({ runId, seq, riskN, riskHash, controlN, controlHash }) => ({
          runId,
          seq,
          heads: {
            risk_events: { n: riskN, hash: riskHash },
            control_events: { n: controlN, hash: controlHash },
          },
        }));
      }),
    note: ({ ledgerId, place, head, cause }) =>
      pool.use('write an anchor', async (client) => {
        await runStatement(client, INSERT_ANCHOR, [ledgerId, place, head.n, head.hash, cause]);
      }),
  };
}
