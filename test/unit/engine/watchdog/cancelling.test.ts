import { describe, expect, test } from 'vitest';
import type {
  OpenOrders,
  RestingOrder,
  VenueAnswer,
} from '../../../../src/engine/ports/open-orders.js';
import {
  cancelUntilConfirmed,
  type CancelResult,
} from '../../../../src/engine/watchdog/cancelling.js';
import { ManualClock } from '../../../fakes/engine/manual-clock.js';
import { quiet } from '../../../fakes/engine/until.js';

type Answer = VenueAnswer<readonly RestingOrder[]>;

const order = (orderId: string, symbol = 'BTCUSDT'): RestingOrder => ({
  orderId,
  symbol,
  status: 'NEW',
});
const unknown: Answer = { kind: 'unknown', words: 'HTTP 502', retryAfterMs: 0 };
const refused = (retryAfterMs: number): Answer => ({
  kind: 'refused',
  words: 'wait',
  retryAfterMs,
});

/** A venue with these orders; `fault` stands in for its answers, and the cancel is carried out or not. */
function begin(orders: readonly RestingOrder[], symbols = ['BTCUSDT'], carriesOut = true) {
  const clock = new ManualClock();
  const venue = {
    orders: [...orders],
    fault: null as Answer | null,
    carriesOut,
    asked: [] as { readonly what: string; readonly atMs: number }[],
  };
  const note = (what: string) => venue.asked.push({ what, atMs: clock.nowMs() });
  const of = (symbol: string) => venue.orders.filter((one) => one.symbol === symbol);
  const port: OpenOrders = {
    venue: 'a venue',
    cancelAll: async (symbol) => {
      note(`cancel ${symbol}`);
      const gone = of(symbol);
      if (venue.carriesOut) venue.orders = venue.orders.filter((one) => one.symbol !== symbol);
      return venue.fault ?? { kind: 'answered', value: gone };
    },
    list: async (symbol) => {
      note(`list ${symbol}`);
      return venue.fault ?? { kind: 'answered', value: of(symbol) };
    },
  };
  const results: CancelResult[] = [];
  const over = new AbortController();
  let isDone: boolean | null = null;
  let isOver = false;
  void cancelUntilConfirmed(
    {
      orders: port,
      clock,
      symbols,
      isOver: () => isOver,
      onResult: (result) => results.push(result),
    },
    over.signal,
  ).then((value) => {
    isDone = value;
  });
  const pass = async (ms: number): Promise<void> => {
    await quiet();
    clock.advance(ms);
    await quiet();
  };
  const end = () => {
    isOver = true;
  };
  return { venue, results, pass, over, end, done: () => isDone };
}

describe('cancelUntilConfirmed', () => {
  test('is confirmed when the venue has listed none twice, not when it says that it cancels', async () => {
    const { venue, results, pass, done } = begin([order('a'), order('b')]);
    await quiet();
    expect(results).toMatchObject([{ outcome: 'not confirmed' }]);
    expect(results[0]?.words).toContain('looking once more');
    // One that was on its way arrives after the first look.
    venue.orders.push(order('late'));
    await pass(1_000);
    expect(done()).toBeNull();
    await pass(1_000);
    expect(done()).toBe(true);
    expect(venue.orders).toEqual([]);
    expect(results.at(-1)?.symbols[0]?.cancelled).toEqual(['a', 'b', 'late']);
  });

  test('an unknown outcome is said as unknown, and tried again until it is known', async () => {
    const { venue, results, pass, done } = begin([order('a')]);
    venue.fault = unknown;
    await quiet();
    expect(results.at(-1)).toMatchObject({ outcome: 'unknown' });
    expect(results.at(-1)?.words).toContain('UNKNOWN whether orders rest (unknown: HTTP 502');
    venue.fault = null;
    for (let n = 0; n < 4; n += 1) await pass(2_000);
    expect(done()).toBe(true);
  });

  test('goes on for as long as orders rest, at a pace that is bounded', async () => {
    const { venue, results, pass, done } = begin([order('a')], ['BTCUSDT'], false);
    for (let n = 0; n < 200; n += 1) await pass(1_000);
    expect(done()).toBeNull();
    expect(results.at(-1)).toMatchObject({ outcome: 'not confirmed' });
    const cancels = venue.asked.filter(({ what }) => what.startsWith('cancel'));
    const gaps = cancels.slice(1).map(({ atMs }, at) => atMs - (cancels[at]?.atMs ?? 0));
    expect(gaps).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, ...gaps.slice(5).map(() => 30_000)]);
    expect(gaps.length).toBeGreaterThan(8);
  });

  test('waits for as long as a venue asks, within a limit', async () => {
    const { venue, pass } = begin([order('a')]);
    venue.fault = refused(7_000);
    await quiet();
    await pass(6_000);
    expect(venue.asked).toHaveLength(2);
    venue.fault = refused(86_400_000);
    await pass(1_000);
    expect(venue.asked).toHaveLength(4);
    await pass(300_000);
    expect(venue.asked).toHaveLength(6);
  });

  test('one symbol that cannot be cancelled does not keep the others', async () => {
    const { venue, results, pass } = begin([order('b', 'ETHUSDT')], ['ETHUSDT', 'BTCUSDT'], false);
    await quiet();
    for (let n = 0; n < 10; n += 1) await pass(2_000);
    const [eth, btc] = results.at(-1)?.symbols ?? [];
    expect([eth?.left, btc?.left]).toEqual([1, 0]);
    // What is confirmed is left alone.
    const asked = venue.asked.filter(({ what }) => what === 'list BTCUSDT');
    expect(asked).toHaveLength(2);
  });

  test('sends nothing more once somebody has taken over', async () => {
    const { venue, pass, done, end } = begin([order('a')], ['BTCUSDT'], false);
    await quiet();
    const before = venue.asked.length;
    end();
    for (let n = 0; n < 5; n += 1) await pass(30_000);
    expect(done()).toBe(false);
    expect(venue.asked).toHaveLength(before);
  });

  test('ends at once when the watchdog ends', async () => {
    const { venue, done, over } = begin([order('a')]);
    venue.fault = unknown;
    await quiet();
    over.abort();
    await quiet();
    expect(done()).toBe(false);
  });
});
