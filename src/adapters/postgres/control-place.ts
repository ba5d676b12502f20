import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import {
  effectiveRecord,
  type EffectiveControl,
  type PlacedReading,
} from '../../engine/control/register.js';
import { AUDIT_COLUMNS, type AuditValue } from '../../engine/domain/audit-tables.js';
import type { ControlRecord } from '../../engine/domain/control.js';
import type { ChainHash } from '../../engine/domain/row-chain.js';
import { sqlStatement } from '../../engine/ports/sql-statement.js';
import type { SharedPlace } from '../../engine/ports/shared-places.js';
import { DependencyError } from '../../operator-error.js';
import { PLAIN_CHAIN_HASH } from '../chain-hash.js';
import { decodeLatch, encodeLatch } from '../files/latch-record.js';
import { postgresAuditStore } from './audit-store.js';
import type { PgPool } from './pg-pool.js';
import { runStatement } from './run-statement.js';

const NAME = 'PostgreSQL';
/** Rows of no run; they have a cursor and a chain of their own. */
const NO_RUN = '00000000-0000-0000-0000-000000000000';
/** Others may write at the same time; each round sees what they wrote. */
const ROUNDS_MAX = 10;

/** The newest order for all hosts in `control_events`. */
export function postgresControlPlace(
  pool: PgPool,
  hash: ChainHash = PLAIN_CHAIN_HASH,
): SharedPlace {
  const store = postgresAuditStore(pool, hash);
  return {
    name: NAME,
    read: async () => [(await pool.use('read the control register', look)).newest],
    change: async (next) => {
      for (let round = 0; round < ROUNDS_MAX; round += 1) {
        const { newest, epochMax, seq } = await pool.use('read the control register', look);
        const record = next(effectOf(newest), 1 + epochMax);
        const row = controlRow(record);
        const at = { seqFirst: seq + 1, seqLast: seq + 1, digest: String(row[0]) };
        const rows = { control_events: [row] };
        // Whoever was quicker has taken this place in the chain.
        const taken = await store.commit({ runId: NO_RUN, ...at, rows }).catch(otherWasQuicker);
        if (taken.control_events === 1) return record;
      }
      throw new DependencyError(
        `Cannot write the control register: others wrote it ${ROUNDS_MAX} times meanwhile`,
        { dependency: 'postgresql', retryable: true },
      );
    },
    close: () => pool.close(),
  };
}

export const READ_REGISTER = sqlStatement(
  'control_register',
  `SELECT (SELECT record FROM control_events WHERE record IS NOT NULL ORDER BY id DESC LIMIT 1),
     (SELECT coalesce(max(epoch), 0)::text FROM control_events) AS epoch,
     greatest(0, (SELECT seq FROM audit_cursor WHERE run_id = $1))::text AS seq`,
);

interface Look {
  readonly newest: PlacedReading;
  /** Highest epoch that anybody has told here. */
  readonly epochMax: number;
  /** Orders that were written. */
  readonly seq: number;
}

async function look(client: pg.PoolClient): Promise<Look> {
  const { rows } = await runStatement<{ record: string | null; epoch: string; seq: string }>(
    client,
    READ_REGISTER,
    [NO_RUN],
  );
  const [row] = rows;
  return {
    newest: placed(row?.record ?? null),
    epochMax: Number(row?.epoch ?? 0),
    seq: Number(row?.seq ?? 0),
  };
}

function placed(text: string | null): PlacedReading {
  const at = { place: NAME, isShared: true, isOrder: true };
  if (text === null) return { ...at, reading: { state: 'absent' } };
  const decoded = decodeLatch(text);
  return {
    ...at,
    reading: decoded.ok
      ? { state: 'present', record: decoded.record }
      : { state: 'unreadable', why: decoded.why },
  };
}

function effectOf(newest: PlacedReading): EffectiveControl | null {
  if (newest.reading.state === 'absent') return null;
  return effectiveRecord([newest], { stateDirEmpty: false });
}

function controlRow(record: ControlRecord): readonly AuditValue[] {
  const { epoch, level, mode, reason, message, operator, previousLevel, atMs } = record;
  const cells: Readonly<Record<(typeof AUDIT_COLUMNS.control_events)[number], AuditValue>> = {
    event_pk: randomUUID(),
    run_id: NO_RUN,
    ...{ epoch, level, mode, reason, message, operator },
    scopes: JSON.stringify(record.scopes),
    previous_level: previousLevel,
    timestamp_ms: atMs,
    record: encodeLatch(record),
  };
  return AUDIT_COLUMNS.control_events.map((column) => cells[column]);
}

function otherWasQuicker(fault: unknown): { readonly control_events?: number } {
  const isTaken = fault instanceof DependencyError && fault.message.includes('another digest');
  if (isTaken) return {};
  throw fault;
}
