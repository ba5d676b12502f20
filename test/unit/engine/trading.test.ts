import { describe, expect, it } from 'vitest';
import { nodeHash } from '../../../src/adapters/node-hash.js';
import { orderProof } from '../../../src/engine/decision-record.js';
import type { Output } from '../../../src/engine/domain/events.js';
import { runIds, type Ref } from '../../../src/engine/domain/ids.js';
import { eager, FoldBench, of, type FactOf } from './fold-bench.js';

const FULL = { risk: { maxPositionFraction: 0.1, maxTotalExposureFraction: 0.3 } };

/** Symbols that fill the exposure limit with one order each. */
const WHOLE = { allocation: { earlyFraction: 0.95, ruleFraction: { TREND: 0.95 } } };
const codes = (facts: readonly Output[]): (string | null)[] =>
  of(facts, 'RiskDecided').map(({ reasonCode }) => reasonCode);

/** A rise that signals, and a second trade that fills. */
function buy(bench: FoldBench, symbol = 'BTCUSDT', price = 10_010): void {
  bench.trade(price, { symbol });
  bench.trade(price - 5, { symbol });
}

/** Falls without a signal: momentum never sells. */
function fall(bench: FoldBench, to: number, symbol = 'BTCUSDT'): readonly Output[] {
  const from = Number(bench.state.portfolio.marketPrices.get(symbol) ?? 0n) / 1e8;
  const facts: Output[] = [];
  // In steps that the door takes for a market.
  for (let price = from; price > to; price = Math.max(to, price * 0.5))
    facts.push(...bench.trade(price * 0.999, { symbol }));
  facts.push(...bench.trade(to, { symbol }));
  return facts;
}

describe('trading', () => {
  it('raises one signal, one decision and one order, each the cause of the next', () => {
    const bench = new FoldBench();
    bench.warmUp();
    const facts = bench.trade(10_010);
    const [signal] = of(facts, 'SignalRaised');
    const [decision] = of(facts, 'RiskDecided');
    const [order] = of(facts, 'OrderRequested');
    expect(signal?.cause).toEqual({ seq: signal?.ref.seq, ord: -1 });
    expect([decision?.cause, decision?.signalRef]).toEqual([signal?.ref, signal?.ref]);
    expect(order).toMatchObject({
      cause: decision?.ref,
      decisionRef: decision?.ref,
      signalRef: signal?.ref,
      side: 'BUY',
      reduceOnly: false,
      price: '10010.00000000',
      qty: decision?.qty,
    });
  });

  it('fills at the market a moment later, and books fill, position and posting', () => {
    const bench = new FoldBench();
    bench.warmUp();
    bench.trade(10_010);
    const facts = bench.trade(10_012, { afterMs: 500 });
    expect(facts.map(({ kind }) => kind).slice(0, 3)).toEqual([
      'OrderFilled',
      'PositionChanged',
      'LedgerPosted',
    ]);
    const [fill] = of(facts, 'OrderFilled');
    expect(Number(fill?.price)).toBeGreaterThanOrEqual(10_012);
    expect(Number(fill?.price)).toBeLessThanOrEqual(10_012 * 1.0002 + 1e-6);
  });

  it('does not fill with a trade that comes before the latency is over', () => {
    const bench = new FoldBench({
      limits: eager({ paper: { latencyMsMin: 100, latencyMsMax: 100 } }),
    });
    bench.warmUp();
    bench.trade(10_010);
    expect(of(bench.trade(10_009, { afterMs: 99 }), 'OrderFilled')).toEqual([]);
    expect(of(bench.trade(10_009, { afterMs: 1 }), 'OrderFilled')).toHaveLength(1);
  });

  it('every fill can be walked back to its trade, through unwinds as well', () => {
    const bench = new FoldBench({ limits: eager({ risk: { autoUnwind: true } }) });
    bench.warmUp();
    for (let i = 0; i < 30; i += 1) bench.trade(10_000 + (i % 4) * 3);
    const fills = bench.of('OrderFilled');
    expect(fills.some(({ side }) => side === 'SELL')).toBe(true);
    const at = <K extends Output['kind']>(ref: Ref | undefined, kind: K): FactOf<K> => {
      const fact = ref === undefined ? undefined : bench.at(ref);
      expect(fact?.kind).toBe(kind);
      return fact as FactOf<K>;
    };
    for (const fill of fills) {
      // The fill itself was caused by a trade of its symbol.
      expect(bench.at(fill.cause)).toMatchObject({ kind: 'TradeObserved', symbol: fill.symbol });
      let next: FactOf<'OrderFilled'> | null = fill;
      for (let hops = 0; next !== null && hops < 10; hops += 1) {
        const order: FactOf<'OrderRequested'> = at(next.orderRef, 'OrderRequested');
        const decision: FactOf<'RiskDecided'> = at(order.cause, 'RiskDecided');
        const signal: FactOf<'SignalRaised'> = at(decision.cause, 'SignalRaised');
        expect(decision.decision).toBe('ALLOW');
        expect([next.decisionRef, next.signalRef]).toEqual([decision.ref, signal.ref]);
        expect(new Set([next, order, decision, signal].map(({ symbol }) => symbol)).size).toBe(1);
        if (signal.origin === 'signal') {
          expect(bench.at(signal.cause)).toMatchObject({
            kind: 'TradeObserved',
            symbol: signal.symbol,
            price: signal.price,
          });
          next = null;
        } else {
          next = at(signal.cause, 'OrderFilled');
        }
      }
      expect(next).toBeNull();
    }
    for (const fact of [...bench.of('PositionChanged'), ...bench.of('LedgerPosted').slice(1)]) {
      at(fact.cause, 'OrderFilled');
    }
  });

  it('shadow refuses every order, counts it, and books what would have been apart', () => {
    const bench = new FoldBench({ mode: 'shadow' });
    bench.warmUp();
    for (let i = 0; i < 5; i += 1) buy(bench, 'BTCUSDT', 10_010 + i * 20);
    const requested = bench.of('OrderRequested');
    expect(requested.length).toBeGreaterThan(2);
    expect(
      bench.of('OrderRefused').map(({ orderRef, by, message }) => [orderRef, by, message]),
    ).toEqual(requested.map(({ ref }) => [ref, 'shadow', 'shadow mode (zero execution)']));
    const books = [
      ...bench.of('OrderFilled'),
      ...bench.of('PositionChanged'),
      ...bench.of('LedgerPosted'),
      ...bench.of('PortfolioMarked'),
    ];
    expect(new Set(books.map(({ book }) => book))).toEqual(new Set(['hypothetical']));
  });

  it('unwinds a filled BUY at once in paper, never in shadow', () => {
    for (const mode of ['paper', 'shadow'] as const) {
      const bench = new FoldBench({ mode, limits: eager({ risk: { autoUnwind: true } }) });
      bench.warmUp();
      buy(bench);
      bench.trade(10_004);
      const sells = bench.of('OrderRequested').filter(({ side }) => side === 'SELL');
      expect(sells.map(({ reduceOnly, origin }) => [reduceOnly, origin])).toEqual(
        mode === 'paper' ? [[true, 'unwind_reactive']] : [],
      );
      expect(bench.state.portfolio.positions.size).toBe(mode === 'paper' ? 0 : 1);
    }
  });

  it('a proactive unwind is judged on the market of what it sells, and sells it once', () => {
    const symbols = ['AAAUSDT', 'BBBUSDT', 'CCCUSDT', 'DDDUSDT'];
    const bench = new FoldBench({ limits: eager(WHOLE) });
    bench.warmUp(symbols);
    for (const symbol of symbols.slice(0, 3)) buy(bench, symbol);
    expect(bench.state.portfolio.positions.size).toBe(3);
    // From here on what is blocked by exposure makes room.
    const limits = eager({ ...WHOLE, risk: { autoUnwind: true } });
    bench.apply({
      kind: 'ConfigChanged',
      codeVersion: 'test',
      configHash: 'x',
      thresholds: limits,
      seed: 7,
      atMs: 0,
    });
    const facts = [
      ...bench.trade(10_010, { symbol: 'DDDUSDT' }),
      ...bench.trade(10_020, { symbol: 'DDDUSDT', afterMs: 1 }),
    ];
    expect(codes(facts)).toEqual(['RK_EXPOSURE_HARD', null, 'RK_EXPOSURE_HARD']);
    const [blocked] = of(facts, 'RiskDecided');
    const sell = of(facts, 'SignalRaised').find(({ side }) => side === 'SELL');
    expect(sell).toMatchObject({
      symbol: 'AAAUSDT',
      origin: 'unwind_proactive',
      cause: blocked?.ref,
      price: '10005.00000000',
      pctChangePp: null,
    });
    const sold = of(facts, 'RiskDecided').find(({ side }) => side === 'SELL');
    const own = bench.state.market.symbols.get('AAAUSDT');
    expect(sold?.gate?.lastTickTsMs).toBe(own?.lastTickTsMs);
    expect(sold).toMatchObject({ decision: 'ALLOW', reduceOnly: true });
  });

  it('tells a lasting alarm once, and again after it was over', () => {
    const bench = new FoldBench({ limits: eager({ ...FULL, ...WHOLE }) });
    bench.warmUp();
    const halted = { level: 'HALTED' as const, epoch: 2 };
    bench.control(halted);
    for (let i = 0; i < 3; i += 1) bench.trade(10_010 + 10 * i);
    const alarms = (): string[] => bench.of('AlertRaised').map(({ code }) => code);
    expect(alarms()).toEqual(['KILL_SWITCH_ACTIVE']);
    bench.control({ epoch: 3, reason: 'released' });
    buy(bench, 'BTCUSDT', 10_100);
    bench.control({ ...halted, epoch: 4 });
    bench.trade(10_200);
    expect(alarms()).toEqual(['KILL_SWITCH_ACTIVE', 'KILL_SWITCH_ACTIVE']);
  });

  it('the bundle of every order can be rebuilt from the event and allows it', () => {
    const context = { ids: runIds(nodeHash, 'run'), hash: nodeHash, thresholds: () => eager() };
    const bench = new FoldBench({ limits: eager({ risk: { autoUnwind: true } }) });
    bench.warmUp(['BTCUSDT', 'ETHUSDT']);
    for (let i = 0; i < 20; i += 1)
      bench.trade(10_000 + (i % 3) * 7, { symbol: i % 2 === 0 ? 'BTCUSDT' : 'ETHUSDT' });
    expect(bench.of('OrderRequested').length).toBeGreaterThan(4);
    for (const order of bench.of('OrderRequested')) {
      expect(orderProof(order, context).bundle).toBeDefined();
    }
  });
});

describe('trading stop', () => {
  const LOSING = eager({
    allocation: { earlyFraction: 0.99, ruleFraction: { TREND: 0.99 } },
    risk: { maxPositionFraction: 0.5, maxTotalExposureFraction: 0.9 },
    // As shipped: the gate blocks at the same daily loss as the latch.
    gate: { dailyDrawdownPpMax: 5 },
  });

  /** Half of the balance in one position, and a price that costs more than 5 % of the equity. */
  function losing(limits = LOSING): FoldBench {
    const bench = new FoldBench({ limits });
    bench.warmUp(['ETHUSDT']);
    buy(bench, 'ETHUSDT');
    expect(bench.state.portfolio.positions.size).toBe(1);
    fall(bench, 8_800, 'ETHUSDT');
    return bench;
  }

  it('the daily loss latches although the gate refuses first', () => {
    const bench = losing();
    const facts = bench.trade(8_810, { symbol: 'ETHUSDT' });
    expect(codes(facts)).toEqual(['RC_020']);
    expect(bench.state.breakers.tripped).toHaveProperty('daily_drawdown');
    expect(of(facts, 'BotStopped')).toHaveLength(1);
    expect(of(facts, 'AlertRaised').map(({ code, level }) => [code, level])).toEqual([
      ['CIRCUIT_BREAKER', 'CRITICAL'],
    ]);
    // The loss is gone, the latch is not.
    bench.trade(10_000, { symbol: 'ETHUSDT' });
    expect(codes(bench.trade(10_010, { symbol: 'ETHUSDT' }))).toEqual(['RK_SHUTDOWN']);
    expect(bench.of('BotStopped')).toHaveLength(1);
  });

  it('the latch outlasts the UTC day and ends with a release', () => {
    const bench = losing();
    bench.trade(8_810, { symbol: 'ETHUSDT' });
    for (let hour = 0; hour < 26; hour += 1) {
      bench.trade(8_800 + hour, { symbol: 'ETHUSDT', afterMs: 3_600_000 });
    }
    const day = Math.floor(bench.nowMs / 86_400_000);
    expect(bench.state.portfolio.dayNumber).toBe(day);
    expect(bench.state.breakers.tripped).toHaveProperty('daily_drawdown');
    bench.control({ level: 'HALTED', epoch: 2 });
    const released = bench.control({ epoch: 3, reason: 'released' });
    expect(bench.state.breakers.tripped).toEqual({});
    expect(of(released, 'AllocationDecided')).toMatchObject([
      { allocationFraction: 0.99, cooldownUntilSec: null, cause: released[0]?.ref },
    ]);
  });

  it('a record that is readable again after a fault of its place releases nothing', () => {
    const bench = losing();
    bench.trade(8_810, { symbol: 'ETHUSDT' });
    for (const epoch of [1, 0]) {
      bench.control({ level: 'HALTED', epoch, reason: 'system_error' });
      bench.control({ epoch: 1, reason: 'released' });
      expect(bench.state.breakers.tripped).toHaveProperty('daily_drawdown');
    }
  });

  it('a new mode behind such a fault releases nothing either', () => {
    const bench = losing();
    bench.trade(8_810, { symbol: 'ETHUSDT' });
    bench.control({ level: 'HALTED', epoch: 0, reason: 'system_error' });
    bench.control({ epoch: 2, reason: 'mode' });
    expect(bench.state.breakers.tripped).toHaveProperty('daily_drawdown');
  });

  it('lets an exit through that the same loss would refuse as an entry', () => {
    const bench = losing(eager({ ...LOSING, gate: { dailyDrawdownPpMax: 1e6 } }));
    expect(codes(bench.trade(8_810, { symbol: 'ETHUSDT' }))).toEqual(['RK_DRAWDOWN']);
    const limits = eager({
      ...LOSING,
      signal: { adapter: 'primary_breakout_v1', symbol: 'ETHUSDT', exitLookbackMin: 1 },
    });
    bench.apply({
      kind: 'ConfigChanged',
      codeVersion: 'test',
      configHash: 'x',
      thresholds: limits,
      seed: 7,
      atMs: 0,
    });
    const facts: Output[] = [];
    for (let i = 0; i < 100; i += 1) facts.push(...bench.trade(8_700 - i, { symbol: 'ETHUSDT' }));
    expect(codes(facts)[0]).toBeNull();
    expect(of(facts, 'OrderRequested')[0]).toMatchObject({ side: 'SELL', reduceOnly: true });
    expect(bench.state.portfolio.positions.size).toBe(0);
  });
});
