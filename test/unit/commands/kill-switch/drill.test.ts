import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { run } from '../../../../src/commands/kill-switch/drill.js';
import { drillConfig } from '../../../../src/commands/kill-switch/drill-config.js';
import {
  drillVerdict,
  histogramOf,
  spreadOf,
} from '../../../../src/commands/kill-switch/drill-figures.js';
import { strayFills, type DrillRound } from '../../../../src/commands/kill-switch/drill-round.js';
import { ParsedOptions } from '../../../../src/commands/parsed-options.js';
import { fakeCommandIo } from '../../../fakes/fake-command-io.js';
import { fakeDrillServices } from '../../../fakes/fake-drill-services.js';

const ROUND: DrillRound = {
  latchedMs: 4,
  gateClosedMs: 12,
  lastOrderMs: 0,
  openGoneMs: 15,
  processMs: 210,
  ordersBefore: 30,
  ordersAfter: 0,
};
const ASKED = { rounds: 1, maxLatencyMs: 1_000, failure: null };

describe('the verdict of a drill', () => {
  it('passes only with every round measured and every hop within the limit', () => {
    expect(drillVerdict([ROUND], ASKED)).toBeNull();
    expect(drillVerdict([ROUND], { ...ASKED, rounds: 2 })).toContain('not every round');
    expect(drillVerdict([], { ...ASKED, failure: 'no order flowed' })).toContain('proves nothing');
    for (const hop of ['gateClosedMs', 'lastOrderMs', 'openGoneMs', 'processMs'] as const) {
      expect(drillVerdict([ROUND, { ...ROUND, [hop]: 1_000.1 }], { ...ASKED, rounds: 2 })).toMatch(
        /^past the limit: /,
      );
    }
  });

  it('gives quantiles that were measured, and a histogram that has every value once', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 6_000 }), { minLength: 1 }), (values) => {
        const spread = spreadOf(values)!;
        expect(values).toEqual(expect.arrayContaining(Object.values(spread)));
        expect(spread.max).toBe(Math.max(...values));
        expect(values.filter((value) => value <= spread.p95).length).toBeGreaterThanOrEqual(
          values.length * 0.95,
        );
        const { counts } = histogramOf(values);
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(values.length);
      }),
    );
    expect(spreadOf([])).toBeNull();
  });
});

it('a fill that left of an order that did not is none that a drill passes', () => {
  const former = {
    ...{ orders: new Set(['1-0']), orderIds: new Set(['a']) },
    fills: new Map([['2-0', 'a']]),
  };
  const orders = new Set(['5-0']);
  const fills = new Map([
    ...[...former.fills, ['3-0', 'a'] as const],
    ...[['6-0', 'b'] as const, ['7-0', 'c'] as const],
  ]);
  expect(strayFills(former, { orders, orderIds: new Set(['b']), fills })).toBe(1);
  expect(strayFills(former, { orders, orderIds: new Set(['b', 'c']), fills })).toBe(0);
});

describe('the engine of a drill', () => {
  it('knows no place outside: no database, no Redis, no metrics', () => {
    const config = drillConfig('/somewhere');
    expect(config.stateDir).toBe('/somewhere');
    expect([config.databaseUrl, config.redisUrl, config.metrics.port]).toEqual([
      undefined,
      undefined,
      0,
    ]);
  });

  it('that sends no order proves nothing, which is a finding and is kept', async () => {
    const { services, removed, proofs, state } = fakeDrillServices('until stopped');
    const io = fakeCommandIo();
    const status = await run(new ParsedOptions({ write: true }), io, services);
    expect(status).toBe(1);
    expect(io.out.join('')).toMatch(/FAIL +no order flowed within 15 s .*proves nothing/);
    expect(removed).toEqual(['/scratch']);
    expect(proofs).toMatchObject([{ passed: false, rounds: 0 }]);
    expect(state.stateDirs).toEqual(['/nowhere/.cdb']);
    expect(state.ledger).toMatchObject([
      { event: { kind: 'drill', action: 'kill switch drill FAILED' } },
    ]);
  });
});
