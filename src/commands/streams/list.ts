import { EXIT } from '../../operator-error.js';
import { countText } from '../../view/figure.js';
import {
  readStreamViews,
  streamViews,
  streamViewsJson,
  type StreamJson,
  type StreamView,
} from '../../view/streams-json.js';
import { ASK_TIMEOUT_MS, askEngine } from '../ask-engine.js';
import type { CommandIo } from '../command-io.js';
import type { OperatorPorts, OperatorServices } from '../operator-ports.js';
import { printRows } from '../output/envelope.js';
import { atSamePlace, type Place } from '../output/printed-command.js';
import { chooseFields, type RowFields } from '../output/row-fields.js';
import type { ParsedOptions } from '../parsed-options.js';
import { bytesText } from '../tables/amounts.js';
import { plainText } from '../../view/plain-text.js';
import { lastText } from './last-text.js';

/** From the running engine, else read-only from the configured Redis or the files. Starts nothing. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: OperatorServices,
): Promise<number> {
  const fields = chooseFields('streams list', STREAM_FIELDS, options.list('fields'));
  const ports = await services.operator(options, io);
  const { views, from } = await readStreams(ports);
  printRows(io, {
    command: 'streams.list',
    rows: streamViewsJson(views).streams,
    fields,
    data: (streams) => ({ from, streams }),
    text: (table) => `${table}${originText(from, options)}`,
  });
  return EXIT.OK;
}

export type Origin = 'engine' | 'redis' | 'files' | 'nothing';

interface Streams {
  readonly views: readonly StreamView[];
  readonly from: Origin;
}

async function readStreams(ports: OperatorPorts): Promise<Streams> {
  const request = { method: 'GET', path: '/streams', timeoutMs: ASK_TIMEOUT_MS } as const;
  const asked = await askEngine(ports.engine, request, readStreamViews);
  if (asked !== null) return { views: asked, from: 'engine' };
  const stack = ports.stack();
  if (stack !== null) {
    const infos = await stack.use(({ log }) => log.list());
    return { views: streamViews(infos), from: 'redis' };
  }
  const read = await ports.withEventLog(async (log) => streamViews(await log.list()));
  return read === null
    ? { views: streamViews([]), from: 'nothing' }
    : { views: read, from: 'files' };
}

/** A stream that was never written has no figures, which is not the same as 0. */
const STREAM_FIELDS: RowFields<StreamJson> = {
  name: { title: 'stream', text: ({ name }) => name },
  length: {
    align: 'right',
    text: ({ exists, length }) => (exists ? countText(length) : 'no data'),
  },
  length_max: {
    title: 'cap',
    align: 'right',
    text: (stream) => (stream.length_max === null ? 'none' : countText(stream.length_max)),
  },
  entries_added: {
    title: 'added',
    align: 'right',
    text: ({ exists, entries_added: added }) => {
      return exists && added !== null ? countText(added) : 'no data';
    },
  },
  newest_id: {
    title: 'newest id',
    align: 'right',
    hidden: true,
    text: (stream) => stream.newest_id ?? 'no data',
  },
  last_at: { title: 'last', align: 'right', text: lastText },
  bytes: {
    title: 'size',
    align: 'right',
    text: ({ exists, bytes }) => (exists && bytes !== null ? bytesText(bytes) : 'no data'),
  },
  exists: {
    title: 'ever written',
    hidden: true,
    text: ({ exists }) => (exists ? 'yes' : 'no'),
  },
  torn_bytes: {
    title: 'cut off',
    align: 'right',
    hidden: true,
    text: (stream) => bytesText(stream.torn_bytes),
  },
  capped: { title: 'note', text: noteText },
};

function noteText(stream: StreamJson): string {
  const notes = [
    ...(stream.capped ? ['CAPPED: length is not the total'] : []),
    ...(stream.torn_bytes > 0
      ? [`repaired: ${bytesText(stream.torn_bytes)} of a torn tail cut off`]
      : []),
  ];
  return notes.join('; ');
}

const ORIGIN_WORDS: Readonly<Record<Origin, string>> = {
  engine: 'from the running engine',
  redis: 'no engine runs here: read from the configured Redis; its stack was not started here',
  files: 'no engine runs: read from the files of the last run',
  nothing: 'no engine runs and none ever wrote here: cdb run --shadow --feed sample',
};

/** The last line of a table of streams. */
export function originText(from: Origin, place: Place): string {
  return `${plainText(atSamePlace(ORIGIN_WORDS[from], place))}\n`;
}
