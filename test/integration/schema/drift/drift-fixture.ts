import { ADAPTER_STATEMENTS } from '../../../../src/adapters/postgres/all-statements.js';
import type { PgTarget } from '../../../../src/adapters/postgres/pg-pool.js';
import { withReadSession } from '../../../../src/adapters/postgres/sql-client.js';
import { SCHEMA_STATEMENTS } from '../../../../src/schema/all-statements.js';
import { loadContracts } from '../../../../src/schema/contracts/load-contracts.js';
import type { Finding } from '../../../../src/schema/contracts/finding.js';
import {
  lookForDrift,
  type DriftQuestion,
  type DriftReport,
} from '../../../../src/schema/drift/look-for-drift.js';
import { loadSqlParser } from '../../../../src/schema/sql/parse-sql.js';

const contracts = loadContracts();

export async function drift(
  target: PgTarget,
  question: Partial<DriftQuestion> = {},
): Promise<DriftReport> {
  const parser = await loadSqlParser();
  return withReadSession(target, 'test', (session) =>
    lookForDrift(session, parser, {
      contracts,
      statements: [...ADAPTER_STATEMENTS, ...SCHEMA_STATEMENTS],
      engineStatements: ADAPTER_STATEMENTS,
      tables: [],
      role: null,
      ...question,
    }),
  );
}

export function allFindings({ findings, tables }: DriftReport): readonly Finding[] {
  return [...findings, ...tables.flatMap((table) => table.findings)];
}

/** `FAIL type risk_events.contract_version`. */
export function brief({ level, kind, table, subject }: Finding): string {
  return `${level} ${kind} ${table}${subject === '' ? '' : `.${subject}`}`;
}
