import { parseLogId, type EntryView, type StreamPage } from '../../view/stream-page.js';
import { awayWords, NO_ENGINE } from '../follow/engine-away.js';
import type { FollowPlan, Look, Page } from '../follow/follow-plan.js';
import type { OperatorPorts, StackPort } from '../operator-ports.js';
import { requireKnownStream } from './no-such-stream.js';
import { askPage, readFiles, readStack, type PageQuery } from './stream-source.js';

const PAGE_ENTRIES = 500;

interface Place {
  /** Null in front of the first entry. */
  readonly id: string | null;
  /** Entries that the stream had ever got at `id`, trimmed ones included; null when unknown. */
  readonly entriesAdded: number | null;
}

interface Followed {
  readonly name: string;
  readonly limit: number;
  /** Around the first block; null of a stream that was never written. */
  readonly words: (page: StreamPage | null) => (lines: string) => string;
}

/**
 * How the entries of one stream are followed. Files and engine are the same log: the files serve while
 * no engine answers. A Redis is another one, with other ids: what began there stays there.
 */
export function followEntries(
  ports: OperatorPorts,
  { name, limit, words }: Followed,
): Pick<FollowPlan<EntryView, Place>, 'first' | 'look'> {
  let stack: StackPort | null = null;
  return {
    first: async () => {
      const query = { name, start: 'newest', limit } as const;
      stack = ports.process.holder() === null ? ports.stack() : null;
      // A Redis that can't be reached ends the command here: nothing was ever shown of it.
      const { page, away } =
        stack === null
          ? await lookAt(ports, query)
          : { page: await readStack(stack, query), away: null };
      if (page === null) await requireKnownStream(ports, name, 'tail');
      const rows = page?.entries ?? [];
      const entriesAdded = page === null ? 0 : page.entriesAdded;
      const cursor = { id: page?.newestId ?? null, entriesAdded };
      return { page: { rows, cursor, more: false }, away, text: words(page) };
    },
    look: async (cursor): Promise<Look<EntryView, Place>> => {
      const after = cursor.id === null ? null : parseLogId(cursor.id);
      const query = { name, start: { after }, limit: PAGE_ENTRIES };
      const { page, ...rest } = await (stack === null
        ? lookAt(ports, query)
        : lookInto(stack, query));
      return { page: page === null ? null : pageBehind(cursor, page), ...rest };
    },
  };
}

/** What the stream got since, less what came with the page, was trimmed before it could be read. */
function pageBehind(
  { entriesAdded: addedBefore }: Place,
  { entries, newestId, entriesAdded }: StreamPage,
): Page<EntryView, Place> {
  const last = entries.at(-1)?.id ?? null;
  if (last !== null && last !== newestId) {
    // How many are still to come is known with the last page only.
    const readSoFar = addedBefore === null ? null : addedBefore + entries.length;
    const cursor = { id: last, entriesAdded: readSoFar };
    return { rows: entries, cursor, more: true };
  }
  const isKnown = entriesAdded !== null && addedBefore !== null;
  const lost = isKnown ? entriesAdded - addedBefore - entries.length : 0;
  const cursor = { id: newestId, entriesAdded };
  const page = { rows: entries, cursor, more: false };
  return lost > 0 ? { ...page, notice: lostWords(lost) } : page;
}

function lostWords(lost: number): string {
  return `${lost} entries are missing here: the cap dropped them before they could be read`;
}

type Seen = Pick<Look<EntryView, Place>, 'away' | 'awaited'> & {
  readonly page: StreamPage | null;
};

async function lookInto(stack: StackPort, query: PageQuery): Promise<Seen> {
  try {
    return { page: await readStack(stack, query), away: null, awaited: 'Redis' };
  } catch (fault) {
    return { page: null, away: awayWords(fault), awaited: 'Redis' };
  }
}

async function lookAt(ports: OperatorPorts, query: PageQuery): Promise<Seen> {
  try {
    const asked = await askPage(ports, query);
    if (asked !== null) return { page: asked.page, away: null };
    return { page: await readFiles(ports, query), away: NO_ENGINE };
  } catch (fault) {
    const away = awayWords(fault);
    return { page: await readFiles(ports, query), away };
  }
}
