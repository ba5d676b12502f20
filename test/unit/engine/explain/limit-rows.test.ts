import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { e8FromNumber } from '../../../../src/engine/domain/e8.js';
import { limitRows } from '../../../../src/engine/explain/limit-rows.js';
import { codeOf } from '../../../../src/engine/explain/recorded-case.js';
import { anyCase, caseWith } from './any-case.js';

describe('limit rows', () => {
  test('name the code of the verdict as the one that decides', () => {
    fc.assert(
      fc.property(anyCase, (recorded) => {
        const deciding = limitRows(recorded).filter(({ outcome }) => outcome === 'decides');
        expect(deciding.map(({ code }) => code)).toEqual([codeOf(recorded)].filter(Boolean));
      }),
      { numRuns: 500 },
    );
  });

  test('have value, limit and what is left between them', () => {
    const rows = limitRows(caseWith({ inputs: { totalExposureE8: e8FromNumber(2940.1) } }));
    expect(rows.find(({ name }) => name === 'exposure')).toMatchObject({
      ...{ value: '2940.1', relation: '<', limit: '3000', room: '59.9', outcome: 'passes' },
      limitKeys: ['risk.maxTotalExposureFraction', 'risk.balanceUsdt'],
    });
    const weak = limitRows(caseWith({ values: { pctChange15mPp: 0.04 } }));
    expect(weak.find(({ name }) => name === 'pctChange15mPp')).toMatchObject({
      ...{ value: '0.04', relation: '>=', limit: '0.1', room: '-0.06', outcome: 'decides' },
    });
  });

  test('hold an order that only reduces to nothing that limits new risk', () => {
    const rows = limitRows(
      caseWith({
        values: { pctChange15mPp: null },
        inputs: { side: 'SELL', reducibleE8: 1n, stopped: true },
      }),
    );
    const outcomes = new Map(rows.map(({ name, outcome }) => [name, outcome]));
    expect(outcomes.get('pctChange15mPp')).toBe('exempt');
    expect(outcomes.get('shutdown')).toBe('exempt');
    expect(outcomes.get('level')).toBe('passes');
  });
});
