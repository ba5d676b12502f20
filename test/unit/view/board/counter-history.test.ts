import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CounterHistory, TREND_SAMPLES } from '../../../../src/view/board/counter-history.js';
import { GaugeHistory } from '../../../../src/view/board/gauge-history.js';

const START_MS = Date.UTC(2026, 1, 9, 15, 30);
const SEC_MS = 1_000;

/** Looks at a counter that grows by `perLook` each `everyMs`. */
function looked(looks: number, perLook: number, everyMs = SEC_MS): CounterHistory {
  const history = new CounterHistory(everyMs);
  for (let look = 0; look <= looks; look += 1) {
    history.note(START_MS + look * everyMs, look * perLook);
  }
  return history;
}

describe('CounterHistory', () => {
  it('has no rate before the second look', () => {
    const history = new CounterHistory();
    expect(history.perSec(START_MS)).toBeNull();
    history.note(START_MS, 7);
    expect(history.perSec(START_MS)).toBeNull();
    history.note(START_MS + SEC_MS, 9);
    expect(history.perSec(START_MS + SEC_MS)).toBeCloseTo(2);
  });

  it('has the rate of the last 60 s only', () => {
    const history = looked(30, 10);
    for (let look = 1; look <= 62; look += 1) history.note(START_MS + (30 + look) * SEC_MS, 300);
    const endMs = START_MS + 92 * SEC_MS;
    expect(history.perSec(endMs)).toBe(0);
    expect(history.perSec(endMs, 300_000)).toBeCloseTo(300 / 92);
  });

  it('counts a counter that began anew from 0, never backwards', () => {
    const history = looked(3, 100);
    history.note(START_MS + 4 * SEC_MS, 50);
    expect(history.perSec(START_MS + 4 * SEC_MS)).toBeCloseTo((300 + 50) / 4);
  });

  it('counts another process from 0, also when it has counted further', () => {
    const history = new CounterHistory();
    history.note(START_MS, 100, 'a');
    history.note(START_MS + SEC_MS, 170, 'b');
    expect(history.perSec(START_MS + SEC_MS)).toBeCloseTo(170);
  });

  it('leaves a gap where nothing was read, and no 0', () => {
    const history = looked(3, 10);
    history.note(START_MS + 4 * SEC_MS, null);
    history.note(START_MS + 8 * SEC_MS, 90);
    history.note(START_MS + 9 * SEC_MS, 95);
    const none = [null, null, null, null, null];
    expect(history.trend(START_MS + 9 * SEC_MS).slice(-10)).toEqual([null, 10, 10, 10, ...none, 5]);
  });

  it('makes a gap of a silence too long to know when things happened', () => {
    const history = looked(3, 10);
    history.note(START_MS + 90 * SEC_MS, 1_000_000);
    expect(history.perSec(START_MS + 90 * SEC_MS)).toBeNull();
    expect(history.trend(START_MS + 90 * SEC_MS).every((rate) => rate === null)).toBe(true);
  });

  it('has 40 samples of a second and 60 buckets of 10 s, newest last', () => {
    const history = looked(700, 3);
    const endMs = START_MS + 700 * SEC_MS;
    const trend = history.trend(endMs);
    const flow = history.flow(endMs);
    expect([trend.length, flow.length]).toEqual([TREND_SAMPLES, 60]);
    for (const rate of [...trend, ...flow]) expect(rate).toBeCloseTo(3);
  });

  it('keeps what came, however often it looks, whatever begins anew', () => {
    const step = fc.record({
      waitMs: fc.integer({ min: 1, max: 4_000 }),
      more: fc.integer({ min: 0, max: 10_000 }),
      isAnew: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const history = new CounterHistory();
        let [atMs, value, came] = [START_MS, 1_000, 0];
        history.note(atMs, value);
        for (const { waitMs, more, isAnew } of steps) {
          atMs += waitMs;
          // A restart to more than before can't be told from going on, without its era.
          const next = isAnew && more < value ? more : value + more;
          came += next < value ? next : next - value;
          value = next;
          history.note(atMs, value);
        }
        const perSec = history.perSec(atMs, 300_000);
        if (steps.length === 0) return perSec === null;
        expect(perSec).toBeGreaterThanOrEqual(0);
        expect((perSec ?? -1) * ((atMs - START_MS) / 1_000)).toBeCloseTo(came, 3);
        expect(history.trend(atMs).every((rate) => rate === null || rate >= 0)).toBe(true);
        return true;
      }),
    );
  });
});

describe('GaugeHistory', () => {
  it('has the newest value of each second, and gaps', () => {
    const history = new GaugeHistory();
    history.note(START_MS, 1);
    history.note(START_MS + 500, 2);
    history.note(START_MS + 3 * SEC_MS, 5);
    const trend = history.trend(START_MS + 3 * SEC_MS);
    expect(trend).toHaveLength(TREND_SAMPLES);
    expect(trend.slice(-5)).toEqual([null, 2, null, null, 5]);
  });
});
