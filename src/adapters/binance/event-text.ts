import {
  isExactArray,
  isExactObject,
  type ExactJson,
  type ExactObject,
} from '../../engine/domain/exact-json.js';
import { excerpt, readFrameObject, textMember } from '../live-feed/frame-object.js';
import type { StreamMessage } from '../live-feed/venue-stream.js';

/**
 * Events of market data beside `trade`. Ids of aggregate trades count the aggregates, so that an
 * `aggTrade` taken for a trade would show gaps that are none.
 */
const MARKET_EVENTS: ReadonlySet<string> = new Set([
  'aggTrade',
  'avgPrice',
  'bookTicker',
  'depthUpdate',
  'kline',
  '24hrTicker',
  '24hrMiniTicker',
  '1hTicker',
  '4hTicker',
  '1dTicker',
]);

/** Between these a time is in microseconds (2001 to 2286), as `timeUnit=MICROSECOND` asks for. */
const MICROS_MIN = 1e15;
const MICROS_MAX = 1e16;
const MICROS_PER_MS = 1_000;

/** Reads combined (`{"stream":…,"data":…}`) and raw events, and answers. Never throws. */
export function readEventText(text: string): StreamMessage {
  if (text === '') return { kind: 'nothing' };
  const read = readFrameObject(text);
  if (!read.ok) return { kind: 'unreadable', why: read.why };
  const { members } = read;
  const stream = textMember(members.get('stream'));
  const data = members.get('data');
  if (stream === '' || data === undefined) {
    const event = members.get('event');
    return rawEvent(isExactObject(event) ? event : members, text);
  }
  if (isExactObject(data)) return streamedEvent(data, stream);
  if (isExactArray(data)) return { kind: 'data', symbol: null, sentAtMs: null };
  return { kind: 'unreadable', why: `a stream without data: ${excerpt(text)}` };
}

/** Book tickers and partial depths have no event type; the stream's name says what they are. */
function streamedEvent(event: ExactObject, stream: string): StreamMessage {
  if (event.has('e')) return typedEvent(event);
  const [symbol = ''] = stream.split('@');
  return { kind: 'data', symbol: eventSymbol(event) ?? symbol.toUpperCase(), sentAtMs: null };
}

function rawEvent(event: ExactObject, text: string): StreamMessage {
  if (event.has('e')) return typedEvent(event);
  if (event.has('b') && event.has('a') && event.has('u')) {
    return { kind: 'data', symbol: eventSymbol(event), sentAtMs: null };
  }
  if (event.has('error') || event.has('code')) return refusal(event);
  if (event.has('result') || event.has('lastUpdateId')) return { kind: 'nothing' };
  return { kind: 'unreadable', why: `no event: ${excerpt(text)}` };
}

/** `{"code":…,"msg":…}`, or the same below `error`. It doesn't say which streams it is about. */
function refusal(answer: ExactObject): StreamMessage {
  const error = answer.get('error');
  const { code, msg } = Object.fromEntries(isExactObject(error) ? error : answer);
  const words = typeof code === 'bigint' ? `error ${String(code)}` : 'error';
  const why = typeof msg === 'string' ? `${words}: ${msg}` : words;
  return { kind: 'answered', accepted: [], rejected: [], why };
}

function typedEvent(event: ExactObject): StreamMessage {
  const type = textMember(event.get('e'));
  if (type === 'trade') return tradeEvent(event);
  if (type === 'serverShutdown') return { kind: 'closing', why: 'Binance announces maintenance' };
  if (!MARKET_EVENTS.has(type)) return { kind: 'nothing' };
  return { kind: 'data', symbol: eventSymbol(event), sentAtMs: ms(event.get('E')) };
}

function tradeEvent(event: ExactObject): StreamMessage {
  const symbol = eventSymbol(event);
  const price = event.get('p');
  const qty = event.get('q');
  if (symbol === null) return { kind: 'unreadable', why: 'a trade without a symbol' };
  // A number would have been a float on the way.
  if (typeof price !== 'string' || typeof qty !== 'string') {
    return { kind: 'unreadable', why: 'a trade whose price or quantity is no text' };
  }
  const id = event.get('t');
  const tradeId = typeof id === 'bigint' && id >= 0n ? String(id) : null;
  const side = takerSide(event.get('m'));
  const tsMs = ms(event.get('T'));
  return {
    kind: 'trades',
    symbol,
    sentAtMs: ms(event.get('E')),
    trades: [{ price, qty, side, tradeId, tsMs }],
  };
}

/** `m` says that the buyer was the maker: the taker sold. */
function takerSide(isBuyerMaker: ExactJson | undefined): 'buy' | 'sell' | 'unknown' {
  if (typeof isBuyerMaker !== 'boolean') return 'unknown';
  return isBuyerMaker ? 'sell' : 'buy';
}

function eventSymbol(event: ExactObject): string | null {
  const symbol = textMember(event.get('s'));
  return symbol === '' ? null : symbol;
}

function ms(value: ExactJson | undefined): number | null {
  if (typeof value !== 'bigint') return null;
  const time = Number(value);
  if (!Number.isSafeInteger(time)) return null;
  const isMicros = time >= MICROS_MIN && time < MICROS_MAX;
  return isMicros ? Math.floor(time / MICROS_PER_MS) : time;
}
