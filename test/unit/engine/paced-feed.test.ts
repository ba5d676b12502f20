import { describe, expect, it } from 'vitest';
import type { TradeObserved } from '../../../src/engine/domain/inputs.js';
import { pacedFeed, WARM_UP_MS } from '../../../src/engine/paced-feed.js';
import { listFeed } from '../../fakes/engine/list-feed.js';
import { ManualClock } from '../../fakes/engine/manual-clock.js';
import { onlyTrades } from '../../fakes/engine/only-trades.js';
import { quiet, until } from '../../fakes/engine/until.js';
import { observed, T0 } from './stages/market-fold.js';

/** One trade a second, half an hour of them. */
const TRADES = Array.from({ length: 1_800 }, (_, i) => observed({ tsMs: T0 + i * 1_000 }));
const WARM_TRADES = WARM_UP_MS / 1_000;

function reading(speed: number | 'max', skip = 0, trades = TRADES) {
  const clock = new ManualClock();
  const abort = new AbortController();
  const taken: TradeObserved[] = [];
  let over = false;
  const feed = pacedFeed(listFeed(trades, { batchTrades: 50 }), clock, speed);
  void (async () => {
    for await (const inputs of feed.inputs(skip, abort.signal)) taken.push(...onlyTrades(inputs));
    over = true;
  })();
  return { clock, abort, taken, isOver: () => over };
}

describe('paced feed', () => {
  it('gives the warm-up at once and then keeps its pace', async () => {
    const { clock, taken } = reading(10);
    await until(() => clock.sleeping > 0);
    const ahead = taken.length;
    expect(ahead).toBeGreaterThanOrEqual(WARM_TRADES);
    expect(ahead).toBeLessThan(WARM_TRADES + 3);
    for (let i = 0; i < 20; i += 1) {
      clock.advance(100);
      await quiet(5);
    }
    expect(taken.length - ahead).toBeGreaterThanOrEqual(19);
    expect(taken.length - ahead).toBeLessThanOrEqual(21);
    expect(taken).toEqual(TRADES.slice(0, taken.length));
  });

  it('has no second warm-up where it goes on behind what was taken', async () => {
    const { clock, taken } = reading(10, 100);
    await until(() => clock.sleeping > 0);
    expect(taken.length).toBeLessThan(4);
    expect(taken[0]).toEqual(TRADES[100]);
  });

  it('counts from the first row that has a time', async () => {
    const unreadable = { ...observed({ tsMs: T0 }), tsMs: null, receivedAtMs: 0 };
    const { clock, taken } = reading(10, 0, [unreadable, ...TRADES]);
    await until(() => clock.sleeping > 0);
    expect(taken.length).toBeGreaterThan(WARM_TRADES);
  });

  it('ends its pause when it is stopped', async () => {
    const { clock, abort, isOver } = reading(1);
    await until(() => clock.sleeping > 0);
    abort.abort();
    await until(isOver);
  });

  it('at full speed gives everything without a pause', async () => {
    const { clock, taken, isOver } = reading('max');
    await until(isOver);
    expect(taken).toEqual(TRADES);
    expect(clock.sleeping).toBe(0);
  });
});
