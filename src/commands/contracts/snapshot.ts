import { resolve } from 'node:path';
import { EXIT } from '../../operator-error.js';
import { errnoOf } from '../../operator-error/errno.js';
import type { Catalog } from '../../schema/catalog/catalog.js';
import { readCatalog } from '../../schema/catalog/read-catalog.js';
import { contractFile, contractsDirectory } from '../../schema/contracts/contract-files.js';
import { contractUnwritable } from '../../schema/contracts/contract-errors.js';
import { contractText } from '../../schema/contracts/contract-text.js';
import type { Contract } from '../../schema/contracts/contract.js';
import { snapshotContract } from '../../schema/contracts/snapshot-contract.js';
import { allowedValues } from '../../schema/sql/allowed-values.js';
import { loadSqlParser, type SqlParser } from '../../schema/sql/parse-sql.js';
import { readInserts, type CodeInsert } from '../../schema/sql/read-inserts.js';
import type { CommandIo } from '../command-io.js';
import type { DriftServices } from '../drift/drift-ports.js';
import { printResult } from '../output/envelope.js';
import type { ParsedOptions } from '../parsed-options.js';
import type { Services } from '../services.js';
import { plainText } from '../../view/plain-text.js';
import { chosenContracts } from './chosen-contracts.js';

interface Written {
  readonly table: string;
  readonly file: string;
  readonly state: 'new' | 'changed' | 'unchanged';
}

/** Writes contracts as the live tables and the code's INSERTs are now; what people wrote there stays. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: DriftServices & Pick<Services, 'replaceFile'>,
): Promise<number> {
  const before = chosenContracts(options, io);
  const [parser, code, database] = await Promise.all([
    loadSqlParser(),
    services.codeStatements(),
    services.schemaDatabase(options, io),
  ]);
  const catalog = await database.look((session) => readCatalog(session));
  if (catalog === null) throw contractUnwritable('', 'there is no database yet; cdb run makes it');
  const { inserts } = readInserts(parser, code.all);
  const given = options.list('tables');
  const tables = given.length > 0 ? given : [...before.keys()];
  const directory = resolve(io.cwd, options.text('contracts') ?? contractsDirectory());
  const written: Written[] = [];
  for (const table of tables) {
    const contract = contractOf(table, { parser, catalog, inserts, before, nowMs: io.nowMs() });
    const file = contractFile(directory, table);
    const state = stateOf(before.get(table), contract);
    written.push({ table, file, state });
    if (options.flag('dryRun') || state === 'unchanged') continue;
    await services.replaceFile(file, contractText(contract), 0o644).catch((fault: unknown) => {
      throw contractUnwritable(table, errnoOf(fault) || 'the file cannot be made', fault);
    });
  }
  const isDry = options.flag('dryRun');
  printResult(io, {
    command: 'contracts.snapshot',
    data: { target: database.target, dry_run: isDry, contracts: written },
    rows: written,
    text: () =>
      written
        .map(({ file, state }) => {
          const done = isDry && state !== 'unchanged' ? `would be ${state}` : state;
          return `${plainText(`${done.padEnd(16)}  ${file}`)}\n`;
        })
        .join(''),
  });
  return EXIT.OK;
}

interface Sources {
  readonly parser: SqlParser;
  readonly catalog: Catalog;
  readonly inserts: readonly CodeInsert[];
  readonly before: ReadonlyMap<string, Contract>;
  readonly nowMs: number;
}

function contractOf(table: string, { parser, catalog, inserts, before, nowMs }: Sources): Contract {
  const relation = Object.hasOwn(catalog.relations, table) ? catalog.relations[table] : undefined;
  if (relation?.kind !== 'table') {
    throw contractUnwritable(plainText(table), 'the database has no table of that name');
  }
  const insert = inserts.find((one) => one.table === table);
  const known = before.get(table);
  return snapshotContract({
    relation,
    insertColumns: insert?.columns ?? [],
    codeFile: known?.source?.code_file ?? insert?.statement ?? 'none',
    allowedValues: allowedValues(parser, relation.constraints),
    day: new Date(nowMs).toISOString().slice(0, 10),
    before: known,
  });
}

/** The day on which it was verified is no change by itself. */
function stateOf(before: Contract | undefined, after: Contract): Written['state'] {
  if (before === undefined) return 'new';
  const text = (contract: Contract) => contractText({ ...contract, source: after.source });
  return text(before) === text(after) ? 'unchanged' : 'changed';
}
