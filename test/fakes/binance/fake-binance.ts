/**
 * The trade stream of Binance spot on 127.0.0.1 for tests, and `GET /api/v3/time`. Smaller than its
 * neighbour `mexc/fake-mexc.ts` and used in the same way; no line of src/ is in it.
 *
 *     const binance = await startFakeBinance({ speed: 20 });
 *     connect(`${binance.wsUrl}/stream?streams=btcusdt@trade/ethusdt@trade`);
 *     binance.loseTrades(3);          // three trades happen and nobody hears of them: a gap in the ids
 *     binance.cut();
 *     await binance.close();
 *
 * Trades are the recorded ones of Binance itself, with their ids, texts as recorded, and times moved
 * to the fake's now. How the venue wraps `serverShutdown` on a combined stream is not documented:
 * here it is not wrapped.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import { openDoor } from '../venue/door.js';
import { replayTrades } from '../venue/recorded-trades.js';
import { TRADE_FILES } from '../venue/trade-files.js';
import { createVenueClock, type VenueClock } from '../venue/venue-clock.js';
import { Wire } from '../venue/wire.js';
import { BinanceConnection, type BinanceLimits, type BinanceLog } from './connection.js';
import { streamsOfUrl } from './stream-names.js';

export interface FakeBinanceOptions {
  /** Default: all of the file. */
  readonly symbols?: readonly string[];
  /** Default: the BTCUSDT file. */
  readonly path?: string;
  readonly speed?: number;
  readonly repeat?: boolean;
  readonly tradesBegin?: 'start' | 'first-connection';
  readonly clock?: VenueClock;
  readonly limits?: Partial<BinanceLimits>;
  /** Host ms between two looks at the clock; default 10. 0: only by `tick()`. */
  readonly tickMs?: number;
}

export interface FakeBinance {
  /** Base, without `/ws` or `/stream`. */
  readonly wsUrl: string;
  readonly restUrl: string;
  readonly clock: VenueClock;
  connections(): readonly BinanceLog[];
  /** Every connection ends without a close frame. */
  cut(): void;
  /** The connections of now are neither read nor written any more. */
  halfOpen(): void;
  /** Trades go on, unheard, until it is switched off; pings go on too. */
  silence(on: boolean): void;
  /** The next so many trades are not sent to anybody. */
  loseTrades(count: number): void;
  /** Announces maintenance; what follows is the caller's. */
  announceShutdown(): void;
  /** New connections get this status instead of an upgrade; null: they are welcome. */
  refuseHandshakes(status: number | null): void;
  tick(): void;
  close(): Promise<void>;
}

const DOCUMENTED_LIMITS: BinanceLimits = {
  pingEveryMs: 20_000,
  pongWithinMs: 60_000,
  lifeMsMax: 24 * 3_600_000,
  requestsPerSecondMax: 5,
  streamsMax: 1024,
};

export async function startFakeBinance(options: FakeBinanceOptions = {}): Promise<FakeBinance> {
  const { path = TRADE_FILES.btcusdt, tickMs = 10, clock = createVenueClock() } = options;
  const limits = { ...DOCUMENTED_LIMITS, ...options.limits };
  const source = replayTrades({ ...options, path });
  const connections: BinanceConnection[] = [];
  const open = () => connections.filter((connection) => connection.open);
  let beganMs = options.tradesBegin === 'first-connection' ? null : clock.elapsedMs();
  let silent = false;
  let toLose = 0;
  let refusal: number | null = null;

  const welcome = createWelcome((log, socket, wire) => {
    beganMs ??= clock.elapsedMs();
    const named = { ...log, id: connections.length + 1 };
    connections.push(new BinanceConnection(named, { socket, wire, clock, limits }));
  });
  const http = serveTime(clock);
  http.on('upgrade', (request, socket, head) => {
    if (!(socket instanceof Socket)) return;
    if (refusal === null) welcome(request, socket, head);
    else refuse(socket, refusal);
  });
  const door = await openDoor((socket) => http.emit('connection', socket));

  const tick = () => {
    const nowMs = clock.elapsedMs();
    for (const trade of beganMs === null ? [] : source.due(nowMs - beganMs)) {
      const agoMs = nowMs - trade.atMs - (beganMs ?? 0);
      if (toLose > 0) toLose -= 1;
      else if (!silent) {
        for (const one of open()) one.sendTrade(trade, Math.floor(clock.nowMs() - agoMs));
      }
    }
    for (const one of open()) one.tick();
  };
  const timer = tickMs > 0 ? setInterval(tick, tickMs) : undefined;
  return {
    wsUrl: `ws://127.0.0.1:${door.port}`,
    restUrl: `http://127.0.0.1:${door.port}`,
    clock,
    connections: () => connections.map(({ log }) => log),
    cut: () => {
      for (const one of open()) one.end('cut by the test');
    },
    halfOpen: () => {
      for (const one of open()) one.goHalfOpen();
    },
    silence: (on) => {
      silent = on;
    },
    loseTrades: (count) => {
      toLose += count;
    },
    announceShutdown: () => {
      const text = JSON.stringify({ e: 'serverShutdown', E: clock.nowMs() });
      for (const one of open()) one.sendText(text);
    },
    refuseHandshakes: (status) => {
      refusal = status;
    },
    tick,
    close: async () => {
      clearInterval(timer);
      await door.close();
    },
  };
}

type OnWelcome = (
  log: BinanceLog,
  socket: ConstructorParameters<typeof BinanceConnection>[1]['socket'],
  wire: Wire,
) => void;

function createWelcome(onOpen: OnWelcome) {
  const server = new WebSocketServer({ noServer: true });
  return (request: IncomingMessage, socket: Socket, head: Buffer): void => {
    const asked = streamsOfUrl(request.url ?? '/');
    if (asked === null) {
      refuse(socket, 404);
      return;
    }
    const wire = new Wire(socket);
    server.handleUpgrade(request, wire, head, (websocket) => {
      const { combined, streams } = asked;
      const log = { id: 0, combined, streams: [...streams], trades: [], ended: null };
      onOpen({ ...log, pingsSent: 0, pongsReceived: 0 }, websocket, wire);
    });
  };
}

function refuse(socket: Socket, status: number): void {
  socket.end(`HTTP/1.1 ${status} Refused\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
}

/** The one request of the REST interface that a stream client makes. */
function serveTime(clock: VenueClock): Server {
  return createServer((request, response) => {
    const known = request.url === '/api/v3/time';
    response.writeHead(known ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(known ? { serverTime: clock.nowMs() } : { code: -1, msg: 'Path' }));
  });
}
