import type {
  ControlBoard,
  EventRow,
  LedgerRow,
  LinkRow,
  LogRow,
  PermissionBoard,
} from '../../../src/view/board/board.js';
import { HOUR_MS, MIN_MS, ago } from './board-time.js';

export const FAKE_CONTROL: ControlBoard = {
  mode: 'shadow',
  level: 'TRADING',
  scopes: [{ scope: 'symbol:SOLUSDT', level: 'HALTED' }],
  epoch: 17,
  reason: 'released',
  message: 'drill of the morning is over',
  operator: 'anna',
  atMs: ago(22 * HOUR_MS),
  ordersTo: 'NONE (shadow)',
  openOrders: 2,
  openPositions: 1,
  places: [
    { name: 'file', level: 'TRADING', epoch: 17, words: 'agrees' },
    { name: 'Redis', level: 'TRADING', epoch: 17, words: 'agrees' },
    { name: 'PostgreSQL', level: '–', epoch: null, words: 'not used' },
  ],
  watchdog: 'watches since 22 h, last look 0.8 s ago',
};

export const FAKE_PERMISSIONS: PermissionBoard = {
  gates: [
    { scope: 'migrations', until: null, by: '', reason: '' },
    { scope: 'canary', until: null, by: '', reason: '' },
  ],
  canary: ['no canary runs', 'newest plan: none'],
  readiness: {
    verdict: 'NOT READY for live: 2 of 5 proofs',
    items: [
      { item: 'drill', status: 'OK', words: 'kill to last order 41 ms, 2 h old' },
      { item: 'replay', status: 'OK', words: 'same bytes, 1 h old' },
      { item: 'soak', status: 'MISSING', words: 'no soak of 24 h' },
      { item: 'doctor', status: 'FAIL', words: 'FAIL: 1 blocker' },
      { item: 'canary', status: 'MISSING', words: 'no canary ran' },
    ],
  },
};

export const FAKE_LINKS: readonly LinkRow[] = [
  { name: 'engine', state: 'up', latencyMs: 0.6, sinceMs: ago(22 * HOUR_MS), why: '' },
  { name: 'Redis', state: 'up', latencyMs: 1, sinceMs: ago(22 * HOUR_MS), why: '' },
  { name: 'PostgreSQL', state: 'up', latencyMs: 2, sinceMs: ago(22 * HOUR_MS), why: '' },
];

export const FAKE_LEDGER: readonly LedgerRow[] = [
  {
    ...{ seq: 812, atMs: ago(21 * MIN_MS), who: 'anna', what: 'doctor run' },
    why: 'FAIL: 1 blocker',
  },
  {
    ...{ seq: 811, atMs: ago(22 * HOUR_MS), who: 'anna', what: 'kill-switch release' },
    why: 'drill of the morning is over',
  },
  {
    ...{ seq: 810, atMs: ago(22 * HOUR_MS + 41_000), who: 'watchdog', what: 'kill-switch engage' },
    why: 'drill',
  },
];

const LEVELS = ['info', 'info', 'warn', 'info', 'error'];

export const FAKE_LOG: readonly LogRow[] = Array.from({ length: 60 }, (_, at) => ({
  seq: 60 - at,
  atMs: ago(300 + at * 1_700),
  level: LEVELS[at % LEVELS.length] ?? '',
  from: ['feed', 'risk', 'execution'][at % 3] ?? '',
  text:
    at % 5 === 4
      ? 'relation "risk_events" does not exist (42P01)'
      : `batch ${4_973 - at} folded in ${(0.2 + (at % 7) / 10).toFixed(1)} ms`,
}));

const event = (seq: number, agoMs: number, rest: Partial<EventRow>): EventRow => ({
  seq,
  atMs: ago(agoMs),
  from: 'risk',
  text: '',
  isBad: false,
  count: 1,
  ...rest,
});

export const FAKE_EVENTS: readonly EventRow[] = [
  event(9, 2_000, { text: 'BLOCK RC_002 BTCUSDT BUY 70 467.52', count: 14 }),
  event(8, 9_000, {
    text: 'ERROR relation "risk_events" does not exist (42P01)',
    isBad: true,
  }),
  event(7, 115_000, { from: 'feed', text: 'reconnected after 1.2 s, 0 sequence gaps' }),
  event(6, 20 * MIN_MS, { from: 'gate', text: 'none open' }),
  event(5, 21 * MIN_MS, { from: 'doctor', text: 'finished FAIL (new: 1, gone: 0)', isBad: true }),
  event(4, 70 * MIN_MS, { from: 'engine', text: 'risk-1 was started again' }),
];
