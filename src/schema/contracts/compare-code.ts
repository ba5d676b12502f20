import type { ReadInserts } from '../sql/read-inserts.js';
import { compareInsert } from './compare-insert.js';
import type { Contract } from './contract.js';
import type { Finding } from './finding.js';

/**
 * All that code sends against all contracts: an INSERT that cannot be read, a table without a
 * contract and a contract without an INSERT are findings too.
 * @param tables only these; a name that neither knows is a finding
 */
export function compareCode(
  contracts: ReadonlyMap<string, Contract>,
  { inserts, unread }: ReadInserts,
  tables: readonly string[],
): readonly Finding[] {
  const isWanted = (table: string) => tables.length === 0 || tables.includes(table);
  const findings: Finding[] = unread
    .filter(({ table }) => table === '' || isWanted(table))
    .map(({ statement, table, why }) => ({
      ...fail('insert missing', table, statement),
      words: `${statement} cannot be compared: ${why}`,
    }));
  for (const insert of inserts.filter(({ table }) => isWanted(table))) {
    const contract = contracts.get(insert.table);
    if (contract !== undefined) findings.push(...compareInsert(contract, insert));
    else {
      const { table, statement } = insert;
      const words = `table ${table} is written by ${statement} and has no contract`;
      findings.push({ ...fail('contract missing', table, statement), words });
    }
  }
  for (const [table, { insert_columns: agreed }] of contracts) {
    if (!isWanted(table) || agreed.length === 0 || sent(table)) continue;
    const words = `no statement inserts into table ${table}, the contract names ${agreed.length} columns`;
    findings.push({ ...fail('insert missing', table, ''), words });
  }
  for (const table of tables.filter((name) => !contracts.has(name) && !sent(name))) {
    const words = `table ${table} has neither a contract nor a statement that writes it`;
    findings.push({ ...fail('contract missing', table, ''), words });
  }
  return findings;

  function sent(table: string): boolean {
    return [...inserts, ...unread].some((insert) => insert.table === table);
  }
}

function fail(kind: Finding['kind'], table: string, subject: string) {
  return { level: 'FAIL', kind, table, subject, expected: null, found: null } as const;
}
