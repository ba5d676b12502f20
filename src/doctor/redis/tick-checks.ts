import { readAmount } from '../../engine/domain/trade-amount.js';
import { isTradeSymbol, printableSymbol } from '../../engine/domain/trade-symbol.js';
import type { ExactObject } from '../../engine/domain/exact-json.js';
import { STREAMS } from '../../engine/domain/wire/streams.js';
import { durationText } from '../../view/age.js';
import { countText } from '../../view/figure.js';
import { check, evidence, notExamined, type Check } from '../check.js';
import type { HeardTicks, SampleLimits, StreamSamples } from './facts.js';
import { integerOf, readMessage, schemaFaults, textOf } from './market-data-message.js';
import { recentOf, SAMPLE_WINDOW_MS, streamCheck, symbolOf, type StreamName } from './sample.js';

/** Entries whose symbol and price are of the market. */
const PRICED: readonly (readonly [StreamName, string])[] = [
  ['candles', 'close'],
  ['signals', 'price'],
  ['orders', 'price'],
];

const marketData = check({
  id: 'streams.market_data',
  group: 'streams',
  level: 'P1',
  title: 'trades on market_data are of its schema',
  matters: 'a renamed field reads as volume 0 or ends the reader: signals stop, all are healthy',
  components: ['websocket', 'signal', 'candles'],
  needs: ['ticks'],
  after: ['streams.reach'],
  windowMs: SAMPLE_WINDOW_MS,
  examine: ({ ticks }) => {
    const { messages, heard, listenedMs } = ticks.value;
    if (messages.length === 0) return notExamined(`no trade was published within ${listenedMs} ms`);
    const faults = new Map<string, number>();
    for (const { text } of messages) {
      const message = readMessage(text);
      const found = message === null ? ['no JSON object'] : schemaFaults(message);
      for (const fault of found) faults.set(fault, (faults.get(fault) ?? 0) + 1);
    }
    const looked = `${heard} trades in ${listenedMs} ms`;
    if (faults.size === 0) {
      const says = `${looked} are of the schema`;
      return { status: 'OK', says, evidence: [evidence(ticks, says)] };
    }
    const words = [...faults].map(([fault, count]) => `${fault} (${count} of ${messages.length})`);
    return {
      status: 'FAIL',
      says: `trades that the schema refuses: ${words.slice(0, 5).join(', ')}`,
      evidence: words.slice(0, 10).map((fault) => evidence(ticks, `${looked}: ${fault}`)),
      figures: { heard, faults: faults.size },
      remedy: {
        does: 'bring publisher and readers to one version of the message',
        command: 'redis-cli SUBSCRIBE market_data',
        risk: 'none: it only reads',
        gate: null,
      },
    };
  },
});

const inputs = streamCheck({
  id: 'streams.inputs',
  level: 'P1',
  title: 'what comes in makes sense',
  matters: 'nothing at the door refuses an old, doubled or absurd trade: it is ordered and filled',
  components: ['websocket', 'signal'],
  looks: ['ticks'],
  examine: ({ samples }, { readings: { ticks } }) => {
    const { value } = samples;
    const heard = ticks.state === 'read' ? ticks.value : null;
    const entries = PRICED.flatMap(([name]) => recentOf(value, name));
    const count = (heard?.messages.length ?? 0) + entries.length;
    if (count === 0) return notExamined('no trade and no entry to look at');
    const bad = [...(heard === null ? [] : tickFaults(heard, value.limits)), ...entryFaults(value)];
    const looked = `${heard?.messages.length ?? 0} trades, ${entries.length} entries`;
    const [first] = bad;
    if (first === undefined) {
      const says = `${looked}: fresh, once each, with symbols and prices of a market`;
      return { status: 'OK', says, evidence: [evidence(samples, says)] };
    }
    return {
      status: 'FAIL',
      says: `${bad.length} inputs make no sense (${looked}): ${bad.slice(0, 3).join('; ')}`,
      evidence: bad.slice(0, 10).map((fault) => evidence(samples, fault)),
      figures: { senseless: bad.length, looked_at: count },
      remedy: {
        does: 'find who publishes it, and let nobody else publish on market_data (ACL)',
        command: 'redis-cli CLIENT LIST',
        risk: 'none: it only reads',
        gate: null,
      },
    };
  },
});

function tickFaults({ messages }: HeardTicks, limits: SampleLimits): readonly string[] {
  const seen = new Set<string>();
  return messages.flatMap(({ text, chars, receivedAtMs }) => {
    if (chars > text.length) return [`a message of ${countText(chars)} characters`];
    const message = readMessage(text);
    if (message === null) return [];
    const faults = tickFault(message, receivedAtMs, limits);
    const id = textOf(message, 'trade_id');
    if (id === '') return faults;
    const venue = textOf(message, 'venue') || textOf(message, 'source');
    const key = JSON.stringify([venue, textOf(message, 'symbol'), id]);
    if (seen.has(key))
      return [...faults, `trade ${id.slice(0, 20)} of ${venue.slice(0, 20)} twice`];
    seen.add(key);
    return faults;
  });
}

function tickFault(
  message: ExactObject,
  receivedAtMs: number,
  limits: SampleLimits,
): readonly string[] {
  const symbol = textOf(message, 'symbol');
  const tsMs = integerOf(message, 'ts_ms');
  const ageMs = tsMs === null ? 0 : receivedAtMs - tsMs;
  const name = printableSymbol(symbol);
  return [
    ...symbolFault(symbol),
    ...priceFault(name, textOf(message, 'price')),
    ...(ageMs > limits.tickAgeMs ? [`a trade of ${name} ${durationText(ageMs)} old`] : []),
    ...(-ageMs > limits.futureMs ? [`a trade of ${name} ${durationText(-ageMs)} ahead`] : []),
  ];
}

function entryFaults(samples: StreamSamples): readonly string[] {
  return PRICED.flatMap(([name, field]) =>
    recentOf(samples, name).flatMap((entry) => {
      const symbol = symbolOf(entry);
      const { [field]: price } = entry.fields;
      const where = `${STREAMS[name].name} ${entry.id}: `;
      const faults = [
        ...symbolFault(symbol),
        ...(price === undefined ? [] : priceFault(printableSymbol(symbol), price)),
      ];
      return faults.map((fault) => where + fault);
    }),
  );
}

function symbolFault(symbol: string): readonly string[] {
  return isTradeSymbol(symbol) ? [] : [`"${printableSymbol(symbol)}" is no symbol`];
}

/** Digits beyond the eighth are a float's, and a missing price is told elsewhere. */
function priceFault(symbol: string, price: string): readonly string[] {
  const amount = price === '' || !Number.isFinite(Number(price)) ? null : readAmount(price);
  if (amount === null || typeof amount === 'bigint' || amount === 'precision') return [];
  if (amount === 'malformed' && Number(price) < 1e10) return [];
  return [`${symbol} at a price of ${price.slice(0, 20)}`];
}

export const TICK_CHECKS: readonly Check[] = [marketData, inputs];
