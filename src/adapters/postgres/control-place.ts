import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { effectiveRecord, type PlacedReading } from '../../engine/control/register.js';
import type { ControlRecord } from '../../engine/domain/control.js';
import type { SharedPlace } from '../../engine/ports/shared-places.js';
import { decodeLatch, encodeLatch } from '../files/latch-record.js';
import type { PgPool } from './pg-pool.js';

const NAME = 'PostgreSQL';
/** Rows of no run. */
const NO_RUN = '00000000-0000-0000-0000-000000000000';
/** Of the advisory lock under which the place is changed. */
const LOCK_KEY = 0x63_64_62_63;

/** The newest order for all hosts in `control_events`. */
export function postgresControlPlace(pool: PgPool): SharedPlace {
  return {
    name: NAME,
    read: async () => [await pool.use('read the control register', newest)],
    change: (next) =>
      pool.use('write the control register', async (client) => {
        await client.query('BEGIN');
        await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK_KEY]);
        const there = await newest(client);
        const isNew = there.reading.state === 'absent';
        const current = isNew ? null : effectiveRecord([there], { stateDirEmpty: false });
        const { rows } = await client.query<{ epoch: string }>(
          'SELECT coalesce(max(epoch), 0)::text AS epoch FROM control_events',
        );
        const record = next(current, 1 + Number(rows[0]?.epoch ?? 0));
        await insert(client, record);
        await client.query('COMMIT');
        return record;
      }),
    close: () => pool.close(),
  };
}

async function newest(client: pg.PoolClient): Promise<PlacedReading> {
  const { rows } = await client.query<{ record: string }>(
    'SELECT record FROM control_events WHERE record IS NOT NULL ORDER BY id DESC LIMIT 1',
  );
  const [row] = rows;
  if (row === undefined) return { place: NAME, isShared: true, reading: { state: 'absent' } };
  const decoded = decodeLatch(row.record);
  return {
    place: NAME,
    isShared: true,
    isOrder: true,
    reading: decoded.ok
      ? { state: 'present', record: decoded.record }
      : { state: 'unreadable', why: decoded.why },
  };
}

async function insert(client: pg.PoolClient, record: ControlRecord): Promise<void> {
  const { epoch, level, scopes, mode, reason, message, operator, previousLevel, atMs } = record;
  await client.query(
    `INSERT INTO control_events
       (event_pk, run_id, epoch, level, scopes, mode, reason, message, operator, previous_level,
        timestamp_ms, record)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      ...[randomUUID(), NO_RUN, epoch, level, JSON.stringify(scopes), mode],
      ...[reason, message, operator, previousLevel, atMs, encodeLatch(record)],
    ],
  );
}
