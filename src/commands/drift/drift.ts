import { EXIT } from '../../operator-error.js';
import { hasDrift, type Finding } from '../../schema/contracts/finding.js';
import { lookForDrift, type DriftReport } from '../../schema/drift/look-for-drift.js';
import { loadSqlParser } from '../../schema/sql/parse-sql.js';
import type { CommandIo } from '../command-io.js';
import { chosenContracts } from '../contracts/chosen-contracts.js';
import { printResult } from '../output/envelope.js';
import { atSamePlace } from '../output/printed-command.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../../view/plain-text.js';
import { githubAnnotations } from './annotations.js';
import { driftOfFile } from './drift-of-file.js';
import type { DriftServices } from './drift-ports.js';
import { columnRows } from './drift-tables.js';
import { countWords, driftText, fixOf } from './drift-text.js';

/** 0 match, 1 drift; what only warns is a match. Reads only, whatever the role may do. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: DriftServices,
): Promise<number> {
  if (options.text('code') !== undefined) return driftOfFile(options, io, services);
  const contracts = chosenContracts(options, io);
  const [parser, code, database] = await Promise.all([
    loadSqlParser(),
    services.codeStatements(),
    services.schemaDatabase(options, io),
  ]);
  const report = await database.look((session) =>
    lookForDrift(session, parser, {
      contracts,
      statements: code.all,
      engineStatements: code.engine,
      tables: options.list('tables'),
      role: options.text('role') ?? null,
    }),
  );
  if (report === null) return nothingYet(io, database.target, database.kind);
  const findings = [...report.findings, ...report.tables.flatMap((table) => table.findings)];
  const exit = hasDrift(findings) ? EXIT.FINDING : EXIT.OK;
  if (options.text('format') === 'github') {
    io.stdout(githubAnnotations(findings, () => null));
    io.stderr(`${countWords(findings)}\n`);
    return exit;
  }
  const fix = atSamePlace(fixOf(findings), options);
  printResult(io, {
    command: 'drift',
    data: driftJson(report, findings, { target: database.target, kind: database.kind, fix }),
    rows: findings,
    text: () => `${driftText(database.target, report)}${lastLine(findings, fix, exit)}`,
  });
  return exit;
}

export function lastLine(findings: readonly Finding[], fix: string, exit: number): string {
  return `${countWords(findings)}${fix === '' ? '' : plainText(`   fix: ${fix}`)}   exit ${exit}\n`;
}

function nothingYet(io: CommandIo, target: string, kind: string): number {
  printResult(io, {
    command: 'drift',
    data: { target, kind, verdict: 'no database', fail: 0, warn: 0, tables: [], findings: [] },
    rows: [],
    text: () => 'nothing to compare: the first cdb run makes the database, with its schema\n',
  });
  return EXIT.OK;
}

function driftJson(
  report: DriftReport,
  findings: readonly Finding[],
  where: { readonly target: string; readonly kind: string; readonly fix: string },
) {
  const count = (level: Finding['level']) => findings.filter((one) => one.level === level).length;
  return {
    target: where.target,
    kind: where.kind,
    schema: report.schema,
    verdict: hasDrift(findings) ? 'drift' : 'match',
    fail: count('FAIL'),
    warn: count('WARN'),
    prepared_statements: report.prepared,
    fix: where.fix === '' ? null : where.fix,
    tables: report.tables.map((table) => ({
      table: table.table,
      rows_looked_at: table.rows,
      columns: columnRows(table, report),
      values: table.values,
    })),
    findings,
  };
}
