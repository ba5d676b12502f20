import type { SqlSession } from '../../engine/ports/sql-session.js';
import type { Catalog } from '../catalog/catalog.js';
import type { Finding } from '../contracts/finding.js';
import { tolerate } from './tolerate.js';
import { WRITTEN_RULES } from './written-rules.js';

/** A rule whose tables or columns are not there is passed over: that is a finding already. */
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
    const seen = tried.ok ? tried.value.rows[0]?.['seen'] : undefined;
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
