import { describe, expect, it } from 'vitest';
import { exposition, METRICS } from '../../../../src/adapters/metrics/exposition.js';
import { STEP_LATENCY } from '../../../../src/adapters/metrics/step-latency.js';
import type { EngineStatus } from '../../../../src/engine/ports/engine-status.js';
import {
  audit,
  fakeEngineStatus,
  fakeFeedHealth,
  liveFeedOf,
  NOW_MS,
  outputs,
  seen,
} from '../../../fakes/fake-engine-status.js';
import { fakeShard, fakeSharedRun } from '../../../fakes/fake-shared-run.js';

const HEALTHY = fakeEngineStatus({ shared: fakeSharedRun() });
const histogram = { boundsMs: [1, 5], cumulative: [2, 3, 4], count: 4, sumMs: 9.5 };

/** Differs from the healthy status in everything that any metric reads. */
const MOVED: EngineStatus = {
  ...HEALTHY,
  startedAtMs: HEALTHY.startedAtMs - 5_000,
  phase: 'draining',
  control: { ...HEALTHY.control, level: 'HALTED' },
  seqJournaled: 6_000,
  seqFolded: 5_900,
  seqCommitted: 5_800,
  trades: seen(4_900, 100),
  tradesRefused: { late: 9 },
  feed: liveFeedOf({
    symbols: [{ symbol: 'BTCUSDT', state: 'down', why: 'cut', lastDataAtMs: null, downSinceMs: 0 }],
    connections: [{ id: 0, symbols: 1, state: 'waiting', sinceMs: NOW_MS, why: 'cut' }],
    clock: { offsetMs: 1_260, errorMs: null, confidence: 'low', samples: 4 },
    counts: { ...fakeFeedHealth().counts, frames: 1_300, unreadable: 4 },
  }),
  outputs: outputs({
    CandleClosed: seen(11),
    RegimeMeasured: seen(10, 10),
    RegimeObserved: seen(9),
    AllocationDecided: seen(3),
    SignalRaised: seen(50),
    OrderRequested: seen(9),
    OrderFilled: seen(8),
    OrderRejected: seen(7),
    OrderRefused: seen(6),
    AlertRaised: seen(4),
  }),
  allowed: seen(9),
  reduceOnlyAllowed: 5,
  unwinds: 4,
  blocked: seen(90),
  blockedByCode: { RC_001: seen(90) },
  ordersRefusedBy: { shadow: 5, payload: 4, level: 3 },
  audit: audit({
    state: 'stalled',
    failures: 6,
    lagMs: 9_000,
    spoolBatches: 3,
    spoolBytes: 999,
    rowsCommitted: { risk_events: 77, signals: 66 },
  }),
  portfolio: {
    ...HEALTHY.portfolio,
    exposureUsdt: '700.50000000',
    openOrders: 4,
    breakers: { drawdown: true },
  },
  latency: { ...HEALTHY.latency, audit: histogram },
  rssBytes: 1,
  cpuMs: 99_000,
  shared: fakeSharedRun({
    engines: [],
    shardsAtMs: NOW_MS - 9_000,
    shards: [
      fakeShard({
        head: { seq: 9_000, foldedSeq: 5_000, writtenSeq: 4_000 },
        owner: null,
        unwrittenSinceMs: NOW_MS - 7_000,
      }),
    ],
  }),
};
const SHADOW: EngineStatus = {
  ...MOVED,
  portfolio: { ...MOVED.portfolio, book: 'hypothetical' },
};

async function seriesOf(status: EngineStatus, metrics = exposition()) {
  const text = await metrics.scrape(status);
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), line.split(' ').at(-1)]),
  );
}

const ofMetric = (series: ReadonlyMap<string, string | undefined>, name: string) =>
  JSON.stringify([...series].filter(([key]) => key === name || key.startsWith(`${name}{`)));

describe('exposition', () => {
  it.each(METRICS.map(({ name }) => name))('%s moves with the engine', async (name) => {
    const before = ofMetric(await seriesOf(HEALTHY), name);
    const shadow = ofMetric(await seriesOf(SHADOW), name);
    const after = ofMetric(await seriesOf(MOVED), name);
    expect(before).not.toBe('[]');
    // Hypothetical fills are the one thing that only shadow mode can move.
    expect(name === 'cdb_hypothetical_fills_total' ? shadow : after).not.toBe(before);
  });

  it('has every name once', () => {
    const names = METRICS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('shows the figures of the latest status, not a sum over scrapes', async () => {
    const metrics = exposition();
    await seriesOf(MOVED, metrics);
    const series = await seriesOf(HEALTHY, metrics);
    expect(series.get('orders_blocked_total')).toBe('35');
    expect(series.get('cdb_blocked_total{reason_code="RC_001"}')).toBe('30');
    expect(series.get('cdb_trades_refused_total{reason="late"}')).toBe('3');
    expect(series.get('cdb_audit_rows_committed_total{table="risk_events"}')).toBe('41');
  });

  it('hands the buckets of each step on as they are', async () => {
    const series = await seriesOf(MOVED);
    const bucket = (le: string) => series.get(`${STEP_LATENCY}_bucket{step="audit",le="${le}"}`);
    expect([bucket('1'), bucket('5'), bucket('+Inf')]).toEqual(['2', '3', '4']);
    expect(series.get(`${STEP_LATENCY}_sum{step="audit"}`)).toBe('9.5');
    expect(series.get(`${STEP_LATENCY}_count{step="audit"}`)).toBe('4');
    expect(series.get(`${STEP_LATENCY}_count{step="total"}`)).toBe('20');
  });

  it('reports a halt, and a level that nobody knows, as an active kill switch', async () => {
    const active = async (control: EngineStatus['control']) =>
      (await seriesOf({ ...HEALTHY, control })).get('risk_kill_switch_active');
    const unknown = JSON.parse('{"level":"?"}');
    expect(await active(HEALTHY.control)).toBe('0');
    expect(await active({ ...HEALTHY.control, level: 'REDUCING' })).toBe('0');
    expect(await active({ ...HEALTHY.control, level: 'HALTED' })).toBe('1');
    expect(await active({ ...HEALTHY.control, ...unknown })).toBe('1');
  });

  it('counts nothing of the hypothetical book as money or orders filled', async () => {
    const series = await seriesOf(SHADOW);
    expect(series.get('execution_orders_filled_total')).toBe('0');
    expect(series.get('risk_total_exposure_value')).toBe('0');
    expect(series.get('order_results_received_total')).toBe('6');
    expect(series.get('cdb_hypothetical_fills_total')).toBe('8');
  });

  it('leaves out what was never seen instead of showing 0', async () => {
    const metrics = exposition();
    expect((await seriesOf(HEALTHY, metrics)).get('last_message_ts_ms')).toBe(String(NOW_MS - 300));
    const series = await seriesOf(
      { ...HEALTHY, trades: seen(0), feed: { ...HEALTHY.feed, health: null } },
      metrics,
    );
    expect(series.has('last_message_ts_ms')).toBe(false);
    expect(series.get('decoded_messages_total')).toBe('0');
    expect(series.has('ws_connected')).toBe(false);
    expect([...series.keys()].filter((key) => key.startsWith('cdb_feed_'))).toEqual([]);
  });

  it('says which effect stalls', async () => {
    const series = await seriesOf({ ...HEALTHY, audit: audit({ state: 'stalled' }) });
    expect(series.get('cdb_effect_stalled{effect="decisions->audit rows"}')).toBe('1');
    expect(series.get('cdb_effect_stalled{effect="trades->candles"}')).toBe('0');
  });

  it('tells shards by number and role, and what is held here', async () => {
    const series = await seriesOf(HEALTHY);
    expect(series.get('cdb_engines')).toBe('2');
    expect(series.get('cdb_shard_lag_ms{shard="1"}')).toBe('900');
    expect(series.get('cdb_shard_held{shard="1",role="pipeline"}')).toBe('1');
    expect(series.get('cdb_shard_held_here{shard="1",role="pipeline"}')).toBe('0');
    expect(series.get('cdb_shard_held_here{shard="1",role="writer"}')).toBe('1');
    expect((await seriesOf(MOVED)).get('cdb_shard_held{shard="0",role="pipeline"}')).toBe('0');
  });

  it('shows nothing of shards that were not seen lately, or that there are none of', async () => {
    const shardSeries = async (status: EngineStatus) =>
      [...(await seriesOf(status)).keys()].filter((key) => /^cdb_(shard|engines)/.test(key));
    const shared = fakeSharedRun({ shardsAtMs: NOW_MS - 11_000, enginesAtMs: NOW_MS - 11_000 });
    expect(await shardSeries({ ...HEALTHY, shared })).toEqual(['cdb_shards_look_age_ms']);
    expect(await shardSeries(fakeEngineStatus())).toEqual([]);
  });
});
