import type { SqlSession } from '../../engine/ports/sql-session.js';
import type { Catalog } from '../catalog/catalog.js';
import type { Finding } from '../contracts/finding.js';
import { NO_RIGHT_STATE } from '../sql/sql-fault.js';
import { unseen } from './look-at-values.js';
import { tolerate } from './tolerate.js';
import { WRITTEN_RULES } from './written-rules.js';

/** The table or column is not there, or may not be read: findings already, told by table. */
const TOLD_ELSEWHERE: readonly string[] = ['42P01', '42703', NO_RIGHT_STATE];

export async function lookAtRules(
  session: SqlSession,
  catalog: Catalog,
  tables: readonly string[],
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const { tables: of, columns, rule, statement, words } of WRITTEN_RULES) {
    const isWanted = of.some((table) => tables.includes(table));
    if (!isWanted || !of.every((table) => Object.hasOwn(catalog.relations, table))) continue;
    const tried = await tolerate(session, () => session.query(statement.text));
    if (!tried.ok) {
      const { state, words: why } = tried.fault;
      if (!TOLD_ELSEWHERE.includes(state)) findings.push(unseen(of[0], `${why} (${state})`));
      continue;
    }
    const seen = tried.value.rows[0]?.['seen'];
    if (typeof seen !== 'string') continue;
    findings.push({
      level: 'FAIL',
      table: of[0],
      kind: 'value',
      subject: columns,
      expected: rule,
      found: seen,
      words: words(seen),
    });
  }
  return findings;
}
