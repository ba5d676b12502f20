import { EXIT } from '../../operator-error.js';
import { compareCode } from '../../schema/contracts/compare-code.js';
import { noSuchContract } from '../../schema/contracts/contract-errors.js';
import { hasDrift } from '../../schema/contracts/finding.js';
import { loadSqlParser } from '../../schema/sql/parse-sql.js';
import { readInserts } from '../../schema/sql/read-inserts.js';
import type { CommandIo } from '../command-io.js';
import { githubAnnotations } from '../drift/annotations.js';
import { countWords, findingLine } from '../drift/drift-text.js';
import type { DriftServices } from '../drift/drift-ports.js';
import type { OperatorServices } from '../operator-ports.js';
import { printResult } from '../output/envelope.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../../view/plain-text.js';
import { checkStreams } from './check-streams.js';
import { chosenContracts } from './chosen-contracts.js';

/** Contracts against what this build sends; needs no database. 0 match, 1 not. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: DriftServices & OperatorServices,
): Promise<number> {
  if (options.flag('streams')) return checkStreams(options, io, services);
  const contracts = chosenContracts(options, io);
  const tables = options.list('tables');
  const unknown = tables.find((table) => !contracts.has(table));
  if (unknown !== undefined) throw noSuchContract(plainText(unknown), [...contracts.keys()]);
  const [parser, code] = await Promise.all([loadSqlParser(), services.codeStatements()]);
  const read = readInserts(parser, code.all);
  const findings = compareCode(contracts, read, tables);
  const exit = hasDrift(findings) ? EXIT.FINDING : EXIT.OK;
  if (options.text('format') === 'github') {
    io.stdout(githubAnnotations(findings, () => null));
    io.stderr(`${countWords(findings)}\n`);
    return exit;
  }
  const names = tables.length > 0 ? tables : [...contracts.keys()];
  printResult(io, {
    command: 'contracts.check',
    data: { verdict: exit === EXIT.OK ? 'match' : 'drift', tables: names, findings },
    rows: findings,
    text: () =>
      [
        ...findings.map(findingLine),
        `${names.length} contracts, ${read.inserts.length} INSERT statements of this build\n`,
        `${countWords(findings)}   exit ${exit}\n`,
      ].join(''),
  });
  return exit;
}
