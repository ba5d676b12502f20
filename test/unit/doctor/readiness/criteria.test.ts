import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CriteriaVerdict } from '../../../../src/doctor/readiness/criteria.js';
import type { Members } from '../../../../src/doctor/readiness/members.js';
import {
  judgePaperPeriod,
  PAPER_PERIOD_RULES,
} from '../../../../src/doctor/readiness/paper-period.js';
import { judgeRecovery } from '../../../../src/doctor/readiness/recovery.js';
import {
  judgeValidationWindow,
  VALIDATION_WINDOW_RULES,
} from '../../../../src/doctor/readiness/validation-window.js';

const WINDOW = {
  started_at: '2026-04-01T00:00:00Z',
  ended_at: '2026-04-04T00:00:00Z',
  control_restarts: [],
  candle_gap_sec_max: 300,
  feed_disconnected_sec: 25_920,
  decision_windows: 1_000,
  decision_windows_active: 950,
  decisions: 1_000,
  rejects: 500,
  breaker_trips: 2,
  breaker_trips_24h_max: 2,
  kill_switch_active_sec: 0,
  http_requests: 10_000,
  http_5xx: 99,
  stream_published: 100_000,
  stream_dropped: 99,
  stalled_while_healthy_sec_max: 899,
  real_order_attempts: 0,
  secrets_in_traces: 0,
};

const PERIOD = {
  started_at: '2026-01-05T00:00:00Z',
  ended_at: '2026-01-10T00:00:00Z',
  orders_received: 1_000,
  orders_filled: 950,
  orders_rejected: 50,
  order_latency_ms_p95: 199.9,
  redis_count: 397,
  database_count: 397,
  risk_blocks: 1,
  restarts: [],
  days: [{ orders_received: 10, orders_filled: 9 }],
};

type Row = readonly [figure: string, change: Members, word: string];

function wordOf({ criteria }: CriteriaVerdict, id: string): string | undefined {
  return criteria.find((one) => one.id === id)?.word;
}

const hotfix = { service: 'risk', at: '2026-04-02T00:00:00Z', downtime_sec: 299, hotfix: true };

const WINDOW_ROWS: readonly Row[] = [
  ['observed_hours', { ended_at: '2026-04-03T23:59:59Z' }, 'FAIL'],
  ['observed_hours', { ended_at: '2026-03-31T00:00:00Z' }, 'UNKNOWN'],
  ['observed_hours', { started_at: '2026-04-01' }, 'UNKNOWN'],
  ['control_restarts_not_allowed', { control_restarts: [hotfix] }, 'PASS'],
  [
    'control_restarts_not_allowed',
    { control_restarts: [{ ...hotfix, downtime_sec: 300 }] },
    'FAIL',
  ],
  ['control_restarts_not_allowed', { control_restarts: [{ ...hotfix, hotfix: 'yes' }] }, 'FAIL'],
  ['control_restarts_not_allowed', { control_restarts: [hotfix, hotfix] }, 'FAIL'],
  ['control_restarts_not_allowed', { control_restarts: 0 }, 'UNKNOWN'],
  ['candle_gap_sec_max', { candle_gap_sec_max: 300.1 }, 'FAIL'],
  ['candle_gap_sec_max', { candle_gap_sec_max: 3_600 }, 'FAIL'],
  ['candle_gap_sec_max', { candle_gap_sec_max: 3_600.1 }, 'ABORT'],
  ['feed_disconnected_share', { feed_disconnected_sec: 25_921 }, 'FAIL'],
  ['feed_disconnected_share', { feed_disconnected_sec: -1 }, 'UNKNOWN'],
  ['decision_windows_share', { decision_windows_active: 949 }, 'FAIL'],
  ['decision_windows_share', { decision_windows_active: 1_001 }, 'UNKNOWN'],
  ['decision_windows_share', { decision_windows: 800, decision_windows_active: 800 }, 'UNKNOWN'],
  ['reject_share', { rejects: 49 }, 'FAIL'],
  ['reject_share', { rejects: 50 }, 'WARN'],
  ['reject_share', { rejects: 99 }, 'WARN'],
  ['reject_share', { rejects: 100 }, 'PASS'],
  ['reject_share', { rejects: 900 }, 'PASS'],
  ['reject_share', { rejects: 901 }, 'WARN'],
  ['reject_share', { rejects: 950 }, 'WARN'],
  ['reject_share', { rejects: 951 }, 'FAIL'],
  ['reject_share', { decisions: 0, rejects: 0 }, 'UNKNOWN'],
  ['breaker_trips', { breaker_trips: 3 }, 'FAIL'],
  ['breaker_trips_24h_max', { breaker_trips_24h_max: 4 }, 'PASS'],
  ['breaker_trips_24h_max', { breaker_trips_24h_max: 5 }, 'ABORT'],
  ['kill_switch_active_sec', { kill_switch_active_sec: 0.1 }, 'WARN'],
  ['kill_switch_active_sec', { kill_switch_active_sec: 60 }, 'WARN'],
  ['kill_switch_active_sec', { kill_switch_active_sec: 60.1 }, 'ABORT'],
  ['http_5xx_share', { http_5xx: 100 }, 'WARN'],
  ['http_5xx_share', { http_5xx: 499 }, 'WARN'],
  ['http_5xx_share', { http_5xx: 500 }, 'FAIL'],
  ['stream_drop_share', { stream_dropped: 100 }, 'WARN'],
  ['stream_drop_share', { stream_dropped: 999 }, 'WARN'],
  ['stream_drop_share', { stream_dropped: 1_000 }, 'FAIL'],
  ['stalled_while_healthy_sec_max', { stalled_while_healthy_sec_max: 900 }, 'ABORT'],
  ['real_order_attempts', { real_order_attempts: 1 }, 'ABORT'],
  ['real_order_attempts', { real_order_attempts: '0' }, 'UNKNOWN'],
  ['secrets_in_traces', { secrets_in_traces: 1 }, 'ABORT'],
];

describe('judgeValidationWindow', () => {
  it('passes at every limit', () => {
    expect(judgeValidationWindow(WINDOW)).toMatchObject({ verdict: 'PASS' });
  });

  it.each(WINDOW_ROWS)('%s %j: %s', (figure, change, word) => {
    const judged = judgeValidationWindow({ ...WINDOW, ...change });
    expect(wordOf(judged, figure)).toBe(word);
    if (word !== 'PASS') expect(judged.verdict).not.toBe('PASS');
  });

  it('has a row above for each rule', () => {
    const tested = new Set(WINDOW_ROWS.filter(([, , word]) => word !== 'PASS').map(([id]) => id));
    expect(tested).toEqual(new Set(VALIDATION_WINDOW_RULES.map(({ id }) => id)));
  });

  it('tells the worst: an abort before a failure', () => {
    const worst = { ...WINDOW, real_order_attempts: 1, breaker_trips: 9, http_5xx: null };
    expect(judgeValidationWindow(worst).verdict).toBe('ABORT');
  });
});

const planned = {
  at: '2026-01-06T10:00:00Z',
  marker_at: '2026-01-06T09:59:59Z',
  downtime_sec: 299,
};
const bad = { orders_received: 1_000, orders_filled: 899 };
const good = { orders_received: 1_000, orders_filled: 900 };

const PERIOD_ROWS: readonly Row[] = [
  ['observed_hours', { ended_at: '2026-01-09T23:59:59Z' }, 'FAIL'],
  ['success_share', { orders_filled: 949 }, 'FAIL'],
  ['success_share', { orders_filled: 1_001 }, 'UNKNOWN'],
  ['error_share', { orders_rejected: 51 }, 'FAIL'],
  ['order_latency_ms_p95', { order_latency_ms_p95: 200 }, 'FAIL'],
  ['order_latency_ms_p95', { order_latency_ms_p95: 300 }, 'FAIL'],
  ['order_latency_ms_p95', { order_latency_ms_p95: 300.1 }, 'INVESTIGATE'],
  ['redis_database_difference', { database_count: 398 }, 'FAIL'],
  ['redis_database_difference', { redis_count: null }, 'UNKNOWN'],
  ['risk_blocks', { risk_blocks: 0 }, 'FAIL'],
  ['unplanned_restarts', { restarts: [planned, planned] }, 'PASS'],
  ['unplanned_restarts', { restarts: [{ ...planned, marker_at: planned.at }] }, 'FAIL'],
  ['unplanned_restarts', { restarts: [{ ...planned, downtime_sec: 300 }] }, 'FAIL'],
  ['unplanned_restarts', { restarts: [{}, {}] }, 'ABORT'],
  ['unplanned_restarts', { restarts: null }, 'UNKNOWN'],
  ['days_in_a_row_below_90', { days: [bad, good, bad] }, 'PASS'],
  ['days_in_a_row_below_90', { days: [good, bad, bad] }, 'INVESTIGATE'],
  ['days_in_a_row_below_90', { days: [] }, 'UNKNOWN'],
];

describe('judgePaperPeriod', () => {
  it('passes at every limit', () => {
    expect(judgePaperPeriod(PERIOD)).toMatchObject({ verdict: 'PASS' });
  });

  it.each(PERIOD_ROWS)('%s %j: %s', (figure, change, word) => {
    const judged = judgePaperPeriod({ ...PERIOD, ...change });
    expect(wordOf(judged, figure)).toBe(word);
    if (word !== 'PASS') expect(judged.verdict).not.toBe('PASS');
  });

  it('has a row above for each rule', () => {
    const tested = new Set(PERIOD_ROWS.filter(([, , word]) => word !== 'PASS').map(([id]) => id));
    expect(tested).toEqual(new Set(PAPER_PERIOD_RULES.map(({ id }) => id)));
  });

  it('judges the measured day of January as too short, with a restart that nobody planned', () => {
    const judged = judgePaperPeriod({
      ...PERIOD,
      started_at: '2026-01-11T18:00:00Z',
      ended_at: '2026-01-12T17:30:00Z',
      ...{ orders_received: 397, orders_filled: 384, orders_rejected: 13 },
      order_latency_ms_p95: 172,
      restarts: [{ at: '2026-01-12T17:59:00Z', downtime_sec: 60 }],
      days: [{ orders_received: 397, orders_filled: 384 }],
    });
    const open = judged.criteria.filter(({ word }) => word !== 'PASS').map(({ id }) => id);
    expect([judged.verdict, open]).toEqual(['FAIL', ['observed_hours', 'unplanned_restarts']]);
  });
});

const RESTART = {
  ...{ drill: 'LR-041', redis_recovery_sec: 29.9, postgres_recovery_sec: 59.9 },
  ...{ fills: 0, mode_before: 'mock', mode_after: 'mock' },
};
const NETWORK = {
  drill: 'LR-042',
  cases: [{ recovery_sec: 3 }, { recovery_sec: 30 }],
  fills: 0,
  stalls: 0,
};
const slow = (recovery_sec: unknown) => ({ cases: [{ recovery_sec: 1 }, { recovery_sec }] });

describe('judgeRecovery', () => {
  it.each<[string, Members, Members, string]>([
    ['restart', RESTART, {}, 'PASS'],
    ['restart', RESTART, { redis_recovery_sec: 30 }, 'FAIL'],
    ['restart', RESTART, { postgres_recovery_sec: 60 }, 'FAIL'],
    ['restart', RESTART, { fills: 1 }, 'FAIL'],
    ['restart', RESTART, { mode_after: 'live' }, 'FAIL'],
    ['restart', RESTART, { mode_after: null }, 'UNKNOWN'],
    ['restart', RESTART, { redis_recovery_sec: null }, 'UNKNOWN'],
    ['network', NETWORK, {}, 'PASS'],
    ['network', NETWORK, slow(30.1), 'WARN'],
    ['network', NETWORK, slow(60), 'WARN'],
    ['network', NETWORK, slow(60.1), 'FAIL'],
    ['network', NETWORK, slow(null), 'UNKNOWN'],
    ['network', NETWORK, { cases: [] }, 'UNKNOWN'],
    ['network', NETWORK, { fills: 1 }, 'FAIL'],
    ['network', NETWORK, { stalls: 1 }, 'FAIL'],
  ])('%s: %j with %j is %s', (kind, evidence, change, verdict) => {
    const found = judgeRecovery({ ...evidence, ...change });
    expect([found?.kind, found?.judged.verdict]).toEqual([`${kind}-recovery`, verdict]);
  });

  it('knows no other drill', () => {
    expect(judgeRecovery({ ...RESTART, drill: 'LR-043' })).toBeNull();
    expect(judgeRecovery({})).toBeNull();
  });
});

describe('every judge of figures', () => {
  it('is a pass for nothing that lacks a member, and has a verdict for whatever is in one', () => {
    const judges = [
      [WINDOW, judgeValidationWindow],
      [PERIOD, judgePaperPeriod],
      [RESTART, (members: Members) => judgeRecovery(members)?.judged ?? { verdict: 'UNKNOWN' }],
      [NETWORK, (members: Members) => judgeRecovery(members)?.judged ?? { verdict: 'UNKNOWN' }],
    ] as const;
    for (const [whole, judge] of judges) {
      const names = Object.keys(whole);
      for (const name of names) {
        const without = Object.fromEntries(Object.entries(whole).filter(([key]) => key !== name));
        expect(judge(without).verdict, name).not.toBe('PASS');
      }
      fc.assert(
        fc.property(fc.constantFrom(...names), fc.jsonValue(), (name, value) => {
          expect(typeof judge({ ...whole, [name]: value }).verdict).toBe('string');
        }),
      );
    }
  });
});
