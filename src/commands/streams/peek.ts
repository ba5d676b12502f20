import { compareLogIds, type LogId } from '../../engine/ports/event-log.js';
import { EXIT, OperatorError } from '../../operator-error.js';
import { logIdBefore, logIdText, parseLogId, type EntryView } from '../../view/stream-page.js';
import type { CommandIo } from '../command-io.js';
import type { OperatorPorts, OperatorServices } from '../operator-ports.js';
import { printResult } from '../output/envelope.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../../view/plain-text.js';
import { entryText } from './entry-text.js';
import { requireKnownStream } from './no-such-stream.js';
import { readPage } from './stream-source.js';

/** One entry with all its fields in full. Starts nothing. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: OperatorServices,
): Promise<number> {
  const name = options.text('name') ?? '';
  const id = idOf(options.text('id') ?? '');
  const ports = await services.operator(options, io);
  const found = await behind(ports, name, { after: logIdBefore(id), limit: 1 });
  if (found === 'no stream') await requireKnownStream(ports, name, 'peek');
  const entry = found === 'no stream' ? undefined : found[0];
  if (entry === undefined || entry.id !== logIdText(id)) {
    throw await noSuchEntry(ports, { name, id, above: entry?.id ?? null });
  }
  printResult(io, {
    command: 'streams.peek',
    data: { stream: name, ...entry },
    text: () => entryText(name, entry),
  });
  return EXIT.OK;
}

function idOf(text: string): LogId {
  const id = parseLogId(text);
  if (id !== null) return id;
  throw new OperatorError({
    code: 'CDB-E0002',
    what: `Cannot read the id "${plainText(text)}": two numbers with a dash are required`,
    why: 'an id is the number of the input that caused the entry and a counter, e.g. 812-0',
    todo: 'take an id from cdb streams tail NAME',
    exit: EXIT.USAGE,
  });
}

/** Entries above `after`, oldest first. */
async function behind(
  ports: OperatorPorts,
  name: string,
  { after, limit }: { readonly after: LogId | null; readonly limit: number },
): Promise<readonly EntryView[] | 'no stream'> {
  const { page } = await readPage(ports, { name, start: { after }, limit });
  return page === null ? 'no stream' : page.entries;
}

async function noSuchEntry(
  ports: OperatorPorts,
  { name, id, above }: { readonly name: string; readonly id: LogId; readonly above: string | null },
): Promise<OperatorError> {
  const below = await newestBelow(ports, name, id);
  const near = [below, above].filter((text) => text !== null).map(plainText);
  const stream = plainText(name);
  const [first] = near;
  return new OperatorError({
    code: 'CDB-E0704',
    what: `Cannot show entry ${logIdText(id)} of "${stream}": there is none`,
    why:
      first === undefined
        ? 'the stream has no entry'
        : `most inputs cause no entry, and a capped stream drops its oldest; nearest: ${near.join(' and ')}`,
    todo:
      first === undefined ? `cdb streams tail ${stream}` : `cdb streams peek ${stream} ${first}`,
    exit: EXIT.NOT_FOUND,
  });
}

/** Facts of one input; a batch of trades causes a handful. */
const ENTRIES_PER_INPUT_MAX = 1_000;

/**
 * Logs are read forwards only: the distance doubles until there is an entry between there and the
 * id, then it is halved back. Some twenty small reads, on the way to an error.
 */
async function newestBelow(ports: OperatorPorts, name: string, id: LogId): Promise<string | null> {
  const from = async (seq: number, limit: number): Promise<readonly string[]> => {
    const found = await behind(ports, name, { after: logIdBefore({ seq, ord: 0 }), limit });
    return found === 'no stream'
      ? []
      : found.map((entry) => entry.id).filter((text) => isBelow(text, id));
  };
  let without = id.seq + 1;
  let seq = id.seq;
  for (let step = 1; (await from(seq, 1)).length === 0; step *= 2) {
    if (seq === 0) return null;
    without = seq;
    seq = Math.max(0, seq - step);
  }
  while (without - seq > 1) {
    const middle = Math.floor((seq + without) / 2);
    if ((await from(middle, 1)).length === 0) without = middle;
    else seq = middle;
  }
  return (await from(seq, ENTRIES_PER_INPUT_MAX)).at(-1) ?? null;
}

function isBelow(text: string, id: LogId): boolean {
  const place = parseLogId(text);
  return place !== null && compareLogIds(place, id) < 0;
}
