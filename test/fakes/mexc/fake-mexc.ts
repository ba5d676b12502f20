/**
 * A MEXC spot venue on 127.0.0.1 for tests: websocket stream and public REST, written from the
 * venue's documentation with an encoder of its own; no line of src/ is in it.
 *
 *     const mexc = await startFakeMexc({ speed: 20 });           // real BTCUSDT trades, 20 times as fast
 *     const client = new SomeClient(mexc.wsUrl, ['BTCUSDT']);
 *     mexc.fault({ kind: 'cut' });                               // strikes every open connection
 *     mexc.fault({ kind: 'silence' });                           // lasts until
 *     await mexc.endFault('silence');
 *     mexc.order({ fault: { kind: 'silence' }, target: { connection: 1 }, forMs: 500 });
 *     mexc.deliverable({ symbol: 'BTCUSDT' });                   // what a client can have received
 *     await mexc.close();                                        // ends every socket and timer
 *
 * Options: `settings.ts`. Faults: `faults.ts`. A seeded random plan of faults: `fault-plan.ts`
 * (`startFakeMexc({ faultPlan: { seed: 7 } })`). The log: `sent-log.ts`. A process of its own:
 * `fake-mexc-process.ts`.
 *
 * **Time.** Replay, limits and faults run on elapsed ms; times in frames on what the clock shows.
 * `tickMs: 0` with `createStandingClock()` gives a venue that lives only by `clock.advance(ms)` and
 * `tick()`. A test that wants exact trades takes `trades: { from: 'nothing' }` and `trade({…})`.
 *
 * **What the log proves.** A trade that a client has and the log has not was invented. A frame with
 * `flushed` is with the kernel: after a `cut` the client can still read it, after a `reset` or on a
 * half-open connection what it has not read yet is lost. A frame without was sent in part at most.
 *
 * **Left out.** Depth and mini ticker channels are acknowledged and stay without data; the private
 * channels are blocked. The venue's answer to texts that it does not understand is not documented:
 * here it says nothing and counts them.
 */
import { createServer } from 'node:http';
import { Socket } from 'node:net';
import { openDoor, type Door } from '../venue/door.js';
import type { SourceTrade } from '../venue/trade-source.js';
import type { VenueClock } from '../venue/venue-clock.js';
import { burstTrades } from './burst.js';
import type { FaultOrder, FaultRecord } from './fault-board.js';
import { FaultDesk } from './fault-desk.js';
import { planFaults, type FaultPlan, type PlannedFault } from './fault-plan.js';
import type { Fault, FaultKind, FaultOf } from './faults.js';
import type { MarketTrade } from './market.js';
import type { RestRequest } from './rest-server.js';
import { deliverable, type ConnectionLog, type SentSelection, type SentTrade } from './sent-log.js';
import type { FakeMexcSettings } from './settings.js';
import { createVenue, type Venue } from './venue.js';

export interface FakeMexcOptions extends FakeMexcSettings {
  readonly clock?: VenueClock;
}

export interface FakeMexc {
  readonly wsUrl: string;
  /** Base URL, without a path. */
  readonly restUrl: string;
  readonly clock: VenueClock;
  /** For all connections; a lasting one until `endFault`. */
  fault(fault: Fault): void;
  order(order: FaultOrder): void;
  endFault(kind: FaultKind | 'all'): Promise<void>;
  /** Makes a trade happen now; subscribers get it with the next batch. */
  trade(trade: Omit<SourceTrade, 'atMs' | 'id'>): MarketTrade;
  /** Does what is due by the clock; with `tickMs` the fake does it by itself. */
  tick(): void;
  /** Every connection that there ever was, oldest first. */
  connections(): readonly ConnectionLog[];
  deliverable(selection?: SentSelection): readonly SentTrade[];
  /** Trades of the market, whether somebody listened or not. */
  happened(symbol: string): number;
  faults(): readonly FaultRecord[];
  restRequests(): readonly RestRequest[];
  /** Ids of the orders that rest now. */
  resting(): readonly string[];
  /** One more order rests. */
  rest(order: { readonly orderId: string; readonly symbol: string }): void;
  /** Why signed requests were refused, in order. */
  refusals(): readonly string[];
  close(): Promise<void>;
}

const TICK_MS = 10;
const BURST_PER_FRAME = 500;

export async function startFakeMexc(options: FakeMexcOptions = {}): Promise<FakeMexc> {
  const venue = createVenue(options);
  const { clock, board, market, stream, publisher, rest } = venue;
  const http = createServer((_request, response) => response.writeHead(426).end());
  http.on('upgrade', (request, socket, head) => {
    if (socket instanceof Socket) stream.upgrade(request, socket, head);
  });
  const door = await openDoor((socket) => http.emit('connection', socket));
  const restDoor = await rest.open();
  const desk = createDesk(venue, door, options.faultPlan ?? []);
  const tick = () => {
    desk.tick();
    stream.sendDelayed();
    rest.sendDelayed();
    publisher.collect(venue.player.play());
    publisher.publish(stream.open);
    stream.dropOverdue();
  };
  if (options.tradesBegin !== 'first-subscription') venue.player.begin();
  const { tickMs = TICK_MS } = options;
  const timer = tickMs > 0 ? setInterval(tick, tickMs) : undefined;
  const logs = () => stream.connections.map(({ log }) => log);
  return {
    wsUrl: `ws://127.0.0.1:${door.port}/ws`,
    restUrl: `http://127.0.0.1:${restDoor.port}`,
    clock,
    fault: (fault) => {
      desk.order({ fault });
    },
    order: (order) => {
      desk.order(order);
    },
    endFault: (kind) => desk.end(kind),
    trade: (trade) => {
      const happened = market.happen(trade, clock.nowMs());
      publisher.collect([happened]);
      return happened;
    },
    tick,
    connections: logs,
    deliverable: (selection) => deliverable(logs(), selection),
    happened: (symbol) => market.happened(symbol),
    faults: () => board.records,
    restRequests: () => rest.requests,
    resting: () => venue.account?.resting ?? [],
    rest: (order) => {
      venue.account?.rest(order);
    },
    refusals: () => venue.account?.refusals ?? [],
    close: async () => {
      clearInterval(timer);
      await Promise.all([door.close(), restDoor.close()]);
    },
  };
}

function createDesk(
  venue: Venue,
  door: Door,
  plan: FaultPlan | readonly PlannedFault[],
): FaultDesk {
  const { board, clock, random, stream, publisher, market, symbols } = venue;
  const burst = (fault: FaultOf<'burst'>) => {
    publisher.splitOnce(fault.perFrame ?? BURST_PER_FRAME);
    const subscribed = stream.open.flatMap(({ log }) => log.channels);
    const trades = burstTrades(fault, { market, random, symbols, subscribed });
    publisher.collect(trades.map((trade) => market.happen(trade, clock.nowMs())));
  };
  return new FaultDesk(
    { board, clock, random, door, open: () => stream.open, burst },
    'seed' in plan ? planFaults(plan) : plan,
  );
}
