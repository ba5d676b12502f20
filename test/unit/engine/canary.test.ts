import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeHash } from '../../../src/adapters/node-hash.js';
import {
  CANARY_CEILINGS,
  type CanaryTerms,
  type CanaryTrigger,
} from '../../../src/engine/domain/canary-terms.js';
import type { Output } from '../../../src/engine/domain/events.js';
import { refText } from '../../../src/engine/domain/ids.js';
import { booksOf } from '../../../src/engine/books.js';
import { canaryLeft } from '../../../src/engine/canary-session.js';
import { gateRefusal } from '../../../src/engine/control/venue-gate.js';
import type { ExitWish } from '../../../src/engine/domain/control.js';
import type { ControlChanged, OrderReported } from '../../../src/engine/domain/inputs.js';
import type { Thresholds } from '../../../src/engine/domain/thresholds.js';
import { Fold } from '../../../src/engine/fold.js';
import { TERMS } from './canary-terms.js';
import { eager, FoldBench, of, thresholds } from './fold-bench.js';

function shadow(limits: Thresholds = eager()): FoldBench {
  const bench = new FoldBench({ mode: 'shadow', limits });
  bench.warmUp();
  return bench;
}

function say(bench: FoldBench, change: Partial<ControlChanged>): readonly Output[] {
  const epoch = bench.state.epochMax + 1;
  return bench.control({ mode: 'canary', reason: 'canary', epoch, ...change });
}

function canary(terms: Partial<CanaryTerms> = {}, limits?: Thresholds): FoldBench {
  const bench = shadow(limits);
  say(bench, { canary: { ...TERMS, ...terms } });
  return bench;
}

/** A rise that signals, and a second trade that fills. */
function buy(bench: FoldBench, change: { readonly symbol?: string } = {}): readonly Output[] {
  const symbol = change.symbol ?? 'BTCUSDT';
  const price = Number(bench.state.portfolio.marketPrices.get(symbol) ?? 1_000_000_000_000n) / 1e8;
  return [...bench.trade(price * 1.0005, { symbol }), ...bench.trade(price, { symbol })];
}

const left = (facts: readonly Output[]) =>
  of(facts, 'OrderRequested').filter(({ mode }) => mode === 'paper');
const codes = (facts: readonly Output[]) =>
  of(facts, 'RiskDecided').map(({ reasonCode }) => reasonCode);
const last = (bench: FoldBench) => bench.of('CanaryChanged').at(-1);

describe('a canary on the paper venue', () => {
  it('starts, sends its share to the venue, and keeps the rest in shadow', () => {
    const bench = canary({ percent: 50, ordersMax: 3, cooldownMs: 0 });
    expect(last(bench)).toMatchObject({ phase: 'running', percent: 50, trigger: null });
    const facts = Array.from({ length: 12 }, () => buy(bench)).flat();
    const routes = of(facts, 'SignalRouted');
    expect(new Set(routes.map(({ to }) => to))).toEqual(new Set(['canary', 'shadow']));
    for (const { to, bucket } of routes) expect(to).toBe(bucket < 50 ? 'canary' : 'shadow');
    expect(left(facts).length).toBeGreaterThan(0);
    const books = new Set(of(facts, 'OrderFilled').map(({ book }) => book));
    expect(books).toEqual(new Set(['real', 'hypothetical']));
  });

  it('takes the same signals along when the share grows', () => {
    const routed = (percent: number) => {
      const bench = canary({ percent });
      for (let i = 0; i < 20; i += 1) buy(bench);
      const routes = bench.of('SignalRouted').filter(({ to }) => to === 'canary');
      return new Set(routes.map(({ tsMs }) => tsMs));
    };
    const [some, more] = [routed(20), routed(60)];
    expect(some.size).toBeGreaterThan(0);
    expect([...some].filter((tsMs) => !more.has(tsMs))).toEqual([]);
    expect(more.size).toBeGreaterThan(some.size);
  });

  it('cuts an entry to what the plan allows for one order', () => {
    const [order] = left(buy(canary()));
    expect(Number(order?.qty) * Number(order?.priceBound)).toBeLessThanOrEqual(20);
    expect(Number(order?.qty) * Number(order?.priceBound)).toBeGreaterThan(19.9);
  });

  it('refuses another symbol, with a code', () => {
    const bench = new FoldBench({ mode: 'shadow', limits: eager() });
    bench.warmUp(['BTCUSDT', 'ETHUSDT']);
    say(bench, { canary: TERMS });
    expect(codes(buy(bench, { symbol: 'ETHUSDT' }))).toEqual(['RK_CANARY_SYMBOL']);
  });

  it('refuses a second active order, with a code', () => {
    const bench = canary();
    bench.trade(10_010);
    // Beyond the bound of the first one, so that it stays out.
    const facts = bench.trade(10_300, { afterMs: 50 });
    expect(codes(facts)).toEqual(['RK_CANARY_ACTIVE']);
  });

  it('refuses the fourth order, and keeps the third for an exit', () => {
    const bench = canary({ notionalPerOrderUsdt: '5' });
    const facts = Array.from({ length: 4 }, () => buy(bench)).flat();
    expect(left(facts)).toHaveLength(2);
    expect(codes(facts)).toEqual([null, null, 'RK_CANARY_ORDERS', 'RK_CANARY_ORDERS']);
  });

  it('lets the exit out as the last order, and then nothing', () => {
    const limits = eager({ risk: { autoUnwind: true } });
    const bench = canary({ notionalPerOrderUsdt: '5' }, limits);
    const facts = Array.from({ length: 6 }, () => buy(bench)).flat();
    expect(left(facts).map(({ side }) => side)).toEqual(['BUY', 'SELL']);
    expect(codes(facts)).toContain('RK_CANARY_ORDERS');
  });

  it('ends at once, and says so, where no order is left for what it holds', () => {
    // The exit finds no buyer within its bound, and was the last order that the plan has.
    const limits = eager({ risk: { autoUnwind: true }, paper: { latencyMsMin: 50 } });
    const bench = canary({ ordersMax: 2, lossMaxUsdt: '50' }, limits);
    buy(bench);
    expect(bench.state.canary).toMatchObject({ phase: 'running', ordersSent: 2 });
    for (let i = 0; i < 8; i += 1) bench.trade(9_000, { afterMs: 5_000 });
    expect(last(bench)).toMatchObject({ phase: 'ended', trigger: 'limit_breach', ordersSent: 2 });
    expect(last(bench)?.detail).toBe('no order is left for the exit: 2 of 2 have left');
    expect(Number(last(bench)?.heldQty)).toBeGreaterThan(0);
    expect(bench.of('AlertRaised').at(-1)).toMatchObject({ level: 'CRITICAL', code: 'CANARY' });
  });

  it('refuses the 51st USDT, with a code', () => {
    const bench = canary({ notionalPerOrderUsdt: '30' });
    expect(codes([...buy(bench), ...buy(bench)])).toEqual([null, 'RK_CANARY_NOTIONAL']);
  });

  it('waits between entries', () => {
    const bench = canary({ cooldownMs: 10_000, notionalPerOrderUsdt: '5' });
    expect(codes([...buy(bench), ...buy(bench)])).toEqual([null, 'RK_CANARY_COOLDOWN']);
  });

  it('takes nothing above the ceilings from its register', () => {
    const bench = canary({
      ordersMax: 99,
      activeOrdersMax: 99,
      notionalPerOrderUsdt: '9999',
      notionalTotalUsdt: '9999',
      durationMs: 1e9,
      percent: 1_000,
    });
    expect(bench.state.canary.terms).toMatchObject({
      ordersMax: CANARY_CEILINGS.orders,
      activeOrdersMax: CANARY_CEILINGS.activeOrders,
      notionalPerOrderUsdt: '50.00000000',
      notionalTotalUsdt: '50.00000000',
      durationMs: CANARY_CEILINGS.durationMs,
      percent: 100,
    });
  });

  it('holds: no entry is routed, and step goes on', () => {
    const bench = canary();
    say(bench, { canary: { ...TERMS, held: true }, message: 'looking at it' });
    expect(last(bench)).toMatchObject({ phase: 'held', trigger: 'operator' });
    expect(of(buy(bench), 'SignalRouted')).toMatchObject([{ to: 'shadow', why: 'held' }]);
    say(bench, { canary: { ...TERMS, percent: 80 } });
    expect(last(bench)).toMatchObject({ phase: 'running', percent: 80 });
  });

  it('rolls back when asked, and the session never begins again', () => {
    const bench = canary();
    say(bench, { mode: 'shadow', message: 'enough' });
    expect(last(bench)).toMatchObject({ phase: 'ended', trigger: 'operator', detail: 'enough' });
    say(bench, { canary: TERMS });
    expect(bench.state.control.mode).toBe('shadow');
    expect(left(buy(bench))).toEqual([]);
    say(bench, { canary: { ...TERMS, sessionId: 'session-2' } });
    expect(bench.state.control.mode).toBe('canary');
  });

  it('does not start for a real venue, under a halt, or on a book that is not flat', () => {
    const mexc = canary({ venue: 'mexc' });
    expect([mexc.state.control.mode, last(mexc)?.trigger]).toEqual(['shadow', 'mode_drift']);
    const halted = shadow();
    say(halted, { canary: TERMS, level: 'HALTED' });
    expect([halted.state.control.mode, last(halted)?.trigger]).toEqual(['shadow', 'kill_switch']);
    const held = new FoldBench({ mode: 'paper' });
    held.warmUp();
    buy(held);
    say(held, { canary: TERMS });
    expect([held.state.control.mode, last(held)?.trigger]).toEqual(['shadow', 'limit_breach']);
  });
});

describe('a canary rolls back by itself', () => {
  const aborts: readonly (readonly [CanaryTrigger, (bench: FoldBench) => unknown])[] = [
    ['kill_switch', (bench) => say(bench, { canary: TERMS, level: 'REDUCING', reason: 'manual' })],
    ['kill_switch', (bench) => say(bench, { scopes: { 'symbol:BTCUSDT': 'HALTED' } })],
    ['mode_drift', (bench) => say(bench, { mode: 'paper', reason: 'mode' })],
    ['mode_drift', (bench) => say(bench, { canary: { ...TERMS, symbol: 'ETHUSDT' } })],
    ['flag_drift', (bench) => say(bench, { mode: 'shadow', reason: 'flag_drift' })],
    ['stale_data', (bench) => bench.trade(10_000, { afterMs: 61_000 })],
    [
      'stale_data',
      (bench) =>
        bench.apply({
          kind: 'FeedLost',
          symbol: 'BTCUSDT',
          reason: 'connection_lost',
          atMs: bench.nowMs,
        }),
    ],
    [
      'duration_over',
      (bench) => {
        for (let i = 0; i < 16; i += 1) bench.trade(10_000 - i, { afterMs: 59_000 });
      },
    ],
    [
      'monitoring_down',
      (bench) =>
        bench.apply({ kind: 'CanaryTripped', trigger: 'monitoring_down', detail: '', atMs: 0 }),
    ],
    [
      'credential_incident',
      (bench) =>
        bench.apply({ kind: 'CanaryTripped', trigger: 'credential_incident', detail: '', atMs: 0 }),
    ],
    [
      'breaker_latch',
      (bench) => {
        bench.state.breakers.tripped.error_rate = bench.nowMs;
        bench.trade(9_999);
      },
    ],
    [
      'limit_breach',
      (bench) => {
        buy(bench);
        // Half of what was bought is gone.
        for (const price of [7_000, 5_000, 3_500]) bench.trade(price);
      },
    ],
  ];

  it.each(aborts)('on %s', (trigger, happen) => {
    const bench = canary();
    happen(bench);
    expect(last(bench)).toMatchObject({ phase: 'ended', trigger });
    expect(bench.state.control.mode).not.toBe('canary');
    expect(bench.of('AlertRaised').at(-1)).toMatchObject({ level: 'CRITICAL', code: 'CANARY' });
    // On record as a change of control, whoever made it.
    expect(bench.of('ControlApplied').at(-1)?.mode).not.toBe('canary');
    const before = left(bench.facts).length;
    if (bench.state.control.mode !== 'paper') {
      for (let i = 0; i < 4; i += 1) buy(bench);
      expect(left(bench.facts)).toHaveLength(before);
    }
  });

  it('cancels the entry that is out, and leaves the position to a person', () => {
    const bench = canary();
    bench.trade(10_010);
    const facts = say(bench, { mode: 'shadow', message: 'enough' });
    expect(of(facts, 'OrderRejected')).toMatchObject([
      { book: 'real', status: 'CANCELLED', message: 'canary ended: entry cancelled' },
    ]);
    const holding = canary();
    buy(holding);
    say(holding, { mode: 'shadow', message: 'enough' });
    expect(Number(last(holding)?.heldQty)).toBeGreaterThan(0);
  });

  it('holds on what has to be looked at first, and is not woken by something else', () => {
    const limits = eager({ paper: { rejectFraction: 1 } });
    const bench = canary({ rejectsMax: 2, notionalPerOrderUsdt: '5' }, limits);
    for (let i = 0; i < 3; i += 1) buy(bench);
    expect(last(bench)).toMatchObject({ phase: 'held', trigger: 'reject_spike' });
    say(bench, { canary: TERMS, reason: 'released' });
    expect(bench.state.canary.phase).not.toBe('running');
    const stalled = canary();
    stalled.apply({ kind: 'AuditStalled', reason: 'gone', atMs: 0 });
    expect(last(stalled)).toMatchObject({ phase: 'held', trigger: 'pipeline_stall' });
  });
});

describe('what a canary has left', () => {
  function ended(): FoldBench {
    const bench = canary();
    buy(bench);
    say(bench, { mode: 'shadow', message: 'enough' });
    return bench;
  }

  it('is what it bought and has not sold, until nothing of it is held', () => {
    const bench = canary();
    expect(canaryLeft(bench.state)).toBeNull();
    buy(bench);
    const bought = canaryLeft(bench.state);
    expect(bought).toMatchObject({ symbol: 'BTCUSDT' });
    say(bench, { mode: 'shadow', message: 'enough' });
    expect(canaryLeft(bench.state)).toEqual(bought);
    const flatten: ExitWish = { killId: '9-00000001', cancelOpen: true, flatten: true, scopes: [] };
    say(bench, { mode: 'shadow', level: 'HALTED', reason: 'manual', exits: [flatten] });
    for (let i = 0; i < 8; i += 1) bench.trade(10_000, { afterMs: 600 });
    expect(canaryLeft(bench.state)).toBeNull();
  });

  it('is paper’s from the moment paper is decided in, and somebody is told', () => {
    const bench = ended();
    say(bench, { mode: 'paper', reason: 'mode' });
    expect(canaryLeft(bench.state)).toBeNull();
    const told = bench.of('AlertRaised').at(-1);
    expect(told).toMatchObject({ level: 'WARNING', code: 'CANARY' });
    expect(told?.message).toMatch(/^paper takes over what a canary has left: [\d.]+ BTCUSDT$/);
    // Nor is what paper holds ever a canary's.
    say(bench, { mode: 'shadow', reason: 'mode' });
    bench.trade(10_000);
    expect(canaryLeft(bench.state)).toBeNull();
  });

  it('is nothing of what paper held before a canary that could not begin', () => {
    const held = new FoldBench({ mode: 'paper' });
    held.warmUp();
    buy(held);
    say(held, { canary: TERMS });
    expect(last(held)?.trigger).toBe('limit_breach');
    expect(canaryLeft(held.state)).toBeNull();
  });
});

describe('an order of a canary that is refused', () => {
  /** One entry is out and is reported as refused. */
  function refused(by: Pick<OrderReported, 'refusedBy'>): FoldBench {
    const bench = canary({ rejectsMax: 1 });
    const [order] = left(bench.trade(10_010));
    if (order === undefined) throw new Error('no entry is out');
    const about = { orderRef: order.ref, symbol: order.symbol, message: 'no', atMs: 0 };
    bench.apply({ kind: 'OrderReported', status: 'REJECTED', ...about, ...by });
    return bench;
  }

  it('holds it where the venue did, and not where our own gate did', () => {
    expect(last(refused({}))).toMatchObject({ phase: 'held', trigger: 'reject_spike' });
    const ours = refused({ refusedBy: 'gate' });
    expect(last(ours)).toMatchObject({ phase: 'running', trigger: null });
    expect(ours.state.canary.rejects).toBe(0);
    expect(ours.of('OrderRejected')).toHaveLength(1);
  });
});

type Move =
  | {
      readonly kind: 'trade';
      readonly bps: number;
      readonly afterMs: number;
      readonly other: boolean;
    }
  | { readonly kind: 'say'; readonly change: Partial<ControlChanged> }
  | { readonly kind: 'trip'; readonly trigger: CanaryTrigger };

const wildTerms: fc.Arbitrary<CanaryTerms> = fc
  .record({
    percent: fc.constantFrom(1, 50, 100, 900),
    held: fc.boolean(),
    ordersMax: fc.integer({ min: 0, max: 9 }),
    activeOrdersMax: fc.integer({ min: 0, max: 5 }),
    notionalPerOrderUsdt: fc.constantFrom('3', '17', '49.99', '50', '500', 'TBD', '-1'),
    notionalTotalUsdt: fc.constantFrom('20', '50', '5000'),
    sessionId: fc.constantFrom('first', 'first', 'first', 'second'),
  })
  .map((drawn) => ({ ...TERMS, ...drawn }));

const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 14,
    arbitrary: fc.record({
      kind: fc.constant('trade' as const),
      bps: fc.integer({ min: -20, max: 30 }),
      afterMs: fc.constantFrom(1, 150, 900, 5_000),
      other: fc.constantFrom(false, false, false, true),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('say' as const),
      change: fc.oneof(
        wildTerms.map((terms) => ({ canary: terms })),
        fc.record({ percent: fc.constantFrom(10, 100), held: fc.boolean() }).map((some) => ({
          canary: { ...TERMS, ...some },
        })),
        fc.constantFrom<Partial<ControlChanged>>(
          { mode: 'shadow' },
          { canary: TERMS, level: 'HALTED' },
          { canary: TERMS, reason: 'released' },
        ),
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('trip' as const),
      trigger: fc.constantFrom<CanaryTrigger>('reject_spike', 'monitoring_down'),
    }),
  },
);

describe('the ceilings of a canary', () => {
  it('hold for any interleaving of signals, fills and controls, and replay the same', () => {
    let sent = 0;
    fc.assert(
      fc.property(
        fc.array(move, { minLength: 20, maxLength: 80 }),
        wildTerms,
        fc.record({
          reject: fc.constantFrom(0, 0.3),
          partial: fc.constantFrom(0, 1),
          latency: fc.constantFrom(0, 300, 4_000),
          unwind: fc.boolean(),
        }),
        fc.integer({ min: 0, max: 60 }),
        (moves, terms, drawn, cutAt) => {
          const limits = thresholds({
            risk: { autoUnwind: drawn.unwind },
            paper: {
              rejectFraction: drawn.reject,
              partialFraction: drawn.partial,
              latencyMsMin: 0,
              latencyMsMax: drawn.latency,
            },
            breaker: { errorRateMaxFraction: 1 },
          });
          const bench = new FoldBench({ mode: 'shadow', limits });
          bench.warmUp(['BTCUSDT', 'ETHUSDT']);
          say(bench, { canary: { ...terms, sessionId: 'first', percent: 100, held: false } });
          const resumed = new Fold(nodeHash);
          let price = 10_000;
          for (const [i, one] of moves.entries()) {
            if (i === cutAt) {
              const { seq, digest } = bench.fold;
              resumed.restore({ seq, digest, state: bench.fold.stateText() });
            }
            if (one.kind === 'say') say(bench, one.change);
            else if (one.kind === 'trip') {
              bench.apply({ kind: 'CanaryTripped', trigger: one.trigger, detail: '', atMs: 0 });
            } else {
              price *= 1 + one.bps / 10_000;
              const symbol = one.other ? 'ETHUSDT' : 'BTCUSDT';
              bench.trade(price, { symbol, afterMs: one.afterMs });
            }
          }
          sent += ceilingsHold(bench.facts);
          if (cutAt >= moves.length) return;
          for (const [seq, input] of bench.inputs) {
            if (seq > resumed.seq) resumed.apply({ seq, input });
          }
          expect(resumed.digest).toBe(bench.fold.digest);
        },
      ),
    );
    // Otherwise it would hold because nothing leaves.
    expect(sent).toBeGreaterThan(50);
  });
});

describe('a canary whose exits are refused or run out of time', () => {
  it('never runs on with a position that no order is left for', () => {
    let ended = 0;
    const drawnTrade = fc.record({
      bps: fc.integer({ min: -20, max: 30 }),
      afterMs: fc.constantFrom(150, 900, 5_000, 30_000),
    });
    fc.assert(
      fc.property(
        fc.array(drawnTrade, { minLength: 5, maxLength: 25 }),
        fc.integer({ min: 0, max: 3 }),
        fc.integer({ min: 1, max: 1_000 }),
        (trades, ordersMax, seed) => {
          const limits = thresholds({
            risk: { autoUnwind: true },
            paper: {
              rejectFraction: 0.5,
              partialFraction: 0.5,
              latencyMsMin: 0,
              latencyMsMax: 300,
            },
            breaker: { errorRateMaxFraction: 1 },
          });
          const bench = new FoldBench({ mode: 'shadow', limits, seed });
          bench.warmUp();
          say(bench, { canary: { ...TERMS, ordersMax, rejectsMax: 9, notionalPerOrderUsdt: '5' } });
          let price = 10_000;
          for (const { bps, afterMs } of trades) {
            price *= 1 + bps / 10_000;
            bench.trade(price, { afterMs });
            expect(isTrapped(bench)).toBe(false);
          }
          if (last(bench)?.detail.startsWith('no order is left')) ended += 1;
        },
      ),
    );
    // Otherwise it would hold because none is ever in the way of it.
    expect(ended).toBeGreaterThan(2);
  });
});

describe('a stop that cancels and closes during a canary', () => {
  const ALL: ExitWish = { killId: '9-00000001', cancelOpen: true, flatten: true, scopes: [] };
  const held = ({ state }: FoldBench) =>
    booksOf(state).map(({ portfolio, venue }) => [
      portfolio.book,
      portfolio.positions.size,
      [...venue.orders.values()].flat().length,
    ]);

  /** Holds something in both books. */
  function busy(): FoldBench {
    const limits = eager({
      risk: { autoUnwind: false, maxPositionFraction: 0.2, maxTotalExposureFraction: 1 },
      paper: { latencyMsMin: 50, latencyMsMax: 50 },
    });
    const bench = canary({ percent: 50, activeOrdersMax: 1, ordersMax: 3 }, limits);
    const isBusy = () =>
      held(bench).length === 2 && held(bench).every(([, positions]) => Number(positions) > 0);
    for (let i = 0; i < 60 && !isBusy(); i += 1) buy(bench);
    expect(isBusy()).toBe(true);
    return bench;
  }

  it('ends it, halts, and closes what is held in its book and in that of shadow', () => {
    const bench = busy();
    const from = bench.facts.length;
    // What `engage` writes: the mode as it was, and no terms.
    say(bench, { level: 'HALTED', reason: 'manual', message: 'out', exits: [ALL] });
    expect(last(bench)).toMatchObject({ phase: 'ended', trigger: 'kill_switch' });
    for (let i = 0; i < 8; i += 1) bench.trade(10_000, { afterMs: 600 });
    expect(bench.state.control).toMatchObject({ level: 'HALTED', mode: 'shadow' });
    expect(held(bench)).toEqual([
      ['hypothetical', 0, 0],
      ['real', 0, 0],
    ]);
    const facts = bench.facts.slice(from);
    const orders = of(facts, 'OrderRequested');
    expect(orders.map(({ origin, reduceOnly }) => [origin, reduceOnly])).toEqual(
      orders.map(() => ['flatten', true]),
    );
    expect(new Set(orders.map(({ mode }) => mode))).toEqual(new Set(['paper', 'shadow']));
    for (const order of orders) expect(gateRefusal(order, bench.state.control)).toBeNull();
    expect(of(facts, 'ExitChanged').at(-1)).toMatchObject({
      state: 'done',
      openOrders: 0,
      positions: [],
    });
  });

  it('tells of what is left in both books', () => {
    const bench = busy();
    say(bench, { level: 'HALTED', reason: 'manual', exits: [ALL] });
    const [begun] = bench.of('ExitChanged');
    expect(begun?.positions.map(({ symbol }) => symbol)).toEqual(['BTCUSDT', 'BTCUSDT']);
  });

  it('is not held up by what the canary has used of its ceilings', () => {
    const bench = busy();
    const sent = bench.state.canary.ordersSent;
    say(bench, { level: 'HALTED', reason: 'manual', exits: [ALL] });
    for (let i = 0; i < 8; i += 1) bench.trade(10_000, { afterMs: 600 });
    expect(bench.state.canary.ordersSent).toBe(sent);
    const closed = bench.of('RiskDecided').filter(({ risk }) => risk.origin === 'flatten');
    expect(closed.map(({ reasonCode }) => reasonCode)).toEqual(closed.map(() => null));
    expect(closed.map(({ risk }) => risk.canary)).toEqual(closed.map(() => undefined));
  });

  it('leaves the evidence of its ceilings with every decision of the canary, and no other', () => {
    const bench = busy();
    const sent = new Map(
      bench.of('SignalRouted').map(({ cause, to }) => [refText(cause), to === 'canary']),
    );
    const decided = bench.of('RiskDecided').filter(({ signalRef }) => sent.has(refText(signalRef)));
    expect(new Set(sent.values())).toEqual(new Set([true, false]));
    for (const { risk, signalRef } of decided) {
      expect(risk.canary !== undefined).toBe(sent.get(refText(signalRef)));
    }
  });
});

/** Runs on, with a position that no order is left for. */
function isTrapped({ state }: FoldBench): boolean {
  const { phase, terms, ordersSent } = state.canary;
  const book = booksOf(state).find(({ portfolio }) => portfolio.book === 'real');
  if (terms === null || (phase !== 'running' && phase !== 'held')) return false;
  const isStuck = book?.portfolio.positions.size !== 0 && book?.venue.orders.size === 0;
  return isStuck && ordersSent >= terms.ordersMax;
}

/** Own arithmetic over what left, session by session. @returns how many orders left */
function ceilingsHold(facts: readonly Output[]): number {
  let orders = 0;
  let total = 0;
  let notional = 0;
  let held = 0;
  const out = new Set<string>();
  let session = '';
  for (const fact of facts) {
    if (fact.kind === 'CanaryChanged' && fact.sessionId !== session) {
      session = fact.sessionId;
      orders = notional = 0;
    }
    if (fact.kind === 'OrderRequested' && fact.mode !== 'shadow') {
      orders += 1;
      total += 1;
      out.add(refText(fact.ref));
      // An exit is at most what is held, which entries within the ceiling have brought.
      if (fact.reduceOnly) expect(Number(fact.qty)).toBeLessThanOrEqual(held + 1e-9);
      else notional += Number(fact.qty) * Number(fact.priceBound);
      expect(fact.mode).toBe('paper');
      expect(fact.symbol).toBe('BTCUSDT');
      expect(orders).toBeLessThanOrEqual(3);
      expect(out.size).toBeLessThanOrEqual(1);
      expect(notional).toBeLessThanOrEqual(50);
    }
    if (fact.kind === 'OrderFilled' && fact.book === 'real') {
      held += fact.side === 'BUY' ? Number(fact.qty) : -Number(fact.qty);
      if (fact.status === 'FILLED') out.delete(refText(fact.orderRef));
    }
    if (fact.kind === 'OrderRejected') out.delete(refText(fact.orderRef));
  }
  return total;
}
