import { EXIT } from '../../operator-error.js';
import { loadContracts } from '../../schema/contracts/load-contracts.js';
import { verifySchema, type OpenThing } from '../../schema/verify/verify-schema.js';
import type { CommandIo } from '../command-io.js';
import { printRows } from '../output/envelope.js';
import { atSamePlace } from '../output/printed-command.js';
import { chooseFields, type RowFields } from '../output/row-fields.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../../view/plain-text.js';
import type { MigrateServices } from './migrate-ports.js';

/** Files, history and live schema against each other: says exactly what is open. Reads only. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: MigrateServices,
): Promise<number> {
  const fields = chooseFields('migrate verify', FIELDS, options.list('fields'));
  const database = await services.migrations(options, io);
  const { kind, target, exists, files } = database;
  const open = exists
    ? await database.read((session) => verifySchema(session, files, loadContracts()))
    : [];
  const faults = open.filter(({ level }) => level === 'FAIL').length;
  const rows = open.map((one) => ({ ...one, todo: atSamePlace(one.todo, options) }));
  printRows(io, {
    command: 'migrate.verify',
    rows,
    fields,
    hasTitles: rows.length > 0,
    data: (all) => ({ target, kind, state: faults === 0 ? 'whole' : 'open', open: all }),
    text: (table) => plainText(`target  ${target}`) + `\n${table}${verdict(exists, open)}\n`,
  });
  return faults === 0 ? EXIT.OK : EXIT.FINDING;
}

function verdict(exists: boolean, open: readonly OpenThing[]): string {
  if (!exists) return 'OK: there is no database yet; the first cdb run makes it';
  const faults = open.filter(({ level }) => level === 'FAIL').length;
  const notes = open.length - faults;
  if (open.length === 0) return 'OK: files, history and schema agree';
  if (faults === 0) return `OK: files, history and contracts agree; ${notes} to look at`;
  return `FAIL: ${faults} open${notes === 0 ? '' : `, ${notes} to look at`}`;
}

/** It is for this that the command is called. */
const WORDS_MAX = 2_000;

const FIELDS: RowFields<OpenThing> = {
  level: { text: ({ level }) => level },
  about: { text: ({ about }) => about },
  todo: { title: 'do', text: ({ todo }) => (todo === '' ? '-' : todo) },
  words: { title: 'what is open', widthMax: WORDS_MAX, text: ({ words }) => words },
};
