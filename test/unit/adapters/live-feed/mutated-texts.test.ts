import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { binanceStream } from '../../../../src/adapters/binance/binance-stream.js';
import type { StreamMessage } from '../../../../src/adapters/live-feed/venue-stream.js';
import { mexcStream } from '../../../../src/adapters/mexc/mexc-stream.js';
import { draws, type Draws } from '../draws.js';
import { CONTROL } from '../mexc/frame-vectors.js';

const ROUNDS = 40_000;
const FRAMES = join(import.meta.dirname, '../../../../data/frames/binance.json');
const D = 'spot@public.aggre.deals.v3.api.pb@100ms@';

const EVENTS: readonly string[] = (
  JSON.parse(readFileSync(FRAMES, 'utf8')) as { frames: { received: string }[] }
).frames.map(({ received }) => received);

const TEXTS: readonly string[] = [
  ...CONTROL.map(({ text }) => text),
  `{"id":0,"code":0,"msg":"Subscribed successful! [${D}A]. Not Subscribed successfully! [${D}B].  Reason： Blocked! "}`,
  '{"e":"serverShutdown","E":1723161255343}',
  '{"result":null,"id":1}',
  '{"error":{"code":-1121,"msg":"Invalid symbol."},"id":1}',
  'Invalid listen key',
];

const TOKENS = [
  ...'{ } [ ] , : " \\ \\u0000 \\ud800 0 - 1e999 12345678901234567890 null true ：'.split(' '),
  ...['\ud800', '\u0000', ' ', '\n', '"e":"trade",', '"data":', '"__proto__":', '[['.repeat(60)],
];

const WORDS = ['"e"', '"s"', '"p"', '"t"', '"m"', 'true', 'false', 'null', '1', '[]', '{}'];
const DIGITS = ['0', '1', '2', '5', '9', '00', '.', '-'];

/** JSON.parse is another reader of the same text; what it can't find there, nobody may report. */
test('a mutated text is read as JSON.parse reads it, or refused', { timeout: 120_000 }, () => {
  const random = draws();
  const counts = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const text = mutant(random);
    try {
      for (const stream of [mexcStream(), binanceStream()]) {
        const message = stream.readText(text);
        checkAgainst(text, message);
        counts.set(message.kind, (counts.get(message.kind) ?? 0) + 1);
      }
    } catch (error) {
      const origin = `seed ${random.seed}, round ${round}: ${JSON.stringify(text)}`;
      throw new Error(origin, { cause: error });
    }
  }
  // Mutants that are all refused would show nothing.
  expect([...counts.keys()].sort()).toEqual(EVERY_KIND);
  expect(counts.get('trades')).toBeGreaterThan(ROUNDS / 20);
});

const EVERY_KIND = ['answered', 'closing', 'data', 'nothing', 'pong', 'trades', 'unreadable'];

function mutant(random: Draws): string {
  let text = random.pick(random.below(2) === 0 ? EVENTS : TEXTS);
  for (let times = 1 + random.below(2); times > 0; times -= 1) {
    text = random.pick(MUTATIONS)(text, random);
  }
  return text;
}

const at = (text: string, { below }: Draws): number => below(text.length + 1);

const MUTATIONS: readonly ((text: string, random: Draws) => string)[] = [
  (text, random) => text.slice(0, at(text, random)),
  (text, random) => text.slice(0, at(text, random)) + text.slice(at(text, random)),
  (text, random) => text.slice(0, at(text, random)) + random.pick(TEXTS),
  (text, random) => {
    const place = at(text, random);
    const end = place + random.below(2);
    return text.slice(0, place) + random.pick(TOKENS) + text.slice(end);
  },
  (text, random) => {
    const place = at(text, random);
    return text.slice(0, place) + String.fromCharCode(random.below(0x80)) + text.slice(place + 1);
  },
  (text, random) => replacedHereAndThere(text, /[0-9]/g, DIGITS, random),
  (text, random) => replacedHereAndThere(text, /"[a-zA-Z]"|true|false/g, WORDS, random),
];

function replacedHereAndThere(
  text: string,
  pattern: RegExp,
  replacements: readonly string[],
  random: Draws,
): string {
  return text.replace(pattern, (found) =>
    random.below(30) === 0 ? random.pick(replacements) : found,
  );
}

interface ParsedFrame {
  readonly data?: ParsedFrame;
  readonly event?: ParsedFrame;
  readonly s?: string;
  readonly p?: string;
  readonly q?: string;
  readonly m?: boolean;
  readonly t?: number;
  readonly T?: number;
  readonly msg?: string;
}

function checkAgainst(text: string, message: StreamMessage): void {
  if (message.kind === 'unreadable' || text === '') return;
  const parsed = JSON.parse(text) as ParsedFrame;
  if (message.kind === 'answered') {
    for (const symbol of message.accepted) {
      expect(parsed.msg).toContain(`@${symbol}`);
      expect(message.rejected).not.toContain(symbol);
    }
  }
  if (message.kind !== 'trades') return;
  const { s, p, q, m, t, T } =
    [parsed.data, parsed.event, parsed].find((event) => event?.p !== undefined) ?? {};
  const [trade] = message.trades;
  if (trade === undefined) throw new Error('an event of Binance is one trade');
  expect([message.symbol, trade.price, trade.qty]).toEqual([s, p, q]);
  expect(trade.side).toBe(m === true ? 'sell' : m === false ? 'buy' : 'unknown');
  if (trade.tradeId !== null) expect(Number(trade.tradeId)).toBe(t);
  if (trade.tsMs !== null) expect([T, Math.floor((T ?? 0) / 1_000)]).toContain(trade.tsMs);
}
