import { parseLogId, type EntryView, type StreamPage } from '../../view/stream-page.js';
import { awayWords, NO_ENGINE } from '../follow/engine-away.js';
import type { FollowPlan, Look, Page } from '../follow/follow-plan.js';
import type { OperatorPorts } from '../operator-ports.js';
import { requireKnownStream } from './no-such-stream.js';
import { readFiles, readPage, type PageQuery } from './stream-source.js';

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

/** How the entries of one stream are followed; the files serve while no engine answers. */
export function followEntries(
  ports: OperatorPorts,
  { name, limit, words }: Followed,
): Pick<FollowPlan<EntryView, Place>, 'first' | 'look'> {
  return {
    first: async () => {
      const { page, away } = await lookAt(ports, { name, start: 'newest', limit });
      if (page === null) await requireKnownStream(ports, name, 'tail');
      const rows = page?.entries ?? [];
      const entriesAdded = page === null ? 0 : page.entriesAdded;
      const cursor = { id: page?.newestId ?? null, entriesAdded };
      return { page: { rows, cursor, more: false }, away, text: words(page) };
    },
    look: async (cursor): Promise<Look<EntryView, Place>> => {
      const after = cursor.id === null ? null : parseLogId(cursor.id);
      const { page, away } = await lookAt(ports, { name, start: { after }, limit: PAGE_ENTRIES });
      return { page: page === null ? null : pageBehind(cursor, page), away };
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
    const entriesAdded = addedBefore === null ? null : addedBefore + entries.length;
    const cursor = { id: last, entriesAdded };
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

async function lookAt(
  ports: OperatorPorts,
  query: PageQuery,
): Promise<{ readonly page: StreamPage | null; readonly away: string | null }> {
  try {
    const { page, from } = await readPage(ports, query);
    return { page, away: from === 'engine' ? null : NO_ENGINE };
  } catch (fault) {
    const away = awayWords(fault);
    return { page: await readFiles(ports, query), away };
  }
}
