import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FileReading } from '../../../../src/doctor/readiness/guard-rules.js';
import {
  judgeShadowGate,
  SHADOW_GATE_CHECKS,
  SHADOW_GATE_FILES,
  type ShadowGateCheck,
  type ShadowGateFile,
} from '../../../../src/doctor/readiness/shadow-gate.js';
import {
  compareShadow,
  readActuals,
  SHADOW_METRICS,
  type ShadowMetric,
} from '../../../../src/doctor/readiness/shadow-compare.js';

type Change = Readonly<Record<string, unknown>>;

const INDEX = {
  shadow_blocked_total: 1,
  orders_filled: 0,
  orders_received: 1,
  orders_rejected: 1,
  orders_approved: 0,
  orders_blocked: 14_842,
  signals_received: 14_842,
  total_exposure: 0,
  has_live_data: true,
  zero_execution: true,
  zero_exposure: true,
  risk_blocked_all: true,
  soak_minutes: 1461.5,
  ended_at: '2026-05-17T11:11:46Z',
};
const RESULT = { status: 'REJECTED', filled_quantity: 0.0 };

interface Asked {
  readonly index?: Change;
  readonly result?: Change;
  readonly probe?: Change;
  readonly execution?: Change;
  readonly risk?: Change;
}

const text = (value: unknown): FileReading => ({ state: 'text', text: JSON.stringify(value) });

function evidence({ index, result, probe, execution, risk }: Asked = {}) {
  return {
    evidence_index: text({ ...INDEX, ...index }),
    shadow_block_probe: text({
      probe_order_id: 'lr030-soak-probe-20260517_111146',
      order_result_found: true,
      order_result: { ...RESULT, ...result },
      ...probe,
    }),
    execution_status: text({ mode: 'mock', service: 'execution_service', ...execution }),
    risk_status: text({ risk_state: { circuit_breaker: false, total_exposure: 0, ...risk } }),
  };
}

const CHECKS = Object.keys(SHADOW_GATE_CHECKS) as readonly ShadowGateCheck[];

const FAILURES: readonly (readonly [ShadowGateCheck, string, Asked])[] = [
  ['shadow_blocked_total_gte_1', 'none', { index: { shadow_blocked_total: 0 } }],
  ['shadow_blocked_total_gte_1', 'less than one', { index: { shadow_blocked_total: 0.9 } }],
  ['execution_orders_filled_total_eq_0', 'one', { index: { orders_filled: 1 } }],
  ['execution_orders_filled_total_eq_0', 'half of one', { index: { orders_filled: 0.5 } }],
  ['execution_orders_filled_total_eq_0', 'nothing said', { index: { orders_filled: null } }],
  ['execution_orders_filled_total_eq_0', 'a text', { index: { orders_filled: '0' } }],
  ['auditable_reject_present', 'no result', { probe: { order_result_found: false } }],
  ['auditable_reject_present', 'another status', { result: { status: 'FILLED' } }],
  ['reject_filled_quantity_eq_0', 'a fill', { result: { filled_quantity: 1e-9 } }],
  ['reject_filled_quantity_eq_0', 'nothing said', { result: { filled_quantity: null } }],
  ['has_live_data_true', 'said to be none', { index: { has_live_data: false } }],
  ['has_live_data_true', 'no signal', { index: { signals_received: 0 } }],
  [
    'has_live_data_true',
    'nothing said',
    { index: { signals_received: null, has_live_data: null } },
  ],
  ['orders_approved_eq_0', 'one', { index: { orders_approved: 1, risk_blocked_all: true } }],
  ['risk_blocked_all_true', 'said to be not', { index: { risk_blocked_all: false } }],
  ['risk_blocked_all_true', 'none blocked', { index: { orders_blocked: 0 } }],
  ['runtime_mode_verified', 'live', { execution: { mode: 'live' } }],
  ['runtime_mode_verified', 'nothing said', { execution: { mode: null } }],
  ['kill_switch_precheck_inactive', 'active', { risk: { circuit_breaker: true } }],
  ['kill_switch_precheck_inactive', 'not said', { risk: { circuit_breaker: null } }],
];

describe('judgeShadowGate', () => {
  it('passes what passed', () => {
    const found = judgeShadowGate(evidence());
    expect(found).toMatchObject({
      schema_version: '1.1',
      verdict: 'PASS',
      failures: [],
      unusable: [],
    });
    expect(Object.keys(found.checks)).toHaveLength(10);
  });

  it.each(FAILURES)('%s fails: %s', (check, _, asked) => {
    const { verdict, failures } = judgeShadowGate(evidence(asked));
    expect(verdict).toBe('FAIL');
    // An approved order is one that risk did not block.
    const along = check === 'orders_approved_eq_0' ? ['risk_blocked_all_true'] : [];
    expect(failures).toEqual([check, ...along]);
  });

  it('fails shadow_probe_artifact_present without the probe, and names the file', () => {
    const missing: FileReading = { state: 'missing' };
    const found = judgeShadowGate({ ...evidence(), shadow_block_probe: missing });
    expect(found.failures).toContain('shadow_probe_artifact_present');
    expect(found.unusable).toEqual(['shadow_block_probe.json is missing']);
    const tested = [...FAILURES.map(([check]) => check), 'shadow_probe_artifact_present'];
    expect(new Set(tested)).toEqual(new Set(CHECKS));
  });

  it.each(Object.keys(SHADOW_GATE_FILES) as ShadowGateFile[])('fails all without %s', (name) => {
    for (const broken of [
      { state: 'missing' },
      { state: 'unusable', why: 'EACCES' },
      { state: 'text', text: 'EVIDENCE-FETCH-FAILED' },
      { state: 'text', text: '[]' },
    ] as const) {
      const { verdict, failures, unusable } = judgeShadowGate({ ...evidence(), [name]: broken });
      expect([verdict, failures, unusable.length]).toEqual(['FAIL', CHECKS, 1]);
    }
  });

  it('takes the figures where nothing is said, and what is said where there is no figure', () => {
    const figures = { has_live_data: null, risk_blocked_all: null };
    expect(judgeShadowGate(evidence({ index: figures })).verdict).toBe('PASS');
    const words = { signals_received: null, orders_blocked: null };
    expect(judgeShadowGate(evidence({ index: words })).verdict).toBe('PASS');
  });

  it('has a verdict for whatever is in a file', () => {
    const names = Object.keys(SHADOW_GATE_FILES) as readonly ShadowGateFile[];
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.oneof(fc.json(), fc.string()), (name, found) => {
        const broken = { ...evidence(), [name]: { state: 'text', text: found } };
        expect(judgeShadowGate(broken).verdict).toBe('FAIL');
      }),
    );
  });
});

const NONE: FileReading = { state: 'missing' };

function actuals(index: Change = {}, metrics: { execution?: string; risk?: string } = {}) {
  const of = (found: string | undefined): FileReading =>
    found === undefined ? NONE : { state: 'text', text: found };
  return readActuals({
    index: text({ ...INDEX, ...index }),
    execution: of(metrics.execution),
    risk: of(metrics.risk),
  });
}

const verdictOf = (index: Change, metric: string) =>
  compareShadow(actuals(index)).metrics.find((one) => one.metric === metric)?.verdict;

describe('compareShadow', () => {
  it('passes what passed', () => {
    expect(compareShadow(actuals())).toMatchObject({ verdict: 'PASS', faults: [] });
  });

  it.each<[ShadowMetric, unknown, unknown]>([
    ['signals_received', 1, 0],
    ['orders_blocked', 1, 0],
    ['shadow_blocked_total', 1, 0],
    ['orders_approved', 0, 1],
    ['orders_filled', 0, 1],
    ['orders_received', 1, 0],
    ['orders_rejected', 1, 0.99],
    ['total_exposure', 0, 0.01],
    ['has_live_data', true, false],
    ['zero_execution', true, false],
    ['zero_exposure', true, false],
    ['risk_blocked_all', true, false],
  ])('%s: %s passes, %s fails, and so does none', (metric, good, bad) => {
    expect(verdictOf({ [metric]: good }, metric)).toBe('PASS');
    const figures = {
      has_live_data: 'signals_received',
      zero_execution: 'orders_filled',
      zero_exposure: 'total_exposure',
      risk_blocked_all: 'orders_blocked',
    };
    const source: unknown = Reflect.get(figures, metric);
    const silent = typeof source === 'string' ? { [source]: null } : {};
    expect(verdictOf({ [metric]: bad, ...silent }, metric)).toBe('FAIL');
    expect(verdictOf({ [metric]: null, ...silent }, metric)).toBe('FAIL');
    expect(compareShadow(actuals({ [metric]: bad, ...silent })).verdict).toBe('FAIL');
  });

  it.each<[string, unknown, string]>([
    ['min', { min: 14_842 }, 'PASS'],
    ['min', { min: 14_843 }, 'FAIL'],
    ['max', { max: 14_842 }, 'PASS'],
    ['max', { max: 14_841.9 }, 'FAIL'],
    ['exact', { exact: 14_842 }, 'PASS'],
    ['exact', { exact: 14_842.1 }, 'FAIL'],
    ['exact', { exact: true }, 'FAIL'],
    ['both', { min: 1, max: 20_000 }, 'PASS'],
    ['both', { min: 1, max: 2 }, 'FAIL'],
    ['a limit that is no number', { min: '1' }, 'FAIL'],
    ['a limit that nobody knows', { least: 1 }, 'FAIL'],
    ['no mapping', 1, 'FAIL'],
    ['none', {}, 'UNCALIBRATED'],
    ['none', { min: null }, 'UNCALIBRATED'],
    ['none', null, 'UNCALIBRATED'],
  ])('a threshold of kind %s: %j is %s', (_, threshold, verdict) => {
    expect(compareShadow(actuals(), { signals_received: threshold }).verdict).toBe(verdict);
  });

  it('fails for a metric that there is none of, and for one without a value', () => {
    const unknown = compareShadow(actuals(), { signals_recieved: { min: 1 } });
    expect(unknown.verdict).toBe('FAIL');
    const missing = compareShadow(actuals({ orders_received: null }), {
      orders_received: { max: 9 },
    });
    expect(missing.metrics.find(({ verdict }) => verdict === 'FAIL')?.why).toBe(
      'there is no actual value',
    );
    expect(compareShadow(actuals(), {}).verdict).toBe('UNCALIBRATED');
  });

  it('takes the counters, and fails where the index says something else', () => {
    const risk =
      '# HELP x\nsignals_received_total 14842\norders_blocked_total 14842\nrisk_total_exposure_value 0.0\n';
    expect(compareShadow(actuals({ signals_received: null }, { risk })).verdict).toBe('PASS');
    const other = actuals({}, { execution: 'execution_orders_filled_total 1\n' });
    expect(other.faults).toEqual([
      'orders_filled: the index says 0, execution_orders_filled_total says 1',
      'zero_execution: the index says true, its figures say false',
    ]);
    expect(compareShadow(other).verdict).toBe('FAIL');
    const twice = 'signals_received_total 1\nsignals_received_total 14842\n';
    expect(compareShadow(actuals({}, { risk: twice })).verdict).toBe('FAIL');
  });

  it('never passes without an index', () => {
    const found = readActuals({ index: NONE, execution: NONE, risk: NONE });
    expect(compareShadow(found).verdict).toBe('FAIL');
    expect(SHADOW_METRICS.map((metric) => found.actuals[metric])).toEqual(
      SHADOW_METRICS.map(() => null),
    );
  });

  it('has a verdict for whatever is in the index and the thresholds', () => {
    fc.assert(
      fc.property(fc.string(), fc.dictionary(fc.string(), fc.jsonValue()), (found, thresholds) => {
        const read = readActuals({
          index: { state: 'text', text: found },
          execution: NONE,
          risk: NONE,
        });
        expect(compareShadow(read).verdict).toBe('FAIL');
        expect(compareShadow(read, thresholds).verdict).not.toBe('PASS');
      }),
    );
  });
});
