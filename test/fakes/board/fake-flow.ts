import type {
  BlockCodeRow,
  BlockRow,
  BlocksBoard,
  FillBoardRow,
  FillsBoard,
  OrderRow,
  StreamRow,
} from '../../../src/view/board/board.js';
import { BOARD_NOW_MS, DAY_MS, HOUR_MS, ago } from './board-time.js';
import { FLAT, fakeTrend } from './fake-figures.js';

export const fakeStream = (name: string, rest: Partial<StreamRow> = {}): StreamRow => ({
  name,
  exists: true,
  length: 812,
  lengthMax: 10_000,
  isCapped: false,
  inPerSec: 0.4,
  lagEntries: 0,
  pendingEntries: 0,
  lastAtMs: ago(2_100),
  bytes: 214_000,
  newestId: '1770652265000-0',
  trend: fakeTrend(0.1, 0.6),
  ...rest,
});

export const FAKE_STREAMS: readonly StreamRow[] = [
  fakeStream('stream.candles_1m', {
    ...{ length: 10_000, isCapped: true, inPerSec: 31.2, lastAtMs: ago(100) },
    ...{ bytes: 3_400_000, trend: fakeTrend(18, 34) },
  }),
  fakeStream('stream.signals'),
  fakeStream('stream.orders', {
    ...{ length: 0, inPerSec: 0, lagEntries: null, pendingEntries: null },
    ...{ lastAtMs: ago(4 * HOUR_MS), newestId: null, trend: FLAT, bytes: 560 },
  }),
  fakeStream('stream.orders_blocked', {
    ...{ length: 4_973, inPerSec: 1184 / 3600, lagEntries: 12, pendingEntries: 3 },
    ...{ lastAtMs: ago(2_000), trend: fakeTrend(0.3, 0.34), bytes: 1_840_000 },
  }),
  fakeStream('stream.fills', {
    ...{ length: 5, inPerSec: 0, lastAtMs: ago(29 * DAY_MS), trend: FLAT, bytes: 2_300 },
  }),
  fakeStream('stream.bot_shutdown', {
    ...{ exists: false, length: 0, inPerSec: null, lagEntries: null, pendingEntries: null },
    ...{ lastAtMs: null, bytes: null, newestId: null, trend: [null, null, null] },
  }),
];

const code = (name: string, rest: Partial<BlockCodeRow>): BlockCodeRow => ({
  code: name,
  count: 0,
  shareFraction: 0,
  lastAtMs: null,
  meaning: '',
  todo: '',
  trend: FLAT,
  ...rest,
});

const FAKE_CODES: readonly BlockCodeRow[] = [
  code('RC_002', {
    ...{ count: 1184, shareFraction: 1, lastAtMs: ago(2_000), trend: fakeTrend(0.3, 0.34) },
    meaning: 'a recent return is missing, crashing or jumping',
    todo: 'check that candles flow; otherwise wait until the market calms',
  }),
  code('RC_001', {
    lastAtMs: ago(3 * DAY_MS),
    meaning: 'the regime is unknown, volatile or in crisis',
    todo: 'wait for a confirmed trend or range regime',
  }),
  code('RC_010', {
    meaning: 'the signal is too weak: change or volume over 15 minutes',
    todo: 'compare the signal with the gate limits; history may still be short',
  }),
];

const SYMBOLS = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT'];

const FAKE_BLOCK_ROWS: readonly BlockRow[] = Array.from({ length: 40 }, (_, at) => ({
  decisionId: `dec-${String(4973 - at).padStart(6, '0')}`,
  atMs: ago(2_000 + at * 3_000),
  symbol: SYMBOLS[at % SYMBOLS.length] ?? '',
  side: at % 2 === 0 ? 'BUY' : 'SELL',
  code: 'RC_002',
  meaning: 'a recent return is missing, crashing or jumping',
  detail: `return5mPp = ${(-2.4 - at / 100).toFixed(2)}, limit > -2`,
  strategyId: 'momentum-15m',
}));

export const FAKE_BLOCKS: BlocksBoard = {
  windowMs: HOUR_MS,
  blocked: 1184,
  allowed: 0,
  lastAllowAtMs: ago(4 * HOUR_MS + 12 * 60_000),
  codes: FAKE_CODES,
  rows: FAKE_BLOCK_ROWS,
  pattern: 'no approvals in 4 h 12 min: 100 % blocked by RC_002 looks like configuration',
};

const JANUARY_MS = Date.UTC(2026, 0, 11, 7, 3, 12);

const fill = (at: number, rest: Partial<FillBoardRow> = {}): FillBoardRow => ({
  fillId: `fill-${5 - at}`,
  orderId: `MOCK_7226563${5 - at}`,
  atMs: JANUARY_MS - at * 61_000,
  symbol: 'BTCUSDT',
  side: 'BUY',
  status: 'FILLED',
  qty: `0.0002199${1 + at}`,
  price: `9089${8 - at}.65`,
  slippageBps: null,
  fee: '0.01998',
  realizedPnl: null,
  strategyId: 'momentum-15m',
  ...rest,
});

const FAKE_FILLS: readonly FillBoardRow[] = [
  fill(0, { slippageBps: '1.4' }),
  fill(1),
  fill(2, { side: 'SELL', realizedPnl: '-0.21', slippageBps: '-0.3' }),
  fill(3, { symbol: 'ETHUSDT', qty: '0.0062', price: '3112.4' }),
  fill(4, { status: 'REJECTED', qty: '0', price: '0', fee: '0' }),
];

const order = (at: number, rest: Partial<OrderRow> = {}): OrderRow => ({
  orderId: `MOCK_7226563${5 - at}`,
  atMs: JANUARY_MS - 200 - at * 61_000,
  symbol: 'BTCUSDT',
  side: 'BUY',
  qty: `0.0002199${1 + at}`,
  price: `9089${8 - at}.60`,
  state: 'filled',
  ...rest,
});

export const FAKE_FILLS_BOARD: FillsBoard = {
  fills: FAKE_FILLS,
  total: 5,
  orders: [
    order(0, { state: 'refused: shadow', atMs: BOARD_NOW_MS - 4 * HOUR_MS }),
    order(1),
    order(2, { side: 'SELL' }),
    order(3, { state: 'rejected', atMs: null }),
  ],
  whyNone: 'nothing approved; shadow sends nothing',
};
