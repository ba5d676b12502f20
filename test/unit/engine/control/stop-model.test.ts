import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effectiveRecord } from '../../../../src/engine/control/register.js';
import { gateRefusal } from '../../../../src/engine/control/venue-gate.js';
import { RULES, StopModel, type Rules, type Step } from './stop-model.js';

const INTERLEAVINGS = 10_000;
const STEPS_MAX = 40;

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: plain('decide') },
  { weight: 4, arbitrary: fc.constant<Step>({ do: 'gate' }) },
  { weight: 3, arbitrary: fc.constant<Step>({ do: 'follow' }) },
  { weight: 2, arbitrary: plain('engage') },
  { weight: 2, arbitrary: fc.constant<Step>({ do: 'release begins' }) },
  { weight: 3, arbitrary: fc.constant<Step>({ do: 'release writes' }) },
  { weight: 1, arbitrary: fc.constantFrom<Step>({ do: 'mode' }, { do: 'crash' }) },
  { weight: 1, arbitrary: plain('away') },
  { weight: 1, arbitrary: plain('latch') },
);

function plain(kind: 'decide' | 'engage' | 'away' | 'latch'): fc.Arbitrary<Step> {
  switch (kind) {
    case 'decide':
      return fc.record({
        do: fc.constant('decide' as const),
        symbol: fc.constantFrom('A', 'B'),
        reduceOnly: fc.boolean(),
      });
    case 'engage':
      return fc.record({
        do: fc.constant('engage' as const),
        level: fc.constantFrom('REDUCING', 'HALTED'),
        scope: fc.constantFrom('symbol:A' as const, null),
      });
    case 'away':
      return fc.record({
        do: fc.constantFrom('away', 'back', 'back'),
        place: fc.constantFrom('Redis', 'PostgreSQL'),
      });
    case 'latch':
      return fc.record({
        do: fc.constant('latch' as const),
        becomes: fc.constantFrom('cut off', 'missing'),
      });
  }
}

/** @returns how often an order left and a release was complete, over all interleavings */
function checkAll(rules: Rules) {
  const seen = { passed: 0, releases: 0 };
  const property = fc.property(fc.array(step, { maxLength: STEPS_MAX, size: 'max' }), (steps) => {
    const model = new StopModel(rules);
    for (const one of steps) model.take(one);
    seen.passed += model.passed;
    seen.releases += model.releases;
  });
  return { seen, outcome: fc.check(property, { numRuns: INTERLEAVINGS }) };
}

describe('a stop among everything else that happens', () => {
  it(
    'lets no order out once it has returned, until a release that found every place',
    { timeout: 120_000 },
    () => {
      const { seen, outcome } = checkAll(RULES);
      expect(fc.defaultReportMessage(outcome)).toBeUndefined();
      // Else nothing was looked at.
      expect(seen.passed).toBeGreaterThan(1_000);
      expect(seen.releases).toBeGreaterThan(1_000);
    },
  );

  const broken: Readonly<Record<string, readonly [Partial<Rules>, RegExp]>> = {
    'without the epoch of an order': [
      { refusal: (order, control) => gateRefusal({ ...order, epoch: Infinity }, control) },
      /from before a stop left after its release/,
    ],
    'where the last place counts instead of the most restrictive': [
      { effective: (readings, context) => effectiveRecord(readings.slice(-1), context) },
      /left after the stop had returned|an entry left while reducing/,
    ],
    'where a place that is away counts for nothing': [
      {
        effective: (readings, context) =>
          effectiveRecord(
            readings.filter(({ reading }) => reading.state !== 'unreadable'),
            context,
          ),
      },
      /released with a place missing|left after|left while reducing/,
    ],
  };
  for (const [name, [rules, message]] of Object.entries(broken)) {
    it(`the model notices: ${name}`, { timeout: 120_000 }, () => {
      const { outcome } = checkAll({ ...RULES, ...rules });
      expect(outcome.failed).toBe(true);
      expect(String(outcome.errorInstance)).toMatch(message);
    });
  }
});
