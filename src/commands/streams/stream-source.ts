import { EXIT, OperatorError } from '../../operator-error.js';
import {
  logIdText,
  readStreamPage,
  streamPage,
  type PageStart,
  type StreamPage,
} from '../../view/stream-page.js';
import { ASK_TIMEOUT_MS, askEngine } from '../ask-engine.js';
import type { OperatorPorts } from '../operator-ports.js';

export interface PageQuery {
  readonly name: string;
  readonly start: PageStart;
  readonly limit: number;
}

/** From the running engine, else from the files. Null when nothing was ever written there. */
export async function readPage(
  ports: OperatorPorts,
  query: PageQuery,
): Promise<{ readonly page: StreamPage | null; readonly from: 'engine' | 'files' }> {
  const request = { method: 'GET', path: pathOf(query), timeoutMs: ASK_TIMEOUT_MS } as const;
  try {
    const asked = await askEngine(ports.engine, request, readStreamPage);
    if (asked !== null) return { page: asked, from: 'engine' };
  } catch (fault) {
    if (!(fault instanceof OperatorError) || fault.exit !== EXIT.NOT_FOUND) throw fault;
    return { page: null, from: 'engine' };
  }
  return { page: await readFiles(ports, query), from: 'files' };
}

/** Without asking anybody. */
export function readFiles(
  ports: Pick<OperatorPorts, 'withEventLog'>,
  { name, start, limit }: PageQuery,
): Promise<StreamPage | null> {
  return ports.withEventLog((log) => streamPage(log, name, { start, limit }));
}

function pathOf({ name, start, limit }: PageQuery): string {
  const query = new URLSearchParams({ n: String(limit) });
  if (start !== 'newest') query.set('after', start.after === null ? '' : logIdText(start.after));
  return `/streams/${encodeURIComponent(name)}?${query.toString()}`;
}
