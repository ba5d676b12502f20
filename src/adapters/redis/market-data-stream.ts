import { JsonFloat, type ExactJson, type ExactObject } from '../../engine/domain/exact-json.js';
import { excerpt, readFrameObject } from '../live-feed/frame-object.js';
import type { StreamMessage, StreamTrade, TradeStream } from '../live-feed/venue-stream.js';

/** The venue of a message that names none. */
const UNNAMED = 'redis';
const SCHEMA_VERSION = 'v1.0';
/** Longest texts of a venue, and room: a megabyte in a name must not be kept a thousand times. */
const NAME_CHARS_MAX = 64;
const ID_CHARS_MAX = 128;
/** The subscription answers within two seconds, or it is no subscription any more. */
const PING_EVERY_MS = 1_000;

/** Forms of older publishers that mean the same; the current schema refuses them. */
type Habit = 'qty' | 'number' | 'no version';

const HABIT_WORDS: Readonly<Record<Habit, string>> = {
  qty: 'names its quantity "qty", which was given up for "trade_qty"',
  number: 'has numbers where the schema wants texts',
  'no version': 'has no schema_version',
};

/**
 * The topic `market_data`: one JSON object a trade (domain.md 2.2). Older publishers are read as well;
 * each of their habits is told once, because the stack's own services may refuse them.
 */
export function marketDataStream(onNotice: (text: string) => void): TradeStream {
  const told = new Set<Habit>();
  const tell = (habit: Habit): void => {
    if (told.has(habit)) return;
    told.add(habit);
    onNotice(`market_data ${HABIT_WORDS[habit]}: it is read, but other services may refuse it`);
  };
  return {
    venue: UNNAMED,
    // Several sources share the topic, and none says that it counts by one.
    contiguousTradeIds: false,
    symbolsPerConnectionMax: Infinity,
    subscribeTexts: () => [],
    keepAlive: { text: 'PING', everyMs: PING_EVERY_MS },
    readText: (text) => readMarketData(text, tell),
    readBinary: () => ({ kind: 'unreadable', why: 'bytes, and no text' }),
  };
}

/** Never throws. @param tell hears of what was read although the schema refuses it */
export function readMarketData(text: string, tell: (habit: Habit) => void): StreamMessage {
  const read = readFrameObject(text);
  if (!read.ok) return { kind: 'unreadable', why: read.why };
  const { members } = read;
  const version = members.get('schema_version');
  if (version !== undefined && version !== SCHEMA_VERSION) {
    return unreadable('schema_version is another one', text);
  }
  const symbol = nameOf(members.get('symbol'));
  if (symbol === null) return unreadable('symbol is missing, or no name', text);
  const habits = new Set<Habit>(version === undefined ? ['no version'] : []);
  const trade = tradeOf(members, habits);
  if (typeof trade === 'string') return unreadable(trade, text);
  for (const habit of habits) tell(habit);
  return { kind: 'trades', symbol, sentAtMs: null, trades: [trade] };
}

/** @returns what is wrong where it is no trade */
function tradeOf(members: ExactObject, habits: Set<Habit>): StreamTrade | string {
  const isOld = !members.has('trade_qty');
  const price = amountOf(members.get('price'), habits);
  const qty = amountOf(members.get(isOld ? 'qty' : 'trade_qty'), habits);
  if (price === null) return 'price is missing, or no amount';
  if (qty === null) return 'trade_qty is missing, or no amount';
  if (isOld) habits.add('qty');
  const id = members.get('trade_id') ?? null;
  const tradeId = id === null ? null : idOf(id, habits);
  if (tradeId === undefined) return 'trade_id is no id';
  const venue = nameOf(members.get('source')) ?? nameOf(members.get('venue')) ?? UNNAMED;
  const side = sideOf(members.get('side'));
  return { price, qty, side, tradeId, tsMs: timeOf(members.get('ts_ms')), venue };
}

function nameOf(value: ExactJson | undefined): string | null {
  if (typeof value !== 'string' || value === '') return null;
  return value.length > NAME_CHARS_MAX ? null : value;
}

/** As it is written: whether it is an amount at all is judged at the core's door. */
function amountOf(value: ExactJson | undefined, habits: Set<Habit>): string | null {
  const text = typeof value === 'string' ? value : numberText(value);
  if (text === null || text.length > NAME_CHARS_MAX) return null;
  if (typeof value !== 'string') habits.add('number');
  return text;
}

/** Undefined where it is none. */
function idOf(value: ExactJson, habits: Set<Habit>): string | null | undefined {
  if (value === '') return null;
  const text = typeof value === 'bigint' ? String(value) : value;
  if (typeof text !== 'string' || text.length > ID_CHARS_MAX) return undefined;
  if (typeof value === 'bigint') habits.add('number');
  return text;
}

/** Plain digits: what `String` writes with an exponent is refused at the door. */
function numberText(value: ExactJson | undefined): string | null {
  if (typeof value === 'bigint') return String(value);
  if (!(value instanceof JsonFloat)) return null;
  const text = String(value.value);
  return /e/.test(text) ? value.value.toFixed(20).replace(/\.?0+$/, '') : text;
}

function sideOf(value: ExactJson | undefined): StreamTrade['side'] {
  return value === 'buy' || value === 'sell' ? value : 'unknown';
}

function timeOf(value: ExactJson | undefined): number | null {
  const number = value instanceof JsonFloat ? value.value : value;
  const isText = typeof number === 'bigint' || typeof number === 'string';
  if (isText && !/^\d{1,15}$/.test(String(number))) return null;
  const ms = Number(isText ? number : typeof number === 'number' ? number : NaN);
  return Number.isSafeInteger(ms) && ms >= 0 ? ms : null;
}

function unreadable(why: string, text: string): StreamMessage {
  return { kind: 'unreadable', why: `${why}: ${excerpt(text)}` };
}
