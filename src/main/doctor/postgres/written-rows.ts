import type { WrittenRows } from '../../../doctor/postgres/facts.js';
import type { SqlSession } from '../../../engine/ports/sql-session.js';
import { lookForGaps } from '../../../schema/written/id-gaps.js';
import { lookForNonFinite } from '../../../schema/written/non-finite.js';
import { lookForRepeatedIds } from '../../../schema/written/repeated-ids.js';
import { SAMPLE_ROWS_MAX } from '../../../schema/written/sample.js';
import { lookAtWriters } from '../../../schema/written/writers.js';
import type { SchemaLook } from './look-at-schema.js';

/** All of one snapshot. */
export async function writtenRows(
  session: SqlSession,
  { facts, catalog, readable }: SchemaLook,
  windowMs: number,
): Promise<WrittenRows> {
  const finite = await lookForNonFinite(session, catalog, readable);
  return {
    ...finite,
    rowsMax: SAMPLE_ROWS_MAX,
    windowMs,
    // Our own writer sends a batch again after a crash, and rows that are there give way.
    gaps: facts.owner === 'stack' ? await lookForGaps(session, catalog, readable, windowMs) : [],
    repeated: await lookForRepeatedIds(session, catalog, readable),
    writers: await lookAtWriters(session, catalog, readable, windowMs),
  };
}
