import { nearest } from '../../config/nearest.js';
import { STREAM_LIST, streamForTopic, streamSpec } from '../../engine/domain/wire/streams.js';
import { EXIT, OperatorError } from '../../operator-error.js';
import { entriesJson, readEntries, type EntryView } from '../../view/streams-json.js';
import { ASK_TIMEOUT_MS, askEngine } from '../ask-engine.js';
import type { CommandIo } from '../command-io.js';
import type { OperatorPorts, OperatorServices } from '../operator-ports.js';
import { printResult } from '../output/envelope.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainCell, plainText } from '../tables/plain-text.js';

const ROWS_DEFAULT = 10;
const ROWS_MAX = 1_000;
const VALUE_WIDTH_MAX = 60;

/** The newest entries, oldest first. Starts nothing. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: OperatorServices,
): Promise<number> {
  const name = options.text('name') ?? '';
  const rows = Math.min(ROWS_MAX, options.number('count') ?? ROWS_DEFAULT);
  const ports = await services.operator(options, io);
  const entries = await readTail(ports, name, rows);
  if (entries === null && streamSpec(name) === undefined) throw await noSuchStream(ports, name);
  printResult(io, {
    command: 'streams.tail',
    data: { stream: name, ever_written: entries !== null, entries: entries ?? [] },
    rows: entries ?? [],
    text: () => tailText(name, entries),
  });
  return EXIT.OK;
}

/** Null when nothing was ever written to a stream of that name. */
async function readTail(
  ports: OperatorPorts,
  name: string,
  rows: number,
): Promise<readonly EntryView[] | null> {
  const path = `/streams/${encodeURIComponent(name)}?n=${rows}`;
  const request = { method: 'GET', path, timeoutMs: ASK_TIMEOUT_MS } as const;
  try {
    const asked = await askEngine(ports.engine, request, readEntries);
    if (asked !== null) return asked;
  } catch (fault) {
    if (fault instanceof OperatorError && fault.exit === EXIT.NOT_FOUND) return null;
    throw fault;
  }
  return ports.withEventLog(async (log) => {
    if ((await log.info(name)) === null) return null;
    return entriesJson(name, await log.tail(name, rows)).entries;
  });
}

function tailText(name: string, entries: readonly EntryView[] | null): string {
  if (entries === null) return `no data: nothing was ever written to ${plainText(name)}\n`;
  if (entries.length === 0) return `${plainText(name)} is empty\n`;
  return entries.map(entryLine).join('');
}

function entryLine({ id, fields }: EntryView): string {
  const texts = Object.entries(fields).map(
    ([field, value]) => `${plainText(field)}=${plainCell(value, VALUE_WIDTH_MAX)}`,
  );
  return `${plainText(id)}  ${texts.join(' ')}\n`;
}

async function noSuchStream(ports: OperatorPorts, name: string): Promise<OperatorError> {
  const meant = streamForTopic(name);
  const names = STREAM_LIST.map((spec) => spec.name);
  const others = await ports.withEventLog(async (log) => (await log.list()).map((i) => i.name));
  const candidate = meant?.name ?? nearest(name, [...names, ...(others ?? [])]);
  return new OperatorError({
    code: 'CDB-E0704',
    what: `Cannot read stream "${plainText(name)}": there is none of that name`,
    why:
      meant === undefined
        ? 'nothing was ever written to it, and no message of cdb goes there'
        : `"${name}" is a topic, which keeps no history; its stream is "${meant.name}"`,
    todo: candidate === undefined ? 'cdb streams list' : `cdb streams tail ${plainText(candidate)}`,
    exit: EXIT.NOT_FOUND,
  });
}
