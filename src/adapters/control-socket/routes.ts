import type { AuditReader, BlockField } from '../../engine/ports/audit-reader.js';
import type { EventLog } from '../../engine/ports/event-log.js';
import type { Keys } from '../../engine/ports/topics-keys.js';
import { EXIT, OperatorError } from '../../operator-error.js';
import {
  blockedJson,
  blockedListJson,
  blockSummaryJson,
  fillJson,
  fillListJson,
  rowPageJson,
} from '../../view/audit-json.js';
import { lagJson, type Progress } from '../../view/progress.js';
import { parseLogId, streamPage, streamPageJson, type PageStart } from '../../view/stream-page.js';
import { streamViews, streamViewsJson } from '../../view/streams-json.js';
import type { SystemView } from '../../view/system-view.js';
import { systemViewJson } from '../../view/view-json.js';
import { badRequest } from './request-error.js';

const ROWS_MAX = 1_000;
const KEYS_MAX = 1_000;
const ROWS_DEFAULT = 20;
const INTENT = /^[a-z][a-z-]{0,39}$/;

/** What a second terminal may see and do. Answers come from memory or are bounded. */
export interface ControlHandlers {
  view(): SystemView;
  progress(): Progress;
  readonly log: Pick<EventLog, 'list' | 'tail' | 'info' | 'read'>;
  readonly keys: Pick<Keys, 'list' | 'get'>;
  readonly audit: AuditReader;
  /**
   * Carries out one intent ('stop', 'engage', 'release', ...); resolves with what the caller is
   * told. Throws OperatorError for an intent that it does not know or must refuse.
   */
  intent(name: string, members: Readonly<Record<string, unknown>>): Promise<unknown>;
}

interface Route {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
}

/** @throws OperatorError for what is not understood or not there */
export async function answerRoute(
  { method, path, query }: Route,
  handlers: ControlHandlers,
  readBody: () => Promise<Readonly<Record<string, unknown>>>,
): Promise<unknown> {
  const [area = '', name = ''] = path.split('/').slice(1).map(decodePart);
  switch (`${method} ${area}`) {
    case 'GET view':
      return systemViewJson(handlers.view());
    case 'GET streams':
      return name === ''
        ? streamViewsJson(streamViews(await handlers.log.list()))
        : entries(handlers, name, query);
    case 'GET lag': {
      const streams = streamViews(await handlers.log.list());
      return lagJson({ progress: handlers.progress(), streams });
    }
    case 'GET keys':
      return keysWith(handlers, name);
    case 'GET fills':
      return fills(handlers, query);
    case 'GET blocks':
      return name === 'list' ? blocked(handlers, query) : blocksBy(handlers, query);
    case 'GET trace':
      return handlers.audit.trace(name);
    case 'POST intents':
      return carryOut(handlers, await readBody());
    default:
      throw notFound(`Cannot answer "${method} ${path}": there is no such resource`);
  }
}

async function entries({ log }: ControlHandlers, name: string, query: URLSearchParams) {
  const page = await streamPage(log, name, { start: pageStart(query), limit: rowsOf(query) });
  if (page !== null) return streamPageJson(name, page);
  throw notFound(`Cannot read stream "${name}": nothing was ever written to it`);
}

/** `after=` is from the oldest entry; without it the newest are meant. */
function pageStart(query: URLSearchParams): PageStart {
  const text = query.get('after');
  if (text === null) return 'newest';
  if (text === '') return { after: null };
  const after = parseLogId(text);
  if (after !== null) return { after };
  throw badRequest('Cannot read "after": an id such as 12-0 is required', 'it is something else');
}

async function fills({ audit }: ControlHandlers, query: URLSearchParams) {
  const filter = { symbol: query.get('symbol'), strategyId: query.get('strategy') };
  const after = query.get('after');
  if (after !== null) {
    return rowPageJson(await audit.fillsAfter(after, filter, rowsOf(query)), fillJson);
  }
  const windowMs = numberOf(query, 'window_ms');
  return fillListJson(await audit.fills({ ...filter, windowMs, limit: rowsOf(query) }));
}

async function blocked({ audit }: ControlHandlers, query: URLSearchParams) {
  const after = query.get('after');
  if (after !== null) {
    return rowPageJson(await audit.blockedAfter(after, rowsOf(query)), blockedJson);
  }
  const windowMs = numberOf(query, 'window_ms');
  return blockedListJson(await audit.blocked({ windowMs, limit: rowsOf(query) }));
}

async function blocksBy({ audit }: ControlHandlers, query: URLSearchParams) {
  return blockSummaryJson(
    await audit.blocksBy({
      by: blockField(query),
      windowMs: numberOf(query, 'window_ms'),
      limit: rowsOf(query),
    }),
  );
}

function keysWith({ keys }: ControlHandlers, prefix: string) {
  const names = keys.list(prefix);
  const shown = names.slice(0, KEYS_MAX).map((key) => ({ key, value: keys.get(key) }));
  return { keys: shown, total: names.length };
}

async function carryOut(
  handlers: ControlHandlers,
  body: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const { intent, ...members } = body;
  if (typeof intent !== 'string' || !INTENT.test(intent)) {
    throw badRequest('Cannot read the request: member "intent" is required', 'it names no intent');
  }
  return (await handlers.intent(intent, members)) ?? {};
}

function blockField(query: URLSearchParams): BlockField {
  const by = query.get('by') ?? 'code';
  if (by === 'code' || by === 'symbol' || by === 'strategy') return by;
  throw badRequest('Cannot group blocks: "by" must be code, symbol or strategy', 'it is another');
}

function rowsOf(query: URLSearchParams): number {
  return Math.min(ROWS_MAX, numberOf(query, 'n') ?? ROWS_DEFAULT);
}

function numberOf(query: URLSearchParams, name: string): number | null {
  const text = query.get(name);
  if (text === null) return null;
  if (!/^\d{1,15}$/.test(text)) {
    throw badRequest(`Cannot read "${name}": a whole number is required`, 'it is something else');
  }
  return Number(text);
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (fault) {
    throw badRequest('Cannot read the path: it is not percent-encoded text', String(fault));
  }
}

function notFound(what: string): OperatorError {
  return new OperatorError({
    code: 'CDB-E0704',
    what,
    why: 'the engine knows nothing by that name',
    todo: 'cdb streams list',
    exit: EXIT.NOT_FOUND,
  });
}
