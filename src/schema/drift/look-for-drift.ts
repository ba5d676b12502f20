import type { SqlSession } from '../../engine/ports/sql-session.js';
import type { SqlStatement } from '../../engine/ports/sql-statement.js';
import type { Catalog } from '../catalog/catalog.js';
import { readCatalog } from '../catalog/read-catalog.js';
import { compareCode } from '../contracts/compare-code.js';
import { compareTable } from '../contracts/compare-table.js';
import type { Contract } from '../contracts/contract.js';
import type { Finding } from '../contracts/finding.js';
import { neededPrivileges } from '../sql/needed-privileges.js';
import type { SqlParser } from '../sql/parse-sql.js';
import { readInserts, type CodeInsert } from '../sql/read-inserts.js';
import { DRIFT_SQL } from './drift-statements.js';
import { lookAtPlaces } from './look-at-places.js';
import { lookAtPrivileges } from './look-at-privileges.js';
import { lookAtRules } from './look-at-rules.js';
import { lookAtSettings } from './look-at-settings.js';
import { lookAtValues, type SeenValue } from './look-at-values.js';
import { prepareStatements } from './prepare-statements.js';

export interface DriftQuestion {
  readonly contracts: ReadonlyMap<string, Contract>;
  /** All that is prepared. */
  readonly statements: readonly SqlStatement[];
  /** Those of them that the engine's role must be allowed; the others belong to its owner. */
  readonly engineStatements: readonly SqlStatement[];
  /** None = all. */
  readonly tables: readonly string[];
  /** Whose rights are looked at; null for the role of the session. */
  readonly role: string | null;
}

export interface TableDrift {
  readonly table: string;
  readonly contract: Contract | null;
  readonly inserts: readonly CodeInsert[];
  /** Null where they were not looked at. */
  readonly rows: number | null;
  readonly values: readonly SeenValue[];
  readonly findings: readonly Finding[];
}

export interface DriftReport {
  readonly schema: string | null;
  readonly catalog: Catalog;
  readonly tables: readonly TableDrift[];
  /** Statements that the server planned. */
  readonly prepared: number;
  /** Of no single table. */
  readonly findings: readonly Finding[];
}

/**
 * Contract, code, live schema and written values side by side, in one snapshot in which nothing can
 * be written. Needs no right but to connect; what a role may not read is told instead of compared.
 */
export async function lookForDrift(
  session: SqlSession,
  parser: SqlParser,
  question: DriftQuestion,
): Promise<DriftReport> {
  await session.query(DRIFT_SQL.begin.text);
  try {
    return await look(session, parser, question);
  } finally {
    // A connection that is gone has rolled back by itself.
    await session.query(DRIFT_SQL.rollback.text).catch(() => undefined);
  }
}

async function look(
  session: SqlSession,
  parser: SqlParser,
  { contracts, statements, engineStatements, tables, role }: DriftQuestion,
): Promise<DriftReport> {
  const catalog = await readCatalog(session);
  const code = readInserts(parser, statements);
  const names = tables.length > 0 ? tables : [...contracts.keys()];
  const isWanted = ({ table }: { readonly table: string }) =>
    tables.length === 0 || table === '' || tables.includes(table);

  const elsewhere = await lookAtPlaces(session, catalog.schema, names);
  const findings: Finding[] = [...compareCode(contracts, code, tables), ...elsewhere];
  const told = new Set(elsewhere.map(({ table }) => table));
  for (const table of names) {
    const contract = contracts.get(table);
    if (contract !== undefined && !told.has(table))
      findings.push(...compareTable(contract, catalog));
  }
  const needed = neededPrivileges(parser, engineStatements, names);
  const rights = await lookAtPrivileges(session, catalog.schema ?? '', needed, role);
  findings.push(...rights.filter(isWanted));
  const prepared = await prepareStatements(session, parser, statements);
  findings.push(...prepared.findings.filter(isWanted));
  findings.push(...(await lookAtRules(session, catalog, names)));
  // The settings of this session say nothing of another role's.
  if (role === null) findings.push(...(await lookAtSettings(session)));

  const reports: TableDrift[] = [];
  for (const table of names) {
    const contract = contracts.get(table);
    const relation = catalog.relations[table];
    const seen =
      contract === undefined || relation === undefined
        ? { rows: null, values: [], findings: [] }
        : await lookAtValues(session, parser, contract, relation);
    reports.push({
      table,
      contract: contract ?? null,
      inserts: code.inserts.filter((insert) => insert.table === table),
      rows: seen.rows,
      values: seen.values,
      findings: [...findings, ...seen.findings].filter((finding) => finding.table === table),
    });
  }
  const others = findings.filter(({ table }) => !names.includes(table));
  return {
    schema: catalog.schema,
    catalog,
    tables: reports,
    prepared: prepared.count,
    findings: others,
  };
}
