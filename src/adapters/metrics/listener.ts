import { createServer, type Server, type ServerResponse } from 'node:http';
import { EXIT, OperatorError } from '../../operator-error.js';
import type { ViewSource } from '../../view/view-source.js';
import { exposition, type Exposition } from './exposition.js';
import { closeHttpServer } from '../close-http-server.js';

const CONNECTIONS_MAX = 32;
const REQUEST_TIMEOUT_MS = 5_000;
const HEADER_BYTES_MAX = 8 * 1024;

interface MetricsOptions {
  readonly host: string;
  /** 0 = no listener. */
  readonly port: number;
  readonly source: Pick<ViewSource, 'status' | 'watch' | 'readiness'>;
  readonly onFault: (fault: unknown) => void;
}

export interface MetricsListener {
  readonly host: string;
  readonly port: number;
  /** Answered since the start. */
  scrapes(): number;
  close(): Promise<void>;
}

/**
 * Serves /metrics, /healthz and /readyz and nothing else. Both health paths answer 200 only while
 * effects flow: "the process answers" is no health.
 * @returns null when the port is 0
 * @throws OperatorError when the port is taken or the address is not ours
 */
export async function listenForScrapes(options: MetricsOptions): Promise<MetricsListener | null> {
  const { host, port } = options;
  if (port === 0) return null;
  const metrics = exposition();
  let scrapes = 0;
  const onScraped = (): void => {
    scrapes += 1;
  };
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS, maxHeaderSize: HEADER_BYTES_MAX, keepAlive: false },
    (request, response) => {
      request.resume();
      void answer(request.method ?? '', pathOf(request.url), response, {
        ...options,
        metrics,
        onScraped,
      });
    },
  );
  server.maxConnections = CONNECTIONS_MAX;
  await listen(server, options);
  server.on('error', options.onFault);
  return { host, port, scrapes: () => scrapes, close: () => closeHttpServer(server) };
}

interface Answering extends MetricsOptions {
  readonly metrics: Exposition;
  readonly onScraped: () => void;
}

async function answer(
  method: string,
  path: string,
  response: ServerResponse,
  { metrics, source, onFault, onScraped }: Answering,
): Promise<void> {
  try {
    if (method !== 'GET' && method !== 'HEAD') {
      send(response, 405, 'only GET is answered here\n');
    } else if (path === '/metrics') {
      const text = await metrics.scrape(source.status(), source.watch());
      send(response, 200, text, metrics.contentType);
      onScraped();
    } else if (path === '/healthz' || path === '/readyz') {
      const { ready, reasons } = source.readiness();
      const lines = ready ? ['effects flow'] : reasons;
      send(response, ready ? 200 : 503, `${lines.join('\n')}\n`);
    } else {
      send(response, 404, 'only /metrics, /healthz and /readyz are here\n');
    }
  } catch (fault) {
    onFault(fault);
    send(response, 500, 'a bug in cdb; the engine log has it\n');
  }
}

function send(
  response: ServerResponse,
  status: number,
  text: string,
  contentType = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(text),
    connection: 'close',
  });
  response.end(text);
}

function pathOf(url: string | undefined): string {
  return (url ?? '/').split('?', 1)[0] ?? '/';
}

function listen(server: Server, { host, port }: MetricsOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (fault: NodeJS.ErrnoException) => {
      reject(cannotListen(host, port, fault));
    };
    server.once('error', fail);
    server.listen(port, host, () => {
      server.off('error', fail);
      resolve();
    });
  });
}

function cannotListen(host: string, port: number, fault: NodeJS.ErrnoException): OperatorError {
  const taken = fault.code === 'EADDRINUSE';
  return new OperatorError({
    code: 'CDB-E0703',
    what: `Cannot serve metrics on ${host}:${port}`,
    why: taken ? 'another process listens on that port' : fault.message,
    todo: taken
      ? 'choose another with --metrics-port or metrics.port, or switch it off with 0'
      : 'set metrics.host to an address of this machine, or --metrics-port 0',
    exit: EXIT.CONFLICT,
    cause: fault,
  });
}
