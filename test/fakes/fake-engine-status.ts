import type { FeedHealth } from '../../src/engine/ports/feed.js';
import type { EngineStatus, Seen } from '../../src/engine/ports/engine-status.js';

export const NOW_MS = Date.UTC(2026, 1, 9, 15, 30);
const START_MS = NOW_MS - 600_000;

export const seen = (count: number, agoMs = 1_000): Seen => ({
  count,
  lastAtMs: count === 0 ? null : NOW_MS - agoMs,
});

/** A live paper engine in which every cause has had its effect. */
export function fakeEngineStatus(overrides: Partial<EngineStatus> = {}): EngineStatus {
  return { ...HEALTHY, ...overrides };
}

export const audit = (overrides: Partial<EngineStatus['audit']>): EngineStatus['audit'] => ({
  ...HEALTHY.audit,
  ...overrides,
});

export const outputs = (overrides: EngineStatus['outputs']): EngineStatus['outputs'] => ({
  ...HEALTHY.outputs,
  ...overrides,
});

const histogram = { boundsMs: [1, 5, 10], cumulative: [10, 18, 20, 20], count: 20, sumMs: 31.5 };

/** One symbol, live, with a clock that is known. */
export function fakeFeedHealth(changes: Partial<FeedHealth> = {}): FeedHealth {
  return {
    symbols: [
      { symbol: 'BTCUSDT', state: 'live', why: '', lastDataAtMs: NOW_MS - 300, downSinceMs: null },
    ],
    connections: [{ id: 1, symbols: 1, state: 'live', sinceMs: START_MS, why: '' }],
    clock: { offsetMs: -38, errorMs: 20, confidence: 'good', samples: 900 },
    counts: {
      frames: 1_200,
      trades: 4_800,
      duplicates: 0,
      unreadable: 0,
      unwanted: 0,
      connects: 1,
      losses: 0,
      gaps: 0,
      overflowed: 0,
    },
    ...changes,
  };
}

/** The feed of a status with this health. */
export function liveFeedOf(changes: Partial<FeedHealth>): EngineStatus['feed'] {
  return { ...HEALTHY.feed, health: fakeFeedHealth(changes) };
}

const HEALTHY: EngineStatus = {
  runId: '6f9d2c54-2f0c-5b7a-9d52-0b7d7c7c2b11',
  pid: 4182,
  codeVersion: '0.1.0',
  startedAtMs: START_MS,
  observedAtMs: NOW_MS,
  phase: 'running',
  control: {
    level: 'TRADING',
    scopes: {},
    mode: 'paper',
    epoch: 7,
    reason: 'initialised',
    message: '',
    operator: 'ops',
    atMs: START_MS,
    previousLevel: 'TRADING',
  },
  ordersTo: 'paper venue',
  feed: { identity: 'mexc', description: 'MEXC BTCUSDT', finite: false, health: fakeFeedHealth() },
  seqJournaled: 5_000,
  seqFolded: 5_000,
  seqAudited: 4_995,
  seqCommitted: 4_990,
  publishLagMs: 12,
  digest: 'd'.repeat(64),
  inputs: seen(5_000, 300),
  trades: seen(4_800, 300),
  tradesRefused: { late: 3, bad_price: 1 },
  outputs: {
    CandleClosed: seen(10, 20_000),
    RegimeMeasured: seen(9, 20_000),
    RegimeObserved: seen(8, 20_000),
    AllocationDecided: seen(2, 90_000),
    SignalRaised: seen(40, 2_000),
    RiskDecided: seen(41, 2_000),
    OrderRequested: seen(6, 5_000),
    OrderFilled: seen(5, 4_000),
    OrderRejected: seen(1, 9_000),
    OrderRefused: seen(2, 9_500),
    PositionChanged: seen(5, 4_000),
    AlertRaised: seen(1, 60_000),
  },
  allowed: seen(6, 5_000),
  reduceOnlyAllowed: 2,
  unwinds: 1,
  blocked: seen(35, 2_000),
  blockedByCode: { RC_001: seen(30, 2_000), RK_EXPOSURE: seen(5, 8_000) },
  ordersRefusedBy: { level: 1, payload: 1 },
  audit: {
    state: 'ok',
    reason: '',
    sinceMs: null,
    lastCommitAtMs: NOW_MS - 1_500,
    failures: 0,
    rowsCommitted: { risk_events: 41, signals: 40, orders: 6, trades: 5, candles_1m: 10 },
    lagMs: 0,
    spoolBatches: 0,
    spoolBytes: 0,
  },
  portfolio: {
    book: 'real',
    equityUsdt: '10012.34000000',
    cashUsdt: '9500.00000000',
    exposureUsdt: '512.34000000',
    pendingUsdt: '0.00000000',
    realizedPnlUsdt: '10.00000000',
    unrealizedPnlUsdt: '2.34000000',
    feesUsdt: '1.20000000',
    dailyPnlUsdt: '12.34000000',
    positions: [{ symbol: 'BTCUSDT', qty: '0.00565', entryPrice: '90500', lastPrice: '90680.10' }],
    openOrders: 0,
    breakers: { error_rate: false, drawdown: false },
  },
  openOrdersByBook: { real: 0, hypothetical: 0 },
  exits: [],
  symbols: [
    {
      symbol: 'BTCUSDT',
      lastPrice: '90680.10000000',
      lastTickTsMs: NOW_MS - 300,
      regime: 'TREND',
      atr: 31.25,
      adx: null,
    },
  ],
  database: { kind: 'embedded', where: '.cdb/pg', state: 'up' },
  latency: {
    journal: histogram,
    fold: histogram,
    audit: histogram,
    publish: histogram,
    total: histogram,
  },
  rssBytes: 104_857_600,
  cpuMs: 42_000,
};
