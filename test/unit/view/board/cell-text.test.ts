import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  NO_DATA,
  bytesCell,
  countCell,
  decimalCell,
  lastCell,
  msCell,
  rateCell,
  shareCell,
  spanCell,
  whenCell,
} from '../../../../src/view/board/tables/cell-text.js';

const NOW_MS = Date.UTC(2026, 1, 9, 15, 51, 7);
const HOUR_MS = 3_600_000;

describe('numbers in few cells', () => {
  it.each([
    [countCell(0), '0'],
    [countCell(9_682), '9682'],
    [countCell(10_000), '10.0k'],
    [countCell(999_960), '1.0M'],
    [bytesCell(55 * 2 ** 20), '55.0M'],
    [rateCell(0.001), '<.01'],
    [rateCell(31.2), '31.2'],
    [shareCell(1), '100%'],
    [shareCell(0.0004), '<.1%'],
    [msCell(0.02), '0.02'],
    [spanCell(400), '0.4s'],
    [spanCell(4 * HOUR_MS + 12 * 60_000), '4h12m'],
    [spanCell(29 * 24 * HOUR_MS), '29d'],
    [decimalCell('90898.65'), '90 898.65'],
    [decimalCell('0.00021991'), '0.00021991'],
    [decimalCell('-1234567.5'), '-1 234 567.5'],
    [decimalCell('not a number'), 'not a number'],
    [lastCell(NOW_MS + 3_000, { nowMs: NOW_MS, times: 'relative' }), 'in 3.0s'],
    [lastCell(Date.UTC(2026, 0, 11), { nowMs: NOW_MS, times: 'absolute' }), '01-11'],
    [whenCell(Date.UTC(2026, 0, 11, 7, 3), { nowMs: NOW_MS, times: 'absolute' }), '01-11 07:03'],
    [whenCell(NOW_MS, { nowMs: NOW_MS, times: 'absolute' }), '15:51:07'],
  ])('%s', (text, expected) => {
    expect(text).toBe(expected);
  });

  it('never exceed their cells', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e14, noNaN: true }), (value) => {
        expect(countCell(Math.floor(value)).length).toBeLessThanOrEqual(5);
        expect(bytesCell(Math.floor(value)).length).toBeLessThanOrEqual(5);
        expect(rateCell(value).length).toBeLessThanOrEqual(5);
        expect(msCell(value).length).toBeLessThanOrEqual(5);
        expect(spanCell(value).length).toBeLessThanOrEqual(6);
      }),
    );
    fc.assert(
      fc.property(fc.integer({ min: -8e15, max: 8e15 }), (atMs) => {
        const context = { nowMs: NOW_MS, times: 'absolute' as const };
        expect(whenCell(atMs, context).length).toBeLessThanOrEqual(13);
      }),
    );
  });

  it('say no data, and nothing else does', () => {
    for (const cell of [countCell, bytesCell, rateCell, shareCell, msCell, spanCell]) {
      expect(cell(null)).toBe(NO_DATA);
      expect(cell(Number.NaN)).toBe(NO_DATA);
      expect(cell(0)).toMatch(/^0/);
    }
    for (const cell of [rateCell, shareCell, msCell]) expect(cell(1e-9)).toMatch(/^</);
  });
});
