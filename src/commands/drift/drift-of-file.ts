import { EXIT } from '../../operator-error.js';
import { compareForeign, type ForeignReport } from '../../schema/contracts/compare-foreign.js';
import { hasDrift, type Finding } from '../../schema/contracts/finding.js';
import { prepareForeign } from '../../schema/drift/prepare-foreign.js';
import { loadSqlParser } from '../../schema/sql/parse-sql.js';
import type { CommandIo } from '../command-io.js';
import { chosenContracts } from '../contracts/chosen-contracts.js';
import { printResult } from '../output/envelope.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../../view/plain-text.js';
import { githubAnnotations } from './annotations.js';
import type { DriftServices } from './drift-ports.js';
import { countWords, findingLine } from './drift-text.js';
import { readSource } from './read-source.js';

/** The SQL of another program's file against contracts, and with --live on the database too. */
export async function driftOfFile(
  options: ParsedOptions,
  io: CommandIo,
  services: DriftServices,
): Promise<number> {
  const file = options.text('code') ?? '';
  const statements = readSource(io.cwd, file);
  const parser = await loadSqlParser();
  const tables = options.list('tables');
  const report = compareForeign(parser, statements, chosenContracts(options, io), tables);
  const database = options.flag('live') ? await services.schemaDatabase(options, io) : null;
  const live = await database?.look((session) => prepareForeign(session, parser, statements));
  const findings = [...report.findings, ...(live ?? [])];
  const exit = hasDrift(findings) ? EXIT.FINDING : EXIT.OK;
  if (options.text('format') === 'github') {
    io.stdout(githubAnnotations(findings, (finding) => ({ file, line: lineOf(report, finding) })));
    io.stderr(`${countWords(findings)}\n`);
    return exit;
  }
  printResult(io, {
    command: 'drift',
    data: {
      file,
      verdict: exit === EXIT.OK ? 'match' : 'drift',
      statements: statements.length,
      inserts: report.inserts,
      prepared_on: database?.target ?? null,
      findings,
    },
    rows: findings,
    text: () =>
      [
        `file     ${plainText(file)}   ${statements.length} statements\n`,
        ...report.inserts.map(
          ({ statement, table, columns }) =>
            `INSERT   ${plainText(`${table} at ${statement}: ${columns.join(', ')}`)}\n`,
        ),
        ...findings.map(findingLine),
        `${countWords(findings)}   exit ${exit}\n`,
      ].join(''),
  });
  return exit;
}

/** Of the statement that the finding is about, or of the first that speaks of its table. */
function lineOf(
  { statements, inserts }: ForeignReport,
  { table, subject, words }: Finding,
): number {
  const named = statements.find(
    ({ statement }) => statement.name === subject || `${words} `.includes(` ${statement.name} `),
  );
  const insert = inserts.find((one) => one.table === table);
  const first = statements.find(({ statement }) => statement.name === insert?.statement);
  return (named ?? first)?.line ?? 1;
}
