import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ExitWish } from '../../../src/engine/domain/control.js';
import { parseE8 } from '../../../src/engine/domain/e8.js';
import type { Output } from '../../../src/engine/domain/events.js';
import type { OpenOrder } from '../../../src/engine/stages/simulated-venue.js';
import { eager, FoldBench, of } from './fold-bench.js';

const SYMBOLS = ['BTCUSDT', 'ETHUSDT'];
const ALL: ExitWish = { killId: '2-00000001', cancelOpen: true, flatten: true, scopes: [] };
const e8 = (text: string): bigint => {
  const value = parseE8(text);
  if (typeof value !== 'bigint') throw new Error(`no amount: ${text}`);
  return value;
};

/** Two symbols, of each of which something is held and something is on its way. */
function busyBench(paper: Partial<ReturnType<typeof eager>['paper']> = {}): FoldBench {
  const bench = new FoldBench({
    limits: eager({
      risk: { autoUnwind: false, maxPositionFraction: 0.2, maxTotalExposureFraction: 1 },
      paper: { latencyMsMin: 50, latencyMsMax: 50, ...paper },
    }),
  });
  bench.warmUp(SYMBOLS);
  for (const symbol of SYMBOLS) {
    bench.trade(10_010, { symbol });
    bench.trade(10_012, { symbol, afterMs: 200 });
    bench.trade(10_022, { symbol, afterMs: 200 });
  }
  return bench;
}

const openOrders = (bench: FoldBench): OpenOrder[] => [...bench.state.venue.orders.values()].flat();
const heldE8 = (bench: FoldBench, symbol: string): bigint =>
  bench.state.portfolio.positions.get(symbol)?.qtyE8 ?? 0n;
const halt = (bench: FoldBench, exits: readonly ExitWish[], epoch = 2): readonly Output[] =>
  bench.control({ level: 'HALTED', epoch, reason: 'manual', exits });

function goOn(bench: FoldBench, rounds = 6): void {
  for (let i = 0; i < rounds; i += 1) {
    for (const symbol of SYMBOLS) bench.trade(10_000, { symbol, afterMs: 600 });
  }
}

describe('a stop that cancels and closes', () => {
  it('cancels what is open, closes what is held, under its halt, and says so', () => {
    const bench = busyBench();
    expect(openOrders(bench).length).toBeGreaterThan(0);
    expect(bench.state.portfolio.positions.size).toBe(2);
    const from = bench.facts.length;
    halt(bench, [ALL]);
    goOn(bench);
    expect([openOrders(bench), bench.state.portfolio.positions.size]).toEqual([[], 0]);
    const facts = bench.facts.slice(from);
    expect(of(facts, 'CancelRequested').length).toBeGreaterThan(0);
    const orders = of(facts, 'OrderRequested');
    expect(new Set(orders.map(({ origin, reduceOnly }) => `${origin} ${reduceOnly}`))).toEqual(
      new Set(['flatten true']),
    );
    expect(of(facts, 'ExitChanged').map(({ state }) => state)).toEqual([
      'cancelling',
      'reducing',
      'done',
    ]);
    expect(of(facts, 'ExitChanged').at(-1)).toMatchObject({
      openOrders: 0,
      positions: [],
      why: '',
    });
    expect(of(facts, 'AlertRaised').map(({ code }) => code)).toContain('EXIT_DONE');
    const raised = of(facts, 'SignalRaised').filter(({ origin }) => origin === 'flatten');
    expect(raised.map(({ ref }) => ref)).toEqual(orders.map(({ signalRef }) => signalRef));
    const decisions = of(facts, 'RiskDecided').filter(({ decision }) => decision === 'ALLOW');
    expect(decisions.map(({ reduceOnly }) => reduceOnly)).not.toContain(false);
  });

  it('only cancels where only that is asked for, and leaves what is held', () => {
    const bench = busyBench();
    const held = SYMBOLS.map((symbol) => heldE8(bench, symbol));
    halt(bench, [{ ...ALL, flatten: false }]);
    bench.apply({ kind: 'TimerElapsed', atMs: bench.nowMs + 200 });
    expect(openOrders(bench)).toEqual([]);
    expect(SYMBOLS.map((symbol) => heldE8(bench, symbol))).toEqual(held);
    expect(bench.of('ExitChanged').at(-1)?.state).toBe('done');
  });

  it.each([
    ['symbol:ETHUSDT', ['BTCUSDT']],
    ['strategy:paper', []],
    ['strategy:other', SYMBOLS],
  ])('within %s alone', (scope, kept) => {
    const bench = busyBench();
    bench.control({
      scopes: { [scope]: 'HALTED' },
      epoch: 2,
      exits: [{ ...ALL, scopes: [scope] }],
    });
    // Prices that signal nothing: the rest may go on trading.
    goOn(bench);
    expect([...bench.state.portfolio.positions.keys()]).toEqual(kept);
    expect(bench.of('ExitChanged').at(-1)).toMatchObject({ state: 'done', positions: [] });
  });

  it('is done once, however often and under whatever epoch it is said', () => {
    const bench = busyBench();
    halt(bench, [ALL]);
    goOn(bench);
    const count = bench.of('ExitChanged').length;
    halt(bench, [ALL]);
    halt(bench, [ALL], 3);
    goOn(bench);
    expect(bench.of('ExitChanged')).toHaveLength(count);
  });

  it('is taken back by a release, and does not come back with an old record', () => {
    const bench = busyBench();
    halt(bench, [ALL]);
    bench.control({ level: 'TRADING', epoch: 3, reason: 'released' });
    expect(bench.of('ExitChanged').at(-1)?.state).toBe('withdrawn');
    expect(bench.state.exits).toEqual([]);
    halt(bench, [ALL], 2);
    expect(bench.state.exits).toEqual([]);
  });

  it('waits for the audit, says so, and goes on when it is back', () => {
    const bench = busyBench();
    bench.apply({ kind: 'AuditStalled', reason: 'database away', atMs: bench.nowMs });
    halt(bench, [ALL]);
    goOn(bench);
    expect(openOrders(bench)).toEqual([]);
    expect(bench.of('ExitChanged').at(-1)).toMatchObject({ state: 'stuck' });
    expect(bench.of('ExitChanged').at(-1)?.why).toContain('database away');
    expect(bench.of('AlertRaised').at(-1)).toMatchObject({ level: 'CRITICAL', code: 'EXIT_STUCK' });
    bench.apply({ kind: 'AuditRecovered', atMs: bench.nowMs });
    goOn(bench);
    expect(bench.of('ExitChanged').at(-1)).toMatchObject({ state: 'done', positions: [] });
  });

  it('closes nothing against an order of which nobody knows, and says which', () => {
    const bench = busyBench();
    // Without a halt nothing cancels it: an exit of everything that is held, then silence.
    bench.control({ level: 'HALTED', epoch: 2, exits: [{ ...ALL, scopes: ['symbol:BTCUSDT'] }] });
    const exit = openOrders(bench).find(({ origin }) => origin === 'flatten');
    expect(exit?.qtyE8).toBe(heldE8(bench, 'BTCUSDT'));
    const report = { kind: 'OrderReported', message: '', atMs: 0, symbol: 'BTCUSDT' } as const;
    const orderRef = exit?.ref ?? { seq: 0, ord: 0 };
    bench.apply({ ...report, orderRef, status: 'UNKNOWN' });
    goOn(bench);
    const unknown = bench.of('ExitChanged').at(-1);
    expect(unknown?.state).toBe('stuck');
    expect(unknown?.why).toContain('BTCUSDT: what became of an order to SELL is not known');
    expect(bench.of('OrderRequested').filter(({ origin }) => origin === 'flatten')).toHaveLength(1);
    bench.apply({ ...report, orderRef, status: 'REJECTED' });
    goOn(bench);
    expect(bench.of('ExitChanged').at(-1)?.state).toBe('done');
    expect(heldE8(bench, 'BTCUSDT')).toBe(0n);
  });

  it('gives up a symbol that the venue refuses again and again, and says what is left', () => {
    const bench = busyBench({ rejectFraction: 0 });
    bench.apply({
      kind: 'ConfigChanged',
      codeVersion: 'test',
      configHash: 'refusing',
      seed: 7,
      atMs: 0,
      thresholds: eager({ paper: { rejectFraction: 1 }, exit: { triesMax: 3, retryMs: 1_000 } }),
    });
    halt(bench, [ALL]);
    goOn(bench, 60);
    const exits = bench.of('OrderRequested').filter(({ origin }) => origin === 'flatten');
    expect(exits).toHaveLength(2 * 3);
    const left = bench.of('ExitChanged').at(-1);
    expect(left).toMatchObject({ state: 'stuck', openOrders: 0 });
    expect(left?.positions.map(({ symbol }) => symbol)).toEqual(SYMBOLS);
    expect(left?.why).toContain('3 tries failed, the last one with "REJECTED"');
  });
});

type Event =
  | {
      readonly is: 'trade';
      readonly symbol: string;
      readonly bps: number;
      readonly afterMs: number;
    }
  | {
      readonly is: 'report';
      readonly pick: number;
      readonly status: 'UNKNOWN' | 'REJECTED' | 'OPEN';
    }
  | { readonly is: 'wish'; readonly id: number; readonly scope: string | null }
  | { readonly is: 'audit'; readonly stalled: boolean }
  | { readonly is: 'crash' }
  | { readonly is: 'again' };

const EVENT: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      is: fc.constant('trade' as const),
      symbol: fc.constantFrom(...SYMBOLS),
      bps: fc.integer({ min: -15, max: 15 }),
      afterMs: fc.constantFrom(1, 60, 400, 1_500, 11_000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      is: fc.constant('report' as const),
      pick: fc.nat(5),
      status: fc.constantFrom('UNKNOWN' as const, 'REJECTED' as const, 'OPEN' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      is: fc.constant('wish' as const),
      id: fc.nat(3),
      scope: fc.constantFrom(null, 'symbol:BTCUSDT', 'strategy:paper'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('audit' as const), stalled: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('crash' as const) }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('again' as const) }) },
);

/** One fold under random events, that judges every fact as it comes. */
class Judge {
  readonly bench = busyBench({ rejectFraction: 0.2, partialFraction: 0.5, latencyMsMax: 300 });
  readonly #prices = new Map(SYMBOLS.map((symbol) => [symbol, 10_022]));
  readonly #wishes: ExitWish[] = [];
  #epoch = 1;

  do(event: Event): void {
    switch (event.is) {
      case 'trade': {
        const price = (this.#prices.get(event.symbol) ?? 0) * (1 + event.bps / 10_000);
        this.#prices.set(event.symbol, price);
        this.#judged(() =>
          this.bench.trade(price.toFixed(2), { symbol: event.symbol, afterMs: event.afterMs }),
        );
        return;
      }
      case 'report':
        this.report(openOrders(this.bench)[event.pick], event.status);
        return;
      case 'wish': {
        const scopes = event.scope === null ? [] : [event.scope];
        if (!this.#wishes.some(({ killId }) => killId === `9-${event.id}`)) {
          this.#wishes.push({ killId: `9-${event.id}`, cancelOpen: true, flatten: true, scopes });
        }
        this.#epoch += 1;
        this.say();
        return;
      }
      case 'audit': {
        const atMs = this.bench.nowMs;
        this.#judged(() =>
          this.bench.apply(
            event.stalled
              ? { kind: 'AuditStalled', reason: 'away', atMs }
              : { kind: 'AuditRecovered', atMs },
          ),
        );
        return;
      }
      case 'crash': {
        const { fold } = this.bench;
        fold.restore({ seq: fold.seq, digest: fold.digest, state: fold.stateText() });
        return;
      }
      case 'again':
        this.say();
    }
  }

  say(): void {
    const level = this.#wishes.length === 0 ? 'TRADING' : 'HALTED';
    this.#judged(() => this.bench.control({ level, epoch: this.#epoch, exits: [...this.#wishes] }));
  }

  report(order: OpenOrder | undefined, status: 'UNKNOWN' | 'REJECTED' | 'OPEN'): void {
    if (order === undefined) return;
    const { ref: orderRef, symbol } = order;
    const words = {
      kind: 'OrderReported',
      orderRef,
      symbol,
      status,
      message: '',
      atMs: 0,
    } as const;
    this.#judged(() => this.bench.apply(words));
  }

  /** No position crosses zero, and whatever open orders do, no exit can make it. */
  #judged(act: () => readonly Output[]): void {
    const before = new Map(SYMBOLS.map((symbol) => [symbol, heldE8(this.bench, symbol)]));
    for (const fact of act()) {
      if (fact.kind === 'OrderFilled') {
        const held = before.get(fact.symbol) ?? 0n;
        const after = held + (fact.side === 'BUY' ? 1n : -1n) * e8(fact.qty);
        expect(after >= 0n).toBe(true);
        before.set(fact.symbol, after);
      }
    }
    for (const symbol of SYMBOLS) {
      const exits = openOrders(this.bench).filter(
        (order) => order.symbol === symbol && order.side === 'SELL',
      );
      const mostE8 = exits.reduce((sum, order) => sum + order.qtyE8 - order.filledE8, 0n);
      expect(mostE8 <= heldE8(this.bench, symbol)).toBe(true);
    }
  }

  /** The world answers again: what is not known is known, and trades come. */
  heal(): void {
    for (const order of openOrders(this.bench).filter(({ unknown }) => unknown)) {
      this.report(order, 'REJECTED');
    }
    this.do({ is: 'audit', stalled: false });
    this.do({ is: 'wish', id: 4, scope: null });
    for (let i = 0; i < 150; i += 1) {
      for (const symbol of SYMBOLS) this.do({ is: 'trade', symbol, bps: 0, afterMs: 700 });
    }
  }
}

describe('any interleaving of trades, fills, cancels, refusals, silence and crashes', () => {
  it('never lets an exit flip a position, and ends flat or says what is left', () => {
    let flat = 0;
    fc.assert(
      fc.property(fc.array(EVENT, { minLength: 5, maxLength: 60 }), (events) => {
        const judge = new Judge();
        for (const event of events) judge.do(event);
        judge.heal();
        const { bench } = judge;
        const last = bench.state.exits.at(-1);
        const held = [...bench.state.portfolio.positions.keys()];
        if (last?.state === 'done') {
          flat += 1;
          expect([openOrders(bench), held]).toEqual([[], []]);
        } else {
          expect(last?.state).toBe('stuck');
          expect(held.length).toBeGreaterThan(0);
          for (const symbol of held) expect(last?.why).toContain(symbol);
        }
      }),
      { numRuns: 150 },
    );
    expect(flat).toBeGreaterThan(140);
  });
});
