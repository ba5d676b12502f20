import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { wordsOf } from '../../engine/domain/words-of.js';
import { DependencyError, EXIT, OperatorError } from '../../operator-error.js';
import { claimSocketPath } from './claim-path.js';
import { readJsonBody } from './request-body.js';
import { errorAnswer } from './request-error.js';
import { answerRoute, type ControlHandlers } from './routes.js';
import { closeHttpServer } from '../close-http-server.js';
import { pushViews } from './view-push.js';

const CONNECTIONS_MAX = 32;
/** A client has this long to send its whole request. */
const REQUEST_TIMEOUT_MS = 5_000;
/** The engine has this long to answer; below every client's own limit. */
const ANSWER_TIMEOUT_MS = 5_000;
const HEADER_BYTES_MAX = 8 * 1024;
const OWNER_ONLY = 0o177;

export interface ControlSocket {
  readonly path: string;
  /** Answers what is under way, for a second at most, and removes the socket. */
  close(): Promise<void>;
}

interface ControlSocketOptions {
  readonly path: string;
  readonly handlers: ControlHandlers;
  /** What is pushed to whoever watches, newest; called only while somebody does. */
  readonly frame: () => Promise<string>;
  /** Faults of ours: the caller got a 500, and somebody must hear of the bug. */
  readonly onFault: (fault: unknown) => void;
  readonly answerTimeoutMs?: number;
}

/**
 * Opens the control socket, readable and writable by its owner only. HTTP, one request a
 * connection, JSON both ways; and one WebSocket, on which the view is pushed.
 * @throws OperatorError when somebody else listens there or the path can't serve
 */
export async function openControlSocket(options: ControlSocketOptions): Promise<ControlSocket> {
  const { path } = options;
  await claimSocketPath(path);
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS, maxHeaderSize: HEADER_BYTES_MAX, keepAlive: false },
    (request, response) => {
      void respond(request, response, options);
    },
  );
  server.maxConnections = CONNECTIONS_MAX;
  await listenPrivately(server, path);
  // Running out of file descriptors, for instance, must not take the engine down.
  server.on('error', options.onFault);
  const push = pushViews(server, options);
  return {
    path,
    close: () => {
      push.close();
      return closeHttpServer(server);
    },
  };
}

/** The mode is set through the mask, so that there is no moment in which others may connect. */
function listenPrivately(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (fault: Error) => {
      reject(cannotListen(path, fault));
    };
    server.once('error', fail);
    server.once('listening', () => {
      server.off('error', fail);
      resolve();
    });
    const mask = process.umask(OWNER_ONLY);
    try {
      server.listen(path);
    } finally {
      process.umask(mask);
    }
  });
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  options: ControlSocketOptions,
): Promise<void> {
  try {
    const url = new URL(request.url ?? '/', 'http://cdb');
    const route = {
      method: request.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
    };
    const answer = answerRoute(route, options.handlers, () => readJsonBody(request));
    send(response, 200, await inTime(answer, options.answerTimeoutMs ?? ANSWER_TIMEOUT_MS));
  } catch (fault) {
    const error = asOperatorError(fault, options.onFault);
    const { status, body } = errorAnswer(error);
    send(response, status, body);
  } finally {
    // A body that nobody read must not keep the connection open.
    request.resume();
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    connection: 'close',
  });
  response.end(text);
}

async function inTime<T>(work: Promise<T>, limitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(tooLate(limitMs));
    }, limitMs);
  });
  try {
    // The loser's rejection is handled by the race; a late answer is dropped on purpose.
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function asOperatorError(fault: unknown, onFault: (fault: unknown) => void): OperatorError {
  if (fault instanceof OperatorError) return fault;
  if (fault instanceof DependencyError) return fromDependency(fault);
  onFault(fault);
  return new OperatorError({
    code: 'CDB-E0901',
    what: `Unexpected failure in the engine: ${wordsOf(fault)}`,
    why: 'the engine goes on; its log has the whole fault',
    todo: 'cdb status, and report the fault if it stays',
    exit: EXIT.INTERNAL,
    cause: fault,
  });
}

/** The database being away is no bug of ours, and "cdb status" says more about it. */
function fromDependency(fault: DependencyError): OperatorError {
  return new OperatorError({
    code: 'CDB-E0004',
    what: `${fault.dependency} failed: ${fault.message}`,
    why: 'the engine runs, but it needs this part to answer',
    todo: 'cdb status says what the engine does meanwhile; ask again once it is back',
    exit: EXIT.UNREACHABLE,
    cause: fault,
  });
}

function tooLate(limitMs: number): OperatorError {
  return new OperatorError({
    code: 'CDB-E0701',
    what: 'The engine could not answer in time',
    why: `no answer within ${limitMs} ms; what was asked may need the database`,
    todo: 'cdb status says whether the database answers',
    exit: EXIT.TIMEOUT,
  });
}

function cannotListen(path: string, cause: Error): OperatorError {
  return new OperatorError({
    code: 'CDB-E0702',
    what: `Cannot open the control socket "${path}"`,
    why: cause.message,
    todo: 'check that the state directory exists and can be written, then start again',
    exit: EXIT.CONFLICT,
    cause,
  });
}
