import { z } from 'zod';
import type { SqlSession } from '../../engine/ports/sql-session.js';
import type { Finding } from '../contracts/finding.js';
import { DRIFT_SQL } from './drift-statements.js';

const settings = z.array(z.object({ name: z.string(), setting: z.string() }));

/** What the server, the database or the role sets for sessions like this one, and no table shows. */
const HARMFUL: readonly Pick<Finding, 'level' | 'subject' | 'found' | 'expected' | 'words'>[] = [
  {
    ...{ level: 'FAIL', subject: 'session_replication_role', expected: 'origin', found: 'replica' },
    words: 'session_replication_role is replica: no trigger guards a table against changes',
  },
  {
    ...{ level: 'WARN', subject: 'default_transaction_read_only', expected: 'off', found: 'on' },
    words: 'default_transaction_read_only is on for this role: an engine could not write with it',
  },
];

export async function lookAtSettings(session: SqlSession): Promise<readonly Finding[]> {
  const { rows } = await session.query(DRIFT_SQL.settings.text, [
    HARMFUL.map(({ subject }) => subject),
  ]);
  const live = settings.parse(rows);
  return HARMFUL.filter(({ subject, found }) =>
    live.some(({ name, setting }) => name === subject && setting === found),
  ).map((harmful) => ({ ...harmful, table: '', kind: 'setting' as const }));
}
