import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Random } from '../venue/seeded-random.js';
import type { VenueClock } from '../venue/venue-clock.js';
import type { Wire } from '../venue/wire.js';
import { Connection, type ConnectionVenue } from './connection.js';
import { controlText, readControl } from './control-answers.js';
import type { FaultBoard } from './fault-board.js';
import { createHandshake } from './handshake.js';
import { REQUESTS_KEPT, TRADES_KEPT } from './sent-log.js';
import type { VenueLimits } from './settings.js';
import { subscribe, type SubscriptionRules } from './subscriptions.js';

export interface StreamVenueOptions {
  readonly clock: VenueClock;
  readonly board: FaultBoard;
  readonly random: Random;
  readonly limits: VenueLimits;
  readonly pingKeepsAlive: boolean;
  readonly keepFrames: boolean;
  readonly rules: SubscriptionRules;
}

interface Waiting {
  readonly dueMs: number;
  readonly act: () => void;
}

interface Window {
  second: number;
  requests: number;
}

/** The websocket side: who is connected, what they may, and when they have to go. */
export class StreamVenue {
  readonly connections: Connection[] = [];
  readonly #options: StreamVenueOptions;
  readonly #venue: ConnectionVenue;
  readonly #handshake = createHandshake((socket, wire) => {
    this.#opened(socket, wire);
  });
  #waiting: Waiting[] = [];
  #tradesKept = 0;

  constructor(options: StreamVenueOptions) {
    this.#options = options;
    this.#venue = {
      board: options.board,
      random: options.random,
      elapsedMs: () => options.clock.elapsedMs(),
      nowMs: () => options.clock.nowMs(),
      keeps: (trades) => {
        this.#tradesKept += trades + 1;
        return options.keepFrames && this.#tradesKept <= TRADES_KEPT;
      },
    };
  }

  get open(): readonly Connection[] {
    return this.connections.filter((connection) => connection.open);
  }

  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const { board, clock } = this.#options;
    const { pathname } = new URL(request.url ?? '/', 'ws://venue');
    const refused = board.find('handshake-refused');
    const slow = board.find('handshake-slow');
    if (pathname !== '/ws') this.#handshake.refuse(socket, 404);
    else if (refused !== undefined) this.#handshake.refuse(socket, refused.status);
    else if (slow === undefined) this.#handshake.upgrade(request, socket, head);
    else {
      const act = () => {
        this.#handshake.upgrade(request, socket, head);
      };
      this.#waiting.push({ dueMs: clock.elapsedMs() + slow.delayMs, act });
    }
  }

  /** Handshakes and answers whose time has come. */
  sendDelayed(): void {
    const nowMs = this.#options.clock.elapsedMs();
    const due = this.#waiting.filter((one) => one.dueMs <= nowMs);
    if (due.length > 0) this.#waiting = this.#waiting.filter((one) => one.dueMs > nowMs);
    for (const { act } of due) act();
    for (const connection of this.open) {
      connection.applyManner();
      connection.sendDelayed();
    }
  }

  /** Looks once the data of this moment is out. */
  dropOverdue(): void {
    for (const connection of this.open) {
      const why = this.#overdue(connection, this.#options.clock.elapsedMs());
      if (why !== null) connection.end(why);
    }
  }

  /** Null while the connection may stay. */
  #overdue(connection: Connection, nowMs: number): string | null {
    const { limits } = this.#options;
    if (nowMs - connection.openedMs >= limits.lifeMsMax) return 'dropped: open for too long';
    const unsubscribedMs = nowMs - connection.unsubscribedSinceMs;
    if (connection.subscriptions.size === 0) {
      return unsubscribedMs >= limits.unsubscribedMsMax ? 'dropped: no subscription' : null;
    }
    // After a silence by a fault the venue counts anew.
    if (connection.silenced || connection.halfOpen) connection.lastDataMs = nowMs;
    const quietMs = nowMs - (connection.lastDataMs ?? nowMs);
    return quietMs >= limits.quietMsMax ? 'dropped: no data flows' : null;
  }

  #opened(socket: WebSocket, wire: Wire): void {
    const { clock } = this.#options;
    const connection = new Connection(this.connections.length + 1, socket, wire, this.#venue);
    this.connections.push(connection);
    connection.applyManner();
    const window: Window = { second: 0, requests: 0 };
    socket.on('message', (data, isBinary) => {
      if (!connection.open || connection.halfOpen) return;
      const second = Math.floor(clock.elapsedMs() / 1000);
      if (window.second !== second) Object.assign(window, { second, requests: 0 });
      window.requests += 1;
      if (window.requests > this.#options.limits.requestsPerSecondMax) {
        connection.end('dropped: too many messages');
      } else {
        this.#received(connection, isBinary ? '' : (data as Buffer).toString('utf8'));
      }
    });
    socket.on('pong', () => {
      connection.log.pongsReceived += 1;
    });
    socket.on('error', () => {
      connection.log.ended ??= 'broken';
    });
    socket.on('close', (code) => {
      connection.log.ended ??= `closed by the client with ${code}`;
      connection.log.endedAtMs = clock.nowMs();
    });
  }

  #received(connection: Connection, text: string): void {
    const { log } = connection;
    const request = readControl(text);
    if (request === null) {
      log.notUnderstood += 1;
      return;
    }
    if (request.method === 'PING') {
      log.pingsReceived += 1;
      if (this.#options.pingKeepsAlive) connection.lastDataMs = this.#options.clock.elapsedMs();
      if (this.#options.board.find('pong-missing', connection.id) === undefined) {
        connection.answer(controlText(request.id, 'PONG'));
      }
      return;
    }
    if (log.requests.length < REQUESTS_KEPT) log.requests.push(text);
    const before = connection.subscriptions.size;
    subscribe(connection, request, this.#options.rules);
    connection.subscriptionsChanged(before);
  }
}
