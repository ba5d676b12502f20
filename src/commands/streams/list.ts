import { EXIT } from '../../operator-error.js';
import { agoText } from '../../view/age.js';
import { countText } from '../../view/figure.js';
import {
  readStreamViews,
  streamViews,
  streamViewsJson,
  type StreamView,
} from '../../view/streams-json.js';
import { ASK_TIMEOUT_MS, askEngine } from '../ask-engine.js';
import type { CommandIo } from '../command-io.js';
import type { OperatorPorts, OperatorServices } from '../operator-ports.js';
import { printResult } from '../output/envelope.js';
import type { ParsedOptions } from '../parsed-options.js';
import { bytesText } from '../tables/amounts.js';
import { textTable } from '../tables/text-table.js';

/** From the running engine, else read-only from the files. Starts nothing. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: OperatorServices,
): Promise<number> {
  const ports = await services.operator(options, io);
  const { views, from } = await readStreams(ports);
  const data = { from, ...streamViewsJson(views) };
  printResult(io, {
    command: 'streams.list',
    data,
    rows: data.streams,
    text: () => listText(views, from, io.nowMs()),
  });
  return EXIT.OK;
}

type Origin = 'engine' | 'files' | 'nothing';

interface Streams {
  readonly views: readonly StreamView[];
  readonly from: Origin;
}

async function readStreams(ports: OperatorPorts): Promise<Streams> {
  const request = { method: 'GET', path: '/streams', timeoutMs: ASK_TIMEOUT_MS } as const;
  const asked = await askEngine(ports.engine, request, readStreamViews);
  if (asked !== null) return { views: asked, from: 'engine' };
  const read = await ports.withEventLog(async (log) => streamViews(await log.list()));
  return read === null
    ? { views: streamViews([]), from: 'nothing' }
    : { views: read, from: 'files' };
}

function listText(views: readonly StreamView[], from: Origin, nowMs: number): string {
  const table = textTable(
    [
      { title: 'stream' },
      { title: 'length', align: 'right' },
      { title: 'cap', align: 'right' },
      { title: 'added', align: 'right' },
      { title: 'last', align: 'right' },
      { title: 'size', align: 'right' },
      { title: 'note' },
    ],
    views.map((view) => row(view, nowMs)),
  );
  return `${table}${ORIGIN_WORDS[from]}\n`;
}

function row(view: StreamView, nowMs: number): readonly string[] {
  const cap = view.lengthMax === null ? 'none' : countText(view.lengthMax);
  if (!view.exists) return [view.name, 'no data', cap, 'no data', 'never', 'no data', ''];
  return [
    view.name,
    countText(view.length),
    cap,
    countText(view.entriesAdded),
    view.lastAtMs === null ? 'unknown' : agoText(view.lastAtMs, nowMs),
    bytesText(view.bytes),
    noteOf(view),
  ];
}

/** At the cap the length says "full"; only `added` still counts. */
function noteOf({ length, lengthMax, tornBytes }: StreamView): string {
  const notes = [
    ...(lengthMax !== null && length >= lengthMax ? ['CAPPED: length is not the total'] : []),
    ...(tornBytes > 0 ? [`repaired: ${bytesText(tornBytes)} of a torn tail cut off`] : []),
  ];
  return notes.join('; ');
}

const ORIGIN_WORDS: Readonly<Record<Origin, string>> = {
  engine: 'from the running engine',
  files: 'no engine runs: read from the files of the last run',
  nothing: 'no engine runs and none ever wrote here: cdb run --shadow --feed sample',
};
