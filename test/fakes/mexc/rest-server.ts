import { createServer, type ServerResponse } from 'node:http';
import { openDoor, type Door } from '../venue/door.js';
import type { FaultBoard } from './fault-board.js';
import type { PrivateAccount } from './private-account.js';
import { refusalPage } from './refusal-page.js';
import { answerRest, type RestAnswer, type RestVenue } from './rest-answers.js';

export interface RestServerOptions extends RestVenue {
  readonly board: FaultBoard;
  /** Null: there is no private part. */
  readonly account: PrivateAccount | null;
  elapsedMs(): number;
}

export interface RestRequest {
  readonly method: string;
  /** Elapsed ms of the venue when it came. */
  readonly atMs: number;
  /** With its query. */
  readonly path: string;
  /** Null until it is answered. */
  answer: { readonly atMs: number; readonly status: number } | null;
}

const REQUESTS_KEPT = 10_000;

interface Waiting {
  readonly dueMs: number;
  readonly act: () => void;
}

/** The public part of the REST interface, and the open orders of one account. */
export class RestServer {
  readonly requests: RestRequest[] = [];
  readonly #options: RestServerOptions;
  #waiting: Waiting[] = [];

  constructor(options: RestServerOptions) {
    this.#options = options;
  }

  open(): Promise<Door> {
    const http = createServer((request, response) => {
      const { pathname, search, searchParams } = new URL(request.url ?? '/', 'http://venue');
      request.resume();
      const { method = 'GET', headers } = request;
      const apiKey = String(headers['x-mexc-apikey'] ?? '');
      this.#answer(pathname, { method, apiKey, search, searchParams, response });
    });
    return openDoor((socket) => http.emit('connection', socket));
  }

  /** Answers that a fault held back and whose time has come. */
  sendDelayed(): void {
    const nowMs = this.#options.elapsedMs();
    const due = this.#waiting.filter((one) => one.dueMs <= nowMs);
    if (due.length > 0) this.#waiting = this.#waiting.filter((one) => one.dueMs > nowMs);
    for (const { act } of due) act();
  }

  #answer(
    path: string,
    asked: {
      method: string;
      apiKey: string;
      search: string;
      searchParams: URLSearchParams;
      response: ServerResponse;
    },
  ): void {
    const { method } = asked;
    const { board } = this.#options;
    const on = <T extends { readonly path?: string; readonly method?: string }>(
      fault: T | undefined,
    ) =>
      fault !== undefined &&
      path.startsWith(fault.path ?? '') &&
      (fault.method ?? method) === method
        ? fault
        : undefined;
    const atMs = this.#options.elapsedMs();
    const request: RestRequest = { method, atMs, path: path + asked.search, answer: null };
    if (this.requests.length < REQUESTS_KEPT) this.requests.push(request);
    if (on(board.find('rest-silent')) !== undefined) return;
    const refused = on(board.find('rest-status'));
    const error = on(board.find('rest-error'));
    const isLost = on(board.find('rest-lost')) !== undefined;
    const slow = on(board.find('rest-slow'));
    const answered = (status: number) => {
      request.answer = { atMs: this.#options.elapsedMs(), status };
    };
    const act = () => {
      if (refused !== undefined) {
        answered(refused.status);
        sendRefusal(asked.response, refused.status, refused.retryAfterSeconds);
      } else if (error !== undefined) {
        answered(error.status);
        asked.response.writeHead(error.status, { 'content-type': 'application/json' });
        asked.response.end(error.body);
      } else {
        const answer =
          this.#private(path, asked) ?? answerRest(path, asked.searchParams, this.#options);
        if (isLost) {
          asked.response.destroy();
          return;
        }
        answered(answer.status);
        sendJson(asked.response, answer);
      }
    };
    if (slow === undefined) act();
    else this.#waiting.push({ dueMs: atMs + slow.delayMs, act });
  }

  #private(
    path: string,
    asked: { method: string; apiKey: string; search: string },
  ): RestAnswer | null {
    const { account } = this.#options;
    if (account === null || path !== '/api/v3/openOrders') return null;
    return account.openOrders({ ...asked, query: asked.search.slice(1) }, this.#options);
  }
}

function sendJson(
  response: ServerResponse,
  { status, body }: RestAnswer,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

/** Rate limits are the venue's own words; everything else comes from what stands before it. */
function sendRefusal(response: ServerResponse, status: number, retryAfterSeconds = 1): void {
  const { headers, body } = refusalPage(status, retryAfterSeconds);
  if (status === 429 || status === 418) {
    const answer = { status, body: { code: status, msg: 'Too Many Requests' } };
    sendJson(response, answer, { 'retry-after': String(retryAfterSeconds) });
  } else {
    response.writeHead(status, headers).end(body);
  }
}
