import { EXIT } from '../../operator-error.js';
import type { EntryView, StreamPage } from '../../view/stream-page.js';
import type { CommandIo } from '../command-io.js';
import { followRows } from '../follow/follow-rows.js';
import type { OperatorPorts, OperatorServices } from '../operator-ports.js';
import { printRows } from '../output/envelope.js';
import { chooseFields, type RowFields } from '../output/row-fields.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainCell, plainText } from '../../view/plain-text.js';
import { followEntries } from './follow-entries.js';
import { requireKnownStream } from './no-such-stream.js';
import { readPage } from './stream-source.js';

const ROWS_DEFAULT = 10;
const ROWS_MAX = 1_000;
const VALUE_WIDTH_MAX = 60;
const LINE_WIDTH_MAX = 10_000;

const ENTRY_FIELDS: RowFields<EntryView> = {
  id: { text: ({ id }) => id },
  fields: { widthMax: LINE_WIDTH_MAX, text: ({ fields }) => fieldsText(fields) },
};

/** The newest entries, oldest first. Starts nothing. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: OperatorServices,
): Promise<number> {
  const name = options.text('name') ?? '';
  const limit = Math.min(ROWS_MAX, options.number('count') ?? ROWS_DEFAULT);
  const fields = chooseFields('streams tail', ENTRY_FIELDS, options.list('fields'));
  const ports = await services.operator(options, io);
  const shown = { command: 'streams.tail', fields, hasTitles: false } as const;
  if (options.flag('follow')) {
    const words = (page: StreamPage | null) => tailText(name, page);
    const key = ({ id }: EntryView) => id;
    const following = followEntries(ports, { name, limit, words });
    return followRows(io, ports.clock, { ...shown, key, ...following });
  }
  const page = await tailOf(ports, name, limit);
  printRows(io, {
    ...shown,
    rows: page?.entries ?? [],
    data: (entries) => ({ stream: name, ever_written: page !== null, entries }),
    text: tailText(name, page),
  });
  return EXIT.OK;
}

async function tailOf(
  ports: OperatorPorts,
  name: string,
  limit: number,
): Promise<StreamPage | null> {
  const { page } = await readPage(ports, { name, start: 'newest', limit });
  if (page === null) await requireKnownStream(ports, name, 'tail');
  return page;
}

/** The lines around the entries. */
function tailText(name: string, page: StreamPage | null): (lines: string) => string {
  if (page === null) return () => `no data: nothing was ever written to ${plainText(name)}\n`;
  if (page.entries.length === 0) return () => `${plainText(name)} is empty\n`;
  return (lines) => lines;
}

function fieldsText(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([field, value]) => `${plainText(field)}=${plainCell(value, VALUE_WIDTH_MAX)}`)
    .join(' ');
}
