import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import { mexcStream } from '../../../../src/adapters/mexc/mexc-stream.js';
import { readFrame } from '../../../../src/adapters/mexc/read-frame.js';
import { draws, type Draws } from '../draws.js';
import { CAPTURED, GENERATED } from './frame-vectors.js';
import { MUTATIONS } from './mutate-frame.js';
import { referenceFrame, withTextTimes } from './reference-decoder.js';

const FRAMES = [...CAPTURED, ...GENERATED].map(({ hex }) => Buffer.from(hex, 'hex'));
const ROUNDS = 120_000;
const STREAM = mexcStream();

/**
 * Whatever this reader accepts, protobufjs reads with the same fields and values. The converse does
 * not hold: this reader refuses more (docs/adr/0040).
 */
test('a mutated frame is refused, or reads as protobufjs reads it', { timeout: 120_000 }, () => {
  const random = draws();
  const counts: Record<Agreement, number> = { refused: 0, same: 0, trades: 0 };
  for (let round = 0; round < ROUNDS; round += 1) {
    const { bytes, history } = mutant(random);
    try {
      counts[agreement(bytes)] += 1;
    } catch (error) {
      const origin = `seed ${random.seed}, round ${round} (${history}), ${bytes.toString('hex')}`;
      throw new Error(`the readers disagree: ${origin}`, { cause: error });
    }
  }
  // Mutants that are all refused, or all accepted, would show nothing.
  expect(Math.min(...Object.values(counts))).toBeGreaterThan(ROUNDS / 10);
});

function mutant(random: Draws): { readonly bytes: Buffer; readonly history: string } {
  let bytes: Buffer = random.pick(FRAMES);
  const history: string[] = [];
  for (let times = 1 + random.below(2); times > 0 && bytes.length > 0; times -= 1) {
    const [name, mutate] = random.pick(Object.entries(MUTATIONS));
    // Changes of structure need a frame that can be taken apart; damaged ones stay as they are.
    const changed = mutate(bytes, random.pick(FRAMES), random);
    if (changed === null) continue;
    bytes = changed;
    history.push(name);
  }
  return { bytes, history: history.join(', then ') };
}

type Agreement = 'refused' | 'same' | 'trades';

/** @throws what speaks against the reader under test, or what it threw */
function agreement(bytes: Buffer): Agreement {
  const message = STREAM.readBinary(bytes);
  const read = readFrame(bytes);
  if (!read.ok) {
    expectSame(message.kind, bytes.length === 0 ? 'nothing' : 'unreadable');
    return 'refused';
  }
  const reference: ReferenceFrame = referenceFrame(bytes);
  expectSame(withTextTimes(read.frame), reference);
  if (message.kind !== 'trades') return 'same';
  const { symbol, trades } = message;
  const symbols = reference.symbol ? [reference.symbol] : reference.channel?.split('@');
  if (!symbols?.includes(symbol)) expect(symbols).toContain(symbol);
  expectSame(trades, (reference.publicAggreDeals?.deals ?? []).map(referenceTrade));
  return 'trades';
}

/** `expect` is too slow for every round. */
function expectSame(ours: unknown, theirs: unknown): void {
  if (!isDeepStrictEqual(ours, theirs)) expect(ours).toStrictEqual(theirs);
}

interface ReferenceFrame {
  readonly channel?: string;
  readonly symbol?: string;
  readonly publicAggreDeals?: { readonly deals?: readonly ReferenceDeal[] };
}

interface ReferenceDeal {
  readonly price?: string;
  readonly quantity?: string;
  readonly tradeType?: number;
  readonly time?: string;
  readonly tradeId?: string;
}

function referenceTrade(deal: ReferenceDeal): object {
  const timeMs = Number(deal.time ?? 0);
  return {
    price: deal.price ?? '',
    qty: deal.quantity ?? '',
    side: ['unknown', 'buy', 'sell'][deal.tradeType ?? 0] ?? 'unknown',
    tradeId: deal.tradeId ? deal.tradeId : null,
    tsMs: timeMs !== 0 && Number.isSafeInteger(timeMs) ? timeMs : null,
  };
}
