import { fromUnits, timesUnits, toUnits } from '../venue/decimal-text.js';
import { candleTexts, type Market, type MarketTrade } from './market.js';
import { symbolInformation } from './symbol-information.js';

export interface RestVenue {
  readonly market: Market;
  /** Open to the API. */
  readonly symbols: readonly string[];
  readonly closedSymbols: readonly string[];
  nowMs(): number;
}

export interface RestAnswer {
  readonly status: number;
  readonly body: unknown;
}

type Answer = (query: URLSearchParams, venue: RestVenue) => unknown;

/** Thrown by answers; the body that the venue sends with status 400. */
class RestRefusal extends Error {
  readonly body: { readonly code: number; readonly msg: string };

  constructor(code: number, msg: string) {
    super(msg);
    this.body = { code, msg };
  }
}

/** Weeks and months are not served. */
const INTERVAL_SECONDS: Readonly<Record<string, number>> = {
  '1m': 60,
  '5m': 300,
  '15m': 900,
  '30m': 1800,
  '60m': 3600,
  '4h': 14_400,
  '1d': 86_400,
};

const ANSWERS: Readonly<Record<string, Answer>> = {
  '/api/v3/ping': () => ({}),
  '/api/v3/time': (_query, venue) => ({ serverTime: venue.nowMs() }),
  '/api/v3/defaultSymbols': (_query, { symbols }) => ({ code: 200, data: symbols, msg: null }),
  '/api/v3/exchangeInfo': exchangeInfo,
  '/api/v3/trades': trades,
  '/api/v3/aggTrades': aggregateTrades,
  '/api/v3/depth': depth,
  '/api/v3/klines': klines,
  '/api/v3/ticker/price': (query, venue) =>
    perSymbol(query, venue, (symbol) => ({
      symbol,
      price: venue.market.newest(symbol, 1)[0]?.price ?? null,
    })),
  '/api/v3/ticker/bookTicker': (query, venue) => perSymbol(query, venue, bookTicker),
};

export function answerRest(path: string, query: URLSearchParams, venue: RestVenue): RestAnswer {
  const answer = Object.hasOwn(ANSWERS, path) ? ANSWERS[path] : undefined;
  if (answer === undefined) return { status: 404, body: { code: 404, msg: 'Not Found' } };
  try {
    return { status: 200, body: answer(query, venue) };
  } catch (error) {
    if (error instanceof RestRefusal) return { status: 400, body: error.body };
    throw error;
  }
}

function exchangeInfo(query: URLSearchParams, venue: RestVenue): unknown {
  const all = [...venue.symbols, ...venue.closedSymbols];
  const asked = query.get('symbols')?.split(',') ?? query.get('symbol')?.split(',') ?? all;
  const unknown = asked.find((symbol) => !all.includes(symbol));
  if (unknown !== undefined) throw new RestRefusal(10007, 'bad symbol');
  return {
    timezone: 'CST',
    serverTime: venue.nowMs(),
    rateLimits: [],
    exchangeFilters: [],
    symbols: asked.map((symbol) =>
      symbolInformation(symbol, {
        open: venue.symbols.includes(symbol),
        priceDecimals: priceDecimals(symbol, venue.market),
      }),
    ),
  };
}

/** Newest first, without ids. */
function trades(query: URLSearchParams, venue: RestVenue): unknown {
  const symbol = openSymbol(query, venue);
  return venue.market.newest(symbol, limit(query, 500, 1000)).map((trade) => ({
    id: null,
    price: trade.price,
    qty: trade.quantity,
    quoteQty: fromUnits(timesUnits(toUnits(trade.price), toUnits(trade.quantity))),
    time: trade.timeMs,
    isBuyerMaker: trade.side === 'sell',
    isBestMatch: true,
    tradeType: trade.side === 'buy' ? 'BID' : 'ASK',
  }));
}

function aggregateTrades(query: URLSearchParams, venue: RestVenue): unknown {
  const symbol = openSymbol(query, venue);
  const [fromMs, toMs] = [query.get('startTime'), query.get('endTime')];
  if ((fromMs === null) !== (toMs === null)) {
    throw new RestRefusal(-1128, 'Combination of optional parameters invalid.');
  }
  const inside = (trade: MarketTrade) =>
    fromMs === null || (trade.timeMs >= Number(fromMs) && trade.timeMs <= Number(toMs));
  const found = venue.market.newest(symbol, Infinity).filter(inside);
  return found.slice(0, limit(query, 500, 1000)).map((trade) => ({
    a: null,
    f: null,
    l: null,
    p: trade.price,
    q: trade.quantity,
    T: trade.timeMs,
    m: trade.side === 'sell',
    M: true,
  }));
}

/** Levels one tick apart, padded to the tick; there is no book behind them. */
function depth(query: URLSearchParams, venue: RestVenue): unknown {
  const symbol = openSymbol(query, venue);
  const best = venue.market.best(symbol);
  const decimals = priceDecimals(symbol, venue.market);
  const levels = (from: bigint, step: bigint) =>
    Array.from({ length: limit(query, 100, 5000) }, (_, n) => [
      padded(from + step * BigInt(n), decimals),
      padded(toUnits('0.5') + BigInt(n) * toUnits('0.01'), 8),
    ]);
  return {
    lastUpdateId: 81_999_000_000 + venue.market.sequence,
    bids: best === null ? [] : levels(best.bid, -best.tick),
    asks: best === null ? [] : levels(best.ask, best.tick),
    timestamp: venue.nowMs(),
  };
}

/** Minutes without a trade are left out; what the venue does with them is not documented. */
function klines(query: URLSearchParams, venue: RestVenue): unknown {
  const symbol = openSymbol(query, venue);
  const seconds = INTERVAL_SECONDS[query.get('interval') ?? ''];
  if (seconds === undefined) throw new RestRefusal(-1121, 'Invalid interval.');
  const fromMs = Number(query.get('startTime') ?? 0);
  const toMs = Number(query.get('endTime') ?? Infinity);
  const most = limit(query, 500, 1000);
  const found = venue.market
    .candles(symbol, seconds)
    .filter(({ startMs }) => startMs >= fromMs && startMs <= toMs);
  const chosen = query.has('startTime') ? found.slice(0, most) : found.slice(-most);
  return chosen.map((candle) => {
    const { open, high, low, close, volume, amount } = candleTexts(candle);
    const endMs = candle.startMs + seconds * 1000;
    return [candle.startMs, open, high, low, close, volume, endMs, amount];
  });
}

function bookTicker(symbol: string, { market }: RestVenue): unknown {
  const best = market.best(symbol);
  const last = market.newest(symbol, 1)[0];
  if (best === null || last === undefined) {
    return { symbol, bidPrice: null, bidQty: null, askPrice: null, askQty: null };
  }
  const [bidPrice, askPrice] = [fromUnits(best.bid), fromUnits(best.ask)];
  return { symbol, bidPrice, bidQty: last.quantity, askPrice, askQty: last.quantity };
}

function perSymbol(
  query: URLSearchParams,
  venue: RestVenue,
  one: (symbol: string, venue: RestVenue) => unknown,
): unknown {
  if (query.has('symbol')) return one(openSymbol(query, venue), venue);
  return venue.symbols.map((symbol) => one(symbol, venue));
}

function openSymbol(query: URLSearchParams, venue: RestVenue): string {
  const symbol = query.get('symbol') ?? '';
  if (symbol === '') throw new RestRefusal(700_004, "Mandatory parameter 'symbol' was not sent");
  if (venue.closedSymbols.includes(symbol)) throw new RestRefusal(10007, 'symbol not support api');
  if (!venue.symbols.includes(symbol)) throw new RestRefusal(10007, 'bad symbol');
  return symbol;
}

function limit(query: URLSearchParams, usual: number, most: number): number {
  const asked = Number(query.get('limit') ?? usual);
  return Number.isInteger(asked) && asked > 0 ? Math.min(asked, most) : usual;
}

function priceDecimals(symbol: string, market: Market): number {
  const tick = market.best(symbol)?.tick ?? 1_000_000n;
  return tick === 1n ? 8 : 2;
}

function padded(units: bigint, decimals: number): string {
  const [whole = '0', part = ''] = fromUnits(units).split('.');
  return `${whole}.${part.padEnd(decimals, '0')}`;
}
