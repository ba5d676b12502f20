import type { WebSocket } from 'ws';
import type { SourceTrade } from '../venue/trade-source.js';
import type { VenueClock } from '../venue/venue-clock.js';
import type { Wire } from '../venue/wire.js';
import { readStreamRequest, tradeStream } from './stream-names.js';

export interface BinanceLimits {
  readonly pingEveryMs: number;
  readonly pongWithinMs: number;
  readonly lifeMsMax: number;
  readonly requestsPerSecondMax: number;
  readonly streamsMax: number;
}

/** Plain data; trades as far as they were sent, in order. */
export interface BinanceLog {
  readonly id: number;
  readonly combined: boolean;
  readonly streams: string[];
  readonly trades: SentBinanceTrade[];
  ended: string | null;
  pingsSent: number;
  pongsReceived: number;
}

export interface SentBinanceTrade {
  readonly symbol: string;
  readonly tradeId: number;
  readonly price: string;
  readonly quantity: string;
  readonly side: 'buy' | 'sell';
  readonly timeMs: number;
  /** The kernel took all of the frame. */
  flushed: boolean;
}

const TRADES_KEPT = 1_000_000;

/** One client of the Binance stream. */
export class BinanceConnection {
  readonly log: BinanceLog;
  readonly #socket: WebSocket;
  readonly #wire: Wire;
  readonly #clock: VenueClock;
  readonly #limits: BinanceLimits;
  readonly #openedMs: number;
  #nextPingMs: number;
  /** Of the oldest ping without a pong. */
  #unansweredSinceMs: number | null = null;
  #window = { second: -1, requests: 0 };
  #halfOpen = false;

  constructor(
    log: BinanceLog,
    parts: { socket: WebSocket; wire: Wire; clock: VenueClock; limits: BinanceLimits },
  ) {
    this.log = log;
    this.#socket = parts.socket;
    this.#wire = parts.wire;
    this.#clock = parts.clock;
    this.#limits = parts.limits;
    this.#openedMs = parts.clock.elapsedMs();
    this.#nextPingMs = this.#openedMs + parts.limits.pingEveryMs;
    this.#listen();
  }

  get open(): boolean {
    return this.log.ended === null;
  }

  sendTrade(trade: SourceTrade, timeMs: number): void {
    const stream = tradeStream(trade.symbol);
    if (!this.open || this.#halfOpen || !this.log.streams.includes(stream)) return;
    const tradeId = Number(trade.id);
    const { symbol, price, quantity, side } = trade;
    const sent: SentBinanceTrade = {
      ...{ symbol, tradeId, price, quantity, side, timeMs },
      flushed: false,
    };
    if (this.log.trades.length < TRADES_KEPT) this.log.trades.push(sent);
    const data = {
      e: 'trade',
      E: this.#clock.nowMs(),
      s: symbol,
      t: tradeId,
      p: price,
      q: quantity,
      T: timeMs,
      m: side === 'sell',
      M: true,
    };
    const text = JSON.stringify(this.log.combined ? { stream, data } : data);
    this.sendText(text, () => (sent.flushed = true));
  }

  sendText(text: string, flushed?: () => void): void {
    if (!this.open || this.#halfOpen) return;
    this.#socket.send(text, (error) => {
      if (!error) flushed?.();
    });
  }

  /** Pings, and ends a connection that does not answer or is too old. */
  tick(): void {
    const nowMs = this.#clock.elapsedMs();
    const { pingEveryMs, pongWithinMs, lifeMsMax } = this.#limits;
    const waitedMs = nowMs - (this.#unansweredSinceMs ?? nowMs);
    if (nowMs - this.#openedMs >= lifeMsMax) this.end('dropped: open for too long');
    else if (waitedMs >= pongWithinMs) this.end('dropped: no pong');
    else if (nowMs >= this.#nextPingMs && !this.#halfOpen) {
      this.#nextPingMs = nowMs + pingEveryMs;
      this.#unansweredSinceMs ??= nowMs;
      this.log.pingsSent += 1;
      this.#socket.ping(String(this.#clock.nowMs()));
    }
  }

  goHalfOpen(): void {
    this.#halfOpen = true;
    this.#wire.goHalfOpen();
  }

  /** Without a close frame. */
  end(why: string): void {
    this.log.ended ??= why;
    this.#socket.terminate();
  }

  #listen(): void {
    this.#socket.on('message', (data, isBinary) => {
      if (!this.open || this.#halfOpen) return;
      const second = Math.floor(this.#clock.elapsedMs() / 1000);
      if (this.#window.second !== second) this.#window = { second, requests: 0 };
      this.#window.requests += 1;
      if (this.#window.requests > this.#limits.requestsPerSecondMax) {
        this.end('dropped: too many messages');
      } else {
        this.#obey(isBinary ? '' : (data as Buffer).toString('utf8'));
      }
    });
    this.#socket.on('pong', () => {
      this.log.pongsReceived += 1;
      this.#unansweredSinceMs = null;
    });
    this.#socket.on('error', () => {
      this.log.ended ??= 'broken';
    });
    this.#socket.on('close', (code) => {
      this.log.ended ??= `closed by the client with ${code}`;
    });
  }

  #obey(text: string): void {
    const request = readStreamRequest(text);
    const { streams } = this.log;
    if ('error' in request) this.sendText(request.error);
    else if (request.method === 'LIST_SUBSCRIPTIONS') {
      this.sendText(JSON.stringify({ result: streams, id: request.id }));
    } else {
      const { method, id, params } = request;
      const others = streams.filter((one) => !params.includes(one));
      const next = method === 'SUBSCRIBE' ? [...others, ...params] : others;
      if (next.length > this.#limits.streamsMax) this.end('dropped: too many streams');
      else streams.splice(0, Infinity, ...next);
      this.sendText(JSON.stringify({ result: null, id }));
    }
  }
}
