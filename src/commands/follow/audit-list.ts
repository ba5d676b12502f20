import type { AuditReader, RowPage } from '../../engine/ports/audit-reader.js';
import { ASK_DATABASE_TIMEOUT_MS, askEngine } from '../ask-engine.js';
import type { OperatorPorts } from '../operator-ports.js';
import { awayWords, NO_ENGINE } from './engine-away.js';
import type { FollowPlan, Look, Page } from './follow-plan.js';

/** A list of the audit trail and what is added to it, from the engine or from the database. */
export interface AuditList<List extends { readonly cursor: string }, Row> {
  /** `fills`; its query members besides, without `n` and `after`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly count: number;
  readonly readList: (body: unknown) => List | null;
  readonly readPage: (body: unknown) => RowPage<Row> | null;
  readonly newest: (reader: AuditReader) => Promise<List>;
  readonly after: (reader: AuditReader, cursor: string, limit: number) => Promise<RowPage<Row>>;
  /** Of a state directory without a database. */
  readonly nothing: List;
}

const PAGE_ROWS = 500;
/** Of the half second in front of a goodbye; what is more waits for the next engine. */
const REST_ROWS_MAX = 10_000;

/** From an external database, else from the running engine, else from one started for that time. */
export async function newestList<List extends { readonly cursor: string }, Row>(
  ports: OperatorPorts,
  list: AuditList<List, Row>,
): Promise<{ readonly list: List; readonly away: string | null }> {
  if (ports.readsDirectly()) {
    return { list: (await ports.withAudit(list.newest)) ?? list.nothing, away: null };
  }
  const asked = await ask(ports, list, { n: String(list.count) }, list.readList);
  if (asked !== null) return { list: asked, away: null };
  return { list: (await ports.withAudit(list.newest)) ?? list.nothing, away: NO_ENGINE };
}

/** The parts of a plan that ask; `text` stands around the first block. */
export function followList<List extends { readonly cursor: string }, Row, Json>(
  ports: OperatorPorts,
  list: AuditList<List, Row>,
  shown: {
    readonly rows: (list: List) => readonly Json[];
    readonly row: (row: Row) => Json;
    readonly text: (list: List) => (table: string) => string;
  },
): Pick<FollowPlan<Json, string>, 'first' | 'look' | 'rest'> {
  const pageOf = (page: RowPage<Row>): Page<Json, string> => ({
    rows: page.rows.map(shown.row),
    cursor: page.cursor,
    more: page.more,
    ...(page.reset ? { notice: RESET } : {}),
  });
  const awaited = ports.readsDirectly() ? { awaited: 'the database' } : {};
  return {
    first: async () => {
      try {
        const found = await newestList(ports, list);
        const rows = shown.rows(found.list);
        const page = { rows, cursor: found.list.cursor, more: false };
        return { page, away: found.away, ...awaited, text: shown.text(found.list) };
      } catch (fault) {
        return { page: null, away: awayWords(fault), ...awaited, text: (table) => table };
      }
    },
    look: async (cursor): Promise<Look<Json, string>> => {
      try {
        const query = { n: String(PAGE_ROWS), after: cursor };
        const page = ports.readsDirectly()
          ? await ports.withAudit((reader) => list.after(reader, cursor, PAGE_ROWS))
          : await ask(ports, list, query, list.readPage);
        return page === null
          ? { page: null, away: NO_ENGINE }
          : { page: pageOf(page), away: null, ...awaited };
      } catch (fault) {
        return { page: null, away: awayWords(fault), ...awaited };
      }
    },
    rest: (cursor) => restOf(ports, list, cursor).then((page) => page && pageOf(page)),
  };
}

const RESET = 'the database was made anew: what it holds follows from its beginning';

async function ask<List extends { readonly cursor: string }, Row, T>(
  { engine }: OperatorPorts,
  { path, query }: AuditList<List, Row>,
  more: Readonly<Record<string, string>>,
  read: (body: unknown) => T | null,
): Promise<T | null> {
  const all = new URLSearchParams([...Object.entries(more), ...query]);
  const asked = `/${path}?${all.toString()}`;
  return askEngine(
    engine,
    { method: 'GET', path: asked, timeoutMs: ASK_DATABASE_TIMEOUT_MS },
    read,
  );
}

/**
 * Only of a run that said goodbye: what a crash left is committed by the next start, and the database
 * is to be free for it.
 */
async function restOf<List extends { readonly cursor: string }, Row>(
  ports: OperatorPorts,
  { after }: AuditList<List, Row>,
  cursor: string,
): Promise<RowPage<Row> | null> {
  try {
    const last = await ports.lastRun();
    if (last === null || last.endedAtMs === null) return null;
    return await ports.withAudit((reader) => after(reader, cursor, REST_ROWS_MAX));
  } catch (fault) {
    awayWords(fault);
    return null;
  }
}
