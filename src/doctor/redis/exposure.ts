import { evidence, notExamined, type Check } from '../check.js';
import type { SampleEntry, StreamSamples } from './facts.js';
import { amount } from './order-checks.js';
import { isReduceOnly, notionalOf, unanswered } from './order-samples.js';
import { entriesOf, figureOf, streamCheck, streamOf, symbolOf } from './sample.js';

const exposure = streamCheck({
  id: 'streams.exposure',
  level: 'P0',
  title: 'what was bought, and may have been, is within the exposure limit',
  matters: 'orders on their way are not counted by every service, and the limit is passed unseen',
  components: ['risk', 'execution'],
  examine: ({ samples }) => {
    const { value } = samples;
    const fills = streamOf(value, 'fills');
    if (fills === null && entriesOf(value, 'orders').length === 0) {
      return notExamined('no order was ever published');
    }
    if (fills !== null && !fills.isWhole) {
      return notExamined(
        'older results are gone from the stream, so positions do not follow from it',
      );
    }
    const filled = walk(value, fills?.entries ?? []);
    const pending = pendingUsdt(value);
    if (pending === null) return notExamined('the results do not name their orders');
    const limit = value.limits.balanceUsdt * value.limits.exposureFraction;
    const worst = filled.nowUsdt + filled.unknownUsdt + pending;
    const peak = Math.max(worst, filled.peakUsdt);
    const says =
      `exposure ${amount(worst)} USDT at worst (filled ${amount(filled.nowUsdt)}, pending ` +
      `${amount(pending)}, unknown ${amount(filled.unknownUsdt)}), at most ${amount(peak)} within ` +
      `the window; limit ${amount(limit)}`;
    const isOver = peak > limit * (1 + value.limits.roomFraction);
    return {
      status: isOver ? 'FAIL' : 'OK',
      says: isOver ? `${says}: ${amount(peak - limit)} over` : says,
      evidence: [evidence(samples, says)],
      figures: {
        filled_usdt: filled.nowUsdt,
        pending_usdt: pending,
        unknown_usdt: filled.unknownUsdt,
        peak_usdt: peak,
        limit_usdt: limit,
      },
      ...(isOver && {
        remedy: {
          does: 'stop trading, compare positions with the venue, then close what is too much',
          command: 'cdb kill-switch engage --reason "exposure above its limit"',
          risk: 'nothing is ordered until it is released; positions stay as they are',
          gate: null,
        },
      }),
    };
  },
});

interface Filled {
  readonly nowUsdt: number;
  readonly peakUsdt: number;
  readonly unknownUsdt: number;
}

/**
 * Sum of |quantity| × price over the symbols, fill by fill. The price is that of the last fill that
 * added to the position: what the limit was asked about, and no rise of the market since.
 */
function walk(samples: StreamSamples, results: readonly SampleEntry[]): Filled {
  const held = new Map<string, { quantity: number; price: number }>();
  let nowUsdt = 0;
  let peakUsdt = 0;
  let unknownUsdt = 0;
  for (const result of results) {
    const isRecent = result.atMs === null || result.atMs >= samples.sinceMs;
    if (isRecent) unknownUsdt += unknownOf(result);
    const quantity = filledQuantity(result);
    const price = figureOf(result, 'price');
    if (quantity === 0 || price === null) continue;
    const symbol = symbolOf(result);
    const before = held.get(symbol) ?? { quantity: 0, price };
    const sum = before.quantity + quantity;
    const isMore = Math.abs(sum) > Math.abs(before.quantity);
    const after = { quantity: sum, price: isMore ? price : before.price };
    held.set(symbol, after);
    nowUsdt += Math.abs(after.quantity) * after.price - Math.abs(before.quantity) * before.price;
    if (isRecent) peakUsdt = Math.max(peakUsdt, nowUsdt);
  }
  return { nowUsdt: Math.max(0, nowUsdt), peakUsdt, unknownUsdt };
}

/** Signed; 0 of what is not filled. */
function filledQuantity(result: SampleEntry): number {
  if (result.fields['status'] !== 'FILLED') return 0;
  const quantity = figureOf(result, 'filled_quantity') ?? figureOf(result, 'quantity') ?? 0;
  return result.fields['side'] === 'SELL' ? -quantity : quantity;
}

/** ERROR may be anything, except where the venue's own word is there as well. */
function unknownOf(result: SampleEntry): number {
  if (result.fields['status'] !== 'ERROR') return 0;
  const [, venue] = /"venue_status"\s*:\s*"([A-Z_]+)"/.exec(result.fields['metadata'] ?? '') ?? [];
  return venue === undefined || venue === 'UNKNOWN' ? (notionalOf(result) ?? 0) : 0;
}

/** Null where it can't be told which orders are open. */
function pendingUsdt(samples: StreamSamples): number | null {
  const open = unanswered(samples);
  if (open === null) return null;
  const own = open.orders.filter((order) => !isReduceOnly(order));
  return own.reduce((sum, order) => sum + (notionalOf(order) ?? 0), 0);
}

export const EXPOSURE_CHECKS: readonly Check[] = [exposure];
