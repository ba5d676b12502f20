import { describe, expect, it } from 'vitest';
import type { Output } from '../../../../../src/engine/domain/events.js';
import {
  publishPlan,
  type Publication,
} from '../../../../../src/engine/domain/wire/publish-plan.js';
import {
  STREAM_LIST,
  streamForTopic,
  streamSpec,
} from '../../../../../src/engine/domain/wire/streams.js';
import { FACTS, IDS, TS_MS } from './facts.js';

const BUNDLE = '{"contract_name":"decision_contract_v1"}';
const plan = (output: Output) =>
  publishPlan(output, { ids: IDS, proofOf: () => ({ bundle: BUNDLE }) });
const names = (publications: readonly Publication[]) =>
  publications.map(({ to, name }) => `${to} ${name}`);

function fieldsOf(output: Output, stream: string): Readonly<Record<string, string>> {
  const found = plan(output).find((one) => one.to === 'stream' && one.name === stream);
  if (found?.to !== 'stream') throw new Error(`nothing goes to ${stream}`);
  return found.fields;
}

function jsonOf(output: Output): Readonly<Record<string, unknown>> {
  const found = plan(output).find((one) => one.to !== 'stream');
  if (found === undefined) throw new Error('no JSON form');
  const message: Record<string, unknown> = JSON.parse(found.json);
  return message;
}

describe('publishPlan', () => {
  it.each<[keyof typeof FACTS, readonly string[]]>([
    ['TradeRefused', []],
    ['CandleClosed', ['stream stream.candles_1m']],
    ['RegimeMeasured', []],
    ['RegimeObserved', ['stream stream.regime_signals']],
    ['MarketStateUpdated', ['key market_state:BTCUSDT']],
    ['AllocationDecided', ['stream stream.allocation_decisions']],
    ['SignalRaised', ['stream stream.signals', 'topic signals']],
    ['RiskDecided', ['stream stream.orders_blocked']],
    ['OrderRequested', ['stream stream.orders', 'topic orders']],
    ['OrderRefused', ['stream stream.fills', 'stream stream.order_results', 'topic order_results']],
    ['OrderFilled', ['stream stream.fills', 'stream stream.order_results', 'topic order_results']],
    [
      'OrderRejected',
      ['stream stream.fills', 'stream stream.order_results', 'topic order_results'],
    ],
    ['PositionChanged', []],
    ['LedgerPosted', []],
    ['PortfolioMarked', ['topic portfolio_snapshots']],
    ['BotStopped', ['stream stream.bot_shutdown']],
    ['AlertRaised', ['topic alerts']],
    ['ControlApplied', []],
  ])('sends %s where its readers are', (kind, expected) => {
    expect(names(plan(FACTS[kind]))).toEqual(expected);
  });

  it('publishes an approval as an order only', () => {
    expect(plan({ ...FACTS.RiskDecided, decision: 'ALLOW', reasonCode: null })).toEqual([]);
  });

  it('publishes nothing of the hypothetical book', () => {
    expect(plan({ ...FACTS.OrderFilled, book: 'hypothetical' })).toEqual([]);
    expect(plan({ ...FACTS.OrderRejected, book: 'hypothetical' })).toEqual([]);
    expect(plan({ ...FACTS.PortfolioMarked, book: 'hypothetical' })).toEqual([]);
  });

  it('gives every stream its cap', () => {
    for (const kind of Object.keys(FACTS) as (keyof typeof FACTS)[]) {
      for (const one of plan(FACTS[kind])) {
        if (one.to === 'stream') expect(one.lengthMax).toBe(streamSpec(one.name)?.lengthMax);
      }
    }
    expect(STREAM_LIST.map(({ lengthMax }) => lengthMax)).toContain(100_000);
  });
});

describe('wire messages', () => {
  it('writes a candle as domain text with eight decimals', () => {
    expect(fieldsOf(FACTS.CandleClosed, 'stream.candles_1m')).toEqual({
      ts: '1770624000',
      symbol: 'BTCUSDT',
      timeframe: '60s',
      open: '70476.81000000',
      high: '70480.00000000',
      low: '70470.00000000',
      close: '70471.50000000',
      volume: '0.00014501',
      trades: '3',
      schema_version: '1',
      source_version: '1',
    });
  });

  it('writes indicators with six decimals and a missing one as empty text', () => {
    const fields = fieldsOf(FACTS.RegimeObserved, 'stream.regime_signals');
    expect(fields).toMatchObject({ atr: '31.250000', adx: '', ts: '1770624000', regime: 'TREND' });
  });

  it('leaves an unknown regime out of the market state', () => {
    const state = jsonOf(FACTS.MarketStateUpdated);
    expect(state).not.toHaveProperty('regime_id');
    expect(state).toMatchObject({ return_1m: -0.25, ts_ms: TS_MS, close_now: 70471.5 });
    expect(jsonOf({ ...FACTS.MarketStateUpdated, regimeId: 0 })).toHaveProperty('regime_id', 0);
  });

  it('writes the allocation as a fraction with six decimals', () => {
    const fields = fieldsOf(FACTS.AllocationDecided, 'stream.allocation_decisions');
    expect(fields).toMatchObject({ allocation_pct: '0.020000', cooldown_until: '' });
  });

  it('keeps whole numbers whole on topics and makes them text on streams', () => {
    expect(jsonOf(FACTS.SignalRaised)).toMatchObject({ timestamp: 1_770_624_059, ts_ms: TS_MS });
    const fields = fieldsOf(FACTS.SignalRaised, 'stream.signals');
    expect(fields).toMatchObject({ timestamp: '1770624059', price: '90905.65', side: 'BUY' });
    expect(Object.values(fields).every((value) => typeof value === 'string')).toBe(true);
  });

  it('leaves null and empty ids out instead of writing them', () => {
    const fields = fieldsOf(FACTS.SignalRaised, 'stream.signals');
    expect(Object.keys(fields)).not.toContain('pct_change_15m');
    expect(Object.keys(fields)).not.toContain('bot_id');
  });

  it('writes an order with its ids, bundle and run mode', () => {
    const signalId = IDS.signal({ seq: 5, ord: 0 });
    expect(jsonOf(FACTS.OrderRequested)).toMatchObject({
      type: 'order',
      order_id: IDS.order({ seq: 7, ord: 1 }),
      client_id: IDS.clientOrder({ seq: 7, ord: 1 }),
      decision_id: IDS.decision({ seq: 5, ord: 1 }),
      signal_id: signalId,
      trace_id: IDS.correlation(signalId),
      quantity: 0.00021991,
      price: 90898.65,
      stop_loss_pct: 0.02,
      run_mode: 'paper',
      decision_contract_v1: BUNDLE,
    });
  });

  it('never calls a canary order live', () => {
    expect(jsonOf({ ...FACTS.OrderRequested, mode: 'canary' })).toHaveProperty(
      'run_mode',
      'shadow',
    );
  });

  it('tells of each partial fill by itself, so that readers may add them up', () => {
    const [first, second] = [
      jsonOf(FACTS.OrderFilled),
      jsonOf({
        ...FACTS.OrderFilled,
        ref: { seq: 8, ord: 0 },
        status: 'FILLED',
        qty: '0.00011991',
        cumQty: '0.00021991',
      }),
    ];
    expect(first).toMatchObject({ status: 'FILLED', quantity: 0.0001, filled_quantity: 0.0001 });
    expect(second).toMatchObject({ status: 'FILLED', quantity: 0.00011991 });
    expect(second['metadata']).toMatchObject({ order_filled_quantity: 0.00021991 });
    expect(first['order_id']).toBe(second['order_id']);
  });

  it('carries the required fields of an order result on the stream', () => {
    const fields = fieldsOf(FACTS.OrderFilled, 'stream.fills');
    for (const field of [
      'order_id',
      'status',
      'symbol',
      'side',
      'quantity',
      'price',
      'strategy_id',
    ]) {
      expect(fields[field], field).toBeTruthy();
    }
    expect(fields).toMatchObject({ filled_size: '0.0001', avg_fill_price: '50012.91' });
    expect(JSON.parse(fields['metadata'] ?? '')).toMatchObject({
      venue_status: 'PARTIALLY_FILLED',
    });
  });

  it.each([
    ['a refusal', FACTS.OrderRefused, 'REJECTED'],
    ['a rejection', { ...FACTS.OrderRejected, status: 'REJECTED' } as const, 'REJECTED'],
    ['a cancel', FACTS.OrderRejected, 'ERROR'],
    ['a failure', { ...FACTS.OrderRejected, status: 'FAILED' } as const, 'ERROR'],
  ])('reports %s with nothing filled', (_, fact, status) => {
    expect(jsonOf(fact)).toMatchObject({ status, filled_quantity: 0, quantity: 0.00021991 });
    expect(jsonOf(fact)).not.toHaveProperty('price');
  });

  it('writes exposure and drawdown as fractions', () => {
    expect(jsonOf(FACTS.PortfolioMarked)).toMatchObject({
      total_equity: 10_000,
      total_exposure_pct: 0.1,
      max_drawdown_pct: 0.000125,
      daily_pnl: -1.25,
    });
    expect(jsonOf({ ...FACTS.PortfolioMarked, equityUsdt: '0.00000000' })).not.toHaveProperty(
      'total_exposure_pct',
    );
  });

  it('stops every strategy when it names none', () => {
    const all = fieldsOf(FACTS.BotStopped, 'stream.bot_shutdown');
    expect(all).toEqual({ ts: '1770624059', reason: 'drawdown', priority: 'SAFETY' });
    const one = fieldsOf({ ...FACTS.BotStopped, strategyId: 'paper' }, 'stream.bot_shutdown');
    expect(one).toHaveProperty('strategy_id', 'paper');
  });

  it('drops a number that is none instead of writing NaN', () => {
    expect(jsonOf({ ...FACTS.SignalRaised, volume15m: Number.NaN })).not.toHaveProperty(
      'volume_15m',
    );
  });

  it('names the reason of a blocked order', () => {
    expect(fieldsOf(FACTS.RiskDecided, 'stream.orders_blocked')).toMatchObject({
      reason_code: 'RC_002',
      timestamp_ms: String(TS_MS),
      decision_id: IDS.decision({ seq: 7, ord: 1 }),
    });
  });
});

describe('stream names', () => {
  it('knows that order_results is a topic whose stream is stream.fills', () => {
    expect(streamSpec('order_results')).toBeUndefined();
    expect(streamForTopic('order_results')?.name).toBe('stream.fills');
    expect(streamForTopic('constructor')).toBeUndefined();
  });
});
