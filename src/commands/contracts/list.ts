import { EXIT } from '../../operator-error.js';
import type { Contract } from '../../schema/contracts/contract.js';
import type { CommandIo } from '../command-io.js';
import { printRows } from '../output/envelope.js';
import { chooseFields, type RowFields } from '../output/row-fields.js';
import type { ParsedOptions } from '../parsed-options.js';
import { chosenContracts } from './chosen-contracts.js';

/** Which tables have a contract. Reads files only. */
export function run(options: ParsedOptions, io: CommandIo): number {
  const fields = chooseFields('contracts list', FIELDS, options.list('fields'));
  const contracts = [...chosenContracts(options, io).values()];
  printRows(io, {
    command: 'contracts.list',
    rows: contracts.map(rowOf),
    fields,
    data: (rows) => ({ contracts: rows }),
    text: (table) => table,
  });
  return EXIT.OK;
}

type ContractRow = ReturnType<typeof rowOf>;

function rowOf({ table, version, title, fields, insert_columns: sent, source }: Contract) {
  return {
    table,
    version,
    columns: Object.keys(fields).length,
    insert_columns: sent.length,
    last_verified: source?.last_verified ?? null,
    title,
  };
}

const FIELDS: RowFields<ContractRow> = {
  table: { text: ({ table }) => table },
  version: { text: ({ version }) => version },
  columns: { align: 'right', text: ({ columns }) => String(columns) },
  insert_columns: {
    title: 'inserted',
    align: 'right',
    text: ({ insert_columns: count }) => (count === 0 ? 'read only' : String(count)),
  },
  last_verified: { title: 'verified', text: ({ last_verified: day }) => day ?? '-' },
  title: { text: ({ title }) => title },
};
