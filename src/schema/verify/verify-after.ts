import { wordsOf } from '../../engine/domain/words-of.js';
import type { SqlSession } from '../../engine/ports/sql-session.js';
import type { Catalog } from '../catalog/catalog.js';
import { readCatalog } from '../catalog/read-catalog.js';
import { compareTable } from '../contracts/compare-table.js';
import type { Contract } from '../contracts/contract.js';
import type { MigrationFile } from '../migration-files.js';
import { missingObjects, objectsMade, objectWords } from './objects-made.js';

export interface Check {
  readonly about: string;
  readonly verdict: 'OK' | 'FAIL' | 'not judged';
  /** What was looked at and what it said. */
  readonly evidence: string;
}

/**
 * Looks whether each file did what it was for. Reads only.
 * @param toCome pending still: the contracts say how it is behind those
 */
export async function verifyAfter(
  session: SqlSession,
  files: readonly MigrationFile[],
  contracts: ReadonlyMap<string, Contract>,
  toCome: readonly MigrationFile[],
): Promise<readonly Check[]> {
  const catalog = await readCatalog(session);
  const made = await objectsMade(files);
  const missing = missingObjects(made, catalog);
  const checks: Check[] = [];
  for (const file of files) {
    const mine = made.filter(({ by }) => by === file.name);
    const gone = missing.filter(({ by }) => by === file.name).map(objectWords);
    if (mine.length > 0) checks.push(thereCheck(file.name, mine.length, gone));
    for (const query of file.verify ?? []) checks.push(await queryCheck(session, file.name, query));
  }
  for (const table of new Set(made.map((object) => object.table))) {
    const contract = contracts.get(table);
    if (contract === undefined) continue;
    checks.push(contractCheck(contract, catalog, toCome));
  }
  return checks;
}

function contractCheck(
  contract: Contract,
  catalog: Catalog,
  toCome: readonly MigrationFile[],
): Check {
  const { table: about, insert_columns: written } = contract;
  const faults = compareTable(contract, catalog).filter(({ level }) => level === 'FAIL');
  const columns =
    written.length === 0 ? '' : `; all ${written.length} columns that the code writes are there`;
  if (faults.length === 0)
    return { about, verdict: 'OK', evidence: `as its contract says${columns}` };
  const words = faults.map((fault) => fault.words).join('; ');
  if (toCome.length === 0) return { about, verdict: 'FAIL', evidence: words };
  const names = toCome.map(({ name }) => name).join(', ');
  return { about, verdict: 'not judged', evidence: `still to come: ${names}; until then ${words}` };
}

function thereCheck(about: string, made: number, gone: readonly string[]): Check {
  if (gone.length > 0) return { about, verdict: 'FAIL', evidence: `missing: ${gone.join(', ')}` };
  return { about, verdict: 'OK', evidence: `all ${made} things that it makes are there` };
}

async function queryCheck(session: SqlSession, about: string, query: string): Promise<Check> {
  try {
    const asked = { sql: query };
    const { rows } = await session.query(asked.sql);
    const [value] = Object.values(rows[0] ?? {});
    const isTrue = rows.length === 1 && value === true;
    return { about, verdict: isTrue ? 'OK' : 'FAIL', evidence: `${query}: ${String(value)}` };
  } catch (fault) {
    return { about, verdict: 'FAIL', evidence: `${query}: ${wordsOf(fault)}` };
  }
}
