import { describe, expect, it } from 'vitest';
import type { ControlRecord } from '../../../src/engine/domain/control.js';
import type { TradeObserved } from '../../../src/engine/domain/inputs.js';
import { STREAMS } from '../../../src/engine/domain/wire/streams.js';
import { listFeed } from '../../fakes/engine/list-feed.js';
import { eager, FoldBench, of } from './fold-bench.js';
import { busyTrades, LiveBench, TRADING } from './live-bench.js';
import { observed } from './stages/market-fold.js';

const HALTED: ControlRecord = { ...TRADING, level: 'HALTED', epoch: 2, reason: 'manual' };
const QUIET = busyTrades(0);
const tsMs = (QUIET.at(-1)?.tsMs ?? 0) + 1_000;
const RISE = observed({ price: '10010', tsMs, tradeId: '900' });
const FILL = observed({ price: '10000', tsMs: tsMs + 2_000, tradeId: '901' });

/** Everything is folded; before the batch of the order is published, somebody halts. */
async function haltedBehindFold(trades: readonly TradeObserved[]) {
  const bench = new LiveBench();
  const thresholds = eager({ paper: { rejectFraction: 0, partialFraction: 0 } });
  const feed = listFeed([...QUIET, ...trades]);
  const { live, audit, committed } = await bench.open(feed, { thresholds, batchInputsMax: 100 });
  const commit = audit.commit.bind(audit);
  audit.commit = async (batch) => {
    const rows = await commit(batch);
    if ((batch.rows.orders ?? []).length > 0) bench.control = HALTED;
    return rows;
  };
  await live.start(() => undefined);
  const entries = [...bench.inputs.values()].flatMap((log) => log.entries);
  const reports = entries
    .map(({ fields }) => JSON.parse(fields['input'] ?? '') as { readonly kind: string })
    .filter(({ kind }) => kind === 'OrderReported');
  const told = (name: string) => bench.streams.get(name)?.entries.map(({ fields }) => fields) ?? [];
  return { live, committed, reports, told };
}

describe('an order that the venue gate refuses when the feed has ended', () => {
  it('is over in the books too, and the next start finds it so', async () => {
    const { live, committed, reports, told } = await haltedBehindFold([RISE]);
    expect(of(committed, 'OrderRequested')).toHaveLength(1);
    expect(told(STREAMS.orders.name)).toEqual([]);
    expect(reports).toMatchObject([{ refusedBy: 'gate', message: 'venue gate: level HALTED' }]);
    expect(live.status().portfolio.openOrders).toBe(0);
    expect(of(committed, 'OrderRejected').map(({ cumQty }) => Number(cumQty))).toEqual([0]);
    expect(told(STREAMS.fills.name)).toMatchObject([{ status: 'REJECTED' }]);
  });

  it('and that is filled in the books by then is an alert, and no fill to anybody outside', async () => {
    const { committed, reports, told } = await haltedBehindFold([RISE, FILL]);
    const [fill] = of(committed, 'OrderFilled');
    expect(told(STREAMS.orders.name)).toEqual([]);
    expect(told(STREAMS.fills.name)).toEqual([]);
    const { side, qty, price } = fill!;
    expect(reports).toMatchObject([{ refusedBy: 'gate' }, { booked: { side, qty, price } }]);
    const alerts = of(committed, 'AlertRaised').filter(({ code }) => code === 'GATE_LATE');
    expect(alerts).toMatchObject([
      { level: 'CRITICAL', message: expect.stringContaining(`${side} ${qty} BTCUSDT at ${price}`) },
    ]);
  });
});

it('a fill that is told of an order that never left changes nothing in the books', () => {
  const bench = new FoldBench();
  bench.warmUp();
  bench.trade(10_010);
  const before = structuredClone(bench.state.portfolio);
  const booked = { side: 'BUY', qty: '0.1', price: '10010' } as const;
  const about = { kind: 'OrderReported', status: 'REJECTED', refusedBy: 'gate' } as const;
  const orderRef = bench.of('OrderRequested')[0]!.ref;
  bench.apply({ ...about, orderRef, symbol: 'BTCUSDT', message: '', booked, atMs: 1 });
  expect(bench.state.portfolio).toEqual(before);
  expect(bench.of('AlertRaised').at(-1)).toMatchObject({ code: 'GATE_LATE' });
});
