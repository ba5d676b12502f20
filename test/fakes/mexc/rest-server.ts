import { createServer, type ServerResponse } from 'node:http';
import { openDoor, type Door } from '../venue/door.js';
import type { FaultBoard } from './fault-board.js';
import { refusalPage } from './refusal-page.js';
import { answerRest, type RestAnswer, type RestVenue } from './rest-answers.js';

export interface RestServerOptions extends RestVenue {
  readonly board: FaultBoard;
  elapsedMs(): number;
}

export interface RestRequest {
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

/** The public part of the REST interface. */
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
      this.#answer(pathname, { search, searchParams, response });
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
    asked: { search: string; searchParams: URLSearchParams; response: ServerResponse },
  ): void {
    const { board } = this.#options;
    const on = <T extends { readonly path?: string }>(fault: T | undefined) =>
      fault !== undefined && path.startsWith(fault.path ?? '') ? fault : undefined;
    const atMs = this.#options.elapsedMs();
    const request: RestRequest = { atMs, path: path + asked.search, answer: null };
    if (this.requests.length < REQUESTS_KEPT) this.requests.push(request);
    if (on(board.find('rest-silent')) !== undefined) return;
    const refused = on(board.find('rest-status'));
    const slow = on(board.find('rest-slow'));
    const answered = (status: number) => {
      request.answer = { atMs: this.#options.elapsedMs(), status };
    };
    const act = () => {
      if (refused !== undefined) {
        answered(refused.status);
        sendRefusal(asked.response, refused.status, refused.retryAfterSeconds);
      } else {
        const answer = answerRest(path, asked.searchParams, this.#options);
        answered(answer.status);
        sendJson(asked.response, answer);
      }
    };
    if (slow === undefined) act();
    else this.#waiting.push({ dueMs: atMs + slow.delayMs, act });
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
