import type { SqlSession } from '../../engine/ports/sql-session.js';
import { readCatalog } from '../catalog/read-catalog.js';
import { compareTable } from './compare-table.js';
import { schemaDrifted } from './contract-errors.js';
import { loadContracts } from './load-contracts.js';

/**
 * One query and no SQL parser: a start looks at the live tables, the statements are prepared anyway.
 * @throws OperatorError (exit 6) where a table is not as its contract says; what only warns passes
 */
export async function requireContracts(session: SqlSession, where: string): Promise<void> {
  const catalog = await readCatalog(session);
  const findings = [...loadContracts().values()].flatMap((contract) =>
    compareTable(contract, catalog),
  );
  const words = findings.filter(({ level }) => level === 'FAIL').map((finding) => finding.words);
  if (words.length > 0) throw schemaDrifted(where, words);
}
