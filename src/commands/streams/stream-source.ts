import { EXIT, OperatorError } from '../../operator-error.js';
import {
  logIdText,
  readStreamPage,
  streamPage,
  type PageStart,
  type StreamPage,
} from '../../view/stream-page.js';
import { ASK_TIMEOUT_MS, askEngine } from '../ask-engine.js';
import type { OperatorPorts, StackPort } from '../operator-ports.js';

export interface PageQuery {
  readonly name: string;
  readonly start: PageStart;
  readonly limit: number;
}

interface FoundPage {
  /** Null when nothing was ever written there. */
  readonly page: StreamPage | null;
  readonly from: 'engine' | 'redis' | 'files';
}

/** From the running engine, else from the configured Redis, else from the files. */
export async function readPage(ports: OperatorPorts, query: PageQuery): Promise<FoundPage> {
  const asked = await askPage(ports, query);
  if (asked !== null) return asked;
  const stack = ports.stack();
  if (stack !== null) return { page: await readStack(stack, query), from: 'redis' };
  return { page: await readFiles(ports, query), from: 'files' };
}

/** From the running engine; null when none runs. */
export async function askPage(ports: OperatorPorts, query: PageQuery): Promise<FoundPage | null> {
  const request = { method: 'GET', path: pathOf(query), timeoutMs: ASK_TIMEOUT_MS } as const;
  try {
    const asked = await askEngine(ports.engine, request, readStreamPage);
    return asked === null ? null : { page: asked, from: 'engine' };
  } catch (fault) {
    if (!(fault instanceof OperatorError) || fault.exit !== EXIT.NOT_FOUND) throw fault;
    return { page: null, from: 'engine' };
  }
}

/** Without asking an engine. */
export function readStack(
  stack: StackPort,
  { name, start, limit }: PageQuery,
): Promise<StreamPage | null> {
  return stack.use(({ log }) => streamPage(log, name, { start, limit }));
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
