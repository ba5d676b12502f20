import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeHash } from '../../../src/adapters/node-hash.js';
import { initialCore, step } from '../../../src/engine/core.js';
import { absE8, mulE8, parseE8, type E8 } from '../../../src/engine/domain/e8.js';
import type { Output } from '../../../src/engine/domain/events.js';
import type { Input, SequencedInput } from '../../../src/engine/domain/inputs.js';
import type { Thresholds } from '../../../src/engine/domain/thresholds.js';
import { Fold } from '../../../src/engine/fold.js';
import { stateFromText, stateToText } from '../../../src/engine/state-text.js';
import { config, eager, FoldBench, of, thresholds } from './fold-bench.js';
import { observed, T0 } from './stages/market-fold.js';

const SYMBOLS = ['AAAUSDT', 'BBBUSDT', 'BTCUSDT'];

function e8(text: string): E8 {
  const value = parseE8(text);
  if (typeof value === 'string') throw new Error(`"${text}" is ${value}`);
  return value;
}

/** Limits of the money layers, drawn; everything else stays eager. */
const drawnLimits: fc.Arbitrary<Thresholds> = fc
  .record({
    allocation: fc.double({ min: 0.3, max: 1, noNaN: true }),
    position: fc.double({ min: 0.05, max: 0.5, noNaN: true }),
    exposure: fc.double({ min: 0.05, max: 0.6, noNaN: true }),
    balance: fc.double({ min: 10, max: 1e6, noNaN: true }),
    bound: fc.integer({ min: 3, max: 500 }),
    reject: fc.constantFrom(0, 0.3),
    partial: fc.constantFrom(0, 0.5, 1),
    latency: fc.constantFrom(0, 200, 4_000),
    unwind: fc.boolean(),
  })
  .map((drawn) =>
    eager({
      allocation: {
        earlyFraction: drawn.allocation,
        ruleFraction: { TREND: drawn.allocation },
      },
      risk: {
        balanceUsdt: drawn.balance,
        maxPositionFraction: drawn.position,
        maxTotalExposureFraction: drawn.exposure,
        maxDailyDrawdownFraction: 1e6,
        priceBoundBps: drawn.bound,
        autoUnwind: drawn.unwind,
      },
      breaker: { errorRateMaxFraction: 1 },
      paper: {
        rejectFraction: drawn.reject,
        partialFraction: drawn.partial,
        latencyMsMin: 0,
        latencyMsMax: drawn.latency,
      },
    }),
  );

interface Move {
  readonly symbol: string;
  /** Change of the price in basis points. */
  readonly bps: number;
  readonly afterMs: number;
  /** Replaces the price: what a broken feed sends. */
  readonly garbage: string | null;
}

const moves: fc.Arbitrary<Move[]> = fc.array(
  fc.record({
    symbol: fc.constantFrom(...SYMBOLS),
    bps: fc.oneof(fc.integer({ min: -60, max: 80 }), fc.integer({ min: -3_000, max: 3_000 })),
    afterMs: fc.constantFrom(0, 1, 120, 1_000, 12_000),
    garbage: fc.oneof(
      { weight: 12, arbitrary: fc.constant(null) },
      {
        weight: 1,
        arbitrary: fc.constantFrom('NaN', '', '0', '-5', '1e308', 'Infinity', '9'.repeat(30)),
      },
    ),
  }),
  { minLength: 10, maxLength: 60 },
);

/** Every second move signals, so that the limits are reached. */
const rises: fc.Arbitrary<Move[]> = fc
  .tuple(moves, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 60, maxLength: 60 }))
  .map(([list, steps]) =>
    list.flatMap((move, i) => [move, { ...move, bps: steps[i] ?? 1, afterMs: 300, garbage: null }]),
  );

/** Moves as trades on one bench; `check` runs after each of them. */
function play(
  bench: FoldBench,
  list: readonly Move[],
  check: (facts: readonly Output[]) => void,
): void {
  bench.warmUp(SYMBOLS);
  const prices = new Map(SYMBOLS.map((symbol) => [symbol, 10_000]));
  for (const { symbol, bps, afterMs, garbage } of list) {
    const price = Math.max(0.5, (prices.get(symbol) ?? 1) * (1 + bps / 10_000));
    if (garbage === null) prices.set(symbol, price);
    check(bench.trade(garbage ?? price, { symbol, afterMs }));
  }
}

/**
 * The books of an accountant who reads nothing but the facts: what is held, what may still be
 * filled, and what that is worth at worst. Shares no code with the fold.
 */
class Accountant {
  readonly held = new Map<string, E8>();
  readonly lastFill = new Map<string, E8>();
  readonly market = new Map<string, E8>();
  readonly open = new Map<
    string,
    { symbol: string; side: string; restE8: E8; boundE8: E8; reduceOnly: boolean }
  >();

  take(fact: Output): void {
    if (fact.kind === 'OrderRequested') {
      const { symbol, side, reduceOnly } = fact;
      const order = {
        symbol,
        side,
        restE8: e8(fact.qty),
        boundE8: e8(fact.priceBound),
        reduceOnly,
      };
      this.open.set(key(fact.ref), order);
    } else if (fact.kind === 'OrderFilled') {
      const sign = fact.side === 'BUY' ? 1n : -1n;
      this.held.set(fact.symbol, (this.held.get(fact.symbol) ?? 0n) + sign * e8(fact.qty));
      this.lastFill.set(fact.symbol, e8(fact.price));
      const order = this.open.get(key(fact.orderRef));
      expect(order).toBeDefined();
      if (order === undefined) return;
      order.restE8 -= e8(fact.qty);
      expect(order.restE8 >= 0n).toBe(true);
      const price = e8(fact.price);
      expect(fact.side === 'BUY' ? price <= order.boundE8 : price >= order.boundE8).toBe(true);
      expect(fact.status).toBe(order.restE8 === 0n ? 'FILLED' : 'PARTIALLY_FILLED');
      if (order.restE8 === 0n) this.open.delete(key(fact.orderRef));
    } else if (fact.kind === 'OrderRejected') {
      this.open.delete(key(fact.orderRef));
    }
  }

  /** Holdings at the price of their last fill, as the original counted. */
  byLastFill(): E8 {
    let sumE8 = 0n;
    for (const [symbol, qtyE8] of this.held) {
      sumE8 += mulE8(absE8(qtyE8), this.lastFill.get(symbol) ?? 0n);
    }
    return sumE8;
  }

  /** Every open BUY filled at its bound on top of what is held. */
  worstCase(only?: string): E8 {
    let sumE8 = 0n;
    for (const symbol of SYMBOLS.filter((one) => only === undefined || one === only)) {
      const orders = [...this.open.values()].filter(
        (order) => order.symbol === symbol && order.side === 'BUY',
      );
      const held = this.held.get(symbol) ?? 0n;
      const qty = orders.reduce((sum, { restE8 }) => sum + restE8, held);
      const prices = [
        this.lastFill.get(symbol) ?? 0n,
        this.market.get(symbol) ?? 0n,
        ...orders.map(({ boundE8 }) => boundE8),
      ];
      sumE8 += mulE8(
        qty,
        prices.reduce((a, b) => (a > b ? a : b)),
      );
    }
    return sumE8;
  }
}

const key = (ref: { seq: number; ord: number }): string => `${ref.seq}-${ref.ord}`;
const limitE8 = (risk: Thresholds['risk'], fraction: number): E8 =>
  mulE8(e8(risk.balanceUsdt.toFixed(8)), e8(fraction.toFixed(8)));

describe('core exposure', () => {
  it('never exceeds its limits at an approval, with open orders counted at their worst', () => {
    let entries = 0;
    fc.assert(
      fc.property(drawnLimits, moves, fc.integer(), (limits, list, seed) => {
        const bench = new FoldBench({ limits, seed });
        const books = new Accountant();
        const total = limitE8(limits.risk, limits.risk.maxTotalExposureFraction);
        const single = limitE8(limits.risk, limits.risk.maxPositionFraction);
        play(bench, list, (facts) => {
          for (const [symbol, price] of bench.state.portfolio.marketPrices)
            books.market.set(symbol, price);
          for (const fact of facts) {
            books.take(fact);
            if (fact.kind !== 'OrderRequested' || fact.reduceOnly) continue;
            entries += 1;
            expect(books.worstCase() <= total).toBe(true);
            expect(books.worstCase(fact.symbol) <= single).toBe(true);
          }
        });
      }),
      { numRuns: 100 },
    );
    expect(entries).toBeGreaterThan(50);
  });

  it('by last fill never exceeds the limit, whatever the market does to the orders on their way', () => {
    let highest = 0;
    fc.assert(
      fc.property(drawnLimits, rises, fc.integer(), (drawn, list, seed) => {
        const limits = thresholds({ risk: { autoUnwind: false } }, drawn);
        const bench = new FoldBench({ limits, seed });
        const books = new Accountant();
        const total = limitE8(limits.risk, limits.risk.maxTotalExposureFraction);
        play(bench, list, (facts) => {
          facts.forEach((fact) => {
            books.take(fact);
          });
          expect(books.byLastFill() <= total).toBe(true);
          highest = Math.max(highest, Number(books.byLastFill()) / Number(total));
        });
      }),
      { numRuns: 100 },
    );
    // The property would be empty if nothing ever came near the limit.
    expect(highest).toBeGreaterThan(0.5);
  });

  it('a reducing order never takes more than is held, neither when it is sent nor when it is filled', () => {
    let exits = 0;
    fc.assert(
      fc.property(drawnLimits, moves, fc.integer(), (drawn, list, seed) => {
        const bench = new FoldBench({
          limits: thresholds({ risk: { autoUnwind: true } }, drawn),
          seed,
        });
        const books = new Accountant();
        play(bench, list, (facts) => {
          for (const fact of facts) {
            books.take(fact);
            if (fact.kind === 'OrderFilled') {
              expect((books.held.get(fact.symbol) ?? 0n) >= 0n).toBe(true);
            }
            if (fact.kind !== 'OrderRequested' || fact.side !== 'SELL') continue;
            exits += 1;
            expect(fact.reduceOnly).toBe(true);
            const selling = [...books.open.values()]
              .filter(({ symbol, side }) => symbol === fact.symbol && side === 'SELL')
              .reduce((sum, { restE8 }) => sum + restE8, 0n);
            expect(selling <= (books.held.get(fact.symbol) ?? 0n)).toBe(true);
          }
        });
        for (const [symbol, position] of bench.state.portfolio.positions) {
          expect(position.qtyE8).toBe(books.held.get(symbol));
        }
      }),
      { numRuns: 100 },
    );
    expect(exits).toBeGreaterThan(50);
  });

  it('counts orders on their way: a burst inside the latency does not pass the limit', () => {
    const limits = eager({
      allocation: { earlyFraction: 0.95, ruleFraction: { TREND: 0.95 } },
      risk: { maxPositionFraction: 0.05, maxTotalExposureFraction: 0.3 },
      paper: { latencyMsMin: 5_000, latencyMsMax: 5_000 },
    });
    const bench = new FoldBench({ limits });
    const symbols = Array.from({ length: 12 }, (_, i) => `S${i}USDT`);
    bench.warmUp(symbols);
    for (let round = 0; round < 4; round += 1) {
      for (const symbol of symbols) bench.trade(10_010 + round * 10, { symbol, afterMs: 1 });
    }
    expect(bench.of('OrderFilled')).toEqual([]);
    const sent = bench
      .of('OrderRequested')
      .map(({ qty, priceBound }) => mulE8(e8(qty), e8(priceBound)));
    expect(sent.reduce((a, b) => a + b, 0n) <= e8('3000')).toBe(true);
    // Each is 475 USDT, and half a per cent more at its bound.
    expect(sent).toHaveLength(6);
  });
});

/** Anything that a feed, a timer, an operator or a database may bring, in any order. */
const anyText = fc.oneof(
  fc.constantFrom(
    'BTCUSDT',
    'AAAUSDT',
    '',
    '\u0000',
    '__proto__',
    'constructor',
    '10000',
    '1e5',
    '-1',
    'NaN',
    '0.000000001',
    '\ud800',
    'x'.repeat(300),
  ),
  fc.string(),
  fc.double().map(String),
);
/** Stands for a time shortly behind that of the trade before. */
const RISING = -1;
const anyNumber = fc.oneof(
  fc.integer({ min: T0 - 100_000, max: T0 + 4_000_000 }),
  fc.double(),
  fc.constant(0),
);
/** A fold that refuses everything at the door shows nothing of what is behind it. */
const mostly = <T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 8, arbitrary: usual }, { weight: 1, arbitrary: odd });
const anyInput: fc.Arbitrary<Input> = fc.oneof(
  {
    weight: 24,
    arbitrary: fc.record({
      kind: fc.constant('TradeObserved' as const),
      venue: fc.string(),
      symbol: mostly(fc.constantFrom(...SYMBOLS), anyText),
      price: mostly(
        fc.double({ min: 9_950, max: 10_050, noNaN: true }).map((price) => price.toFixed(4)),
        anyText,
      ),
      qty: mostly(fc.constant('1'), anyText),
      side: fc.string(),
      tradeId: fc.option(anyText),
      tsMs: mostly<number | null>(fc.constant(RISING), fc.option(anyNumber)),
      receivedAtMs: fc.oneof(fc.constant(T0 + 5_000_000), anyNumber),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('TimerElapsed' as const), atMs: anyNumber }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('ControlChanged' as const),
      level: fc.constantFrom('TRADING' as const, 'REDUCING' as const, 'HALTED' as const),
      scopes: fc.dictionary(
        fc.constantFrom('symbol:BTCUSDT', 'strategy:paper'),
        fc.constantFrom('REDUCING' as const, 'HALTED' as const),
      ),
      mode: fc.constantFrom('paper' as const, 'shadow' as const),
      epoch: fc.nat(),
      reason: fc.constantFrom('released', 'manual'),
      message: fc.string(),
      operator: fc.string(),
      previousLevel: fc.constant('HALTED' as const),
      atMs: fc.nat(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('ControlChanged' as const),
      level: fc.constantFrom('TRADING' as const, 'HALTED' as const),
      scopes: fc.constant({}),
      mode: fc.constant('paper' as const),
      epoch: fc.nat({ max: 20 }),
      reason: fc.constantFrom('released', 'mode'),
      ...{ message: fc.constant(''), operator: fc.constant('') },
      previousLevel: fc.constant('HALTED' as const),
      atMs: fc.nat(),
      released: fc.nat({ max: 20 }).map((all) => ({ all, any: all + 1 })),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Input>(
      { kind: 'AuditStalled', reason: 'away', atMs: 1 },
      { kind: 'AuditRecovered', atMs: 1 },
      config(eager()),
      config(eager({ risk: { autoUnwind: true } })),
      {
        kind: 'OrderReported',
        orderRef: { seq: 1, ord: 0 },
        symbol: 'BTCUSDT',
        status: 'REJECTED',
        message: '',
        atMs: 1,
      },
    ),
  },
);

const anyInputs = fc.array(anyInput, { minLength: 1, maxLength: 80 });

/** The inputs behind a warm-up, so that they meet a fold that decides. */
function warmed(list: readonly Input[]): SequencedInput[] {
  const bench = new FoldBench();
  bench.warmUp(SYMBOLS);
  let { nowMs } = bench;
  const timed = list.map((input): Input => {
    if (input.kind !== 'TradeObserved' || input.tsMs !== RISING) return input;
    nowMs += 700;
    return { ...input, tsMs: nowMs };
  });
  return [...bench.inputs.values(), ...timed].map((input, i) => ({ seq: i + 1, input }));
}

function folded(list: readonly SequencedInput[]) {
  const fold = new Fold(nodeHash);
  const outputs = list.flatMap((one) => [...fold.apply(one)]);
  return { fold, outputs };
}

describe('core', () => {
  it('takes any input in any order without throwing, and decides each signal once', () => {
    fc.assert(
      fc.property(anyInputs, (list) => {
        const { outputs } = folded([...list.map((input, i) => ({ seq: i + 1, input }))]);
        const all = [...outputs, ...folded(warmed(list)).outputs];
        const signals = of(all, 'SignalRaised').map(({ ref }) => ref);
        expect(of(all, 'RiskDecided').map(({ signalRef }) => signalRef)).toEqual(signals);
      }),
      { numRuns: 150 },
    );
  });

  it('sends no order without an ALLOW as its cause, and none while it is halted or the audit stalls', () => {
    let orders = 0;
    fc.assert(
      fc.property(anyInputs, (list) => {
        const fold = new Fold(nodeHash);
        for (const one of warmed(list)) {
          const outputs = fold.apply(one);
          const { control, auditStalled } = fold.state;
          const sent = of(outputs, 'OrderRequested');
          orders += sent.length;
          for (const order of sent) {
            const cause = outputs.find(({ ref }) => ref.ord === order.cause.ord);
            expect(cause).toMatchObject({
              kind: 'RiskDecided',
              decision: 'ALLOW',
              reasonCode: null,
            });
          }
          if (control.level === 'HALTED' || auditStalled !== null) expect(sent).toEqual([]);
          if (control.level === 'REDUCING')
            expect(sent.every(({ reduceOnly }) => reduceOnly)).toBe(true);
          const allowed = of(outputs, 'RiskDecided').filter(({ decision }) => decision === 'ALLOW');
          expect(sent.map(({ cause }) => cause)).toEqual(allowed.map(({ ref }) => ref));
        }
      }),
      { numRuns: 150 },
    );
    expect(orders).toBeGreaterThan(50);
  });

  it('gives the same facts again, also when it is split at any point by a snapshot', () => {
    fc.assert(
      fc.property(anyInputs, fc.nat(), (list, cut) => {
        const inputs = warmed(list);
        const whole = folded(inputs);
        const at = cut % (inputs.length + 1);
        const first = folded(inputs.slice(0, at));
        const second = new Fold(nodeHash);
        second.restore({
          seq: first.fold.seq,
          digest: first.fold.digest,
          state: first.fold.stateText(),
        });
        const rest = inputs.slice(at).flatMap((one) => [...second.apply(one)]);
        expect([...first.outputs, ...rest]).toEqual(whole.outputs);
        expect(second.digest).toBe(whole.fold.digest);
        expect(second.state).toEqual(whole.fold.state);
      }),
      { numRuns: 100 },
    );
  });

  it('gives the same facts for inputs that were written to a journal and read again', () => {
    fc.assert(
      fc.property(anyInputs, (list) => {
        // A journal is JSON, and a feed never sends what JSON cannot hold.
        const finite = list.filter((input) =>
          isDeepStrictEqual(JSON.parse(JSON.stringify(input)), input),
        );
        const again = JSON.parse(JSON.stringify(finite)) as Input[];
        expect(folded(warmed(again)).fold.digest).toBe(folded(warmed(finite)).fold.digest);
      }),
    );
  });

  it('grows with the symbols, not with the trades', () => {
    const bench = new FoldBench({
      limits: eager({ risk: { autoUnwind: true }, allocation: { performanceTradesMax: 50 } }),
    });
    bench.warmUp(SYMBOLS);
    const sizes: number[] = [];
    for (let i = 0; i < 4_000; i += 1) {
      bench.trade(10_000 + (i % 4) * 3, { symbol: SYMBOLS[i % 3] ?? '', tradeId: String(i) });
      if (i % 1_000 === 999) sizes.push(stateToText(bench.state).length);
    }
    expect(bench.of('OrderFilled').length).toBeGreaterThan(1_000);
    const [, second = 0, , last = 0] = sizes;
    expect(last).toBeLessThan(second * 1.1);
  });

  it('the digest changes with one price and with nothing that belongs to a run', () => {
    const run = (options: ConstructorParameters<typeof FoldBench>[0], price: string): string => {
      const bench = new FoldBench(options);
      bench.warmUp();
      for (let i = 0; i < 12; i += 1) bench.trade(i === 5 ? price : 10_000 + (i % 3) * 5);
      expect(bench.of('OrderFilled').length).toBeGreaterThan(2);
      return bench.fold.digest;
    };
    const digest = run({}, '10010');
    expect(run({ seqFrom: 900, epoch: 77 }, '10010')).toBe(digest);
    expect(run({}, '10010.01')).not.toBe(digest);
    expect(run({ seed: 8 }, '10010')).not.toBe(digest);
  });

  it('ignores trades until it knows its thresholds, but counts them', () => {
    const state = initialCore();
    const { outputs } = step(state, { seq: 1, input: observed() });
    expect(outputs).toEqual([]);
    expect(state.tradesSeen).toBe(1);
  });

  it('posts the opening balance once, with the first time that passes', () => {
    const bench = new FoldBench();
    bench.warmUp();
    const [opening, ...others] = bench.of('LedgerPosted');
    expect(opening?.entries).toEqual([
      { account: 'cash', amountUsdt: '10000.00000000' },
      { account: 'equity:opening', amountUsdt: '-10000.00000000' },
    ]);
    expect(others).toEqual([]);
  });

  it('a timer that is no number passes no time', () => {
    const bench = new FoldBench();
    bench.warmUp();
    const { nowMs } = bench.state;
    bench.apply({ kind: 'TimerElapsed', atMs: Number.NaN });
    expect(bench.state.nowMs).toBe(nowMs);
  });
});

describe('state text', () => {
  it('keeps every kind of value and its order', () => {
    const value = {
      big: -12_345_678_901_234_567_890n,
      map: new Map<string, unknown>([
        ['b', 1n],
        ['a', new Map([[1, new Set(['z', 'y'])]])],
      ]),
      odd: [Infinity, -Infinity, null, 0.1, 5e-324, ''],
      text: '"\ud800\u2028$cdb',
    };
    const back = stateFromText(stateToText(value)) as typeof value;
    expect(back).toEqual(value);
    expect([...back.map.keys()]).toEqual(['b', 'a']);
    expect(stateToText(back)).toBe(stateToText(value));
  });
});
