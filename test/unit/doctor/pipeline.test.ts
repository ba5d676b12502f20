import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Facts } from '../../../src/doctor/facts.js';
import type {
  Counter,
  CounterHistory,
  CounterSample,
  TradingFacts,
} from '../../../src/doctor/pipeline/facts.js';
import { growthOf, sideOf, windowStart } from '../../../src/doctor/pipeline/growth.js';
import { systemView } from '../../../src/view/system-view.js';
import { audit, fakeEngineStatus } from '../../fakes/fake-engine-status.js';
import { findingOf, NOW_MS } from './readings.js';

const MIN_MS = 60_000;
const HOUR_MS = 60 * MIN_MS;

const counter = (value: number, more: Partial<Counter> = {}): Counter => ({
  ...{ value, sinceMs: null, isCapped: false },
  ...more,
});

function sample(minAgo: number, counters: Record<string, Counter>): CounterSample {
  const kept = minAgo > 1 ? ({ isKept: true } as const) : {};
  return { atMs: NOW_MS - minAgo * MIN_MS, counters, missing: [], ...kept };
}

const history = (...samples: CounterSample[]): CounterHistory => ({ samples });
/** That it answers is all that counts here. */
const POSTGRES = {} as Facts['postgres'];
const BLOCKED = 'risk.orders_blocked_total';
const ROWS = 'rows.risk_events';

describe('growth', () => {
  const growth = (told: CounterHistory) => {
    const side = sideOf(told, [['*.orders_blocked_total']])!;
    return growthOf(side, windowStart(told, side, NOW_MS));
  };

  it('adds up steps, and counts from 0 where the value fell', () => {
    const value = fc.nat({ max: 1_000 });
    fc.assert(
      fc.property(fc.array(value, { minLength: 2, maxLength: 8 }), (values) => {
        const samples = values.map((one, at) =>
          sample((values.length - 1 - at) * 5, { [BLOCKED]: counter(one) }),
        );
        const steps = values
          .slice(1)
          .map((one, at) => (one < values[at]! ? one : one - values[at]!));
        const { count, hasReset } = growth(history(...samples));
        expect(count).toBe(steps.reduce((a, b) => a + b, 0));
        expect(hasReset).toBe(values.slice(1).some((one, at) => one < values[at]!));
      }),
    );
  });

  it('knows a process that began anew also where its counter is higher by now', () => {
    const young = counter(150, { sinceMs: NOW_MS - 20 * MIN_MS });
    const told = history(
      sample(50, { [BLOCKED]: counter(100, { sinceMs: NOW_MS - 9 * HOUR_MS }) }),
      sample(0, { [BLOCKED]: young }),
    );
    expect(growth(told)).toEqual({ count: 150, isExact: true, hasReset: true });
  });

  it('takes what was counted since the start where no look was kept', () => {
    const told = history(sample(0, { [BLOCKED]: counter(70, { sinceMs: NOW_MS - 22 * HOUR_MS }) }));
    expect(growth(told)).toEqual({ count: 70, isExact: true, hasReset: false });
  });

  it('forgets what no place of this look has any more', () => {
    const told = history(sample(50, { [BLOCKED]: counter(1) }), sample(0, { other: counter(1) }));
    expect(sideOf(told, [['*.orders_blocked_total']])).toBeNull();
  });
});

describe('decisions and their rows', () => {
  const of = (counters: CounterHistory) => findingOf('pipeline.audit_persisted', { counters });

  it.each([
    ['the same growth', 30, 30, 'OK'],
    ['half of it', 30, 15, 'OK'],
    ['less than half', 30, 14, 'WARN'],
    ['none', 30, 0, 'BLOCKER'],
    ['no decision at all', 0, 0, 'OK'],
  ])('%s', async (_, decisions, rows, status) => {
    const finding = await of(
      history(
        sample(50, { [BLOCKED]: counter(500), [ROWS]: counter(500) }),
        sample(0, { [BLOCKED]: counter(500 + decisions), [ROWS]: counter(500 + rows) }),
      ),
    );
    expect(finding.status).toBe(status);
  });

  it('is a warning while the kill switch of the stack refuses without a row', async () => {
    const switched = { 'risk.risk_kill_switch_active': counter(1) };
    const finding = await of(
      history(
        sample(50, { [BLOCKED]: counter(1), [ROWS]: counter(9), ...switched }),
        sample(0, { [BLOCKED]: counter(50), [ROWS]: counter(9), ...switched }),
      ),
    );
    expect(finding).toMatchObject({ status: 'WARN', level: 'P0' });
  });

  it('is not examined where the database gives no answer, and says so', async () => {
    const told = { ...history(sample(0, { [BLOCKED]: counter(5) })), faults: ['PostgreSQL: away'] };
    const finding = await of(told);
    expect(finding.status).toBe('SKIP');
    expect(finding.says).toContain('PostgreSQL: away');
  });

  it('is unknown where the database answers and the rows could not be counted in time', async () => {
    const late = 'PostgreSQL: Cannot count risk_events: no answer within 600 ms';
    const counters = { ...history(sample(0, { [BLOCKED]: counter(5) })), faults: [late] };
    const finding = await findingOf('pipeline.audit_persisted', { counters, postgres: POSTGRES });
    expect(finding).toMatchObject({ status: 'CRASH', level: 'P0' });
    expect(finding.says).toContain(late);
    const unasked = { ...counters, samples: [sample(0, { [ROWS]: counter(5) })] };
    const other = { counters: unasked, postgres: POSTGRES };
    expect(await findingOf('pipeline.audit_persisted', other)).toMatchObject({ status: 'SKIP' });
  });

  it('is judged by the engine itself where one runs', async () => {
    const stalled = audit({ state: 'stalled', reason: 'relation "risk_events" does not exist' });
    const engine = systemView(fakeEngineStatus({ observedAtMs: NOW_MS, audit: stalled }));
    const counters = history(sample(0, { 'engine.decisions': counter(41) }));
    const finding = await findingOf('pipeline.audit_persisted', { engine, counters });
    expect(finding).toMatchObject({ status: 'BLOCKER', level: 'P0' });
    expect(finding.says).toContain('relation "risk_events" does not exist');
  });
});

describe('a stream at its cap', () => {
  it('proves nothing, and is no alarm', async () => {
    const full = counter(10_004, { isCapped: true });
    const counters = history(
      sample(50, { 'stream.signals': full, 'risk.signals_received_total': counter(5) }),
      sample(0, { 'stream.signals': full, 'risk.signals_received_total': counter(900) }),
    );
    const finding = await findingOf('pipeline.signals_received', { counters });
    expect(finding.status).toBe('SKIP');
    expect(finding.says).toContain('is capped: the comparison is not valid');
  });

  it('gives way to a counter of the same', async () => {
    const counters = history(
      sample(50, {
        'stream.orders': counter(10_001, { isCapped: true }),
        'execution.execution_orders_received_total': counter(5),
        'risk.orders_approved_total': counter(5),
      }),
      sample(0, {
        'stream.orders': counter(10_001, { isCapped: true }),
        'execution.execution_orders_received_total': counter(9),
        'risk.orders_approved_total': counter(9),
      }),
    );
    expect((await findingOf('pipeline.approvals_orders', { counters })).status).toBe('OK');
  });
});

describe('silence', () => {
  it('of an idle night is well, with words', async () => {
    const night = { 'signal.signals_generated_total': counter(80), [BLOCKED]: counter(80) };
    const none = {
      'risk.orders_approved_total': counter(0),
      'risk.signals_received_total': counter(80),
    };
    const execution = { 'execution.execution_orders_received_total': counter(0) };
    const counters = history(
      sample(50, { ...night, ...none, ...execution }),
      sample(0, { ...night, ...none, ...execution }),
    );
    const finding = await findingOf('pipeline.approvals_orders', { counters });
    expect(finding).toMatchObject({
      status: 'OK',
      says: 'nothing reaches it: no signal was raised',
    });
  });

  it('of a container without a counter of its start is judged since the container runs', async () => {
    const risk = { name: 'cdb_risk', upMs: 22 * HOUR_MS } as never;
    const counters = {
      ...history({
        ...sample(0, { [BLOCKED]: counter(14_842) }),
        missing: [ROWS],
      }),
    };
    const finding = await findingOf('pipeline.audit_persisted', { counters, containers: [risk] });
    expect(finding.status).toBe('BLOCKER');
    expect(finding.says).toBe(
      '14 842 decisions in 22 h, and the table risk_events is missing: 0 rows, they are not persisted',
    );
  });
});

describe('rows and entries that could not be read', () => {
  const late = 'PostgreSQL: Cannot doctor_open_positions: no answer within 600 ms';
  const trading: TradingFacts = {
    decisions: null,
    sides: null,
    exposure: {
      ...{ memoryUsdt: 100, positionsUsdt: null, ordersUsdt: null, pendingUsdt: null },
      limitUsdt: 3_000,
    },
    filled: null,
    nonFinite: [],
    signals: { looked: 5, repeated: [] },
    unanswered: { looked: 5, overdue: [] },
    faults: [late],
  };
  const of = (id: string, facts: Partial<Facts>) => findingOf(id, { trading, ...facts });

  it.each([
    'pipeline.exposure_agrees',
    'pipeline.exposure_limit',
    'pipeline.exposure_unwinds',
    'pipeline.finite_figures',
    'pipeline.one_writer',
    'pipeline.two_sided',
  ])('are no OK of %s', async (id) => {
    const finding = await of(id, { postgres: POSTGRES });
    expect(finding.status).toBe('CRASH');
    expect(finding.says).toContain(late);
    expect((await of(id, {})).status).not.toBe('CRASH');
    expect(
      (await of(id, { trading: { ...trading, faults: [] }, postgres: POSTGRES })).status,
    ).not.toBe('CRASH');
  });

  it('leave what is drawn from other places as it is', async () => {
    const facts = { postgres: POSTGRES };
    expect((await of('pipeline.unique_signals', facts)).status).toBe('OK');
    expect((await of('pipeline.orders_pending', facts)).status).toBe('OK');
  });

  it('hide no exposure that is known to be above its limit', async () => {
    const exposure = { ...trading.exposure, memoryUsdt: 3_001 };
    const facts = { trading: { ...trading, exposure }, postgres: POSTGRES };
    expect((await of('pipeline.exposure_limit', facts)).status).toBe('BLOCKER');
  });

  it('leave unknown whether the stop of a key is in force', async () => {
    const faults = ['Redis: Cannot read the key emergency_stop: no answer'];
    const counters = {
      ...history(sample(0, { 'risk.risk_kill_switch_active': counter(0) })),
      faults,
    };
    const redisServer = {} as Facts['redisServer'];
    const finding = await findingOf('pipeline.stop_works', { counters, redisServer });
    expect(finding).toMatchObject({ status: 'CRASH', level: 'P0' });
    expect((await findingOf('pipeline.stop_works', { counters })).status).toBe('OK');
  });
});
